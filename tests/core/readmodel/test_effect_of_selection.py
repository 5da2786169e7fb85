"""What a draft of a selection is said to do is what it does: compared with the roster that it makes."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.connection import Exclusion, Selection
from skolsynk.core.filters import FILTER_KINDS, SelectionError, parse_filter
from skolsynk.core.readmodel.bodies import READS
from skolsynk.core.readmodel.effect_of_rules import AtVendor, Known
from skolsynk.core.readmodel.effect_of_selection import effect_of_selection
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.parts import Source
from skolsynk.core.rules import Rules
from skolsynk.core.school import Fate, School
from skolsynk.core.selection.candidate import candidate
from skolsynk.core.selection.people import choose
from skolsynk.core.selection.scope import scope_of
from skolsynk.core.snapshot import Container, Person, Snapshot
from skolsynk.core.vendor import Vendor
from skolsynk.sandbox.municipality import CONVENTIONS, make
from tests.core.readmodel.models import OPEN, model_of, sent_to, stored
from tests.core.rules.directory import BJORK, EK, TODAY, UNITS, person, snapshot
from tests.core.schools import any_school, code
from tests.core.test_selection_properties import selections, vendors
from tests.scenarios.conventions import snapshot_of, units_of

AUTUMN = date(2026, 9, 1)
DAY = date(2026, 3, 2)  # of the invented schools


def around(school: School) -> Opened:
    """A read model of a school that no rules made."""
    named = {user.source_key: user for user in school.users.values()}
    people = tuple(
        Person(
            key,
            named[key].user_name if key in named else "",
            "",
            "",
            school.containers.get(school.user_ids[key], ""),
            False,
            False,
            {},
        )
        for key in school.outcomes
    )
    paths = sorted({each.container for each in people} - {""})
    containers = tuple(Container(path, path, path.rpartition("/")[2]) for path in paths)
    directory = Snapshot("prov", "C1", school.at, people, containers, (), (), {})
    return model_of(Source(directory, school, Rules(), {}, DAY))


def check(
    known: Known, school: School, vendor: Vendor, draft: Selection, saved: Selection, only: Collection[str] | None
) -> None:
    codes = {unit.id: unit.school_unit_code for unit in school.school_units.values()}
    gets = sent_to(school, AtVendor(vendor, draft), known.today)
    had = sent_to(school, AtVendor(vendor, saved), known.today)
    assert gets is not None
    assert had is not None
    scope = scope_of(school, draft, vendor, known.today)
    positions = choose(scope).positions
    seen = {
        user.source_key
        for user in school.users.values()
        if only is None or any(codes[unit] in only for unit in candidate(scope, user).units)
    }
    homes, roles = {}, {}
    for user, (enrolments, employments) in positions.items():
        key = school.users[user].source_key
        homes[key] = codes[enrolments[0].school_unit if enrolments else employments[0].employed_at]
        roles[key] = "pupil" if enrolments else candidate(scope, school.users[user]).roles[-1]
    effect = effect_of_selection(known, vendor, draft, saved, only)
    assert effect.total == len(gets & seen)
    assert (effect.entering, effect.leaving) == (len((gets - had) & seen), len((had - gets) & seen))
    assert (effect.pupils, effect.teachers, effect.staff) == tuple(
        sum(roles[key] == role for key in gets & seen) for role in ("pupil", "teacher", "staff")
    )
    assert effect.by_unit == _by(homes[key] for key in gets & seen)
    hidden = {key for key, outcome in school.outcomes.items() if outcome.fate is Fate.PROTECTED}
    for rows, wanted in ((effect.sample_in, (gets - had) & seen), (effect.sample_out, (had - gets) & seen)):
        assert {row.key for row in rows} <= wanted - hidden
        assert len(rows) == min(5, len(wanted - hidden))
    _filters(known, school, vendor, draft, seen, dict(effect.by_filter))


def _by(values: Any) -> dict[str, int]:
    listed = list(values)
    return {value: listed.count(value) for value in sorted(set(listed))}


def _filters(
    known: Known, school: School, vendor: Vendor, draft: Selection, seen: Collection[str], told: dict[str, int]
) -> None:
    """Each filter alone, by the long way."""
    bare = replace(draft, filters=(), not_filters=())
    everybody = sent_to(school, AtVendor(vendor, bare), known.today) or frozenset()
    expected = {}
    for index, block in enumerate(draft.filters):
        for at, each in enumerate(block):
            kept = sent_to(school, AtVendor(vendor, replace(bare, filters=((each,),))), known.today) or frozenset()
            expected[f"filters[{index}][{at}]"] = len((everybody - kept) & set(seen))
    for at, each in enumerate(draft.not_filters):
        kept = sent_to(school, AtVendor(vendor, replace(bare, not_filters=(each,))), known.today) or frozenset()
        expected[f"not_filters[{at}]"] = len((everybody - kept) & set(seen))
    assert told == expected


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), selections, selections, vendors, st.sampled_from((None, {code(1)}, {code(2)})))
def test_any_selection_of_any_school_does_what_is_said(
    seed: int, draft: Selection, saved: Selection, vendor: Vendor, only: set[str] | None
) -> None:
    school = any_school(random.Random(seed))
    check(around(school).known, school, vendor, draft, saved, only)


FILTERS = tuple(
    parse_filter(each)
    for each in (
        {"kind": "class_named", "pattern": "7*"},
        {"kind": "in_group", "group": "*a*", "group_type": "Undervisning"},
        {"kind": "school_year_between", "lowest": 4, "highest": 6},
        {"kind": "address_domain", "domains": ["bjorkvik.example", "edu.bjorkvik.example"]},
        {"kind": "school_type_in", "school_types": ["GR"]},
        {"kind": "employment_role_in", "employment_roles": ["Lärare"]},
        {"kind": "role_in", "roles": ["pupil"]},
        {"kind": "container_under", "org_unit": "/Elever"},
    )
)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_in_a_town_every_kind_of_filter_does_what_is_said(convention: str) -> None:
    town = make(6, 200, convention, AUTUMN, dirt=0.1)
    before = stored(snapshot_of(town), town.rules(), units_of(town), AUTUMN)
    codes, known = tuple(sorted(before.units)), before.model.known
    somebody = before.snapshot.people[:40:13]
    everybody = Selection(codes)
    named = Selection(
        codes,
        filters=((parse_filter({"kind": "person_in", "people": [each.user_name for each in somebody]}),),),
        exclusions=(Exclusion(somebody[0].key, "önskemål"),),
    )
    for draft in (
        *(Selection(codes, filters=((each,),)) for each in FILTERS),
        *(Selection(codes[:1], not_filters=(each,), include_protected=True) for each in FILTERS),
        named,
    ):
        check(known, before.school, OPEN, draft, everybody, None)
        check(known, before.school, replace(OPEN, one_school_unit_per_person=True), everybody, draft, set(codes[:1]))


def test_it_is_known_of_every_kind_of_filter_what_it_looks_at() -> None:
    assert set(READS) == set(FILTER_KINDS.values())


# Warnings


def small() -> Known:
    people = [person(f"p{number}", f"/Elever/Ekskolan/{7 + number % 3}A") for number in range(30)]
    people.append(person("x", "/Elever/Björkskolan/8B"))
    given_rules = {
        "placement": [{"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>[^/]+)"}],
        "role": [{"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"}],
        "classes": [{"kind": "org_unit_leaf", "under": "/Elever", "pattern": "^(?P<name>[0-9].*)$"}],
        "school_year": [{"kind": "class_name"}],
    }
    return stored(snapshot(people), given_rules, UNITS, TODAY).model.known


BOTH = Selection((EK, BJORK))
YEAR_7 = parse_filter({"kind": "school_year_between", "lowest": 7, "highest": 7})
ALL_YEARS = parse_filter({"kind": "school_year_between", "lowest": 0, "highest": 10})


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (BOTH, ()),
        (replace(BOTH, school_units=()), ("Ingen skolenhet är vald", "31 av 31")),
        (replace(BOTH, roles=()), ("Ingen roll är vald", "31 av 31")),
        (replace(BOTH, roles=("staff",)), ("Ingen person uppfyller", "31 av 31")),
        (replace(BOTH, filters=((YEAR_7,),)), ("21 av 31", "Från 1 av de valda skolenheterna")),
        (replace(BOTH, filters=((ALL_YEARS,),)), ("utesluter ingen",)),
        (replace(BOTH, not_filters=(parse_filter({"kind": "role_in", "roles": ["staff"]}),)), ("utesluter ingen",)),
        (replace(BOTH, include_protected=True), ("skyddade personuppgifter",)),
        (replace(BOTH, exclusions=(Exclusion("p1", "x", date(2026, 8, 31)),)), ("1 undantag har gått ut",)),
        (replace(BOTH, exclusions=(Exclusion("ingen@skola.example", "x"),)), ("inte finns i katalogen",)),
        (replace(BOTH, exclusions=(Exclusion("P1@skola.example", "x"),)), ()),
    ],
)
def test_warnings_say_what_is_doubtful_of_a_selection(draft: Selection, told: tuple[str, ...]) -> None:
    effect = effect_of_selection(small(), OPEN, draft, BOTH)
    assert len(effect.warnings) == len(told)
    for words, (swedish, english) in zip(told, effect.warnings, strict=True):
        assert words in swedish
        assert english != swedish


def test_somebody_who_sees_one_unit_is_not_warned_of_others() -> None:
    draft = replace(BOTH, filters=((YEAR_7,),))
    assert effect_of_selection(small(), OPEN, draft, BOTH, {EK}).total == 10
    assert not any("valda" in words for words, _ in effect_of_selection(small(), OPEN, draft, BOTH, {EK}).warnings)


def test_a_draft_that_names_a_unit_which_the_school_lacks_is_refused_and_a_saved_one_sends_nobody() -> None:
    with pytest.raises(SelectionError):
        effect_of_selection(small(), OPEN, Selection(("99999999",)), BOTH)
    assert effect_of_selection(small(), OPEN, BOTH, Selection(("99999999",))).entering == 31
