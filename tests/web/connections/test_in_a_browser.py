"""The editor of a selection in a real browser: numbers follow while rows come and go, and focus goes along."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from playwright.sync_api import Browser, expect

from skolsynk.core.filters.kinds import SchoolYearBetween
from skolsynk.sync import connections
from tests.scenarios.theatre import Theatre
from tests.web.browser import NARROW, seen

Address = Callable[..., str]


def test_a_selection_is_edited_with_numbers_that_follow(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("connection_selection", vendor="sandbox"))
    page, effect = found.page, found.page.locator("#effect")
    expect(effect).to_contain_text("Samma personer")
    page.locator("input[name=roles][value=teacher]").uncheck()
    expect(effect).to_contain_text("0 lärare")
    page.locator("#add-block").select_option("school_year_between")
    page.get_by_role("button", name="Lägg till villkor").click()
    row = page.locator(".condition fieldset").first
    expect(row).to_be_focused()
    expect(page.locator("input[name=roles][value=teacher]")).not_to_be_checked()
    page.locator("[name=b0-0-lowest]").select_option("4")
    expect(effect).to_contain_text("Ett fält behöver fyllas i")
    page.locator("[name=b0-0-highest]").select_option("6")
    expect(effect).to_contain_text("mot det sparade")
    page.locator("#add-not").select_option("class_named")
    page.get_by_role("button", name="Lägg till undantag").click()
    expect(page.locator("[name=n0-pattern]")).to_be_visible()
    assert found.axe() == []
    page.get_by_role("button", name="Ta bort villkoret Klassen heter").click()
    expect(page.locator("#exceptions")).to_be_focused()
    expect(effect).to_contain_text("mot det sparade")
    page.get_by_role("button", name="Spara urvalet").click()
    expect(page.locator("#messages")).to_contain_text("Sparat som version 2")
    assert connections.saved(town.connection()).selection.filters == ((SchoolYearBetween(lowest=4, highest=6),),)
    page.context.close()


def test_it_works_without_javascript_on_a_phone(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    path = address("connection_selection", vendor="sandbox")
    found = seen(browser, as_editor, path, javascript=False, size=NARROW)
    page = found.page
    page.locator("#add-block").select_option("class_named")
    page.get_by_role("button", name="Lägg till villkor").click()
    page.locator("[name=b0-0-pattern]").fill("7*")
    page.get_by_role("button", name="Räkna om").last.click()
    expect(page.locator("#effect")).to_contain_text("mot det sparade")
    page.get_by_role("button", name="Spara urvalet").click()
    expect(page.locator("#messages")).to_contain_text("Sparat som version 2")
    page.context.close()


def test_a_connection_is_tried_on_the_page(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("connection", vendor="sandbox"))
    found.page.get_by_role("button", name="Prova anslutningen i Testläge").click()
    expect(found.page.locator("#tested-test")).to_contain_text("Mottagaren svarar och godtar nyckeln")
    assert found.axe() == []
    found.page.context.close()
