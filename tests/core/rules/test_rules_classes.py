"""Classes, teaching groups and school years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from skolsynk.core.rules.build import school_type
from skolsynk.core.school import Severity
from skolsynk.core.snapshot import Member, MemberKind
from skolsynk.core.ss12000.base import new_id
from tests.core.rules.directory import (
    BJORK,
    EK,
    NAMESPACE,
    codes,
    group,
    groups_of,
    keys,
    person,
    run,
    told,
)

EK_STAFF, BJORK_STAFF = "/Personal/Ekskolan", "/Personal/Björkskolan"
PLAIN = "/Elever/Ekskolan"
BY_GROUP = {"kind": "group", "match": "email", "pattern": "^klass-(?P<name>[^@-]+)(?:-(?P<unit>[^@]+))?@"}
BY_FIELD = {"kind": "field", "field": "organizations.costCenter", "pattern": "(?P<name>[0-9][A-Z])"}


def klass(name: str, *members: str | Member, key: str = "") -> Any:
    return group(key or f"k{name}", *members, email=f"klass-{name.lower()}@skola.example", name=name)


def test_a_container_with_an_empty_class_pattern_gives_no_class() -> None:
    built = run([person("a", PLAIN), person("b", "/Elever")])
    assert groups_of(built) == {}
    assert [each.args for each in told(built, "no_class")] == [("/Elever/Ekskolan",)]


def test_a_leaf_rule_without_pattern_takes_the_whole_last_part() -> None:
    built = run([person("a", f"{PLAIN}/Blå  gruppen")], (), {"classes": [{"kind": "org_unit_leaf", "under": PLAIN}]})
    assert list(groups_of(built)) == [(EK, "Blå gruppen")]


def test_pupils_and_teachers_of_a_class_come_from_a_field() -> None:
    people = [
        person("a", PLAIN, organizations__costCenter="7A, svenska"),
        person("b", PLAIN, organizations__costCenter="7a"),
        person("c", PLAIN, organizations__costCenter="7A"),
        person("t", EK_STAFF, organizations__costCenter=("7A", "9C")),
        person("u", BJORK_STAFF, organizations__costCenter="7A"),
        person("e", PLAIN, organizations__costCenter="ingen"),
    ]
    built = run(people, (), {"classes": [BY_FIELD]})
    found = groups_of(built)
    assert list(found) == [(EK, "7A")]
    assert keys(built, found[EK, "7A"].members) == {"a", "b", "c"}
    assert keys(built, found[EK, "7A"].teachers) == {"t"}
    assert codes(built) == {"no_class", "no_school_year"}


def test_a_group_is_a_class_whose_unit_is_in_its_address() -> None:
    people = [person("a", PLAIN), person("t", BJORK_STAFF), person("u", EK_STAFF), person("borta", "/Annat")]
    groups = [group("1", "a", "t", "u", "borta", "okänd", email="klass-7a-bjorkskolan@skola.example")]
    built = run(people, groups, {"classes": [BY_GROUP]})
    found = groups_of(built)[BJORK, "7a"]
    assert keys(built, found.members) == {"a"}
    assert keys(built, found.teachers) == {"t"}
    assert [(each.object_key, each.args) for each in told(built, "teacher_without_employment")] == [("u", ("7a",))]


def test_a_group_over_two_units_is_one_class_at_each() -> None:
    people = [person("a", PLAIN), person("b", "/Elever/Björkskolan"), person("t", EK_STAFF)]
    built = run(people, [klass("7A", "a", "b", "t")], {"classes": [BY_GROUP]})
    found = groups_of(built)
    assert {where: keys(built, each.members) for where, each in found.items()} == {
        (EK, "7a"): {"a"},
        (BJORK, "7a"): {"b"},
    }
    assert keys(built, found[EK, "7a"].teachers) == {"t"}
    assert found[BJORK, "7a"].teachers == ()
    assert not told(built, "teacher_without_employment")


def test_a_named_group_is_a_class_called_as_the_group_and_owners_teach_where_the_rule_says_so() -> None:
    people = [person("a", PLAIN), person("t", EK_STAFF), person("u", EK_STAFF)]
    rule = {"kind": "group", "group": "7a@skola.example", "teachers": "owners"}
    built = run(people, [group("7a", "a!", "t!", "u", name="Klass 7A")], {"classes": [rule]})
    found = groups_of(built)[EK, "Klass 7A"]
    assert keys(built, found.members) == {"a"}
    assert keys(built, found.teachers) == {"t"}


def test_an_unknown_unit_in_a_class_address_leaves_each_pupils_own() -> None:
    groups = [group("1", "a", email="klass-7a-nyskolan@skola.example")]
    built = run([person("a", PLAIN)], groups, {"classes": [BY_GROUP]})
    assert list(groups_of(built)) == [(EK, "7a")]
    assert [(each.object_kind, each.args) for each in told(built, "unknown_unit_code")] == [("group", ("nyskolan",))]


def test_a_class_group_without_pupils_is_empty_where_its_unit_is_known_and_left_out_where_not() -> None:
    groups = [
        group("1", "t", email="klass-7a-ekskolan@skola.example"),
        group("2", "t", email="klass-8a@skola.example"),
        group("3", email="klass-9a@skola.example"),
    ]
    built = run([person("t", EK_STAFF)], groups, {"classes": [BY_GROUP]})
    assert list(groups_of(built)) == [(EK, "7a")]
    assert [each.object_key for each in told(built, "empty_class")] == ["1"]
    assert [(each.object_key, each.severity) for each in told(built, "class_without_unit")] == [
        ("2", Severity.ERROR),
        ("3", Severity.ERROR),
    ]


def test_a_class_group_whose_name_is_empty_is_no_class() -> None:
    rule = {"kind": "group", "match": "name", "pattern": "^Klass (?P<name>.*)$"}
    built = run([person("a", PLAIN)], [group("1", "a", name="Klass \u200b")], {"classes": [rule]})
    assert groups_of(built) == {}


def test_org_unit_field_and_group_of_one_name_are_one_class() -> None:
    rules = {"classes": [{"kind": "org_unit_leaf", "under": PLAIN}, BY_FIELD, BY_GROUP]}
    people = [
        person("a", f"{PLAIN}/7A"),
        person("b", PLAIN, organizations__costCenter="7A"),
        person("c", PLAIN),
        person("t", EK_STAFF),
    ]
    built = run(people, [klass("7A", "c", "t")], rules)
    found = groups_of(built)[EK, "7A"]
    assert keys(built, found.members) == {"a", "b", "c"}
    assert keys(built, found.teachers) == {"t"}
    assert built.news.classes[0].source_key == f"container:id:{PLAIN}/7A"
    assert codes(built) == set()


def test_two_org_units_or_groups_of_one_name_are_one_class_and_doubtful() -> None:
    rules = {"classes": [{"kind": "org_unit_leaf", "under": PLAIN}, BY_GROUP]}
    people = [
        person("a", f"{PLAIN}/Norra/7A"),
        person("b", f"{PLAIN}/Södra/7a"),
        person("c", PLAIN),
        person("d", PLAIN),
    ]
    built = run(people, [klass("8A", "c", key="x"), klass("8A", "d", key="y")], rules)
    assert keys(built, groups_of(built)[EK, "7A"].members) == {"a", "b"}
    assert [(each.object_kind, each.args) for each in told(built, "duplicate_class_name")] == [
        ("container", ("7A", "2")),
        ("group", ("8a", "2")),
    ]


def test_a_pupil_in_two_classes_is_in_both_and_told_of() -> None:
    built = run([person("a")], [klass("8B", "a")], {"classes": [{"kind": "org_unit_leaf", "under": PLAIN}, BY_GROUP]})
    assert set(groups_of(built)) == {(EK, "7A"), (EK, "8b")}
    assert told(built, "pupil_in_several_classes")[0].args == ("7A, 8b",)
    assert next(iter(built.school.users.values())).enrolments[0].school_year == 7


def test_nested_groups_are_followed_once_and_cycles_outsiders_and_everyone_are_told_of() -> None:
    groups = [
        klass("7A", "a", "&in", "&in", "&borta", Member("x", MemberKind.EXTERNAL, "MEMBER")),
        group("in", "b", "&innerst"),
        group("innerst", "c", "&in", Member("*", MemberKind.EVERYONE, "MEMBER")),
        group("annan", Member("y", MemberKind.EXTERNAL, "MEMBER")),
    ]
    built = run([person(key, PLAIN) for key in "abcd"], groups, {"classes": [BY_GROUP]})
    assert keys(built, groups_of(built)[EK, "7a"].members) == {"a", "b", "c"}
    assert [(each.object_key, each.args) for each in told(built, "external_member")] == [("k7A", ("1",))]
    assert [each.object_key for each in told(built, "everyone_member")] == ["innerst"]
    assert [each.object_key for each in told(built, "group_cycle")] == ["in", "innerst"]


def test_a_group_that_contains_itself_is_told_of() -> None:
    built = run([person("a", PLAIN)], [klass("7A", "a", "&k7A")], {"classes": [BY_GROUP]})
    assert [each.object_key for each in told(built, "group_cycle")] == ["k7A"]


def test_who_comes_through_a_nested_group_has_the_role_of_that_group() -> None:
    groups = [
        klass("7A", "a", "&lärare!", "u"),
        group("lärare", "t"),
        klass("7B", "&elever", "&lärare"),
        group("elever", "b"),
    ]
    rules = {"classes": [{**BY_GROUP, "teachers": "owners"}]}
    people = [person("a", PLAIN), person("b", PLAIN), person("t", EK_STAFF), person("u", EK_STAFF)]
    built = run(people, groups, rules)
    assert keys(built, groups_of(built)[EK, "7a"].teachers) == {"t"}
    assert groups_of(built)[EK, "7b"].teachers == ()


def test_a_rule_on_a_group_that_does_not_exist_is_told_of() -> None:
    built = run([person("a")], (), {"never": [{"kind": "group", "group": "borta@skola.example"}]})
    assert [(each.object_kind, each.args) for each in told(built, "group_not_found")] == [
        ("rule", ("borta@skola.example",))
    ]


def test_the_first_class_rule_that_means_a_group_names_it() -> None:
    rules = {"classes": [BY_GROUP, {"kind": "group", "group": "k7A"}]}
    built = run([person("a", PLAIN)], [klass("7A", "a")], rules)
    assert list(groups_of(built)) == [(EK, "7a")]


def test_a_teaching_group_belongs_where_most_of_its_pupils_are() -> None:
    rule = {"kind": "group", "match": "name", "pattern": "^Slöjd", "group_type": "Mentor"}
    people = [
        person("a", PLAIN),
        person("b", "/Elever/Björkskolan/8B"),
        person("c", "/Elever/Björkskolan/8B"),
        person("t", BJORK_STAFF),
        person("u", EK_STAFF),
    ]
    built = run(people, [group("g1", *"abctu", name="Slöjd 1")], {"groups": [rule], "classes": []})
    found = groups_of(built)[BJORK, "Slöjd 1"]
    assert (found.id, found.student_group_type) == (new_id(NAMESPACE, "group:g1"), "Mentor")
    assert keys(built, found.members) == {"a", "b", "c"}
    assert keys(built, found.teachers) == {"t", "u"}
    assert [(each.object_key, each.school_unit) for each in told(built, "teacher_from_other_unit")] == [("u", BJORK)]
    assert built.news.groups == {"g1": found.id}


def test_a_teaching_group_shared_evenly_belongs_to_the_lowest_code_and_owners_may_teach_it() -> None:
    rules = {"groups": [{"kind": "group", "match": "email", "pattern": "^ma-(?P<name>[^@]+)", "teachers": "owners"}]}
    people = [person("a", "/Elever/Björkskolan/7A"), person("b"), person("t", EK_STAFF), person("u", EK_STAFF)]
    built = run(people, [group("g", "a", "b", "t!", "u", email="ma-1@skola.example")], rules)
    found = groups_of(built)[EK, "1"]
    assert keys(built, found.teachers) == {"t"}
    assert found.school_year == 7


def test_a_teaching_group_without_pupils_is_left_out_and_one_that_is_a_class_is_only_that() -> None:
    rules = {
        "classes": [BY_GROUP],
        "groups": [{"kind": "group", "match": "email", "pattern": "@"}, {"kind": "group", "group": "g"}],
    }
    groups = [group("g", "t", name=" "), klass("7A", "a")]
    built = run([person("a", PLAIN), person("t", EK_STAFF)], groups, rules)
    assert {each.student_group_type for each in built.school.student_groups.values()} == {"Klass"}
    assert [(each.object_key, each.args) for each in told(built, "empty_class")] == [("g", ("g",))]


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("7A", 7),
        ("10b", 10),
        ("F", 0),
        ("FA", 0),
        ("F-1", 0),
        ("0", 0),
        ("Franska", None),
        ("11A", None),
        ("2017A", None),
    ],
)
def test_a_class_name_tells_the_school_year(name: str, year: int | None) -> None:
    built = run([person("a", f"{PLAIN}/{name}")], (), {"classes": [{"kind": "org_unit_leaf", "under": PLAIN}]})
    assert next(iter(built.school.users.values())).enrolments[0].school_year == year
    assert groups_of(built)[EK, name].school_year == year
    assert bool(told(built, "no_school_year")) == (year is None)


@pytest.mark.parametrize(
    ("name", "counts_from", "today", "year"),
    [
        ("TE22b", "upper_secondary", date(2024, 9, 1), 3),
        ("TE22b", "upper_secondary", date(2024, 6, 30), 2),
        ("TE22b", "upper_secondary", date(2024, 7, 1), 3),
        ("TE22b", "upper_secondary", date(2022, 6, 1), None),
        ("TE22b", "upper_secondary", date(2027, 6, 1), None),
        ("2017A", "preschool_class", date(2017, 9, 1), 0),
        ("2017A", "preschool_class", date(2024, 9, 1), 7),
        ("2017A", "year_1", date(2017, 9, 1), 1),
        ("Annan", "year_1", date(2017, 9, 1), None),
    ],
)
def test_a_starting_year_tells_the_school_year(name: str, counts_from: str, today: date, year: int | None) -> None:
    rule = {"kind": "start_year", "pattern": "(?P<start>[0-9]{4}|[0-9]{2})", "counts_from": counts_from}
    built = run([person("a", f"{PLAIN}/{name}")], (), {"school_year": [rule]}, today=today)
    assert next(iter(built.school.users.values())).enrolments[0].school_year == year


def test_school_years_come_from_the_first_rule_that_answers() -> None:
    rules = {
        "school_year": [
            {"kind": "field", "field": "customSchemas.Skola.ar"},
            {"kind": "org_unit_pattern", "pattern": "/Ak(?P<year>[0-9]+)?"},
            {"kind": "start_year", "pattern": "(?P<start>[a-z]{2})", "counts_from": "year_1"},
            {"kind": "class_name", "pattern": "(?P<year>[0-9])?x"},
        ],
        "classes": [BY_FIELD],
    }
    people = [
        person("a", "/Elever/Ekskolan/Ak5", customSchemas__Skola__ar=("-", " 3 ")),
        person("b", "/Elever/Ekskolan/Ak5"),
        person("c", "/Elever/Ekskolan/Ak"),
        person("d", PLAIN, organizations__costCenter=("7A", "8A")),
    ]
    built = run(people, (), rules)
    years = {each.source_key: each.enrolments[0].school_year for each in built.school.users.values()}
    assert years == {"a": 3, "b": 5, "c": None, "d": None}
    assert [each.object_key for each in told(built, "no_school_year")] == ["c", "d"]


def test_a_class_whose_pupils_are_in_different_years_has_the_year_of_its_name() -> None:
    rules = {"school_year": [{"kind": "field", "field": "ar"}, {"kind": "class_name"}]}
    built = run([person("a", ar="6"), person("b")], (), rules)
    assert groups_of(built)[EK, "7A"].school_year == 7


def test_without_class_and_year_rules_nobody_is_told_of() -> None:
    assert codes(run([person("a")], (), {"classes": [], "school_year": []})) == set()


@pytest.mark.parametrize(
    ("types", "year", "expected"),
    [
        (("FSK", "FTH", "GR"), 0, "FSK"),
        (("FSK", "FTH", "GR"), 5, "GR"),
        (("FSK", "GR"), None, ""),
        (("GY",), None, "GY"),
        (("GY",), 0, "GY"),
        (("GR", "GRS"), 5, ""),
        ((), 5, ""),
    ],
)
def test_the_school_type_is_the_units_only_one_or_the_one_the_year_tells(
    types: tuple[str, ...], year: int | None, expected: str
) -> None:
    assert school_type(types, year) == expected


def test_one_group_may_give_a_role_a_place_and_a_class() -> None:
    rules = {
        "role": [{"kind": "group", "match": "email", "pattern": "^klass-", "role": "pupil"}],
        "placement": [{"kind": "group", "group": "k7A", "school_unit": BJORK}],
        "classes": [BY_GROUP],
    }
    built = run([person("a", "/Annat")], [klass("7A", "a")], rules)
    assert keys(built, groups_of(built)[BJORK, "7a"].members) == {"a"}
