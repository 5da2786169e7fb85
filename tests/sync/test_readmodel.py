"""The read model as pages have it: made by reads and changes of rules, kept, replaced, and asked of quickly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from skolsynk.core.connection import Mode
from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.rules import explain_person, parse_rules, rules_to_json
from skolsynk.core.school import Fate
from skolsynk.core.selection import explain_selection
from skolsynk.store import claims, load, save
from skolsynk.store import readmodel as rows
from skolsynk.store.models import FindingDay, ReadModelPart, ReadModelRow, Run
from skolsynk.sync import dispatch, readmodel, run, schools, targets
from skolsynk.sync.errors import Misconfigured
from tests.scenarios.theatre import Theatre, pupils


def model_of(stage: Theatre) -> readmodel.ReadModel:
    found = readmodel.of(stage.tenant_id)
    assert found is not None
    return found


def saved_rules(stage: Theatre) -> Any:
    found = load.rules(stage.tenant_id)
    assert found is not None
    return parse_rules(found.json)


def test_a_read_makes_the_model_and_the_day_of_findings(stage: Theatre) -> None:
    model = model_of(stage)
    made = schools.make(stage.tenant_id, model.today)
    assert (model.snapshot_id, model.rules_version) == (made.snapshot_id, made.rules_number)
    assert (model.stale, model.at) == (False, stage.at)
    assert len(model.people) == len(made.school.outcomes) == model.counts["people"]
    day = FindingDay.objects.get(tenant_id=stage.tenant_id)
    assert sum(day.counts.values()) == len(made.school.findings)
    assert rows.finding_days(stage.tenant_id, date(2026, 1, 1)) == ((model.today, day.counts),)
    assert rows.finding_days(stage.tenant_id, date(2027, 1, 1)) == ()


def test_everybody_is_explained_as_the_whole_school_explains_them(stage: Theatre) -> None:
    model, made = model_of(stage), schools.make(stage.tenant_id, dispatch.today_at(stage.at))
    _, snapshot = schools.snapshot_of(stage.tenant_id)
    rules, units = saved_rules(stage), load.units(stage.tenant_id)
    connection = stage.connection("binogi")
    selection, vendor = selection_from_json(connection.selection), targets.vendor("binogi")
    for person in snapshot.people:
        part = model.person(person.key)
        assert part is not None
        assert explain_person(part.snapshot, rules, units, person.key, model.today) == explain_person(
            snapshot, rules, units, person.key, model.today
        )
        user = made.school.user_ids.get(person.key)
        if user:
            assert explain_selection(part.school, selection, vendor, user) == explain_selection(
                made.school, selection, vendor, user
            )
    assert model.person("ingen") is None


def test_parts_are_opened_once_and_nothing_is_asked_of_the_database_again(stage: Theatre) -> None:
    model = model_of(stage)
    key = pupils(stage)[0]

    def page() -> None:
        assert model.people.row(key)
        assert model.person(key)
        assert model.tree
        assert model.classes
        assert model.unit_counts
        assert model.groups
        assert model.fields is not None
        assert [model.findings(cause.code) for cause in model.causes_under({})]

    page()
    with CaptureQueriesContext(
        database,
    ) as asked:
        page()
    assert len(asked) == 0


def test_parts_are_sealed_and_say_nothing_in_the_clear(stage: Theatre) -> None:
    row = model_of(stage).people.rows_where(role="pupil").rows[0]
    for part in ReadModelPart.objects.filter(read_model__tenant_id=stage.tenant_id):
        blob = bytes(part.blob)
        assert row.email.encode() not in blob
        assert row.key.encode() not in blob
    assert rows.size(stage.tenant_id) > 1000


def test_what_is_kept_open_has_a_bound() -> None:
    kept = readmodel._Kept(100)  # the bound of bytes, small
    for number in range(5):
        kept.put(("a", "people", number), f"part {number}", 40)
    assert [kept.get(("a", "people", number)) for number in range(5)] == [None, None, None, "part 3", "part 4"]
    assert kept.get(("a", "people", 3)) == "part 3"
    kept.put(("a", "tree", 0), "tree", 40)
    assert kept.get(("a", "people", 4)) is None
    kept.put(("a", "tree", 0), "larger", 500)
    assert (kept.get(("a", "tree", 0)), kept.get(("a", "people", 3))) == ("larger", None)


def test_new_rules_or_units_make_the_model_stale_until_it_is_made_again(stage: Theatre) -> None:
    model = model_of(stage)
    save.rules(stage.tenant_id, rules_to_json(saved_rules(stage)), author="test", reason="", at=stage.at)
    assert model.stale
    made = readmodel.make(stage.tenant_id, model.today)
    assert (made.stale, made.rules_version) == (False, model.rules_version + 1)
    save.forget_schools(stage.tenant_id)
    assert made.stale
    assert not readmodel.make(stage.tenant_id, model.today).stale
    assert ReadModelRow.objects.filter(tenant_id=stage.tenant_id).count() == 1


def test_a_page_that_began_before_a_model_was_replaced_goes_on_with_the_newest(
    stage: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readmodel, "_kept", readmodel._Kept(1_000_000))
    model = model_of(stage)
    assert model.tree  # opened while it was the newest
    before, newest = model.id, readmodel.make(stage.tenant_id, model.today)
    assert (model.tree, model.id) == (newest.tree, before)
    assert model.classes == newest.classes
    assert model.id == newest.id != before
    ReadModelRow.objects.filter(tenant_id=stage.tenant_id).delete()
    with pytest.raises(readmodel.Replaced):
        _ = model.unit_counts


def test_an_effect_that_a_replacement_came_into_is_worked_out_again(
    stage: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readmodel, "_kept", readmodel._Kept(1_000_000))
    model = model_of(stage)
    asked: list[object] = []

    def work(known: object) -> int:
        asked.append(known)
        if len(asked) == 1:
            readmodel.make(stage.tenant_id, model.today)
            known.student_groups()  # type: ignore[attr-defined]  # Known: opens a part of the model before
        return len(asked)

    assert readmodel._whole(stage.tenant_id, work) == 2
    assert len(asked) == 2
    with pytest.raises(Misconfigured):
        readmodel._whole(stage.tenant_id, lost)


def lost(_: object) -> int:
    raise readmodel.Replaced


def test_another_programs_model_is_not_read(stage: Theatre) -> None:
    ReadModelRow.objects.filter(tenant_id=stage.tenant_id).update(layout="another")
    assert readmodel.of(stage.tenant_id) is None
    with pytest.raises(Misconfigured, match="put together"):
        readmodel.effect_of_rules(stage.tenant_id, saved_rules(stage))


def test_nobody_has_a_model_before_a_read_and_rules(own_stage: Theatre) -> None:
    assert readmodel.of(own_stage.tenant_id) is None
    with pytest.raises(Misconfigured):
        readmodel.make(own_stage.tenant_id, dispatch.today_at(own_stage.at))


# Effects


def test_the_saved_rules_do_nothing_and_nothing_is_stored(stage: Theatre) -> None:
    before = {model: model.objects.count() for model in (Run, ReadModelPart, FindingDay)}
    effect = readmodel.effect_of_rules(stage.tenant_id, saved_rules(stage))
    assert (effect.entering, effect.leaving, effect.moving) == (0, 0, 0)
    assert effect.vendors == {"binogi": (0, 0), "sandbox": (0, 0)}
    assert before == {model: model.objects.count() for model in before}


def test_rules_that_place_nobody_empty_every_vendor(stage: Theatre) -> None:
    placed = model_of(stage).counts["placed"]
    effect = readmodel.effect_of_rules(stage.tenant_id, replace(saved_rules(stage), placement=()))
    assert (effect.placed, effect.leaving, len(effect.sample_out)) == (0, placed, 5)
    assert effect.vendors["sandbox"][0] == 0
    assert effect.vendors["sandbox"][1] > 0


def test_a_unit_that_nobody_has_chosen_any_more_takes_its_people_out(stage: Theatre) -> None:
    units = load.units(stage.tenant_id)
    gone = sorted(units)[0]
    left = {code: unit for code, unit in units.items() if code != gone}
    effect = readmodel.effect_of_rules(stage.tenant_id, saved_rules(stage), left)
    assert effect.leaving == model_of(stage).people.rows_where(unit=gone, fate="placed").total
    assert effect.vendors == {}  # their selections name a unit that would be gone


def test_a_selection_is_counted_beside_the_saved_one(stage: Theatre) -> None:
    selection = selection_from_json(stage.connection().selection)
    same = readmodel.effect_of_selection(stage.tenant_id, "sandbox", selection)
    assert (same.entering, same.leaving) == (0, 0)
    assert same.total == model_of(stage).counts["placed"]
    fewer = readmodel.effect_of_selection(stage.tenant_id, "sandbox", replace(selection, roles=("pupil",)))
    assert (fewer.total, fewer.pupils) == (same.pupils, same.pupils)
    assert fewer.leaving == same.teachers + same.staff


def test_a_vendor_without_a_connection_has_nobody_before(stage: Theatre) -> None:
    selection = selection_from_json(stage.connection().selection)
    found = readmodel.effect_of_selection(stage.tenant_id, "gleerups", selection)
    assert found.entering == found.total > 0


def test_a_selection_that_cannot_be_used_is_refused_in_words(stage: Theatre) -> None:
    selection = replace(selection_from_json(stage.connection().selection), school_units=("99999999",))
    with pytest.raises(Misconfigured):
        readmodel.effect_of_selection(stage.tenant_id, "sandbox", selection)
    with pytest.raises(Misconfigured):
        readmodel.effect_of_selection(stage.tenant_id, "ingen", selection)


# Runs


def test_after_new_rules_one_run_makes_the_school_and_plans_follow_for_what_is_on(stage: Theatre) -> None:
    made = replace(saved_rules(stage), groups=())
    save.rules(stage.tenant_id, rules_to_json(made), author="test", reason="", at=stage.at)
    stage.switch(Mode.OFF, "binogi")
    queued = readmodel.queue_school(stage.tenant_id, stage.at, "member:1")
    assert readmodel.queue_school(stage.tenant_id, stage.at, "member:1") == queued
    following = run.execute(queued[0], worker="test", should_stop=lambda: False)
    facts = claims.facts(queued[0])
    assert (facts.state, facts.kind) == ("done", "school")
    assert Run.objects.get(pk=queued[0]).asked_by == "member:1"
    assert facts.counts["people"] == len(model_of(stage).people)
    assert not model_of(stage).stale
    assert [(each.kind, each.connection_id) for each in map(claims.facts, following)] == [
        ("plan", stage.connection("sandbox").id)
    ]


def test_a_read_is_done_even_when_the_school_cannot_be_made(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Misconfigured("prov", "Det går inte.", "It cannot be done.")

    monkeypatch.setattr(readmodel, "make", refuse)
    read = stage.read()
    assert read.state == "done"
    assert read.counts["school"] == {"error": "prov", "sv": "Det går inte.", "en": "It cannot be done."}


def test_protected_people_are_shown_nowhere(own_stage: Theatre) -> None:
    own_stage.read()
    key = pupils(own_stage)[0]
    name = next(row for row in model_of(own_stage).people.rows_where().rows if row.key == key).name
    rules = {**rules_to_json(saved_rules(own_stage)), "protected": [{"kind": "people", "people": [key]}]}
    draft = readmodel.effect_of_rules(own_stage.tenant_id, parse_rules(rules))
    assert (draft.leaving, draft.sample_out) == (1, ())
    save.rules(own_stage.tenant_id, rules, author="test", reason="", at=datetime(2026, 11, 16, 7, tzinfo=UTC))
    model = readmodel.make(own_stage.tenant_id, dispatch.today_at(own_stage.at))
    row = model.people.row(key)
    assert row is not None
    assert (row.fate, row.name, row.email, row.classes) == (Fate.PROTECTED.value, "", "", ())
    assert name not in [each.name for each in model.people.find(name).rows]
