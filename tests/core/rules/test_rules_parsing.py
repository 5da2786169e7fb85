"""Rules as JSON: round trip, and every problem with its place and in both languages."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.rules import KINDS, Problem, RulesError, field_paths, needs_groups, parse_rules, rules_to_json
from skolsynk.core.rules.pattern import explodes
from skolsynk.core.rules.problems import _TEXTS
from skolsynk.core.rules.ruleset import rules_of

CODE = "12345678"
EVERY_KIND: dict[str, list[dict[str, Any]]] = {
    "placement": [
        {"kind": "org_unit", "org_unit": "/Elever/Ekskolan", "school_unit": CODE},
        {"kind": "org_unit_pattern", "pattern": "^/Elever/(?P<unit>[^/]+)", "units": {"Eken": CODE}},
        {"kind": "org_unit_pattern", "pattern": "^/Personal", "school_unit": CODE},
        {"kind": "field", "field": "organizations.department", "holds": "name", "units": {"Eken": CODE}},
        {"kind": "group", "group": "ekskolan@x.example", "school_unit": CODE},
        {"kind": "group", "match": "email", "pattern": "^(?P<unit>[^-]+)-alla@", "units": {"ek": CODE}},
    ],
    "role": [
        {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
        {"kind": "org_unit_pattern", "pattern": "/Personal$", "role": "staff", "employment_role": "Rektor"},
        {"kind": "group", "group": "larare@x.example", "role": "teacher"},
        {"kind": "group", "match": "name", "pattern": "^Vikarier", "role": "nobody"},
        {"kind": "field", "field": "customSchemas.Skola.roll", "values": {"Elev": {"role": "pupil"}}},
    ],
    "classes": [
        {"kind": "org_unit_leaf", "under": "/Elever", "pattern": "(?P<name>[^/]+)$"},
        {"kind": "field", "field": "organizations.costCenter", "pattern": "(?P<name>[0-9][A-Z])"},
        {"kind": "group", "match": "email", "pattern": "^klass-(?P<name>[^@]+)@", "teachers": "owners"},
    ],
    "groups": [{"kind": "group", "match": "name", "pattern": "^Grupp ", "group_type": "Mentor", "teachers": "owners"}],
    "school_year": [
        {"kind": "class_name", "pattern": "(?P<year>[0-9])"},
        {"kind": "start_year", "pattern": "(?P<start>[0-9]{2})", "counts_from": "year_1", "rolls_on": "08-01"},
        {"kind": "field", "field": "customSchemas.Skola.arskurs"},
        {"kind": "org_unit_pattern", "pattern": "/Ak(?P<year>[0-9])"},
    ],
    "never": [
        {"kind": "suspended", "keep": True},
        {"kind": "archived"},
        {"kind": "org_unit", "org_unit": "/Test"},
        {"kind": "group", "group": "test@x.example"},
        {"kind": "person", "person": "100", "reason": "Flyttar", "until": "2026-12-31"},
    ],
    "protected": [
        {"kind": "field", "field": "customSchemas.Skydd.skyddad", "values": ["true", "Ja"]},
        {"kind": "group", "group": "skyddade@x.example"},
        {"kind": "org_unit", "org_unit": "/Skyddade"},
        {"kind": "people", "people": ["100", "a@x.example"]},
    ],
}


def problems(rules: object) -> list[tuple[str, str]]:
    with pytest.raises(RulesError) as caught:
        parse_rules(rules)
    return [(problem.path, problem.code) for problem in caught.value.problems]


def in_section(section: str, **rule: object) -> list[tuple[str, str]]:
    return problems({section: [rule]})


def test_every_kind_is_written_back_as_it_was_read() -> None:
    rules = parse_rules(EVERY_KIND)
    assert rules_to_json(rules) == EVERY_KIND
    assert parse_rules(json.loads(json.dumps(rules_to_json(rules)))) == rules
    assert {section: {rule["kind"] for rule in rules} for section, rules in EVERY_KIND.items()} == {
        section: set(kinds) for section, kinds in KINDS.items()
    }


def test_every_rule_has_a_label_that_starts_with_its_kind_and_names_nobody() -> None:
    rules = parse_rules(EVERY_KIND)
    labels = [rule.label for section in KINDS for rule in rules_of(rules, section)]
    kinds = [rule["kind"] for section in KINDS for rule in EVERY_KIND[section]]
    assert all(label.startswith(kind) for label, kind in zip(labels, kinds, strict=True))
    assert labels[-1] == "people"


def test_rules_say_what_a_source_must_read() -> None:
    rules = parse_rules(EVERY_KIND)
    assert needs_groups(rules)
    assert field_paths(rules) == {
        "organizations.department",
        "organizations.costCenter",
        "customSchemas.Skola.roll",
        "customSchemas.Skola.arskurs",
        "customSchemas.Skydd.skyddad",
    }
    assert not needs_groups(parse_rules({}))


def test_absent_and_null_sections_are_empty() -> None:
    assert parse_rules({"role": None}) == parse_rules({})
    assert rules_to_json(parse_rules({})) == {}


def test_a_yaml_date_passes() -> None:
    rule = {"kind": "person", "person": "a", "reason": "b", "until": date(2026, 12, 31)}
    assert rules_to_json(parse_rules({"never": [rule]})) == {"never": [{**rule, "until": "2026-12-31"}]}


def test_all_problems_are_told_at_once_in_reading_order() -> None:
    found = problems(
        {
            "placment": [],
            "zzz": [],
            "role": [{"kind": "org_unt"}, {"kind": "zzz"}, {}, 7],
            "placement": [
                {"kind": "org_unit", "org_unit": "Elever", "scholl_unit": CODE},
                {"kind": "org_unit", "org_unit": "/Elever", "school_unit": 12345678},
            ],
        }
    )
    assert found == [
        ("placement[0].scholl_unit", "unknown_key_near"),
        ("placement[0].org_unit", "not_path"),
        ("placement[0].school_unit", "missing"),
        ("placement[1].school_unit", "not_unit_code"),
        ("role[0].kind", "unknown_kind_near"),
        ("role[1].kind", "unknown_kind"),
        ("role[2].kind", "missing"),
        ("role[3]", "not_mapping"),
        ("placment", "unknown_key_near"),
        ("zzz", "unknown_key"),
    ]


@pytest.mark.parametrize("rules", [None, [], "role", 7])
def test_rules_that_are_no_mapping_are_refused(rules: object) -> None:
    assert problems(rules) == [("", "not_mapping")]


def test_a_section_that_is_no_list_is_refused() -> None:
    assert problems({"role": {"kind": "org_unit"}}) == [("role", "not_list")]


@pytest.mark.parametrize(
    ("section", "rule", "path", "code"),
    [
        ("placement", {"kind": "org_unit", "org_unit": " ", "school_unit": CODE}, "org_unit", "not_text"),
        ("placement", {"kind": "org_unit_pattern", "pattern": "x"}, "", "unit_or_part"),
        ("placement", {"kind": "org_unit_pattern", "pattern": "x", "units": []}, "units", "not_mapping"),
        ("placement", {"kind": "group", "group": "a@x.example"}, "", "unit_or_part"),
        ("placement", {"kind": "group", "school_unit": CODE}, "", "group_or_pattern"),
        ("placement", {"kind": "group", "match": "email", "school_unit": CODE}, "", "group_or_pattern"),
        (
            "placement",
            {"kind": "group", "group": "a", "match": "name", "pattern": "x", "school_unit": CODE},
            "",
            "group_or_pattern",
        ),
        ("placement", {"kind": "field", "field": "a..b"}, "field", "not_field"),
        ("placement", {"kind": "field", "field": ""}, "field", "not_text"),
        ("placement", {"kind": "field", "field": "a.b", "holds": "kod"}, "holds", "not_one_of"),
        ("placement", {"kind": "field", "field": "a", "units": {"Ek": "1"}}, "units.Ek", "not_unit_code"),
        ("role", {"kind": "org_unit", "org_unit": "/a", "role": "elev"}, "role", "not_one_of"),
        ("role", {"kind": "field", "field": "a", "values": []}, "values", "not_mapping"),
        ("role", {"kind": "field", "field": "a", "values": {"x": {}}}, "values.x.role", "missing"),
        (
            "role",
            {"kind": "field", "field": "a", "values": {"x": {"role": "pupil"}, "X": {"role": "staff"}}},
            "values.X",
            "same_twice",
        ),
        ("classes", {"kind": "group", "match": "email", "pattern": "x"}, "pattern", "pattern_lacks_part"),
        ("classes", {"kind": "org_unit_leaf", "under": "/", "pattern": "x"}, "pattern", "pattern_lacks_part"),
        ("groups", {"kind": "group", "group": "a", "group_type": "Klass"}, "group_type", "not_one_of"),
        ("school_year", {"kind": "class_name", "pattern": "("}, "pattern", "pattern_broken"),
        ("school_year", {"kind": "class_name", "pattern": 7}, "pattern", "not_text"),
        ("school_year", {"kind": "class_name", "pattern": "x" * 201}, "pattern", "pattern_long"),
        (
            "school_year",
            {"kind": "start_year", "pattern": "(?P<start>x)", "counts_from": "year_1", "rolls_on": "7-1"},
            "rolls_on",
            "not_month_day",
        ),
        ("never", {"kind": "suspended", "keep": "yes"}, "keep", "not_flag"),
        ("never", {"kind": "person", "person": "a", "reason": "b", "until": "snart"}, "until", "not_date"),
        ("never", {"kind": "person", "person": "a", "reason": "b", "until": 7}, "until", "not_date"),
        ("protected", {"kind": "people", "people": "a"}, "people", "not_list"),
        ("protected", {"kind": "people", "people": []}, "people", "empty_list"),
        ("protected", {"kind": "people", "people": ["a", 7]}, "people[1]", "not_text"),
    ],
)
def test_a_broken_rule_is_refused_where_it_is_broken(
    section: str, rule: dict[str, object], path: str, code: str
) -> None:
    where = f"{section}[0].{path}" if path else f"{section}[0]"
    assert problems({section: [rule]}) == [(where, code)]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*x",
        "(?:a+b?){2,}",
        "([a-z]+){1,9}",
        "(a|aa)+$",
        "((x|y)z)*",
        "(a{1,50}){1,50}",
        ".*a.*b.*c.*d",
        r"\w+\w+\w+\w+x",
        "[^x]+[^x]+[^x]+[^x]+y",
        "a*b*c*d*e*f*g*h*i*",
    ],
)
def test_a_pattern_that_may_take_unreasonable_time_is_refused(pattern: str) -> None:
    assert in_section("never", kind="group", match="name", pattern=pattern) == [
        ("never[0].pattern", "pattern_explodes")
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        "^klass-(?P<name>[^@]+)@",
        "^/Elever/(?P<unit>[^/]+)/(?P<name>[^/]+)$",
        "^/[^/]+/[^/]+/[^/]+/[^/]+/[^/]+$",
        "(?P<year>F|[0-9]{1,2})(?:-[0-9]+)?",
        "(?:ek|björk)?(?P<name>.+)",
        r"[]^)(]+\(x{,3}",
        "(?i:klass)(?=x)(?!y)(?<=a)(?<!b)(?#kommentar)(?P<a>x)(?P=a)",
        "x{2,}y{3}(?:ab){2}",
        "[^]x]*$",
        "(a){}",
    ],
)
def test_a_pattern_of_the_usual_kind_is_let_through(pattern: str) -> None:
    assert not explodes(pattern)
    assert parse_rules({"never": [{"kind": "group", "match": "name", "pattern": pattern}]})


@given(st.text(st.sampled_from("ab.*+?{}()[]|^$\\12,/<P>=:!-"), max_size=25))
def test_any_text_as_pattern_is_read_or_refused(pattern: str) -> None:
    # Python warns that [[ and -- may change their meaning, and the test run makes errors of warnings.
    with suppress(RulesError, FutureWarning):
        parse_rules({"never": [{"kind": "group", "match": "name", "pattern": pattern}]})


def test_problems_speak_swedish_and_english() -> None:
    problem = Problem("role[0].kind", "unknown_kind_near", ("org_unt", "org_unit"))
    assert problem.text() == "there is no “org_unt”; did you mean org_unit?"
    assert problem.text("sv") == "”org_unt” finns inte; menas org_unit?"
    assert str(RulesError([problem, Problem("", "not_mapping")])) == (
        "role[0].kind: there is no “org_unt”; did you mean org_unit?; rules: must be a mapping of keys to values"
    )


@pytest.mark.parametrize("code", _TEXTS)
def test_every_problem_has_words_for_its_arguments(code: str) -> None:
    for language in ("sv", "en"):
        assert "{" not in Problem("x", code, ("a", "b")).text(language)
