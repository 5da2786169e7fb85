"""Suggestions from fields on people."""

from __future__ import annotations

import pytest

from tests.core.rules.directory import BJORK, EK
from tests.core.rules_suggest.school import crowd, only, rules, suggested


class TestPlacement:
    def test_field_with_unit_codes_is_recognised(self) -> None:
        people = [
            *crowd("/a", 6, customSchemas__Skola__kod=EK),
            *crowd("/b", 3, customSchemas__Skola__kod=f" {BJORK} "),
            *crowd("/c", 1, customSchemas__Skola__kod="99999999"),
        ]
        found = only(suggested(people), "placement")
        assert found.rule == {"kind": "field", "field": "customSchemas.Skola.kod", "holds": "code"}
        assert (found.people, found.confidence) == (9, 0.95)

    def test_field_that_mostly_holds_other_numbers_is_not(self) -> None:
        people = [*crowd("/a", 2, externalIds__x=EK), *crowd("/b", 3, externalIds__x="99999999")]
        assert not [each for each in suggested(people) if each.section == "placement"]

    def test_field_with_unit_names_is_recognised_and_nearly_equal_ones_become_aliases(self) -> None:
        people = [
            *crowd("/a", 6, organizations__department="EKSKOLAN"),
            *crowd("/b", 3, organizations__department="Björk-skolan"),
            *crowd("/c", 3, organizations__department="Sjögy"),
            *crowd("/d", 1, organizations__department="Campus gamla stan"),
        ]
        found = only(suggested(people), "placement")
        assert found.rule == {
            "kind": "field",
            "field": "organizations.department",
            "holds": "name",
            "units": {"Sjögy": "12345673"},
        }
        assert found.people == 12
        assert "”Sjögy”" in found.reason_sv

    def test_names_that_are_all_exact_need_no_aliases(self) -> None:
        people = [*crowd("/a", 5, x__y="Ekskolan"), *crowd("/b", 5, x__y="björkskolan")]
        assert rules(suggested(people), "placement") == [{"kind": "field", "field": "x.y", "holds": "name"}]

    def test_one_unit_s_name_is_not_enough_for_a_tenant_with_several(self) -> None:
        assert not [each for each in suggested(crowd("/a", 5, x__y="Ekskolan")) if each.section == "placement"]

    def test_few_names_among_other_values_are_not_enough(self) -> None:
        people = [
            *crowd("/a", 1, x__y="Ekskolan"),
            *crowd("/b", 1, x__y="Björkskolan"),
            *crowd("/c", 9, x__y="Kontoret"),
        ]
        assert not [each for each in suggested(people) if each.section == "placement"]

    def test_field_beats_the_tree_and_the_tree_that_adds_nothing_is_doubted(self) -> None:
        people = [*crowd("/Ekskolan", 5, x__kod=EK), *crowd("/Björkskolan", 5, x__kod=BJORK)]
        found = suggested(people)
        assert [rule["kind"] for rule in rules(found, "placement")] == ["field"]
        assert [each.confidence for each in found if each.section == "placement"] == [0.98, 0.47]
        assert "Säkrare regler" in found[1].reason_sv


class TestClassesAndYears:
    def test_field_with_class_names_is_recognised(self) -> None:
        people = [*crowd("/a", 5, x__klass=("7A", "7B")), *crowd("/b", 5, x__klass="Grupp 3")]
        found = only(suggested(people), "classes")
        assert (found.rule, found.people) == ({"kind": "field", "field": "x.klass"}, 10)

    def test_other_values_in_it_are_kept_out_by_a_pattern(self) -> None:
        people = [
            *crowd("/a", 5, x__klass="7A"),
            *crowd("/b", 5, x__klass="TE22b"),
            *crowd("/c", 2, x__klass="vilande"),
        ]
        pattern = str(only(suggested(people), "classes").rule["pattern"])
        assert pattern.startswith("^(?P<name>")

    @pytest.mark.parametrize("values", [("7", "8"), ("F", "9"), ("7A", "Lärarlag")])
    def test_years_and_single_names_are_no_classes(self, values: tuple[str, ...]) -> None:
        people = [person for value in values for person in crowd(f"/{value}", 5, x__y=value)]
        assert not [each for each in suggested(people) if each.section == "classes"]

    def test_field_with_school_years_is_recognised_by_its_name(self) -> None:
        people = [*crowd("/a", 5, x__arskurs="F"), *crowd("/b", 5, x__arskurs="7")]
        found = only(suggested(people), "school_year")
        assert (found.rule, found.confidence) == ({"kind": "field", "field": "x.arskurs"}, 0.9)

    def test_small_numbers_in_another_field_are_doubted(self) -> None:
        people = [*crowd("/a", 5, x__floor="1"), *crowd("/b", 5, x__floor="2")]
        assert only(suggested(people), "school_year").confidence == 0.4

    def test_school_years_in_words_are_recognised_by_themselves(self) -> None:
        people = [*crowd("/a", 5, x__y="Åk 1"), *crowd("/b", 5, x__y="Årskurs 2")]
        found = only(suggested(people), "school_year")
        assert found.rule["pattern"] == "^(?:Åk|Årskurs|År) ?(?P<year>F|10|[0-9])(?![0-9])"
        assert found.confidence == 0.9


