"""Suggestions from the tree of org units."""

from __future__ import annotations

import pytest

from skolsynk.core.rules.suggest import combine
from tests.core.rules.directory import BJORK, EK, GYMNASIUM, UNITS, person, unit
from tests.core.rules_suggest.school import crowd, only, rules, suggested


class TestPlacement:
    def test_units_under_each_branch_become_one_pattern_each(self) -> None:
        people = [
            *crowd("/Elever/Ekskolan"),
            *crowd("/Elever/Björkskolan"),
            *crowd("/Personal/ekskolan"),
            *crowd("/Personal/Björkskolan"),
        ]
        found = suggested(people)
        assert [rule["pattern"] for rule in rules(found, "placement")] == [
            "^/Elever/(?P<unit>[^/]+)",
            "^/Personal/(?P<unit>[^/]+)",
        ]
        assert found[0].people == 10
        assert "2 organisationsenheter" in found[0].reason_sv

    def test_units_at_the_top_become_a_pattern_and_what_lies_below_them_is_not_looked_at(self) -> None:
        people = [*crowd("/Ekskolan/Elever/Ekskolan 7A"), *crowd("/Björkskolan/Elever")]
        assert rules(suggested(people), "placement") == [{"kind": "org_unit_pattern", "pattern": "^/(?P<unit>[^/]+)"}]

    def test_units_in_many_districts_become_a_pattern_by_depth(self) -> None:
        units = [
            unit(f"1234568{number}", f"Skolan {name}") for number, name in enumerate(("Alm", "Bok", "Ceder", "Dal"))
        ]
        people = [person for number, each in enumerate(units) for person in crowd(f"/Område {number}/{each.name}")]
        assert rules(suggested(people, units=units), "placement") == [
            {"kind": "org_unit_pattern", "pattern": "^/[^/]+/(?P<unit>[^/]+)"}
        ]

    def test_single_unit_in_the_tree_is_a_subtree(self) -> None:
        found = suggested([*crowd("/Elever/Ekskolan"), *crowd("/Elever")])
        assert rules(found, "placement") == [{"kind": "org_unit", "org_unit": "/Elever/Ekskolan", "school_unit": EK}]
        assert "1 organisationsenhet heter" in found[0].reason_sv

    def test_nearly_equal_names_become_aliases_to_check(self) -> None:
        people = [*crowd("/Ekskolan F-6"), *crowd("/Björk"), *crowd(f"/Gymnasiet {GYMNASIUM}"), *crowd("/Annat")]
        found = only(suggested(people), "placement")
        assert found.rule["units"] == {"Björk": BJORK, "Ekskolan F-6": EK, f"Gymnasiet {GYMNASIUM}": GYMNASIUM}
        assert "”Björk”" in found.reason_sv
        assert "Check “Björk”" in found.reason_en
        assert found.confidence == 0.55

    def test_name_that_fits_two_units_is_neither(self) -> None:
        units = [unit("12345681", "Ekskolan Norra"), unit("12345682", "Ekskolan Södra"), unit("12345683", "Alskolan")]
        assert not rules(suggested([*crowd("/Ekskolan"), *crowd("/Annat")], units=units), "placement")

    def test_two_units_of_one_name_are_not_told_apart_by_name(self) -> None:
        units = [unit("12345681", "Ekskolan"), unit("12345682", "EKSKOLAN")]
        found = suggested([*crowd("/12345681"), *crowd("/Ekskolan")], units=units)
        assert rules(found, "placement") == [{"kind": "org_unit", "org_unit": "/12345681", "school_unit": "12345681"}]

    def test_tenant_with_one_unit_has_everybody_there(self) -> None:
        found = suggested(crowd("/Elever"), units=[UNITS[EK]])
        assert rules(found, "placement") == [{"kind": "org_unit", "org_unit": "/", "school_unit": EK}]

    def test_tenant_without_units_is_proposed_none(self) -> None:
        assert not rules(suggested(crowd("/Elever/Ekskolan"), units=()), "placement")

    def test_people_at_the_root_are_no_unit_s(self) -> None:
        assert not rules(suggested(crowd("/")), "placement")

    def test_what_means_something_in_a_pattern_is_escaped(self) -> None:
        people = [*crowd("/A.B (c)/Ekskolan"), *crowd("/A.B (c)/Björkskolan")]
        [rule] = rules(suggested(people), "placement")
        assert rule["pattern"] == r"^/A\.B \(c\)/(?P<unit>[^/]+)"

    def test_name_too_long_for_a_pattern_is_not_suggested(self) -> None:
        people = [*crowd(f"/{'x' * 200}/Ekskolan"), *crowd(f"/{'x' * 200}/Björkskolan")]
        assert not rules(suggested(people), "placement")


