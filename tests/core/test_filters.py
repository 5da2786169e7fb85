from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from skolsynk.core.filters import (
    FILTER_KINDS,
    ROLES,
    GroupView,
    SelectionError,
    UserView,
    blocks,
    filter_to_json,
    parse_filter,
)

CLASS_7A = GroupView("7A", "7a", "Klass", "10000001")
MATHS = GroupView("Matte 7", "matte 7", "Undervisning", "10000001")

SAMPLES: dict[str, dict[str, object]] = {
    "school_unit_in": {"school_units": ["10000001", "10000002"]},
    "role_in": {"roles": ["pupil", "teacher"]},
    "school_year_between": {"lowest": 7, "highest": 9},
    "school_type_in": {"school_types": ["GR", "FSK"]},
    "class_named": {"pattern": "7*"},
    "in_group": {"group": "matte ?", "group_type": "Undervisning", "school_unit": "10000001"},
    "container_under": {"org_unit": "/Elever/Norr"},
    "address_domain": {"domains": ["elev.prov.example"]},
    "employment_role_in": {"employment_roles": ["Rektor"]},
    "person_in": {"people": ["key", "Alva@prov.example"]},
}


def view(**other: object) -> UserView:
    usual: dict[str, Any] = {
        "key": "key",
        "user_name": "alva@elev.prov.example",
        "roles": ("pupil",),
        "units": ("10000001",),
        "school_years": (7,),
        "school_types": ("GR",),
        "employment_roles": (),
        "groups": (CLASS_7A, MATHS),
        "container": "/Elever/norr/7A",
    }
    return UserView(**{**usual, **other})


def made(kind: str, **keys: object) -> Any:
    return parse_filter({"kind": kind, **(keys or SAMPLES[kind])})


def problems_of(json: object) -> list[tuple[str, str]]:
    with pytest.raises(SelectionError) as caught:
        parse_filter(json)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize("kind", FILTER_KINDS)
def test_every_kind_reads_back_what_it_writes(kind: str) -> None:
    each = made(kind)

    assert each.kind == kind
    assert parse_filter(filter_to_json(each)) == each


@pytest.mark.parametrize("kind", FILTER_KINDS)
def test_every_kind_has_words_in_both_languages_and_cannot_be_changed(kind: str) -> None:
    each = made(kind)

    assert each.label_sv != each.label_en
    assert each.sentence("sv") != each.sentence("en")
    assert each.label == kind
    assert each.applies_to <= frozenset(ROLES)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(each, dataclasses.fields(each)[0].name, "x")


@pytest.mark.parametrize("kind", FILTER_KINDS)
def test_every_kind_shows_the_value_it_looked_at(kind: str) -> None:
    seen = made(kind).saw(view(employment_roles=("Rektor",)))

    assert isinstance(seen, str)
    assert seen


@pytest.mark.parametrize(
    ("kind", "keys", "kept", "left"),
    [
        ("school_unit_in", {}, {"units": ("10000002", "10000009")}, {"units": ("10000009",)}),
        ("role_in", {}, {"roles": ("pupil", "staff")}, {"roles": ("staff",)}),
        ("school_year_between", {}, {"school_years": (9,)}, {"school_years": (6,)}),
        ("school_year_between", {}, {"school_years": (7,)}, {"school_years": ()}),
        ("school_type_in", {}, {"school_types": ("FTH", "FSK")}, {"school_types": ("GY",)}),
        ("class_named", {}, {}, {"groups": (MATHS, GroupView("8B", "8b", "Klass", "10000001"))}),
        ("class_named", {"pattern": "7a"}, {}, {"groups": ()}),
        ("in_group", {}, {}, {"groups": (MATHS._replace(type="Mentor"),)}),
        ("in_group", {}, {}, {"groups": (MATHS._replace(unit="10000002"),)}),
        ("in_group", {"group": "7*"}, {}, {"groups": (MATHS,)}),
        ("container_under", {}, {}, {"container": "/Elever/Norrland"}),
        ("container_under", {}, {"container": "/Elever/Norr"}, {"container": ""}),
        ("container_under", {"org_unit": "/"}, {"container": "/Personal"}, {"container": ""}),
        ("address_domain", {}, {}, {"user_name": "alva@prov.example"}),
        ("address_domain", {"domains": ["@Elev.Prov.example"]}, {}, {"user_name": "alva"}),
        ("employment_role_in", {}, {"employment_roles": ("Rektor",)}, {"employment_roles": ("Lärare",)}),
        ("person_in", {}, {}, {"key": "other"}),
        ("person_in", {}, {"key": "other", "user_name": "alva@prov.example"}, {"key": "Key"}),
    ],
)
def test_a_filter_keeps_those_it_names_and_no_others(
    kind: str, keys: dict[str, object], kept: dict[str, object], left: dict[str, object]
) -> None:
    each = made(kind, **keys)

    assert each.keeps(view(**kept))
    assert not each.keeps(view(**left))


