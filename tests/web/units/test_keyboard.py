"""The tree by keyboard in a real browser: walking, folding, the next one that is not mapped, and choosing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from skolsynk.core.mapping import node_id
from skolsynk.store import chosen
from skolsynk.sync import drafts, mapping
from tests.scenarios.theatre import Theatre
from tests.web.browser import Look, seen
from tests.web.units.pages import CODE
from tests.web.units.test_units import new_unit

Address = Callable[..., str]


@pytest.fixture
def _half_mapped(town: Theatre) -> None:
    """A draft in which the pupils have a school unit and the staff have none."""
    new_unit("88000001")
    before = chosen.chosen(town.tenant_id)
    assert chosen.replace(town.tenant_id, before, [chosen.Chosen("88000001", "", ""), *before])
    desk = mapping.desk(town.tenant_id)
    assert desk is not None
    rule = {"kind": "org_unit", "org_unit": "/Elever", "school_unit": CODE}
    drafts.put(town.tenant_id, "rules", {**desk.document, "placement": [rule]}, desk.base, 0, "member:0", town.at)


@pytest.fixture
def tree(_half_mapped: None, browser: Browser, as_editor: Client, address: Address) -> Look:
    return seen(browser, as_editor, address("mapping"))


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.id || document.activeElement.id"))


def name(page: Page) -> str:
    return str(page.evaluate("document.activeElement.querySelector('.node').textContent"))


def test_one_row_is_reached_with_tab_and_arrows_walk(tree: Look) -> None:
    page = tree.page
    assert page.locator('table.tree tr[tabindex="0"]').count() == 1
    page.locator('table.tree tr[tabindex="0"]').focus()
    assert name(page) == "/"
    page.keyboard.press("ArrowDown")
    assert name(page) == "Elever"
    page.keyboard.press("End")
    last = name(page)
    page.keyboard.press("Home")
    assert name(page) == "/" != last
    assert page.locator('table.tree tr[tabindex="0"]').count() == 1


def test_left_folds_and_right_opens_and_enters(tree: Look) -> None:
    page = tree.page
    row = page.locator(f"#n-{node_id('/Elever')}")
    row.focus()
    shown = page.locator("table.tree tbody tr:visible").count()
    page.keyboard.press("ArrowLeft")
    assert row.get_attribute("aria-expanded") == "false"
    assert page.locator("table.tree tbody tr:visible").count() < shown
    page.keyboard.press("ArrowRight")
    assert page.locator("table.tree tbody tr:visible").count() == shown
    page.keyboard.press("ArrowRight")
    assert focused(page) != node_id("/Elever")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert name(page) in ("Elever", "/")


@pytest.mark.usefixtures("_half_mapped")
def test_a_branch_that_was_not_sent_is_fetched(browser: Browser, as_editor: Client, address: Address) -> None:
    found = seen(browser, as_editor, address("mapping") + "?open=")
    page = found.page
    page.locator("table.tree tbody tr").first.focus()
    page.keyboard.press("ArrowRight")
    page.locator(f"#n-{node_id('/Elever')}").wait_for()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-level')") == "2"
    assert found.complaints == []


def test_u_goes_to_the_next_that_is_not_mapped_and_enter_chooses_for_it(
    tree: Look, town: Theatre, address: Address
) -> None:
    page = tree.page
    page.locator('table.tree tr[tabindex="0"]').focus()
    page.keyboard.press("u")
    row = focused(page)
    assert page.locator(f"#n-{row}").get_attribute("class") == "state-open left"
    page.keyboard.press("Enter")
    assert focused(page) == "choose-unit"
    assert page.locator("[data-ticked]").text_content() == "(1)"
    page.keyboard.type("Nya skolan")
    page.keyboard.press("Enter")
    page.locator(".mapping [role=status]", has_text="kopplas till Nya skolan").wait_for()
    page.locator(f"#n-{row}.state-own").wait_for()
    draft = drafts.get(town.tenant_id, "rules")
    assert draft is not None
    assert draft.version == 2
    assert focused(page) == row
    assert tree.axe() == []
    assert tree.complaints == []


def test_escape_leaves_the_choice_and_a_refusal_is_told(tree: Look) -> None:
    page = tree.page
    page.locator(f"#n-{node_id('/Personal')}").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert focused(page) == node_id("/Personal")
    page.keyboard.press("Enter")
    page.keyboard.type("finns inte")
    page.keyboard.press("Enter")
    page.locator("#choose-wrong").wait_for()
    assert page.locator("#choose-unit").input_value() == "finns inte"
    assert page.locator(f"#n-{node_id('/Personal')} input").is_checked()
    assert tree.axe() == []


def test_several_are_ticked_and_the_button_of_a_unit_maps_them(tree: Look, town: Theatre) -> None:
    page = tree.page
    for path in ("/Elever", "/Personal"):
        page.locator(f"#n-{node_id(path)}").focus()
        page.keyboard.press(" ")
    assert page.locator("[data-ticked]").text_content() == "(2)"
    page.locator(".pane-units button[value='88000001']").click()
    page.locator(".mapping [role=status]", has_text="2 organisationsenheter kopplas till Nya skolan").wait_for()
    draft = drafts.get(town.tenant_id, "rules")
    assert draft is not None
    placed = {each["org_unit"]: each["school_unit"] for each in draft.document["placement"]}
    assert placed == {"/Elever": "88000001", "/Personal": "88000001"}