class TestRoles:
    def test_two_branches_become_two_subtrees(self) -> None:
        found = suggested([*crowd("/Elever/7A", 7), *crowd("/Personal", 3)])
        assert rules(found, "role") == [
            {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
            {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
        ]
        assert [each.people for each in found if each.section == "role"] == [7, 3]

    def test_branches_of_every_unit_become_a_pattern(self) -> None:
        people = [*crowd("/Ekskolan/Elever"), *crowd("/Björkskolan/elever"), *crowd("/Ekskolan/Students")]
        assert rules(suggested(people), "role") == [
            {"kind": "org_unit_pattern", "pattern": "^/[^/]+/elever(/|$)", "role": "pupil"},
            {"kind": "org_unit", "org_unit": "/Ekskolan/Students", "role": "pupil"},
        ]

    def test_nearer_branch_says_more_and_repetition_says_nothing(self) -> None:
        people = [
            *crowd("/Personal/Lärare/Teachers"),
            *crowd("/Personal/Personalen"),
            *crowd("/Personal/Rektorer"),
            *crowd("/Personal/Elevhälsa och service"),
            *crowd("/Personal/Övrig pedagogisk personal"),
        ]
        said = {
            str(rule["org_unit"]): (rule["role"], rule.get("employment_role"))
            for rule in rules(suggested(people), "role")
        }
        assert said == {
            "/Personal": ("staff", None),
            "/Personal/Lärare": ("teacher", None),
            "/Personal/Rektorer": ("staff", "Rektor"),
            "/Personal/Övrig pedagogisk personal": ("staff", "Övrig pedagogisk personal"),
        }

    def test_short_or_left_out_names_and_units_are_no_branches(self) -> None:
        found = suggested([*crowd("/Avslutade elever"), *crowd("/Service"), *crowd("/Syv")])
        assert not [rule for rule in rules(found, "role") if rule["org_unit"] != "/Syv"]

    def test_unit_that_is_called_as_a_role_is_a_unit(self) -> None:
        found = suggested(crowd("/Elever"), units=[unit("12345681", "Elever"), UNITS[EK]])
        assert not rules(found, "role")


class TestClasses:
    def test_innermost_org_units_that_look_like_classes_become_a_rule(self) -> None:
        people = [*crowd("/Elever/Ekskolan/7A"), *crowd("/Elever/Björkskolan/F-A"), *crowd("/Elever/Ekskolan/Grupp 3")]
        found = only(suggested(people), "classes")
        assert found.rule["under"] == "/Elever"
        assert found.people == 15
        pattern = str(found.rule["pattern"])
        assert pattern.startswith("^(?P<name>")
        assert pattern.endswith(")$")

    def test_classes_under_one_unit_are_looked_for_there(self) -> None:
        found = only(suggested([*crowd("/Elever/Ek/7A"), *crowd("/elever/Ek/7B")]), "classes")
        assert found.rule["under"] == "/Elever/Ek"

    def test_classes_of_different_trees_are_looked_for_everywhere(self) -> None:
        found = only(suggested([*crowd("/Ekskolan/Elever/TE22b"), *crowd("/Björkskolan/Elever/2017A")]), "classes")
        assert found.rule["under"] == "/"

    def test_one_name_alone_is_no_class_rule(self) -> None:
        people = [*crowd("/Elever/Ekskolan/7A"), *crowd("/Elever/Björkskolan/7a")]
        assert not [each for each in suggested(people) if each.section == "classes"]

    def test_staff_s_org_units_and_empty_ones_are_no_classes(self) -> None:
        people = [
            *crowd("/Personal/7A"),
            *crowd("/Lärare/Arbetslag/7B"),
            *crowd("/Elever/8A/Läser"),
            *crowd("/Elever/8B"),
        ]
        assert not [each for each in suggested(people) if each.section == "classes"]

    def test_school_years_come_from_org_units_called_so(self) -> None:
        people = [*crowd("/Elever/Åk 7/7A"), *crowd("/Elever/Årskurs 8"), *crowd("/Elever/Åk 8/8A")]
        [rule] = [rule for rule in rules(suggested(people), "school_year") if rule["kind"] == "org_unit_pattern"]
        assert rule["pattern"] == "/(?:Åk|Årskurs|År) ?(?P<year>F|10|[0-9])(?![0-9])"

    def test_one_such_org_unit_is_not_enough(self) -> None:
        assert not [each for each in suggested(crowd("/Elever/Åk 7")) if each.section == "school_year"]


class TestLeavingOut:
    @pytest.mark.parametrize(
        "path",
        ["/Elever/Avslutade", "/Servicekonton", "/Service", "/Test", "/Alumni", "/Slutat 2024", "/Elever/Testkonton"],
    )
    def test_accounts_of_nobody_in_school_are_left_out(self, path: str) -> None:
        found = suggested([*crowd(path), *crowd(f"{path}/Avslutade")])
        assert {"kind": "org_unit", "org_unit": path} in rules(found, "never")
        assert len(rules(found, "never")) == 3

    def test_org_unit_of_protected_people_is_protected(self) -> None:
        found = suggested(crowd("/Skyddade personuppgifter", 3))
        assert rules(found, "protected") == [{"kind": "org_unit", "org_unit": "/Skyddade personuppgifter"}]
        assert only(found, "protected").people == 3

    def test_school_that_is_called_so_is_not_left_out(self) -> None:
        found = suggested(crowd("/Elever/Gamla"), units=[unit("12345681", "Gamla"), UNITS[EK]])
        assert len(rules(found, "never")) == 2

    def test_suspended_and_archived_accounts_are_counted_apart(self) -> None:
        people = [
            *crowd("/Elever", 5),
            person("s", "/Elever")._replace(suspended=True),
            person("a", "/Elever")._replace(archived=True),
        ]
        found = suggested(people)
        assert only(found, "role").people == 5
        assert [(each.rule["kind"], each.people) for each in found if each.section == "never"] == [
            ("suspended", 1),
            ("archived", 1),
        ]


def test_spelling_of_a_path_does_not_matter() -> None:
    people = [*crowd("/Elever/7A"), *crowd("/elever/7a", start=5), *crowd("/Elever//7B/"), *crowd("/Elever")]
    found = only(suggested(people), "classes")
    assert found.people == 15


def test_empty_directory_gives_rules_that_leave_out_the_suspended() -> None:
    assert combine(suggested([])) == {"never": [{"kind": "suspended"}, {"kind": "archived"}]}