@pytest.mark.parametrize(
    ("kind", "keys", "swedish", "english"),
    [
        ("school_year_between", {"lowest": 7, "highest": 7}, "årskursen är 7", "the school year is 7"),
        ("role_in", {"roles": ["staff"]}, "rollen är annan personal", "the role is other staff"),
        (
            "school_type_in",
            {"school_types": ["GR", "GY", "FS"]},
            "skolformen är GR, GY eller FS",
            "the school type is GR, GY or FS",
        ),
        ("in_group", {"group": "Kör"}, "är med i gruppen ”Kör”", "is in the group “Kör”"),
        (
            "in_group",
            {},
            "är med i gruppen ”matte ?” av typen Undervisning på skolenheten 10000001",
            "is in the group “matte ?” of type Undervisning at school unit 10000001",
        ),
        ("person_in", {}, "är en av 2 uppräknade", "is one of 2 listed"),
    ],
)
def test_a_filter_reads_as_a_sentence(kind: str, keys: dict[str, object], swedish: str, english: str) -> None:
    each = made(kind, **keys)

    assert (each.sentence("sv"), each.sentence("en")) == (swedish, english)


def test_a_filter_tells_which_school_units_it_names() -> None:
    assert made("school_unit_in").names_units == ("10000001", "10000002")
    assert made("in_group").names_units == ("10000001",)
    assert made("in_group", group="Kör").names_units == ()
    assert made("class_named").names_units == ()


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        ("class_named", [("", "not_mapping")]),
        ({}, [("kind", "missing")]),
        ({"kind": "class_name"}, [("kind", "unknown_kind_near")]),
        ({"kind": "zzz"}, [("kind", "unknown_kind")]),
        ({"kind": "class_named", "patern": "7*"}, [("patern", "unknown_key_near"), ("pattern", "missing")]),
        ({"kind": "school_unit_in", "school_units": "1"}, [("school_units", "not_list")]),
        ({"kind": "school_unit_in", "school_units": []}, [("school_units", "empty_list")]),
        ({"kind": "school_unit_in", "school_units": ["1"]}, [("school_units[0]", "not_unit_code")]),
        ({"kind": "role_in", "roles": ["pupil", "elev", ""]}, [("roles[2]", "not_text"), ("roles[1]", "not_one_of")]),
        ({"kind": "role_in", "roles": []}, [("roles", "empty_list")]),
        ({"kind": "school_year_between", "lowest": 9, "highest": 7}, [("", "years_reversed")]),
        (
            {"kind": "school_year_between", "lowest": -1, "highest": True},
            [("lowest", "not_whole_number"), ("highest", "not_whole_number")],
        ),
        (
            {"kind": "address_domain", "domains": ["example", ""]},
            [("domains[1]", "not_text"), ("domains[0]", "not_domain")],
        ),
        ({"kind": "container_under", "org_unit": "Elever"}, [("org_unit", "not_path")]),
    ],
)
def test_every_problem_of_a_filter_is_named_with_its_place(json: object, expected: list[tuple[str, str]]) -> None:
    assert problems_of(json) == expected


def test_an_error_says_all_in_both_languages() -> None:
    with pytest.raises(SelectionError, match=r"kind: there is no “class_name”; did you mean class_named\?") as caught:
        parse_filter({"kind": "class_name"})

    assert caught.value.problems[0].text("sv") == "”class_name” finns inte; menas class_named?"
    assert caught.value.missing_units == ()


SEVENTH = made("school_year_between", lowest=7, highest=7)
EIGHTH = made("school_year_between", lowest=8, highest=8)
NORTH = made("container_under", org_unit="/Elever/Norr")
HEADS = made("employment_role_in", employment_roles=["Rektor"])
TEACHER = {"roles": ("teacher",), "school_years": (), "employment_roles": ("Lärare",), "groups": ()}


def test_all_filters_of_one_block_must_keep_a_person() -> None:
    assert blocks.keeps(((SEVENTH, NORTH),), view())
    assert not blocks.keeps(((SEVENTH, NORTH),), view(container="/Elever/Syd"))


def test_one_of_several_blocks_is_enough() -> None:
    assert blocks.keeps(((EIGHTH,), (NORTH,)), view())
    assert not blocks.keeps(((EIGHTH,), (EIGHTH, NORTH)), view())


def test_filters_about_pupils_leave_staff_alone() -> None:
    assert blocks.keeps(((SEVENTH,),), view(**TEACHER))
    assert not blocks.keeps(((SEVENTH,),), view(school_years=(8,)))


def test_a_block_about_pupils_does_not_let_staff_past_a_block_about_staff() -> None:
    assert not blocks.keeps(((SEVENTH,), (HEADS,)), view(**TEACHER))
    assert blocks.keeps(((SEVENTH,), (HEADS,)), view())


def test_no_blocks_keep_everybody_and_an_empty_block_keeps_nobody() -> None:
    assert blocks.keeps((), view())
    assert not blocks.keeps(((),), view())
    assert blocks.nearest(((),), view()) == (0, ())


def test_the_nearest_block_is_the_one_with_fewest_failing_filters() -> None:
    south = view(container="/Elever/Syd")

    assert blocks.nearest(((), (EIGHTH, NORTH), (SEVENTH, NORTH)), south) == (2, (NORTH,))
    assert blocks.nearest(((EIGHTH,), (NORTH,)), south) == (0, (EIGHTH,))


def test_a_filter_takes_out_only_people_it_applies_to() -> None:
    assert blocks.taking_out((EIGHTH, SEVENTH), view()) == 1
    assert blocks.taking_out((SEVENTH,), view(**TEACHER)) is None
    assert blocks.taking_out((), view()) is None
