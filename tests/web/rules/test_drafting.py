"""Rules are changed in a draft: what it would do is shown, garbage is kept and named, and nobody is overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from skolsynk.core.rules import rules_to_json
from skolsynk.core.rules.exclusion import NeverPerson
from skolsynk.store import load
from skolsynk.store.models import AuditEvent, Draft, RulesVersion, Run
from skolsynk.sync import drafts, readmodel, rules
from tests.scenarios.theatre import Theatre, pupils
from tests.web.conftest import member, signed_in
from tests.web.rules.drafted import CLOSED, NEW, by_another, closing, draft, emptied, seen

Address = Callable[..., str]
FRAGMENT = {"HX-Request": "true"}


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def drafted(town: Theatre) -> rules.Desk:
    return rules.desk(town.tenant_id)


# Looking


def test_every_rule_in_force_is_a_row_with_its_people(town: Theatre, address: Address, as_viewer: Client) -> None:
    page = body(as_viewer.get(address("rules")))
    model = readmodel.of(town.tenant_id)
    assert model
    for rule in drafted(town).rules.placement:
        assert str(getattr(rule, "org_unit", "")) in page
    assert "Version 1" in page
    assert address("rules_add", **NEW) not in page  # a viewer is shown no way to change anything


def test_editors_see_where_to_add_each_kind(address: Address, as_editor: Client) -> None:
    page = body(as_editor.get(address("rules")))
    assert address("rules_add", section="placement", kind="group") in page
    assert address("rules_edit", section="role", at=0) in page


def test_the_draft_says_what_it_would_do(town: Theatre, address: Address, as_viewer: Client) -> None:
    emptied(town)
    page = body(as_viewer.get(address("rules")))
    model = readmodel.of(town.tenant_id)
    assert model
    effect = readmodel.effect_of_rules(town.tenant_id, drafted(town).rules)
    assert effect.leaving > 0
    assert f"{effect.leaving}" in page
    assert effect.sample_out[0].name in page
    assert "Reglerna ger ingen en plats" in page


def test_people_limited_to_another_unit_see_nobody_of_this_one(town: Theatre, address: Address) -> None:
    emptied(town)
    model = readmodel.of(town.tenant_id)
    assert model
    names = [row.name for row in model.people.rows_where(limit=1000).rows if row.name]
    assert len(names) > 5
    elsewhere = signed_in(member(town.tenant_id, "viewer", ("11112222",)))
    page = body(elsewhere.get(address("rules")))
    assert [name for name in names if name in page] == []
    whole = body(signed_in(member(town.tenant_id, "viewer")).get(address("rules")))
    assert [name for name in names if name in whole] != []  # so that the above says something


def test_people_limited_to_a_unit_edit_nothing(town: Theatre, address: Address, limited_to: str) -> None:
    limited = signed_in(member(town.tenant_id, "editor", (limited_to,)))
    draft(town)
    for name, where in (("rules_add", NEW), ("rules_text", {}), ("rules_begin", {}), ("rules_review", {})):
        assert limited.get(address(name, **where)).status_code == 403, name
    before = drafted(town)
    for name, form in (("rules", {"do": "remove:role:0"}), ("rules_draft", {"do": "discard"})):
        assert limited.post(address(name), {**seen(town), **form}).status_code == 403, name
    assert drafted(town) == before


def test_pages_ask_the_database_a_few_times_however_many_rules(
    town: Theatre, address: Address, as_editor: Client, django_assert_max_num_queries: Any
) -> None:
    desk = drafted(town)
    document = rules_to_json(desk.rules)
    document["never"] = [{"kind": "person", "person": key, "reason": f"prov {key}"} for key in pupils(town, 12)]
    drafts.put(town.tenant_id, rules.KEY, document, desk.number, 0, "test", timezone.now())
    as_editor.get(address("rules"))
    for name, where in (("rules", {}), ("rules_section", {"section": "never"}), ("rules_review", {})):
        with django_assert_max_num_queries(40):
            assert as_editor.get(address(name, **where)).status_code == 200


# Adding, changing, moving, taking away


def test_a_rule_goes_into_the_draft_and_into_nothing_else(town: Theatre, address: Address, as_editor: Client) -> None:
    answer = as_editor.post(address("rules_add", **NEW), closing(town))
    assert (answer.status_code, answer.headers["location"]) == (303, address("rules"))
    assert drafted(town).rules.never[-1] == CLOSED
    assert drafted(town).before.never[-1:] != (CLOSED,)
    assert RulesVersion.objects.filter(tenant_id=town.tenant_id).count() == 1
    assert "/Stängd" in body(as_editor.get(address("rules")))


def test_a_second_click_adds_nothing(town: Theatre, address: Address, as_editor: Client) -> None:
    form = closing(town)
    for _ in range(2):
        assert as_editor.post(address("rules_add", **NEW), form).status_code == 303
    assert [rule for rule in drafted(town).rules.never if rule == CLOSED] == [CLOSED]


def test_garbage_is_named_in_words_and_kept(town: Theatre, address: Address, as_editor: Client) -> None:
    where = {"section": "placement", "kind": "org_unit_pattern"}
    answer = as_editor.post(
        address("rules_add", **where), {**seen(town), "pattern": "((x", "school_unit": "none", "units-0-key": "a" * 500}
    )
    page = body(answer)
    assert answer.status_code == 422
    assert "((x" in page
    assert drafted(town).draft is None
    answer = as_editor.post(address("rules_add", **where), {**seen(town), "pattern": "((x"})
    assert answer.status_code == 422
    assert "Mönstret går inte att läsa" in body(answer)


@pytest.mark.parametrize(
    "garbage", [{}, {"org_unit": "utan snedstreck"}, {"org_unit": "\x00"}, {"org_unit": "/" + "x" * 9000}]
)
def test_no_form_falls_over(town: Theatre, address: Address, as_editor: Client, garbage: dict[str, str]) -> None:
    assert as_editor.post(address("rules_add", **NEW), {**seen(town), **garbage}).status_code == 422
    assert as_editor.post(address("rules_preview", **NEW), garbage).status_code == 200
    assert drafted(town).draft is None


def test_kinds_and_places_that_do_not_exist_are_not_found(town: Theatre, address: Address, as_editor: Client) -> None:
    for name, where in (
        ("rules_add", {"section": "never", "kind": "class_name"}),
        ("rules_add", {"section": "nowhere", "kind": "group"}),
        ("rules_edit", {"section": "never", "at": 999}),
        ("rules_edit", {"section": "nowhere", "at": 0}),
        ("rules_section", {"section": "nowhere"}),
        ("rules_version", {"number": 999}),
        ("rules_version", {"number": 2**40}),
    ):
        assert as_editor.get(address(name, **where)).status_code == 404, (name, where)
    for action in ("", "remove", "remove:never:999", "remove:nowhere:0", "up:never:-1", "sideways:never:0"):
        draft(town)
        assert as_editor.post(address("rules"), {**seen(town), "do": action}).status_code == 404, action


def test_whoever_comes_late_is_told_by_whom_and_keeps_what_was_typed(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    form = closing(town)
    by_another(town)
    before = drafted(town)
    answer = as_editor.post(address("rules_add", **NEW), form)
    page = body(answer)
    assert answer.status_code == 409
    assert "Utkastet har ändrats" in page
    assert 'value="/Stängd"' in page
    assert drafted(town) == before
    again = as_editor.post(address("rules_add", **NEW), closing(town))  # with what the page shows now
    assert again.status_code == 303
    assert [rule.label for rule in drafted(town).rules.never[-2:]] == ["org_unit /Annan", "org_unit /Stängd"]


def test_a_rule_is_changed_in_its_place(town: Theatre, address: Address, as_editor: Client) -> None:
    at = len(draft(town).rules.never) - 1
    path = address("rules_edit", section="never", at=at)
    assert 'value="/Stängd"' in body(as_editor.get(path))
    answer = as_editor.post(path, {**closing(town), "org_unit": "/Stängd/Mer"})
    assert answer.status_code == 303
    assert drafted(town).rules.never[at].label == "org_unit /Stängd/Mer"


def test_rules_move_and_go_away_in_the_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    last = len(draft(town).rules.never) - 1
    as_editor.post(address("rules_add", **NEW), {**closing(town), "org_unit": "/Nästa"})
    answer = as_editor.post(address("rules"), {**seen(town), "do": f"up:never:{last + 1}"})
    assert answer.status_code == 303
    assert [rule.label for rule in drafted(town).rules.never[-2:]] == ["org_unit /Nästa", "org_unit /Stängd"]
    answer = as_editor.post(address("rules"), {**seen(town), "do": f"remove:never:{last}"}, headers=FRAGMENT)
    assert answer.status_code == 200
    assert "<html" not in body(answer)
    assert "Regeln är borttagen ur utkastet" in body(answer)
    assert drafted(town).rules.never[-1] == CLOSED


def test_a_stale_row_takes_nothing_away(town: Theatre, address: Address, as_editor: Client) -> None:
    draft(town)
    form = {**seen(town), "do": "remove:placement:0"}
    by_another(town)
    before = drafted(town)
    answer = as_editor.post(address("rules"), form)
    assert answer.status_code == 409
    assert "Utkastet har ändrats" in body(answer)
    assert drafted(town) == before


def test_taking_back_the_last_change_leaves_no_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    last = len(draft(town).rules.never) - 1
    as_editor.post(address("rules"), {**seen(town), "do": f"remove:never:{last}"})
    assert drafted(town).draft is None


def test_a_rule_shows_what_it_catches_while_it_is_typed(town: Theatre, address: Address, as_editor: Client) -> None:
    where = {"section": "role", "kind": "org_unit"}
    unit = getattr(drafted(town).rules.role[0], "org_unit", "/")
    answer = as_editor.post(
        address("rules_preview", **where), {**seen(town), "org_unit": unit, "role": "nobody"}, headers=FRAGMENT
    )
    assert answer.status_code == 200
    assert "<html" not in body(answer)
    assert drafted(town).draft is None


def test_a_person_may_be_named_by_her_address(town: Theatre, address: Address, as_editor: Client) -> None:
    key = pupils(town, 1)[0]
    model = readmodel.of(town.tenant_id)
    assert model
    row = model.people.row(key)
    assert row
    form = {**seen(town), "person": row.email, "reason": "vill inte", "until": "2099-01-31"}
    assert as_editor.post(address("rules_add", section="never", kind="person"), form).status_code == 303
    rule = drafted(town).rules.never[-1]
    assert isinstance(rule, NeverPerson)
    assert rule.person == key
    assert row.name in body(as_editor.get(address("rules")))


# Beginning


def test_without_rules_there_is_where_to_begin(town: Theatre, address: Address, as_editor: Client) -> None:
    RulesVersion.objects.filter(tenant_id=town.tenant_id).delete()
    Draft.objects.filter(tenant_id=town.tenant_id).delete()
    assert address("rules_begin") in body(as_editor.get(address("rules")))
    page = body(as_editor.get(address("rules_begin")))
    assert "Elever/skola/klass" in page
    assert 'name="accept"' in page


def test_ticked_suggestions_become_the_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    RulesVersion.objects.filter(tenant_id=town.tenant_id).delete()
    page = as_editor.get(address("rules_begin")).content.decode()
    ticks = re.findall(r'name="accept"\s+value="([^"]+)"', page)
    assert ticks
    assert as_editor.post(address("rules_begin"), {**seen(town), "accept": ["nonsense"]}).status_code == 422
    assert as_editor.post(address("rules_begin"), {**seen(town), "accept": ticks[:1]}).status_code == 303
    assert sum(len(each) for each in rules_to_json(drafted(town).rules).values()) == 1  # type: ignore[misc, arg-type]  # lists
    assert load.rules(town.tenant_id) is None


def test_a_preset_becomes_the_draft(town: Theatre, address: Address, as_editor: Client) -> None:
    RulesVersion.objects.filter(tenant_id=town.tenant_id).delete()
    assert as_editor.post(address("rules_begin"), {**seen(town), "preset": "nonsense"}).status_code == 422
    assert as_editor.post(address("rules_begin"), {**seen(town), "preset": "org_unit_classes"}).status_code == 303
    assert drafted(town).rules.placement
    assert body(as_editor.get(address("rules"))).count("hör till") > 0


def test_before_the_first_read_the_page_says_what_to_do(town: Theatre, address: Address, as_stranger: Client) -> None:
    from django.urls import reverse

    page = as_stranger.get(reverse("rules", kwargs={"customer": "C9other99"}))
    assert page.status_code == 200
    assert reverse("start", kwargs={"customer": "C9other99"}) in body(page)


# Nothing of people in the log


def test_what_is_written_in_the_log_names_nobody(town: Theatre, address: Address, as_editor: Client) -> None:
    as_editor.post(address("rules_add", **NEW), closing(town))
    as_editor.post(address("rules_person"), {"q": pupils(town, 1)[0]})
    about = str(list(AuditEvent.objects.filter(tenant_id=town.tenant_id).values_list("about", flat=True)))
    assert "@" not in about
    assert "/Stängd" not in about
    assert Run.objects.filter(state="queued").count() == 0
