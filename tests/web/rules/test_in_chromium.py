"""In a real browser: numbers follow while a rule is typed, rows move at once, and all works without scripts."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from playwright.sync_api import Browser

from skolsynk.core.rules import Rules
from skolsynk.sync import readmodel, rules
from tests.scenarios.theatre import Theatre, pupils
from tests.web.browser import NARROW, seen

Address = Callable[..., str]


def test_numbers_follow_while_a_rule_is_typed(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("rules_add", section="never", kind="org_unit"))
    page = found.page
    page.get_by_label("Organisationsenhet").fill("/Elever")
    page.get_by_text("Regeln avgör något för").wait_for()
    assert page.locator("#preview").get_attribute("aria-live") == "polite"
    assert "−" in page.locator("#preview .moves-out").first.inner_text()
    assert found.axe() == []
    page.get_by_label("Organisationsenhet").fill("/Elevr")
    page.get_by_text("Menas /Elever").wait_for()
    assert rules.desk(town.tenant_id).draft is None
    page.get_by_label("Organisationsenhet").fill("/Elever")
    page.get_by_role("button", name="Lägg till i utkastet").click()
    page.get_by_text("Utkast med en ändring").wait_for()
    assert page.url.endswith(address("rules"))
    assert found.complaints == []
    page.context.close()


def test_rows_move_and_go_without_a_new_page(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("rules"))
    page = found.page
    page.get_by_role("button", name="Ta bort: Alla i organisationsenheten /Elever och").click()
    page.get_by_text("Utkast med en ändring").wait_for()
    assert page.get_by_role("status").filter(has_text="Regeln är borttagen").count() == 1
    assert found.axe() == []
    page.get_by_role("button", name="Ta bort: Alla i organisationsenheten /Personal och").click()
    page.get_by_text("Utkast med 2 ändringar").wait_for()
    assert found.complaints == []
    page.context.close()


def test_somebody_else_first_is_told_where_the_focus_is(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    found = seen(browser, as_editor, address("rules"))
    page = found.page
    desk = rules.desk(town.tenant_id)
    rules.write(town.tenant_id, desk, Rules(), who="operator", at=town.at)
    page.get_by_role("button", name="Ta bort: Alla i organisationsenheten /Elever och").click()
    page.get_by_text("Någon hann före").wait_for()
    assert page.evaluate("document.activeElement.innerText").startswith("Någon hann före")
    assert found.axe() == []
    page.context.close()


def test_one_person_is_tried_without_a_new_page(
    town: Theatre, address: Address, as_editor: Client, browser: Browser
) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    someone = model.people.row(pupils(town)[0])
    assert someone
    found = seen(browser, as_editor, address("rules_person"), size=NARROW)
    page = found.page
    page.locator("#q").fill(someone.email)
    page.get_by_role("button", name="Pröva").click()
    page.get_by_role("heading", name=someone.name).wait_for()
    assert someone.name not in page.url
    assert "%40" not in page.url
    assert found.axe() == []
    assert found.overflow <= 0
    page.context.close()


def test_everything_works_without_scripts(town: Theatre, address: Address, as_editor: Client, browser: Browser) -> None:
    found = seen(browser, as_editor, address("rules_add", section="role", kind="field"), javascript=False)
    page = found.page
    page.get_by_label("Fält", exact=True).fill("organizations.title")
    page.get_by_role("button", name="Hämta fältets värden").click()
    page.get_by_label("Rad 1: betyder").select_option("nobody")
    page.get_by_role("button", name="Lägg till i utkastet").click()
    page.get_by_text("Utkast med en ändring").wait_for()
    page.get_by_role("button", name="Kasta utkastet").click()
    page.get_by_text("Utkastet är kastat").wait_for()
    assert rules.desk(town.tenant_id).draft is None
    page.context.close()
