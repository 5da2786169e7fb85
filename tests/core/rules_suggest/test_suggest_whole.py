"""Suggestions together: school years from class names, what is taken, and that any directory gets sound rules."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.identity import Identity
from skolsynk.core.rules import build, parse_rules
from skolsynk.core.rules.suggest import Suggestion, combine, suggest
from tests.core.rules.directory import UNITS, group, person, snapshot, unit
from tests.core.rules_suggest.school import ALL, crowd, rules, suggested

GYMNASIUM = unit("12345681", "Sjögymnasiet", "GY")
OTHER_GYMNASIUM = unit("12345682", "Havsgymnasiet", "GY")


def years(*names: str, units: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """The rules on school years for classes in the tree, in units of these school types (``GY``, ``FKLASS GR``)."""
    people = [person for name in names for person in crowd(f"/Elever/{name}")]
    registered = tuple(unit(f"1234568{place}", f"Skolan {place}", *types.split()) for place, types in enumerate(units))
    return rules(suggested(people, units=registered), "school_year")


class TestSchoolYears:
    def test_plain_class_names_are_read_as_usual(self) -> None:
        assert years("7A", "FA", "F-1") == [{"kind": "class_name"}]

    def test_starting_years_go_before_plain_names_that_are_read_strictly(self) -> None:
        found = years("FT25a", "TE24b", "FA", "7A")
        assert [rule["kind"] for rule in found] == ["start_year", "class_name"]
        assert found[0]["counts_from"] == "upper_secondary"
        assert "pattern" in found[1]

    def test_starting_years_of_upper_secondary_schools_count_from_there(self) -> None:
        found = years("TE24b", "NA25", units=("GY", "GY VUX"))
        assert [rule["counts_from"] for rule in found] == ["upper_secondary"]

    def test_starting_years_of_compulsory_schools_count_from_what_fits(self) -> None:
        assert years("2017A", "2026A", units=("GR",))[0]["counts_from"] == "preschool_class"
        assert years("2018A", "2026A", units=("GR",))[0]["counts_from"] == "year_1"
        assert years("2020A", "2026A", units=("FKLASS GR",))[0]["counts_from"] == "preschool_class"

    def test_counting_that_the_year_does_not_decide_is_to_be_checked(self) -> None:
        people = [person for name in ("2020A", "2026A") for person in crowd(f"/Elever/{name}")]
        found = suggested(people, units=(unit("12345681", "Ekskolan", "FKLASS", "GR"), unit("12345682", "B", "GR")))
        [doubtful] = [each for each in found if each.section == "school_year"]
        assert "Kontrollera" in doubtful.reason_sv
        assert doubtful.confidence == 0.6

    def test_years_long_ago_are_no_starting_years(self) -> None:
        assert years("TE01a", "NA02b", units=("GY", "GY")) == []

    def test_programme_after_the_year_is_read_too(self) -> None:
        assert years("24TEB", "25NAA", units=("GY", "GY"))[0]["counts_from"] == "upper_secondary"

    def test_groups_by_number_tell_no_year(self) -> None:
        assert years("Grupp 1", "Grupp 2") == []


class TestTaking:
    def suggestion(self, confidence: float, section: str = "role", **rule: object) -> Suggestion:
        return Suggestion(section, {"kind": "org_unit", **rule}, "", "", 1, confidence)

    def test_only_the_sure_ones_are_taken_and_each_once(self) -> None:
        sure, unsure = (
            self.suggestion(0.5, org_unit="/a", role="pupil"),
            self.suggestion(0.49, org_unit="/b", role="pupil"),
        )
        assert combine([sure, unsure, sure])["role"] == [sure.rule]

    def test_suspended_and_archived_are_left_out_once(self) -> None:
        kept = Suggestion("never", {"kind": "suspended"}, "", "", 0, 1.0)
        assert combine([kept]) == {"never": [{"kind": "suspended"}, {"kind": "archived"}]}

    def test_kinds_that_are_not_asked_for_are_not_looked_for(self) -> None:
        people = [*crowd("/Elever/7A", x__klass="7A"), *crowd("/Elever/7B", x__klass="7B")]
        found = suggest(snapshot(people), ALL, only={"classes": ("org_unit_leaf",), "school_year": ()})
        assert [rule["kind"] for rule in rules(found, "classes")] == ["org_unit_leaf"]
        assert rules(found, "school_year") == []

    def test_sections_come_in_the_order_of_rules(self) -> None:
        people = [*crowd("/Elever/Ekskolan/7A"), *crowd("/Elever/Björkskolan/7B"), *crowd("/Avslutade")]
        sections = [each.section for each in suggested(people)]
        assert sections == ["placement", "role", "classes", "school_year", "never", "never", "never"]


def test_suggested_rules_place_everybody_in_a_directory_that_is_in_order() -> None:
    people = [
        *crowd("/Elever/Ekskolan/7A"),
        *crowd("/Elever/Björkskolan/FA"),
        *crowd("/Personal/Ekskolan", organizations__title="Lärare"),
        *crowd("/Personal/Björkskolan", organizations__title="Rektor"),
    ]
    found = snapshot(people)
    built = build(
        found, parse_rules(combine(suggest(found, ALL))), UNITS, Identity(UUID(int=1)), "Björkvik", date(2026, 9, 1)
    )
    assert len(built.school.users) == 20
    assert not built.school.findings
    assert {each.display_name for each in built.school.student_groups.values()} == {"7A", "FA"}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_reasons_quote_as_the_language_does(language: str) -> None:
    [found] = [each for each in suggested(crowd("/Elever")) if each.section == "role"]
    assert ("”Elever”" if language == "sv" else "“Elever”") in found.reason(language)


_PARTS = st.sampled_from(
    [
        "Elever",
        "Personal",
        "Ekskolan",
        "Björk",
        "7A",
        "8B",
        "TE22b",
        "2017A",
        "Åk 7",
        "Avslutade",
        "Skyddad",
        "Lärare",
        "(",
    ]
)
_PATHS = st.lists(st.one_of(_PARTS, st.text(max_size=8)), max_size=4).map(lambda parts: "/" + "/".join(parts))
_VALUES = st.one_of(_PARTS, st.text(max_size=8), st.sampled_from(["12345671", "7", "F", "Lärare", "ja"]))
_PEOPLE = st.lists(
    st.tuples(_PATHS, st.dictionaries(st.sampled_from(["a.b", "x.skydd", "x.arskurs"]), _VALUES)), max_size=8
)
_TEXTS = st.lists(
    st.one_of(_PARTS, st.sampled_from(["klass", "undervisning", "alla"]), st.text(max_size=5)), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(_PEOPLE, st.lists(st.tuples(_TEXTS, _TEXTS), max_size=6), st.integers(0, 3))
def test_any_directory_gets_rules_that_can_be_read(
    people: list[tuple[str, dict[str, str]]], groups: list[tuple[list[str], list[str]]], units: int
) -> None:
    made = [
        person(str(place), path)._replace(fields={name: (value,) for name, value in fields.items()})
        for place, (path, fields) in enumerate(people)
    ]
    named = [
        group(str(place), *map(str, range(len(made))), email="-".join(email) + "@skola.example", name=" ".join(name))
        for place, (email, name) in enumerate(groups)
    ]
    suggested(made, named, ALL[:units])
