"""One person's part explains her exactly as the whole directory and the whole school do."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel.frame import MOST_CHUNKS, chunk_of, chunks_for
from skolsynk.core.rules import explain_person
from skolsynk.core.selection import explain_selection
from skolsynk.core.snapshot import MemberKind, Snapshot
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.vendor import Vendor
from skolsynk.sandbox.municipality import CONVENTIONS, make
from tests.core.readmodel.models import OPEN, Stored, stored
from tests.core.readmodel.test_effect_of_selection import FILTERS, around
from tests.core.rules.directory import BJORK, EK, TODAY, UNITS
from tests.core.rules.test_rules_properties import directories
from tests.core.schools import any_school
from tests.core.test_selection_properties import selections, vendors
from tests.scenarios.conventions import snapshot_of, units_of

AUTUMN = date(2026, 9, 1)
NARROW = replace(OPEN, one_class_per_pupil=True, one_school_unit_per_person=True, unique_class_names=True)


def check(before: Stored, selection: Selection, vendor: Vendor) -> None:
    for person in before.snapshot.people:
        part = before.model.person(person.key)
        assert part is not None
        assert part.snapshot.people == (person,)
        assert {key for each in part.snapshot.groups for key, kind, _ in each.members if kind is MemberKind.PERSON} <= {
            person.key
        }
        narrowed = explain_person(part.snapshot, before.rules, before.units, person.key, before.today)
        assert narrowed == explain_person(before.snapshot, before.rules, before.units, person.key, before.today)
        user = before.school.user_ids.get(person.key)
        assert part.school.user_ids.get(person.key) == user
        if user:
            told, whole = (
                explain_selection(school, selection, vendor, user, before.today)
                for school in (part.school, before.school)
            )
            assert told == whole


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_in_a_town_everybody_is_explained_the_same(convention: str) -> None:
    town = make(7, 120, convention, AUTUMN, dirt=0.2)
    before = stored(snapshot_of(town), town.rules(), units_of(town), AUTUMN)
    codes = tuple(sorted(before.units))
    check(before, Selection(codes[:2], filters=(FILTERS[:2], FILTERS[2:3])), NARROW)
    check(before, Selection(codes, not_filters=FILTERS[1:2]), OPEN)


@settings(max_examples=100, deadline=None)
@given(directories())
def test_in_any_directory_everybody_is_explained_the_same(case: tuple[Snapshot, dict[str, Any]]) -> None:
    directory, given_rules = case
    check(stored(directory, given_rules, UNITS, TODAY), Selection((EK, BJORK)), NARROW)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), selections, vendors)
def test_in_any_school_everybody_is_explained_the_same(seed: int, selection: Selection, vendor: Vendor) -> None:
    school = any_school(random.Random(seed))
    model = around(school)
    for key, user in school.user_ids.items():
        part = model.person(key)
        assert part is not None
        assert explain_selection(part.school, selection, vendor, user) == explain_selection(
            school, selection, vendor, user
        )


def test_somebody_whom_the_directory_lacks_has_no_part() -> None:
    assert stored(Snapshot("google", "C1", around_at(), (), (), (), (), {}), {}, UNITS, TODAY).model.person("x") is None


def around_at() -> Any:
    return any_school(random.Random(1)).at


def test_people_are_spread_over_chunks_and_found_in_the_same_again() -> None:
    assert [chunks_for(people) for people in (0, 199, 400, 50_000, 1_000_000)] == [1, 1, 2, 250, MOST_CHUNKS]
    keys = [ResourceId(f"{number:021d}") for number in range(5000)]
    sizes = [sum(chunk_of(key, 25) == chunk for key in keys) for chunk in range(25)]
    assert min(sizes) > 100
