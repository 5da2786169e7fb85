from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.connection import Exclusion, Guards, Limit, Selection
from skolsynk.core.connection_json import guards_from_json, guards_to_json, selection_from_json, selection_to_json
from skolsynk.core.filters import SelectionError, parse_filter
from skolsynk.core.ss12000.user import UserFields

FILTERS = [
    parse_filter({"kind": "class_named", "pattern": "7*"}),
    parse_filter({"kind": "school_year_between", "lowest": 0, "highest": 3}),
    parse_filter({"kind": "in_group", "group": "Kör", "school_unit": "12345678"}),
]
texts = st.text(st.characters(categories=["L", "Nd"]), min_size=1)
exclusions = st.builds(Exclusion, texts, texts, st.none() | st.dates())
selections = st.builds(
    Selection,
    st.lists(st.sampled_from(["12345678", "87654321"]), unique=True).map(tuple),
    st.lists(st.sampled_from(["pupil", "teacher", "staff"]), unique=True).map(tuple),
    st.lists(st.sampled_from(["Klass", "Mentor"]), unique=True).map(tuple),
    st.lists(st.lists(st.sampled_from(FILTERS), min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    st.lists(st.sampled_from(FILTERS), max_size=2).map(tuple),
    st.lists(exclusions, max_size=2).map(tuple),
    st.builds(UserFields, st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
limits = st.builds(Limit, st.floats(0, 1), st.integers(0, 1000))
guards = st.builds(Guards, limits, limits, limits, limits, st.booleans(), st.integers(0, 365), st.booleans())


def problems_of(read: object, given_json: object) -> list[tuple[str, str]]:
    assert callable(read)
    with pytest.raises(SelectionError) as caught:
        read(given_json)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@given(selections)
def test_a_selection_reads_back_what_it_writes(selection: Selection) -> None:
    assert selection_from_json(json.loads(json.dumps(selection_to_json(selection)))) == selection


@given(guards)
def test_guards_read_back_what_they_write(limits: Guards) -> None:
    assert guards_from_json(json.loads(json.dumps(guards_to_json(limits)))) == limits


def test_only_the_school_units_must_be_given() -> None:
    assert selection_from_json({"school_units": ["12345678"]}) == Selection(("12345678",))
    assert guards_from_json({}) == Guards()


def test_defaults_are_left_out_but_the_fields_of_users_are_always_written() -> None:
    assert selection_to_json(Selection(())) == {"school_units": [], "fields": UserFields()._asdict()}
    assert guards_to_json(Guards()) == {}


def test_empty_lists_stay_empty() -> None:
    selection = selection_from_json({"school_units": [], "roles": [], "group_types": []})

    assert (selection.school_units, selection.roles, selection.group_types) == ((), (), ())


def test_an_exclusion_may_have_a_last_day_as_text_or_as_a_yaml_date() -> None:
    read = selection_from_json(
        {
            "school_units": [],
            "exclusions": [
                {"person": "1", "reason": "praktik", "until": "2026-12-31"},
                {"person": "2", "reason": "praktik", "until": date(2026, 12, 31)},
                {"person": "3", "reason": "önskemål", "until": None},
            ],
        }
    )

    assert [each.until for each in read.exclusions] == [date(2026, 12, 31), date(2026, 12, 31), None]


@pytest.mark.parametrize(
    ("given_json", "expected"),
    [
        ([], [("", "not_mapping")]),
        ({}, [("school_units", "missing")]),
        ({"school_unit": []}, [("school_unit", "unknown_key_near"), ("school_units", "missing")]),
        ({"school_units": ["1"], "qqq": 1}, [("qqq", "unknown_key"), ("school_units[0]", "not_unit_code")]),
        ({"school_units": None}, [("school_units", "not_list")]),
        ({"school_units": [], "roles": "pupil"}, [("roles", "not_list")]),
        ({"school_units": [], "group_types": ["klass"]}, [("group_types[0]", "not_one_of")]),
        ({"school_units": [], "filters": {}}, [("filters", "not_list")]),
        (
            {"school_units": [], "filters": [[], {}, [{"kind": "class_named"}, 7]]},
            [
                ("filters[0]", "empty_list"),
                ("filters[1]", "not_list"),
                ("filters[2][0].pattern", "missing"),
                ("filters[2][1]", "not_mapping"),
            ],
        ),
        ({"school_units": [], "not_filters": [{"kind": "role_in"}]}, [("not_filters[0].roles", "missing")]),
        ({"school_units": [], "exclusions": {}}, [("exclusions", "not_list")]),
        (
            {"school_units": [], "exclusions": [{"until": "in May"}, 3]},
            [
                ("exclusions[0].person", "missing"),
                ("exclusions[0].reason", "missing"),
                ("exclusions[0].until", "not_date"),
                ("exclusions[1]", "not_mapping"),
            ],
        ),
        (
            {"school_units": [], "fields": {"mail": True, "email": 1}},
            [("fields.mail", "unknown_key_near"), ("fields.email", "not_flag")],
        ),
        ({"school_units": [], "organisation": "yes"}, [("organisation", "not_flag")]),
    ],
)
def test_every_problem_of_a_selection_is_named_with_its_place(
    given_json: object, expected: list[tuple[str, str]]
) -> None:
    assert problems_of(selection_from_json, given_json) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.05, 0.05), ("5 %", 0.05), ("5%", 0.05), (" 2,5 % ", 0.025), ("2.5 %", 0.025), (0, 0.0), (1, 1.0)],
)
def test_a_share_is_a_number_or_per_cent(share: object, expected: float) -> None:
    assert guards_from_json({"removed": {"share": share}}).removed == Limit(expected, Guards().removed.count)


@pytest.mark.parametrize("share", [5, -0.1, "101 %", "0.05", "x", True, None, float("nan")])
def test_a_share_outside_its_bounds_is_refused(share: object) -> None:
    assert problems_of(guards_from_json, {"added": {"share": share}}) == [("added.share", "not_share")]


def test_every_problem_of_guards_is_named_with_its_place() -> None:
    given_json = {"remove": {}, "removed": {"count": -1}, "changed": 7, "cumulative": 1, "freeze_days": 1000}

    assert problems_of(guards_from_json, given_json) == [
        ("remove", "unknown_key_near"),
        ("removed.count", "not_whole_number"),
        ("changed", "not_mapping"),
        ("cumulative", "not_flag"),
        ("freeze_days", "not_whole_number"),
    ]
