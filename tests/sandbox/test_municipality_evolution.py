"""Time passes: the directory follows the town as Google would show it, and stays in one piece."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from skolsynk.sandbox.municipality import CONVENTIONS, STEPS, Municipality, evolve, make
from skolsynk.sandbox.municipality.mirror import in_free_order

AUTUMN = date(2026, 9, 1)
ROOT = Path(__file__).resolve().parents[2]
DIGEST = """
import datetime, hashlib
from skolsynk.sandbox.municipality import CONVENTIONS, STEPS, evolve, make
digest = hashlib.sha256()
for convention in CONVENTIONS:
    made = make(5, 300, convention, datetime.date(2026, 9, 1))
    for step in STEPS:
        evolve(made, step, 1)
    parts = made.directory
    digest.update(repr((parts.users, parts.groups, parts.members, parts.org_units, parts.log, made.rules())).encode())
print(digest.hexdigest())
"""
every_convention = pytest.mark.parametrize("convention", CONVENTIONS)


def check_whole(municipality: Municipality) -> None:
    """What must hold whatever happened."""
    directory, truth = municipality.directory, municipality.truth
    assert directory.users.keys() == truth.people.keys()
    paths = {unit["orgUnitPath"] for unit in directory.org_units}
    assert len({path.casefold() for path in paths}) == len(directory.org_units)
    for key, user in directory.users.items():
        assert user["primaryEmail"] == truth.people[key].address
        assert user["orgUnitPath"] in paths
    for group_id, members in directory.members.items():
        assert directory.groups[group_id]["directMembersCount"] == str(len(members))
        for member in members:
            if member["type"] == "USER" and "status" in member:
                assert directory.users[member["id"]]["primaryEmail"] == member["email"]
            if member["type"] == "GROUP":
                assert directory.groups[member["id"]]["email"] == member["email"]
    assert len({(each.unit, each.name) for each in truth.classes.values()}) == len(truth.classes)
    in_classes = [key for each in truth.classes.values() for key in each.pupils]
    assert len(in_classes) == len(set(in_classes))
    for each in truth.classes.values():
        assert {truth.people[key].unit for key in each.pupils} <= {each.unit}
        assert {truth.people[key].year for key in each.pupils} <= {each.year}


@every_convention
def test_two_years_of_days_terms_and_school_years_keep_the_directory_whole(convention: str) -> None:
    municipality = make(21, 900, convention, AUTUMN)
    for number, step in enumerate(("day", "day", "term", "school_year", "day", "term", "school_year", "term")):
        happened = evolve(municipality, step, number)
        assert sum(happened.values()) > 0
        check_whole(municipality)
    assert 600 < len(municipality.directory.users) < 1400


@every_convention
def test_the_same_seeds_give_the_same_future(convention: str) -> None:
    first, second = (make(5, 300, convention, AUTUMN) for _ in range(2))
    for step in STEPS:
        assert evolve(first, step, 9) == evolve(second, step, 9)
    assert first.directory.users == second.directory.users
    assert first.directory.members == second.directory.members
    assert first.directory.log == second.directory.log


def test_the_future_does_not_depend_on_the_process() -> None:
    """Sets iterate differently in each process; nothing may follow their order."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST], env={"PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_day_changes_about_one_person_in_a_hundred() -> None:
    municipality = make(5, 10_000, "org_units", AUTUMN)
    before = dict(municipality.directory.users)
    happened = evolve(municipality, "day", 1)
    after = municipality.directory.users
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    assert 50 <= sum(happened.values()) <= 150
    assert 30 <= len(changed) <= 150


def test_a_day_brings_each_kind_of_change() -> None:
    happened = evolve(make(5, 10_000, "groups", AUTUMN), "day", 1)
    kinds = {
        "moved_in",
        "left",
        "renamed",
        "changed_class",
        "changed_unit",
        "joined_group",
        "changed_teacher",
        "soiled",
    }
    assert {kind for kind in kinds if happened[kind]} == kinds


def test_somebody_who_gets_a_new_address_keeps_the_id_and_the_old_address_as_alias() -> None:
    municipality = make(5, 10_000, "fields", AUTUMN)
    before = {key: user["primaryEmail"] for key, user in municipality.directory.users.items()}
    evolve(municipality, "day", 1)
    renamed = [
        user
        for key, user in municipality.directory.users.items()
        if before.get(key, "") not in ("", user["primaryEmail"])
    ]
    assert renamed
    for user in renamed:
        assert before[user["id"]] in user["aliases"]
        found = municipality.directory.find_user(before[user["id"]])
        assert found is not None
        assert found["id"] == user["id"]


def test_days_stop_before_the_school_year_changes() -> None:
    municipality = make(5, 60, "fields", date(2027, 6, 30))
    with pytest.raises(ValueError, match="1 July"):
        evolve(municipality, "day", 1)


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match="a step is one of"):
        evolve(make(5, 60, "fields", AUTUMN), "week", 1)


def test_at_the_school_year_change_org_units_are_renamed() -> None:
    municipality = make(5, 900, "org_units", AUTUMN)
    before = {unit["orgUnitId"]: unit["name"] for unit in municipality.directory.org_units}
    evolve(municipality, "school_year", 1)
    after = {unit["orgUnitId"]: unit["name"] for unit in municipality.directory.org_units}
    renamed = {(before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]}
    assert ("7A", "8A") in renamed
    assert ("FA", "1A") in renamed
    assert not [name for name in after.values() if "slutat" in name]


def test_at_the_school_year_change_people_move_where_org_units_stay() -> None:
    municipality = make(5, 900, "unit_first", AUTUMN)
    before = {unit["orgUnitId"]: unit["orgUnitPath"] for unit in municipality.directory.org_units}
    evolve(municipality, "school_year", 1)
    after = {unit["orgUnitId"]: unit["orgUnitPath"] for unit in municipality.directory.org_units}
    assert all(before[key] == after[key] for key in before.keys() & after.keys())


def test_at_the_school_year_change_some_class_groups_are_renamed_and_some_used_again() -> None:
    municipality = make(5, 3000, "groups", AUTUMN)
    before = {
        key: (group["email"], members_of(municipality, key)) for key, group in municipality.directory.groups.items()
    }
    evolve(municipality, "school_year", 1)
    kinds = set()
    for key, group in municipality.directory.groups.items():
        if key in before and group["email"].startswith("klass-"):
            address, members = before[key]
            same = len(members & members_of(municipality, key)) > len(members) / 2
            kinds.add((group["email"] == address, same))
    assert {(False, True), (True, False)} <= kinds


def test_classes_of_upper_secondary_school_keep_their_names() -> None:
    municipality = make(5, 900, "gymnasium_mixed", AUTUMN)
    before = {uid: each.name for uid, each in municipality.truth.classes.items()}
    evolve(municipality, "school_year", 1)
    after = {uid: each.name for uid, each in municipality.truth.classes.items()}
    kept = before.keys() & after.keys()
    assert kept
    assert {before[uid] for uid in kept} == {after[uid] for uid in kept}
    assert municipality.directory.find_org_unit("/Elever/2027") is not None


def test_names_that_wait_for_each_other_in_a_ring_are_refused() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        in_free_order({1: "b", 2: "a"}, lambda key, target: False, lambda key, target: None)


def members_of(municipality: Municipality, group_id: str) -> set[str]:
    return {member["id"] for member in municipality.directory.members[group_id]}
