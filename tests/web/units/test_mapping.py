"""Mapping org units: what the tree says, how a choice becomes a draft, and how the draft is saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.mapping import node_id
from skolsynk.store import chosen, load, save
from skolsynk.store.models import ReadModelRow, RulesVersion, SnapshotRow
from skolsynk.sync import drafts, mapping
from tests.scenarios.theatre import Theatre
from tests.web.conftest import signed_in
from tests.web.units.pages import CODE
from tests.web.units.test_units import new_unit, text

Address = Callable[..., str]
OTHER = "88000001"


@pytest.fixture(autouse=True)
def _two_units(town: Theatre) -> None:
    """The town's own school unit and one more, so that there is something to choose between."""
    new_unit(OTHER)
    before = chosen.chosen(town.tenant_id)
    assert chosen.replace(town.tenant_id, before, [chosen.Chosen(OTHER, "", ""), *before])


@pytest.fixture
def bare(town: Theatre) -> Theatre:
    """Read, but without rules: nobody has a role and there is no read model."""
    RulesVersion.objects.all().delete()
    ReadModelRow.objects.all().delete()
    return town


def desk(town: Theatre) -> mapping.Desk:
    found = mapping.desk(town.tenant_id)
    assert found is not None
    return found


def send(client: Client, address: Address, version: int, **words: object) -> Any:
    return client.post(address("mapping"), {"version": str(version), **words})


def rule_at(town: Theatre, section: str, path: str) -> dict[str, Any] | None:
    """The org_unit rule that the draft has on a path."""
    rules = desk(town).document.get(section, [])
    return next((each for each in rules if each["kind"] == "org_unit" and each["org_unit"] == path), None)


def leaf(town: Theatre) -> str:
    """A path in the tree that has people and may be chosen for."""
    rows = [row for row in desk(town).rows if row.state in ("own", "inherited", "open") and row.node.own.pupils]
    return rows[0].node.path


# The tree


def test_the_tree_shows_every_org_unit_with_its_school_unit(as_viewer: Client, address: Address, town: Theatre) -> None:
    page = text(as_viewer.get(address("mapping")))
    for row in desk(town).rows:
        assert f'data-id="{row.id}"' in page
    assert 'role="treegrid"' in page
    assert 'aria-level="2"' in page
    assert re.search(r"\d+ av \d+ personer kopplade; \d+ kvar", page)
    assert 'name="node"' not in page
    assert "Koppla hit" not in page


def test_everybody_in_the_tree_is_counted_once(town: Theatre) -> None:
    found = desk(town)
    heads = [row.node.own for row in found.rows]
    counted = sum(
        sum((each.pupils, each.teachers, each.staff, each.nobody, each.unplaced, each.suspended)) for each in heads
    )
    snapshot = load.latest_snapshot(town.tenant_id)
    assert snapshot is not None
    assert counted == len(snapshot[1].people)


def test_before_rules_the_tree_has_plain_head_counts_and_leads_to_presets(
    as_editor: Client, address: Address, bare: Theatre
) -> None:
    page = text(as_editor.get(address("mapping")))
    assert "Det finns inga regler än" in page
    assert address("rules") in page
    assert "Konton" in page
    snapshot = load.latest_snapshot(bare.tenant_id)
    assert snapshot is not None
    active = sum(not (person.suspended or person.archived) for person in snapshot[1].people)
    assert f"0 av {active} personer kopplade; {active} kvar" in page


def test_before_the_first_read_the_page_says_what_to_do(as_editor: Client, address: Address, bare: Theatre) -> None:
    SnapshotRow.objects.all().delete()
    page = text(as_editor.get(address("mapping")))
    assert "Katalogen är inte läst än" in page
    assert address("start") in page
    assert as_editor.get(address("mapping_branch", node=node_id("/"))).status_code == 404
    assert as_editor.get(address("mapping_effect")).status_code == 404