class TestRoles:
    def test_job_titles_become_roles(self) -> None:
        people = [
            *crowd("/a", 9, organizations__title="Elev"),
            *crowd("/b", 3, organizations__title="Lärare"),
            *crowd("/c", 1, organizations__title="LÄRARE"),
            *crowd("/d", 1, organizations__title="Speciallärare"),
            *crowd("/e", 1, organizations__title="Biträdande rektor"),
            *crowd("/f", 1, organizations__title="Förskollärare"),
            *crowd("/g", 1, organizations__title="Vaktmästare"),
        ]
        found = only(suggested(people), "role")
        assert found.rule["values"] == {
            "Biträdande rektor": {"role": "staff", "employment_role": "Rektor"},
            "Elev": {"role": "pupil"},
            "Förskollärare": {"role": "staff", "employment_role": "Förskollärare"},
            "Lärare": {"role": "teacher"},
            "Speciallärare": {"role": "teacher"},
            "Vaktmästare": {"role": "staff"},
        }
        assert found.people == 17

    def test_unknown_titles_are_counted_in_the_reason(self) -> None:
        people = [*crowd("/a", 9, organizations__title="Lärare"), *crowd("/b", 1, organizations__title="Trollkarl")]
        found = only(suggested(people), "role")
        assert "1 värden till" in found.reason_sv
        assert "1 more" in found.reason_en

    def test_field_with_mostly_unknown_words_is_not_proposed(self) -> None:
        people = [*crowd("/a", 1, x__y="Lärare"), *crowd("/b", 9, x__y="Trollkarl"), *crowd("/c", 1, x__y=" ")]
        assert not [each for each in suggested(people) if each.section == "role"]


class TestProtected:
    @pytest.mark.parametrize("value", ["ja", "1", "x", "Sekretessmarkering"])
    def test_field_named_after_it_protects_whoever_has_a_yes(self, value: str) -> None:
        people = [*crowd("/a", 30, x__skydd="nej"), *crowd("/b", 2, x__skydd=value), *crowd("/c", 1, x__skydd=" ")]
        found = only(suggested(people), "protected")
        assert found.rule == {"kind": "field", "field": "x.skydd", "values": [value]}
        assert (found.people, found.confidence) == (2, 0.9)

    def test_value_named_after_it_protects_in_any_field(self) -> None:
        people = [*crowd("/a", 30, x__y="normal"), *crowd("/b", 2, x__y="Skyddad identitet")]
        assert rules(suggested(people), "protected") == [
            {"kind": "field", "field": "x.y", "values": ["Skyddad identitet"]}
        ]

    def test_mark_that_most_have_is_doubted(self) -> None:
        assert only(suggested(crowd("/a", 5, x__skydd="låg")), "protected").confidence == 0.3

    def test_field_that_says_no_of_everybody_protects_nobody(self) -> None:
        assert not [each for each in suggested(crowd("/a", 5, x__skydd="nej")) if each.section == "protected"]


def test_field_with_a_value_of_its_own_for_everybody_tells_nothing() -> None:
    people = [person for number in range(600) for person in crowd("/a", 1, number, x__skydd=f"Ekskolan {number}")]
    assert {each.section for each in suggested(people)} == {"never"}


def test_field_whose_name_no_rule_can_hold_is_passed_over() -> None:
    people = [each._replace(fields={"1x y": (EK,)}) for each in crowd("/a")]
    assert {each.section for each in suggested(people)} == {"never"}
