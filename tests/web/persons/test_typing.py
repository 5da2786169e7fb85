"""Searching in a real browser: the list follows what is typed, the field keeps its focus, and pages turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from skolsynk.sync import readmodel
from skolsynk.web.persons import searching
from tests.scenarios.theatre import Theatre, pupils
from tests.web.browser import seen

Address = Callable[..., str]


def test_the_list_follows_what_is_typed(as_viewer: Client, address: Address, town: Theatre, browser: Browser) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    who = model.people.row(pupils(town)[0])
    assert who
    found = seen(browser, as_viewer, address("persons"))
    field = found.page.locator("#q")
    field.press_sequentially(who.name[:4], delay=20)
    field.press_sequentially(who.name[4:], delay=20)
    expect(found.page.locator("#found [role=status]")).to_contain_text("1 person")
    expect(found.page.locator("#found tbody tr")).to_have_count(1)
    expect(field).to_be_focused()
    assert field.input_value() == who.name
    assert who.name.split()[0] not in found.page.url
    assert found.axe() == []
    assert found.complaints == []
    found.page.get_by_role("link", name=who.name).click()
    expect(found.page.locator("h1")).to_have_text(who.name)
    found.page.context.close()


def test_filters_follow_at_once_and_pages_turn(
    as_viewer: Client, address: Address, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "A_PAGE", 5)
    found = seen(browser, as_viewer, address("persons"))
    found.page.locator("#q").fill("a")
    expect(found.page.get_by_text("Visar 1–5")).to_be_visible()
    first = found.page.locator("#found tbody a").first.inner_text()
    found.page.get_by_role("button", name="Nästa").click()
    expect(found.page.get_by_text("Visar 6–10")).to_be_visible()
    assert found.page.locator("#found tbody a").first.inner_text() != first
    found.page.locator("#roll").select_option("teacher")
    expect(found.page.locator("#found tbody tr").first).to_contain_text("lärare")
    assert found.complaints == []
    found.page.context.close()


def test_searching_works_without_javascript(
    as_viewer: Client, address: Address, town: Theatre, browser: Browser
) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    who = model.people.row(pupils(town)[0])
    assert who
    found = seen(browser, as_viewer, address("persons"), javascript=False)
    found.page.locator("#q").fill(who.email)
    found.page.get_by_role("button", name="Sök").click()
    expect(found.page.get_by_role("link", name=who.name)).to_be_visible()
    assert found.page.locator("#q").input_value() == who.email
    found.page.context.close()