def test_without_rules_names_of_school_units_are_proposed_and_accepted(
    as_editor: Client, address: Address, bare: Theatre
) -> None:
    (first, *_) = [unit["name"] for unit in bare.stage.town.school_units]
    page = text(as_editor.get(address("mapping")))
    assert f"heter som {first}" in page
    answer = send(as_editor, address, 0, action="accept:all")
    assert answer.status_code == 303
    placed = desk(bare).document["placement"]
    assert {each["school_unit"] for each in placed} == {CODE}
    page = text(as_editor.get(address("mapping")))
    assert "Utkast till regler, inte sparat" in page
    assert f"heter som {first}" not in page


def test_people_who_are_limited_to_a_unit_do_not_see_the_tree(as_limited: Client, address: Address) -> None:
    assert as_limited.get(address("mapping")).status_code == 403


# Choosing


def test_a_choice_for_several_org_units_becomes_rules_of_the_draft_only(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    before = load.rules(town.tenant_id)
    path = leaf(town)
    answer = send(as_editor, address, 0, action="place", node=[node_id(path), "nonsense"], unit=f"Nya skolan ({OTHER})")
    assert answer.status_code == 303
    assert rule_at(town, "placement", path) == {"kind": "org_unit", "org_unit": path, "school_unit": OTHER}
    assert load.rules(town.tenant_id) == before
    row = next(row for row in desk(town).rows if row.node.path == path)
    assert (row.state, row.standing.unit) == ("own", OTHER)


@pytest.mark.parametrize("typed", [OTHER, "nya skolan", " Nya sk"])
def test_a_unit_is_meant_by_code_name_or_the_beginning_of_its_name(
    typed: str, as_editor: Client, address: Address, town: Theatre
) -> None:
    path = leaf(town)
    assert send(as_editor, address, 0, action="place", node=node_id(path), unit=typed).status_code == 303
    rule = rule_at(town, "placement", path)
    assert rule is not None
    assert rule["school_unit"] == OTHER


def test_the_button_beside_a_unit_maps_to_it(as_editor: Client, address: Address, town: Theatre) -> None:
    path = leaf(town)
    assert send(as_editor, address, 0, node=node_id(path), to=OTHER).status_code == 303
    assert rule_at(town, "placement", path) is not None


def test_inheriting_again_takes_the_choice_back(as_editor: Client, address: Address, town: Theatre) -> None:
    path = leaf(town)
    send(as_editor, address, 0, action="place", node=node_id(path), unit=OTHER)
    assert send(as_editor, address, 1, action="inherit", node=node_id(path)).status_code == 303
    assert rule_at(town, "placement", path) is None


def test_leaving_out_needs_a_reason_and_keeps_it(as_editor: Client, address: Address, town: Theatre) -> None:
    path = leaf(town)
    answer = send(as_editor, address, 0, action="ignore", node=node_id(path), reason=" ")
    assert answer.status_code == 422
    assert "Skriv varför" in text(answer)
    answer = send(as_editor, address, 0, action="ignore", node=node_id(path), reason="provkonton")
    assert answer.status_code == 303
    assert rule_at(town, "never", path) == {"kind": "org_unit", "org_unit": path, "reason": "provkonton"}
    assert "ignorerad med flit" in text(as_editor.get(address("mapping")))


@pytest.mark.parametrize(
    "words",
    [
        {"action": "place", "unit": OTHER},
        {"action": "place", "unit": OTHER, "node": "nonsense"},
        {"action": "place", "unit": "finns inte", "node": "x"},
        {"action": "accept:nonsense"},
        {"action": "\x00", "node": "\x00"},
        {"unit": "12345678"},
    ],
)
def test_garbage_is_refused_in_words_and_changes_nothing(
    words: dict[str, str], as_editor: Client, address: Address, town: Theatre
) -> None:
    answer = send(as_editor, address, 0, **words)
    assert answer.status_code == 422
    assert "Inget har ändrats" in text(answer)
    assert drafts.get(town.tenant_id, "rules") is None


@pytest.mark.parametrize("typed", ["finns inte", "", "<script>", "12345678"])
def test_a_unit_that_is_not_chosen_is_refused_and_what_was_typed_stays(
    typed: str, as_editor: Client, address: Address, town: Theatre
) -> None:
    row = node_id(leaf(town))
    answer = send(as_editor, address, 0, action="place", node=row, unit=typed)
    assert answer.status_code == 422
    assert "Välj en av era skolenheter" in text(answer)
    assert "<script>" not in text(answer).replace("<script src", "")
    assert re.search(rf'value="{row}"[^>]*checked', text(answer))
    assert drafts.get(town.tenant_id, "rules") is None


def test_a_draft_that_moved_on_is_not_overwritten_and_the_ticks_stay(
    as_editor: Client, as_owner: Client, address: Address, town: Theatre
) -> None:
    path = leaf(town)
    assert send(as_owner, address, 0, action="place", node=node_id(path), unit=OTHER).status_code == 303
    for version in ("0", "7", "-1", "x", "", "99999999999"):
        answer = as_editor.post(
            address("mapping"), {"version": version, "action": "ignore", "node": node_id(path), "reason": "mina ord"}
        )
        assert answer.status_code == 409, version
        assert "Utkastet har ändrats under tiden" in text(answer)
        assert "mina ord" in text(answer)
    assert rule_at(town, "never", path) is None
    assert rule_at(town, "placement", path) is not None


def test_a_double_click_writes_one_draft(as_editor: Client, address: Address, town: Theatre) -> None:
    for _ in range(2):
        answer = send(as_editor, address, 0, action="place", node=node_id(leaf(town)), unit=OTHER)
        assert answer.status_code == 303
    draft = drafts.get(town.tenant_id, "rules")
    assert draft is not None
    assert draft.version == 1


def test_a_viewer_may_not_choose(as_viewer: Client, address: Address, town: Theatre) -> None:
    assert send(as_viewer, address, 0, action="inherit", node=node_id(leaf(town))).status_code == 403


def test_with_htmx_the_answer_is_the_part_with_what_was_done(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    answer = as_editor.post(
        address("mapping"),
        {"version": "0", "action": "place", "node": node_id(leaf(town)), "unit": OTHER},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert "Utkast: en organisationsenhet kopplas till Nya skolan." in text(answer)
    assert "<html" not in text(answer)
    assert 'name="version" value="1"' in text(answer)


def test_a_draft_that_cannot_be_read_is_told_and_cannot_be_edited_here(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    drafts.put(town.tenant_id, "rules", {"placement": [{"kind": "fel"}]}, 1, 0, "test", town.at)
    page = text(as_editor.get(address("mapping")))
    assert "Utkastet till regler går inte att läsa" in page
    assert "placement[0]" in page
    assert 'name="node"' not in page
    assert send(as_editor, address, 1, action="save", reason="x").status_code == 409


# Patterns and fields


def test_what_a_pattern_decides_is_read_only_and_names_the_rule(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    path = leaf(town)
    document = {
        **desk(town).document,
        "placement": [{"kind": "org_unit_pattern", "pattern": "^/", "school_unit": CODE}],
    }
    drafts.put(town.tenant_id, "rules", document, 1, 0, "test", town.at)
    page = text(as_editor.get(address("mapping")))
    assert "via mönster" in page
    assert "mönstret ^/" in page
    answer = send(as_editor, address, 1, action="place", node=node_id(path), unit=OTHER)
    assert answer.status_code == 422


# Folding


def test_a_branch_is_given_by_itself_and_as_a_page(as_viewer: Client, address: Address, town: Theatre) -> None:
    rows = desk(town).rows
    parent = next(row for row in rows if row.id in mapping.parents(rows))
    below = mapping.children(rows, parent.id)
    part = text(as_viewer.get(address("mapping_branch", node=parent.id), headers={"hx-request": "true"}))
    assert part.count("<tr") == len(below) > 0
    assert "<html" in text(as_viewer.get(address("mapping_branch", node=parent.id)))
    assert as_viewer.get(address("mapping_branch", node="0000000000")).status_code == 404


def test_branches_fold_and_open_without_javascript(as_viewer: Client, address: Address, town: Theatre) -> None:
    rows = desk(town).rows
    root = rows[0]
    folded = text(as_viewer.get(address("mapping"), {"open": ""}))
    assert folded.count('role="row"') < len(rows)
    opened = text(as_viewer.get(address("mapping"), {"open": "", "toggle": root.id}))
    assert opened.count('role="row"') > folded.count('role="row"')
    deepest = max((row for row in rows if row.id in mapping.parents(rows)), key=mapping.depth)
    page = text(as_viewer.get(address("mapping"), {"open": "", "toggle": deepest.id}))
    assert all(f'data-id="{row.id}"' in page for row in mapping.children(rows, deepest.id))


@pytest.mark.parametrize("asked", [{"open": "\x00../", "toggle": "<x>"}, {"open": "a" * 9000}, {"toggle": "0" * 10}])
def test_garbage_about_what_is_open_breaks_nothing(asked: dict[str, str], as_viewer: Client, address: Address) -> None:
    assert as_viewer.get(address("mapping"), asked).status_code == 200


# The draft and what it does


def test_the_effect_of_the_draft_is_told_live_and_without_javascript(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    send(as_editor, address, 0, action="place", node=node_id(leaf(town)), unit=OTHER)
    assert f'hx-get="{address("mapping_effect")}"' in text(as_editor.get(address("mapping")))
    part = text(as_editor.get(address("mapping_effect"), headers={"hx-request": "true"}))
    assert "Om utkastet sparas" in part
    assert "<html" not in part
    assert "Om utkastet sparas" in text(as_editor.get(address("mapping_effect")))


def test_before_the_first_rules_the_effect_says_why_it_is_unknown(
    as_editor: Client, address: Address, bare: Theatre
) -> None:
    send(as_editor, address, 0, action="accept:all")
    part = text(as_editor.get(address("mapping_effect"), headers={"hx-request": "true"}))
    assert "kan räknas först när" in part


def test_the_draft_is_saved_with_a_reason_as_a_new_version(as_editor: Client, address: Address, town: Theatre) -> None:
    path = leaf(town)
    send(as_editor, address, 0, action="place", node=node_id(path), unit=OTHER)
    assert send(as_editor, address, 1, action="save", reason="").status_code == 422
    answer = as_editor.post(
        address("mapping"), {"version": "1", "action": "save", "reason": "flyttar en klass"}, follow=True
    )
    assert "Reglerna är sparade som version 2" in text(answer)
    saved = RulesVersion.objects.get(tenant_id=town.tenant_id, number=2)
    assert saved.reason == "flyttar en klass"
    assert saved.author.startswith("member:")
    assert drafts.get(town.tenant_id, "rules") is None
    again = send(as_editor, address, 1, action="save", reason="igen")
    assert again.status_code == 409
    assert RulesVersion.objects.filter(tenant_id=town.tenant_id).count() == 2


def test_rules_that_somebody_saved_meanwhile_are_not_overwritten(
    as_editor: Client, address: Address, town: Theatre
) -> None:
    send(as_editor, address, 0, action="place", node=node_id(leaf(town)), unit=OTHER)
    save.rules(town.tenant_id, {"placement": []}, author="test", reason="", at=town.at)
    page = text(as_editor.get(address("mapping")))
    assert "Någon har sparat nya regler (version 2)" in page
    answer = send(as_editor, address, 1, action="save", reason="mitt skäl")
    assert answer.status_code == 409
    assert "mitt skäl" in text(answer)
    assert drafts.get(town.tenant_id, "rules") is not None


def test_the_page_asks_few_questions(
    as_editor: Client, address: Address, town: Theatre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    as_editor.get(address("mapping"))
    with django_assert_max_num_queries(25):
        as_editor.get(address("mapping"))


def test_english_is_complete(as_editor: Client, address: Address, town: Theatre) -> None:
    from skolsynk.store.models import Member

    who = Member.objects.get(role="editor", tenant_id=town.tenant_id)
    send(as_editor, address, 0, action="place", node=node_id(leaf(town)), unit=OTHER)
    page = text(signed_in(who, "en").get(address("mapping")))
    assert re.search(r"\d+ of \d+ people mapped; \d+ left", page)
    for swedish in ("kopplade", "okopplad", "Utkast", "Skolenhet", "organisationsenhet"):
        assert swedish not in page
