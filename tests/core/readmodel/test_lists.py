"""People are found as they are written about, and lists and counts agree with the school."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.people import PeopleIndex, encode_people
from skolsynk.core.readmodel.values import FieldRow, GroupRow, Heads, PersonRow
from skolsynk.core.school import Fate, Severity
from skolsynk.core.snapshot import Person
from skolsynk.sandbox.municipality import CONVENTIONS, make
from tests.core.readmodel.models import stored
from tests.core.rules.directory import BJORK, EK, TODAY, UNITS, group, person, snapshot
from tests.scenarios.conventions import snapshot_of, units_of

AUTUMN = date(2026, 9, 1)
RULES = {
    "placement": [
        {"kind": "org_unit", "org_unit": "/Elever/Ekskolan", "school_unit": EK},
        {"kind": "org_unit_pattern", "pattern": "^/Personal/(?P<unit>[^/]+)"},
    ],
    "role": [
        {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
        {"kind": "org_unit", "org_unit": "/Personal", "role": "teacher"},
        {"kind": "org_unit", "org_unit": "/Personal/Ekskolan/Gäster", "role": "nobody"},
    ],
    "classes": [{"kind": "group", "match": "email", "pattern": "^klass-(?P<name>[^@]+)@"}],
    "groups": [{"kind": "group", "match": "email", "pattern": "^ma"}],
    "never": [{"kind": "org_unit", "org_unit": "/Elever/Ekskolan/Slutat"}],
    "protected": [{"kind": "people", "people": ["hemlig"]}],
}


def named(key: str, given: str, family: str, container: str = "/Elever/Ekskolan", **more: str) -> Person:
    made = person(key, container, **more)
    return made._replace(given_name=given, family_name=family, user_name=f"{key}@skola.example")


def small() -> Opened:
    people = [
        named("asa", "Åsa", "Öberg"),
        named("anna", "Anna", "Lind", organizations__title="Elev"),
        named("annika", "Annika", "Lindström", "/Elever/Ekskolan/Slutat"),
        named("desiree", "Désirée", "Ek", "/Personal/Ekskolan", organizations__title="Lärare"),
        named("bo", "Bo", "Asp", "/Personal/Björkskolan", organizations__title="Lärare"),
        named("hemlig", "Hanna", "Hemlig", organizations__title="Elev"),
        named("vilse", "Vera", "Vilse", "/Elever/Okända"),
        named("gast", "Gun", "Gäst", "/Personal/Ekskolan/Gäster"),
        named("borta", "Berit", "Borta")._replace(suspended=True),
        named("fel", "Frida", "Fel")._replace(user_name="fel"),
    ]
    groups = [
        group("klass-7a", "asa", "anna", "hemlig", "desiree!"),
        group("klass-10a", "asa"),
        group("ma", "anna", "desiree", "bo"),
    ]
    return stored(snapshot(people, groups), RULES, UNITS, TODAY).model


def keys(rows: tuple[PersonRow, ...]) -> list[str]:
    return [row.key for row in rows]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("anna", ["anna"]),
        ("lind", ["anna", "annika"]),
        ("LIND anna", ["anna"]),
        ("asa", ["asa"]),
        ("oberg", ["asa"]),
        ("ås öb", ["asa"]),
        ("åberg", []),
        ("desiree ek", ["desiree"]),
        ("Désirée", ["desiree"]),
        ("bo@skola.example", ["bo"]),
        ("hanna", []),
        ("hemlig@skola", []),
        ("hemlig", ["hemlig"]),
        ("finns inte", []),
    ],
)
def test_people_are_found_by_name_and_address_without_case_and_accents(typed: str, found: list[str]) -> None:
    assert keys(small().people.find(typed).rows) == found


def test_nothing_typed_lists_everybody_in_swedish_order_and_nobody_protected() -> None:
    people = small().people
    found = people.find("  ")
    assert keys(found.rows) == ["anna", "annika", "borta", "bo", "desiree", "fel", "gast", "vilse", "asa"]
    assert (found.total, len(people)) == (9, 10)
    assert keys(people.find("", offset=2, limit=2).rows) == ["borta", "bo"]


def test_people_are_found_by_source_key_and_by_uuid() -> None:
    people = small().people
    row = people.row("anna")
    assert row is not None
    assert people.by_id(row.id) == row
    assert keys(people.find(row.id.upper()).rows) == ["anna"]
    assert people.row("ingen") is people.by_id("ingen") is None


def test_somebody_protected_is_shown_without_a_name() -> None:
    row = small().people.row("hemlig")
    assert row is not None
    assert row.id
    assert row[2:] == ("", "", "", "protected", "", (), (), None, "", False, False)
    assert small().people.find(row.id).total == 1


def test_people_limited_to_some_units_find_only_theirs() -> None:
    people = small().people
    assert keys(people.find("a", only={BJORK}).rows) == ["bo"]
    assert people.find("anna", only={BJORK}).total == 0
    assert people.find("hemlig", only={EK}).total == 0
    assert keys(people.rows_where(only={EK}).rows) == ["anna", "desiree", "fel", "asa"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"unit": EK}, ["anna", "desiree", "fel", "asa"]),
        ({"role": "teacher"}, ["bo", "desiree"]),
        ({"fate": "placed", "role": "pupil"}, ["anna", "asa"]),
        ({"fate": "broken"}, ["fel", "vilse"]),
        ({"fate": "decided"}, ["annika", "borta", "gast"]),
        ({"fate": "protected"}, ["hemlig"]),
        ({"class_name": "7a"}, ["anna", "desiree", "asa"]),
        ({"container": "/elever/EKSKOLAN"}, ["anna", "annika", "borta", "fel", "asa"]),
        ({"container": "/Elev"}, []),
    ],
)
def test_lists_narrow_by_each_condition(asked: dict[str, Any], found: list[str]) -> None:
    assert keys(small().people.rows_where(**asked).rows) == found


def test_a_row_says_what_lists_show() -> None:
    row = small().people.row("asa")
    assert row is not None
    assert row._replace(id="") == PersonRow(
        "asa", "", "Åsa Öberg", "asa@skola.example", "pupil", "placed", "", (EK,), ("7a", "10a"), None,
        "/Elever/Ekskolan", False, False,
    )  # fmt: skip


def test_the_tree_says_what_became_of_everybody_and_where_units_come_from() -> None:
    nodes = {node.path: node for node in small().tree}
    assert nodes["/"].below == Heads(pupils=2, teachers=2, staff=0, nobody=3, unplaced=2, suspended=1)
    assert nodes["/Elever/Ekskolan"].own == Heads(pupils=2, nobody=1, unplaced=1, suspended=1)
    assert nodes["/Elever"].own == Heads()
    how = {path: (node.how, node.unit) for path, node in nodes.items()}
    assert how == {
        "/": ("none", ""),
        "/Elever": ("none", ""),
        "/Elever/Ekskolan": ("own", EK),
        "/Elever/Ekskolan/Slutat": ("ignored", ""),
        "/Elever/Okända": ("none", ""),
        "/Personal": ("none", ""),
        "/Personal/Björkskolan": ("pattern", BJORK),
        "/Personal/Ekskolan": ("pattern", EK),
        "/Personal/Ekskolan/Gäster": ("ignored", ""),
    }
    assert nodes["/Personal/Ekskolan/Gäster"].rule == "role[2] org_unit /Personal/Ekskolan/Gäster"
    assert Heads().__add__(3) is NotImplemented


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_in_a_town_counts_agree_with_the_school(convention: str) -> None:
    town = make(8, 400, convention, AUTUMN, dirt=0.1)
    before = stored(snapshot_of(town), town.rules(), units_of(town), AUTUMN)
    model, school = before.model, before.school
    placed = [outcome for outcome in school.outcomes.values() if outcome.fate is Fate.PLACED]
    root = next(node for node in model.tree if node.depth == 0)
    assert sum(root.below) == len(before.snapshot.people) == model.counts["people"]
    assert root.below[:3] == tuple(sum(each.role == role for each in placed) for role in ("pupil", "teacher", "staff"))
    assert sum(each.pupils for each in model.unit_counts.values()) == root.below.pupils == model.counts["pupils"]
    assert model.unit_counts.keys() == before.units.keys()
    hidden = {school.user_ids.get(key) for key, each in school.outcomes.items() if each.fate is Fate.PROTECTED}
    assert {(row.id, row.members, row.teachers) for row in model.classes} == {
        (each.id, len({*each.members} - hidden), len({*each.teachers} - hidden))
        for each in school.student_groups.values()
    }
    for cause in model.causes_under({}):
        assert model.findings(cause.code) == tuple(each for each in school.findings if each.code == cause.code)
        assert sum(cause.units.values()) == len(model.findings(cause.code))
    assert model.findings("påhittad") == ()
    for row in model.people.rows_where(limit=1000).rows:
        user = school.users.get(school.user_ids.get(row.key, ""))  # type: ignore[call-overload]  # "" is no id
        assert bool(row.units) >= bool(user)


def test_causes_come_worst_first_and_say_whom_they_keep_from_a_vendor() -> None:
    causes = small().causes_under(
        {
            "alla": Selection((EK, BJORK)),
            "bjork": Selection((BJORK,)),
            "lärare": Selection((EK,), roles=("teacher",)),
            "inga": Selection((), roles=()),
        }
    )
    assert [(cause.code, cause.severity, cause.people) for cause in causes] == [
        ("invalid_email", Severity.ERROR, 1),
        ("no_school_unit", Severity.ERROR, 1),
        ("protected_identity", Severity.ERROR, 1),
        ("pupil_in_several_classes", Severity.WARNING, 1),
        ("teacher_from_other_unit", Severity.WARNING, 1),
    ]
    released = {cause.code: cause.released for cause in causes}
    assert released["invalid_email"] == {"alla": 1, "bjork": 0, "lärare": 0, "inga": 0}
    assert released["no_school_unit"] == {"alla": 1, "bjork": 1, "lärare": 0, "inga": 0}
    assert released["pupil_in_several_classes"]["alla"] == 0


def test_fields_and_groups_are_listed_without_protected_people() -> None:
    model = small()
    assert model.fields == (FieldRow("organizations.title", 3, (("Lärare", 2), ("Elev", 1))),)
    assert GroupRow("klass-7a", "klass-7a@skola.example", "klass-7a", 4) in model.groups


def test_an_index_of_nobody_is_empty() -> None:
    people = PeopleIndex(encode_people(()))
    assert (len(people), people.find("x").total, people.rows_where().total) == (0, 0, 0)
