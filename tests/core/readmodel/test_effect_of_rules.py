"""What a draft of the rules is said to do is what it does: compared with the whole school built anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.connection import Exclusion, Selection
from skolsynk.core.filters import parse_filter
from skolsynk.core.readmodel.effect_of_rules import AtVendor, effect_of_rules
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.parts import Source
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Rules, parse_rules
from skolsynk.core.school import Fate
from skolsynk.core.snapshot import Snapshot
from skolsynk.sandbox.municipality import CONVENTIONS, make
from tests.core.readmodel.models import OPEN, Stored, counted, model_of, school_of, sent_to, stored, whole
from tests.core.rules.directory import BJORK, EK, TODAY, UNITS, group, person, snapshot
from tests.core.rules.test_rules_properties import directories, rules
from tests.scenarios.conventions import snapshot_of, units_of

AUTUMN = date(2026, 9, 1)
SELECTIONS = (
    Selection((EK, BJORK)),
    Selection((EK,), roles=("pupil",), filters=((parse_filter({"kind": "class_named", "pattern": "7*"}),),)),
    Selection((EK, BJORK), filters=((parse_filter({"kind": "in_group", "group": "*"}),),)),
    Selection(
        (EK, BJORK),
        filters=((parse_filter({"kind": "school_year_between", "lowest": 7, "highest": 8}),),),
        not_filters=(parse_filter({"kind": "container_under", "org_unit": "/elever/ekskolan"}),),
        include_protected=True,
    ),
    Selection(
        (EK, BJORK),
        not_filters=(
            parse_filter({"kind": "address_domain", "domains": ["skola.example"]}),
            parse_filter({"kind": "person_in", "people": ["p2"]}),
        ),
        exclusions=(Exclusion("p1", "önskemål"), Exclusion("A@skola.example", "önskemål")),
    ),
    Selection((EK, BJORK), filters=((parse_filter({"kind": "school_type_in", "school_types": ["GR"]}),),)),
)
CONNECTIONS = tuple(
    AtVendor(replace(OPEN, slug=f"prov-{number}"), selection) for number, selection in enumerate(SELECTIONS)
)


def check(
    before: Stored,
    draft: Rules,
    units: Mapping[str, RegisteredUnit],
    connections: Collection[AtVendor] = (),
    only: Collection[str] | None = None,
) -> None:
    """Every count of the effect, worked out on whole schools."""
    effect = effect_of_rules(before.model.known, draft, units, connections, only)
    then_school = school_of(before.snapshot, draft, units, before.today)
    now, then = whole(before.school), whole(then_school)
    after = model_of(Source(before.snapshot, then_school, draft, units, before.today))
    seen = _seen(before, after, only)
    placed_now, placed_then = now.placed.keys() & seen, then.placed.keys() & seen
    moved = {key for key in placed_now & placed_then if now.placed[key] != then.placed[key]}
    assert effect.total == len(seen)
    assert effect.placed == len(placed_then)
    assert (effect.entering, effect.leaving) == (len(placed_then - placed_now), len(placed_now - placed_then))
    assert effect.moving == len(moved)
    assert effect.by_role == _by(then.placed[key][0] for key in placed_then)
    assert effect.by_unit == _by(then.main[key] for key in placed_then)
    new, gone = ({each for each in one if _told(each, seen, only)} for one in (then.findings, now.findings))
    assert effect.findings_new == counted(new - gone)
    assert effect.findings_gone == counted(gone - new)
    hidden = {key for each in (now, then) for key, fate in each.fates.items() if fate is Fate.PROTECTED}
    _samples(effect.sample_in, placed_then - placed_now - hidden)
    _samples(effect.sample_out, placed_now - placed_then - hidden)
    _samples(effect.sample_moving, moved)
    for row in (*effect.sample_in, *effect.sample_moving):
        assert (row.role, frozenset(row.units)) == then.placed[row.key]
    for each in connections:
        had, gets = (sent_to(school, each, before.today) for school in (before.school, then_school))
        if had is None or gets is None:
            assert each.vendor.slug not in effect.vendors
        else:
            expected = len((gets - had) & seen), len((had - gets) & seen)
            assert effect.vendors[each.vendor.slug] == expected, each.selection


def _seen(before: Stored, after: Opened, only: Collection[str] | None) -> set[str]:
    """Who is at these school units today or would be then, as far as the rules know."""
    if only is None:
        return {each.key for each in before.snapshot.people}
    lists = (model.people.rows_where(only=only, limit=len(before.snapshot.people)) for model in (before.model, after))
    return {row.key for found in lists for row in found.rows}


def _told(each: tuple[str, str, str], seen: Collection[str], only: Collection[str] | None) -> bool:
    return each[2] in seen if each[1] == "person" else only is None


def _by(values: Any) -> dict[str, int]:
    return counted((value, "", "") for value in values)


def _samples(rows: Collection[Any], wanted: Collection[str]) -> None:
    assert {row.key for row in rows} <= set(wanted)
    assert len({row.key for row in rows}) == len(rows) == min(5, len(wanted))


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_same_rules_do_nothing(convention: str) -> None:
    town = make(3, 400, convention, AUTUMN, dirt=0.1)
    before = stored(snapshot_of(town), town.rules(), units_of(town), AUTUMN)
    effect = effect_of_rules(before.model.known, before.rules, before.units, CONNECTIONS[:0])
    assert (effect.entering, effect.leaving, effect.moving) == (0, 0, 0)
    assert (effect.findings_new, effect.findings_gone) == ({}, {})
    check(before, before.rules, before.units)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_in_a_town_each_rule_that_is_taken_away_does_what_is_said(convention: str) -> None:
    town = make(4, 250, convention, AUTUMN, dirt=0.1)
    before = stored(snapshot_of(town), town.rules(), units_of(town), AUTUMN)
    codes = tuple(sorted(before.units))
    connections = [each._replace(selection=replace(each.selection, school_units=codes)) for each in CONNECTIONS]
    for section, given_rules in town.rules().items():
        for at in range(min(2, len(given_rules))):
            fewer = {**town.rules(), section: [*given_rules[:at], *given_rules[at + 1 :]]}
            check(before, parse_rules(fewer), before.units, connections)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_in_a_town_a_unit_that_is_taken_away_does_what_is_said(convention: str) -> None:
    town = make(5, 250, convention, AUTUMN, dirt=0.1)
    before = stored(snapshot_of(town), town.rules(), units_of(town), AUTUMN)
    gone, *left = sorted(before.units)
    units = {code: before.units[code] for code in left}
    connections = [AtVendor(OPEN, Selection(tuple(left))), AtVendor(replace(OPEN, slug="alla"), Selection((gone,)))]
    check(before, before.rules, units, connections)
    check(before, before.rules, units, connections[:1], only={gone})


@settings(max_examples=100, deadline=None)
@given(directories(), rules, st.sampled_from((None, {EK}, {BJORK})))
def test_any_draft_on_any_directory_does_what_is_said(
    case: tuple[Snapshot, dict[str, Any]], draft: dict[str, Any], only: set[str] | None
) -> None:
    directory, given_rules = case
    before = stored(directory, given_rules, UNITS, TODAY)
    check(before, parse_rules(draft), UNITS, CONNECTIONS, only)


@settings(max_examples=60, deadline=None)
@given(directories(), rules)
def test_other_school_units_do_what_is_said(case: tuple[Snapshot, dict[str, Any]], draft: dict[str, Any]) -> None:
    directory, given_rules = case
    before = stored(directory, given_rules, UNITS, TODAY)
    units = {EK: UNITS[EK]._replace(school_types=("GY",)), BJORK: UNITS[BJORK]}
    check(before, parse_rules(draft), units, CONNECTIONS)


@given(directories())
def test_by_rule_counts_each_person_once_for_each_rule(case: tuple[Snapshot, dict[str, Any]]) -> None:
    directory, given_rules = case
    before = stored(directory, given_rules, UNITS, TODAY)
    effect = effect_of_rules(before.model.known, before.rules, UNITS, ())
    assert all(0 < count <= len(directory.people) for label, count in effect.by_rule.items())
    roles = sum(count for label, count in effect.by_rule.items() if label.startswith("role["))
    placed = sum(outcome.fate is Fate.PLACED for outcome in before.school.outcomes.values())
    assert roles >= placed


PUPILS_AND_TEACHERS = {
    "placement": [{"kind": "org_unit_pattern", "pattern": "^/(?:Elever|Personal)/(?P<unit>[^/]+)"}],
    "role": [
        {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
        {"kind": "org_unit", "org_unit": "/Personal", "role": "teacher"},
    ],
}


@pytest.mark.parametrize(
    "draft",
    [
        {"protected": [{"kind": "people", "people": ["a", "B@skola.example"]}]},
        {"placement": [{"kind": "org_unit", "org_unit": "/Elever", "school_unit": "99999999"}]},
        {"classes": [{"kind": "group", "group": "ma"}], "groups": [{"kind": "group", "match": "name", "pattern": "m"}]},
        {"groups": [{"kind": "group", "group": "ma"}, {"kind": "group", "group": "saknas"}]},
        {"groups": [{"kind": "group", "group": "alla", "teachers": "owners"}]},
        {"never": [{"kind": "archived", "keep": True}, {"kind": "group", "group": "ma"}]},
    ],
)
def test_every_way_of_naming_people_groups_and_units_does_what_is_said(draft: dict[str, Any]) -> None:
    people = [person("a"), person("b", "/Elever/Ekskolan/7B"), person("c", "/Personal/Ekskolan"),
              person("d", "/Personal/Björkskolan")]  # fmt: skip
    groups = [group("ma", "a", "c!", "d", "&alla"), group("alla", "b", "d!", "&ma", "&okänd!"), group("mx", "d")]
    before = stored(snapshot(people, groups), PUPILS_AND_TEACHERS, UNITS, TODAY)
    check(before, parse_rules({**PUPILS_AND_TEACHERS, **draft}), UNITS, CONNECTIONS)
    protected = stored(snapshot(people, groups), {**PUPILS_AND_TEACHERS, **draft}, UNITS, TODAY)
    check(protected, parse_rules(PUPILS_AND_TEACHERS), UNITS, CONNECTIONS)
    check(protected, parse_rules({**PUPILS_AND_TEACHERS, **draft}), UNITS, CONNECTIONS)


def test_by_rule_says_what_each_rule_decides() -> None:
    people = [
        person("a"), person("b", "/Elever/Ekskolan/7B"), person("c", "/Personal/Ekskolan"), person("d", "/Övriga"),
        person("e", organizations__title="Ledig"),
    ]  # fmt: skip
    given_rules = {
        "placement": [{"kind": "org_unit_pattern", "pattern": "^/(?:Elever|Personal)/(?P<unit>[^/]+)"}],
        "role": [
            {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
            {"kind": "org_unit", "org_unit": "/Personal", "role": "teacher"},
        ],
        "classes": [{"kind": "org_unit_leaf", "under": "/Elever"}],
        "groups": [{"kind": "group", "match": "email", "pattern": "^ma"}],
        "school_year": [{"kind": "class_name"}],
        "never": [{"kind": "person", "person": "e@skola.example", "reason": "tjänstledig"}],
    }
    before = stored(snapshot(people, [group("ma", "a", "b", "c!", "d")]), given_rules, UNITS, TODAY)
    effect = effect_of_rules(before.model.known, before.rules, UNITS, ())
    assert effect.by_rule == {
        "placement[0] org_unit_pattern ^/(?:Elever|Personal)/(?P<unit>[^/]+)": 3,
        "role[0] org_unit /Elever": 2,
        "role[1] org_unit /Personal": 1,
        "classes[0] org_unit_leaf /Elever": 2,
        "school_year[0] class_name": 2,
        "groups[0] group ^ma": 3,
        "never[0] person: tjänstledig": 1,
    }
    narrowed = effect_of_rules(before.model.known, before.rules, UNITS, (), only={BJORK})
    assert (narrowed.total, narrowed.by_rule) == (0, {})
