"""Rules in a real browser: what a rule would do follows what is typed, and all of it goes without JavaScript too."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from playwright.sync_api import Browser, expect

from skolsynk.sync import rules
from tests.scenarios.theatre import Theatre
from tests.web.browser import NARROW, seen
from tests.web.rules.drafted import CLOSED, NEW, draft

Address = Callable[..., str]


def test_what_a_rule_would_do_follows_what_is_typed(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("rules_add", **NEW))
    page, preview = found.page, found.page.locator("#preview")
    page.locator("[name=org_unit]").press_sequentially("/Elever")
    expect(preview).to_contain_text("Går ut")
    expect(page.locator("[name=org_unit]")).to_be_focused()
    assert rules.desk(town.tenant_id).draft is None
    assert found.axe() == []
    page.get_by_role("button", name="Lägg till i utkastet").click()
    expect(page.locator("#messages")).to_contain_text("Regeln står i utkastet")
    expect(page.locator("#effect")).to_contain_text("Går ut")
    assert rules.desk(town.tenant_id).rules.never[-1].label == "org_unit /Elever"
    assert found.complaints == []
    page.context.close()


def test_a_rule_is_taken_out_where_it_stands(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    draft(town)
    found = seen(browser, as_editor, address("rules"))
    page = found.page
    expect(page.locator("#rules")).to_contain_text("Utkast med en ändring")
    page.get_by_role("button", name="Ta bort: Ingen i organisationsenheten /Stängd").click()
    expect(page.locator("#rules")).to_contain_text("Det finns inget utkast")
    expect(page.get_by_role("status").filter(has_text="Regeln är borttagen ur utkastet")).to_be_visible()
    assert rules.desk(town.tenant_id).draft is None
    assert found.axe() == []
    assert found.complaints == []
    page.context.close()


def test_from_a_new_rule_to_a_saved_version_on_a_phone_without_javascript(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("rules_add", **NEW), javascript=False, size=NARROW)
    page = found.page
    page.locator("[name=org_unit]").fill("Stängd")
    page.get_by_role("button", name="Lägg till i utkastet").click()
    expect(page.locator("[name=org_unit]")).to_have_value("Stängd")
    expect(page.locator("main")).to_contain_text("Ska vara en sökväg som börjar med /")
    page.locator("[name=org_unit]").fill("/Stängd")
    page.locator("[name=reason]").fill("prov")
    page.get_by_role("button", name="Lägg till i utkastet").click()
    page.get_by_role("link", name="Granska och spara 1 ändring").click()
    page.locator("[name=reason]").fill("Skolan är stängd")
    page.get_by_role("button", name="Spara 1 ändring").click()
    expect(page.locator("h1")).to_contain_text("version 2")
    expect(page.locator("main")).to_contain_text("Skolan är stängd")
    assert rules.desk(town.tenant_id).before.never[-1] == CLOSED
    page.context.close()
