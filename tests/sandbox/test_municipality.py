"""The generator: the same from the same seed, of the size asked for, in Google's shapes, and true to its town."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from skolsynk.core.rules import parse_rules, rules_to_json
from skolsynk.sandbox.municipality import CONVENTIONS, Municipality, make, to_register
from skolsynk.sandbox.municipality.names import free_address, plain, slug, unit_names
from skolsynk.sandbox.municipality.register import COLUMNS
from skolsynk.sandbox.municipality.town import DIRT

AUTUMN = date(2026, 9, 1)
REGISTER = Path(__file__).resolve().parents[3] / "shared" / "data" / "school-unit-register-2019.csv"
every_convention = pytest.mark.parametrize("convention", CONVENTIONS)


def content(municipality: Municipality) -> tuple[object, ...]:
    directory = municipality.directory
    return (directory.users, directory.groups, directory.members, directory.org_units, directory.customer)


@every_convention
def test_the_same_seed_gives_the_same_directory(convention: str) -> None:
    first, second = (make(5, 300, convention, AUTUMN) for _ in range(2))
    assert content(first) == content(second)
    assert first.truth == second.truth


def test_another_seed_gives_another_directory() -> None:
    first, second = (make(seed, 300, "org_units", AUTUMN) for seed in (1, 2))
    assert not first.directory.users.keys() & second.directory.users.keys()
    assert first.directory.customer_id != second.directory.customer_id


@every_convention
@pytest.mark.parametrize("people", [50, 137, 1000, 4321])
def test_there_are_as_many_people_as_asked_for_and_four_fifths_are_pupils(convention: str, people: int) -> None:
    municipality = make(3, people, convention, AUTUMN)
    roles = Counter(person.role for person in municipality.truth.people.values())
    assert len(municipality.directory.users) == people
    assert roles["pupil"] == people * 8 // 10
    assert roles["teacher"] > roles["staff"] > 0


def test_fewer_than_fifty_people_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        make(1, 49, "org_units", AUTUMN)


def test_classes_have_between_fifteen_and_thirty_pupils() -> None:
    sizes = [len(each.pupils) for each in make(4, 6000, "org_units", AUTUMN).truth.classes.values()]
    usual = [size for size in sizes if 15 <= size <= 30]
    assert len(usual) > 0.97 * len(sizes)


def test_a_municipality_has_all_kinds_of_schools() -> None:
    kinds = {unit["kind"] for unit in make(4, 6000, "org_units", AUTUMN).school_units}
    assert kinds == {"F-6", "F-9", "7-9", "gymnasium", "anpassad", "vux"}


def test_class_names_stand_in_several_school_units() -> None:
    names = Counter(each.name for each in make(4, 3000, "fields", AUTUMN).truth.classes.values())
    assert names["7A"] > 1


def test_a_joint_authority_has_upper_secondary_classes_of_two_units_in_one_org_unit() -> None:
    municipality = make(4, 1000, "gymnasium_mixed", AUTUMN)
    pupils = municipality.directory.users_at("/Elever/2025")
    units = {municipality.truth.people[pupil["id"]].unit for pupil in pupils}
    assert len(units) > 1
    assert {municipality.truth.people[pupil["id"]].year for pupil in pupils} == {2}


@every_convention
def test_one_to_three_people_in_a_hundred_are_wrong_in_some_way(convention: str) -> None:
    municipality = make(6, 2000, convention, AUTUMN)
    dirty = [person for person in municipality.truth.people.values() if person.dirt]
    assert 0.01 * 2000 <= len(dirty) <= 0.03 * 2000
    assert {kind for person in dirty for kind in person.dirt} == set(CONVENTIONS[convention].dirt)
    assert set(CONVENTIONS[convention].dirt) <= set(DIRT)


@every_convention
def test_users_have_googles_shape(convention: str) -> None:
    directory = make(7, 300, convention, AUTUMN).directory
    paths = {unit["orgUnitPath"] for unit in directory.org_units}
    for key, user in directory.users.items():
        assert user["id"] == key
        assert re.fullmatch(r"[0-9]{21}", key)
        assert user["orgUnitPath"] in paths
        assert user["customerId"] == directory.customer_id
        assert isinstance(user["suspended"], bool)
        assert isinstance(user["archived"], bool)
        assert set(user["name"]) == {"givenName", "familyName", "fullName"}
        assert user["emails"][0] == {"address": user["primaryEmail"], "primary": True}
    addresses = [user["primaryEmail"].casefold() for user in directory.users.values()]
    assert len(addresses) == len(set(addresses))
    assert all(address.isascii() for address in addresses)


@every_convention
def test_groups_and_members_have_googles_shape(convention: str) -> None:
    directory = make(7, 300, convention, AUTUMN).directory
    assert len({group["email"] for group in directory.groups.values()}) == len(directory.groups)
    for key, group in directory.groups.items():
        members = directory.members[key]
        assert group["directMembersCount"] == str(len(members))
        assert len({member["id"] for member in members}) == len(members)
        for member in members:
            assert member["role"] in ("OWNER", "MANAGER", "MEMBER")
            known = {"USER": directory.users, "GROUP": directory.groups}.get(member["type"], {directory.customer_id: 0})
            assert (member["id"] in known) == (member["type"] == "CUSTOMER" or "status" in member)
            assert ("email" in member) == (member["type"] != "CUSTOMER")


def test_there_are_nested_groups_foreign_members_and_a_group_of_everybody() -> None:
    directory = make(7, 1000, "groups", AUTUMN).directory
    members = [member for held in directory.members.values() for member in held]
    assert {member["type"] for member in members} == {"USER", "GROUP", "CUSTOMER"}
    assert any(member["type"] == "USER" and "status" not in member for member in members)


def test_org_units_name_their_parents() -> None:
    directory = make(7, 300, "unit_first", AUTUMN).directory
    ids = {unit["orgUnitPath"]: unit["orgUnitId"] for unit in directory.org_units} | {"/": directory.root_id}
    assert len(set(ids.values())) == len(ids)
    for unit in directory.org_units:
        assert unit["parentOrgUnitPath"].rstrip("/") + "/" + unit["name"] == unit["orgUnitPath"]
        assert unit["parentOrgUnitId"] == ids[unit["parentOrgUnitPath"]]


def test_the_administrator_is_a_super_administrator() -> None:
    municipality = make(7, 60, "fields", AUTUMN)
    admin = municipality.directory.find_user(municipality.admin_email)
    assert admin is not None
    assert admin["isAdmin"]
    assert [each["assignedTo"] for each in municipality.directory.role_assignments] == [admin["id"]]


@every_convention
def test_rules_are_well_formed(convention: str) -> None:
    municipality = make(8, 400, convention, AUTUMN)
    rules = parse_rules(municipality.rules())
    assert parse_rules(rules_to_json(rules)) == rules


@every_convention
def test_everybody_in_school_is_in_an_org_unit_marked_as_school(convention: str) -> None:
    municipality = make(8, 400, convention, AUTUMN)
    marked = tuple(f"{path}/" for path in municipality.containers())
    for key, person in municipality.truth.people.items():
        path = municipality.directory.users[key]["orgUnitPath"] + "/"
        assert person.role == "nobody" or path.startswith(marked)


def test_register_rows_have_the_columns_and_invented_codes() -> None:
    rows = to_register(make(8, 3000, "org_units", AUTUMN).school_units)
    assert all(tuple(row) == COLUMNS for row in rows)
    assert all(re.fullmatch(r"9900[0-9]{4}", row["school_unit_code"]) for row in rows)
    assert len({row["name"] for row in rows}) == len(rows)


@pytest.mark.skipif(not REGISTER.exists(), reason="the real register is not kept with the code")
def test_no_invented_code_is_in_the_real_register() -> None:
    with REGISTER.open(encoding="utf-8") as lines:
        assert not [row for row in csv.DictReader(lines) if row["school_unit_code"].startswith("9900")]


def test_addresses_are_plain_and_never_given_twice() -> None:
    taken: set[str] = set()
    addresses = [free_address("Åse-Marie", "von Essén", "x.example", taken) for _ in range(3)]
    assert addresses == [f"ase-marie.von.essen{number}@x.example" for number in ("", "2", "3")]
    assert plain("Désirée") == "desiree"
    assert slug("Norra Ängsskolan") == "norraangsskolan"


def test_large_municipalities_have_a_name_for_each_school_unit() -> None:
    municipality = make(9, 20_000, "gymnasium_mixed", AUTUMN)
    names = [slug(unit["name"]) for unit in municipality.school_units]
    assert len(names) == len(set(names))
    assert len(set(unit_names(Random(1), 900))) == 900
