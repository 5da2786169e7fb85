"""Why somebody is placed, or not: the chain, link by link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skolsynk.core.rules import explain_person, parse_rules
from skolsynk.core.school import Step
from skolsynk.core.snapshot import Group, Person
from tests.core.rules.directory import EK, TODAY, TREE, UNITS, group, person, snapshot

STAFF = "/Personal/Ekskolan"
PATTERN = "placement[0] org_unit_pattern ^/(?:Elever|Personal)/(?P<unit>[^/]+)"


def chain(
    people: Iterable[Person], key: str = "a", groups: Iterable[Group] = (), rules: Mapping[str, object] | None = None
) -> tuple[Step, ...]:
    return explain_person(snapshot(people, groups), parse_rules({**TREE, **(rules or {})}), UNITS, key, TODAY)


def outcomes(steps: Iterable[Step]) -> dict[str, str]:
    return {step.name: step.outcome for step in steps}


def test_a_pupil_who_is_sent_passes_every_link_with_its_evidence() -> None:
    assert chain([person("a")]) == (
        Step("exclusion", "passed", "", ""),
        Step("protection", "passed", "", ""),
        Step("role", "passed", "role[0] org_unit /Elever", "pupil: /Elever/Ekskolan/7A"),
        Step("placement", "passed", PATTERN, f"{EK}: /Elever/Ekskolan/7A"),
        Step("data", "passed", "", ""),
        Step("school_year", "passed", "school_year[0] class_name", "7: 7A"),
        Step("class", "passed", "classes[0] org_unit_leaf /Elever", "7A: /Elever/Ekskolan/7A"),
    )


def test_somebody_who_is_not_in_the_snapshot_is_not_in_the_directory() -> None:
    assert chain([], "borta") == (Step("directory", "failed", "", "not in the directory"),)


def test_a_suspended_protected_person_fails_both_links_and_reaches_no_other() -> None:
    rules = {"protected": [{"kind": "people", "people": ["a"]}]}
    steps = chain([person("a")._replace(suspended=True)], rules=rules)
    assert steps[:2] == (
        Step("exclusion", "failed", "never suspended", "suspended"),
        Step("protection", "failed", "protected[0] people", ""),
    )
    assert {step.outcome for step in steps[2:]} == {"not_reached"}


def test_the_reason_and_the_end_of_an_exclusion_are_told() -> None:
    rules = {"never": [{"kind": "person", "person": "a", "reason": "Önskan", "until": "2026-12-31"}]}
    assert chain([person("a")], rules=rules)[0] == Step(
        "exclusion", "failed", "never[0] person: Önskan", "Önskan (2026-12-31)"
    )


def test_without_a_role_nothing_more_is_asked() -> None:
    steps = chain([person("a", "/Annat")])
    assert steps[2] == Step("role", "failed", "", "/Annat")
    assert {step.outcome for step in steps[3:]} == {"not_reached"}


def test_the_role_nobody_is_a_refusal_with_its_rule() -> None:
    rules = {"role": [{"kind": "group", "group": "test@skola.example", "role": "nobody"}]}
    steps = chain([person("a")], "a", [group("test", "a")], rules)
    assert steps[2] == Step("role", "failed", "role[0] group test@skola.example", "nobody: test@skola.example")
    assert steps[3].outcome == "not_reached"


def test_an_undecidable_role_fails_where_it_arises() -> None:
    values = {"E": {"role": "pupil"}, "L": {"role": "teacher"}}
    rules = {"role": [{"kind": "field", "field": "title", "values": values}]}
    steps = outcomes(chain([person("a", title=("E", "L"))], rules=rules))
    assert (steps["role"], steps["placement"], steps["class"]) == ("failed", "passed", "not_reached")


def test_a_place_that_no_rule_knows_and_one_that_names_an_unknown_unit_differ() -> None:
    assert chain([person("a", "/Elever")])[3] == Step("placement", "failed", "", "/Elever")
    assert chain([person("a", "/Elever/Nyskolan")])[3] == Step("placement", "failed", PATTERN, "/Elever/Nyskolan")


def test_missing_name_and_address_are_told_together() -> None:
    broken = person("a")._replace(user_name="a", given_name="", family_name="")
    assert chain([broken])[4] == Step("data", "failed", "", "invalid_email, name_missing")


def test_a_pupil_without_class_and_year_is_told_so() -> None:
    steps = chain([person("a", "/Elever/Ekskolan")])
    assert steps[5:] == (Step("school_year", "failed", "", ""), Step("class", "failed", "", "/Elever/Ekskolan"))


def test_a_teacher_is_told_which_classes_the_rules_give_her() -> None:
    rules = {
        "classes": [
            {"kind": "field", "field": "costCenter"},
            {"kind": "group", "match": "name", "pattern": "^Klass (?P<name>.+)", "teachers": "owners"},
        ]
    }
    groups = [group("1", "a!", name="Klass 8A"), group("2", "a", name="Klass 9A")]
    steps = chain([person("a", STAFF, costCenter="7A")], "a", groups, rules)
    assert steps[5] == Step("school_year", "not_reached", "", "")
    assert steps[6] == Step("class", "passed", "classes[0] field costCenter", "7A, 8A")
    assert chain([person("a", STAFF)])[6] == Step("class", "not_reached", "", "")
