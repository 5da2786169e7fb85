"""Each kind of rule has a name, a sentence and a form, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.forms import BooleanField
from django.http import QueryDict
from django.utils import translation

from skolsynk.core.rules import KINDS, parse_rules
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.core.rules.shape import Rule
from skolsynk.web.rules import forms, labels
from skolsynk.web.rules.sentences import SENTENCES, Names, sentence

UNIT = "12345678"
NAMES = Names({UNIT: "Ekskolan"}, lambda spelt: f"<{spelt}>")
ROLE = {"role": "staff", "employment_role": "Rektor"}
GIVEN: Mapping[tuple[str, str], list[dict[str, Any]]] = {
    ("placement", "org_unit"): [{"org_unit": "/Elever", "school_unit": UNIT}],
    ("placement", "org_unit_pattern"): [
        {"pattern": "^/E", "school_unit": UNIT},
        {"pattern": "^/(?P<unit>[^/]+)", "units": {"Ek": UNIT}},
    ],
    ("placement", "field"): [{"field": "organizations.department", "units": {c: UNIT for c in "abcd"}}],
    ("placement", "group"): [
        {"group": "alla@skola.example", "school_unit": UNIT},
        {"match": "name", "pattern": "^Skola (?P<unit>.+)"},
    ],
    ("role", "org_unit"): [{"org_unit": "/Personal", **ROLE}],
    ("role", "org_unit_pattern"): [{"pattern": "^/Elever", "role": "pupil"}],
    ("role", "field"): [{"field": "organizations.title", "values": {"Rektor": ROLE}}],
    ("role", "group"): [{"match": "email", "pattern": "^larare", "role": "teacher"}],
    ("classes", "org_unit_leaf"): [{"under": "/Elever"}, {"under": "/Elever", "pattern": "(?P<name>[0-9][A-Z])"}],
    ("classes", "field"): [{"field": "customSchemas.Skola.klass"}],
    ("classes", "group"): [{"match": "email", "pattern": "^klass-(?P<name>[^@]+)@"}],
    ("groups", "group"): [{"match": "name", "pattern": "^Kurs (?P<name>.+)", "group_type": "Mentor"}],
    ("school_year", "class_name"): [{}, {"pattern": "^(?P<year>[0-9])x"}],
    ("school_year", "start_year"): [{"pattern": "^(?P<start>[0-9]{2})", "counts_from": "year_1"}],
    ("school_year", "field"): [{"field": "customSchemas.Skola.ar"}],
    ("school_year", "org_unit_pattern"): [{"pattern": "/(?P<year>[0-9])"}],
    ("never", "suspended"): [{}, {"keep": True}],
    ("never", "archived"): [{}, {"keep": True}],
    ("never", "org_unit"): [{"org_unit": "/Test"}, {"org_unit": "/Test", "reason": "provkonton"}],
    ("never", "group"): [{"group": "test@skola.example"}],
    ("never", "person"): [
        {"person": "100", "reason": "vill inte"},
        {"person": "100", "reason": "vill inte", "until": "2027-06-15"},
    ],
    ("protected", "field"): [{"field": "customSchemas.Skola.skydd", "values": ["ja", "x"]}],
    ("protected", "group"): [{"group": "skydd@skola.example"}],
    ("protected", "org_unit"): [{"org_unit": "/Skydd"}],
    ("protected", "people"): [{"people": ["100"]}, {"people": ["100", "200"]}],
}
EVERY = {(section, kind) for section, kinds in KINDS.items() for kind in kinds}


def rule_of(section: str, kind: str, given: Mapping[str, Any]) -> Rule:
    return rules_of(parse_rules({section: [{"kind": kind, **given}]}), section)[0]


def as_sent(form: forms.RuleForm) -> QueryDict:
    """What a browser sends of a form that nobody touched."""
    sent = QueryDict(mutable=True)
    for name, field in form.fields.items():
        value = form[name].value()
        if value and not (isinstance(field, BooleanField) and value is not True):
            sent[name] = "on" if value is True else str(value)
    return sent


def test_no_kind_lacks_a_sentence_a_name_or_an_example() -> None:
    assert set(SENTENCES) == EVERY
    assert set(labels.KINDS) == EVERY
    assert set(GIVEN) == EVERY
    assert set(labels.SECTIONS) == set(KINDS)


@pytest.mark.parametrize(("section", "kind"), sorted(EVERY))
def test_a_sentence_says_all_that_the_rule_says_in_both_languages(section: str, kind: str) -> None:
    for given in GIVEN[section, kind]:
        said = sentence(section, rule_of(section, kind, given), NAMES)
        told = {}
        for language in ("sv", "en"):
            with translation.override(language):
                told[language] = said.text
            assert re.search(r"[.:]$", told[language]), told
            assert "{" not in told[language].replace("{2}", "")
        assert told["sv"] != told["en"]
        for name, value in given.items():
            if isinstance(value, str) and name in ("org_unit", "under", "pattern", "group", "field", "reason"):
                assert value in told["sv"], name
                assert value in told["en"], name


def test_values_are_marked_and_cannot_be_markup() -> None:
    rule = rule_of("never", "org_unit", {"org_unit": "/<script>", "reason": "{reason}"})
    with translation.override("sv"):
        assert sentence("never", rule, NAMES).html == (
            "Ingen i organisationsenheten <b>/&lt;script&gt;</b> eller under den skickas: <b>{reason}</b>."
        )


def test_a_list_of_protected_people_is_only_counted() -> None:
    said = sentence("protected", rule_of("protected", "people", {"people": ["100", "200"]}), NAMES)
    with translation.override("en"):
        assert said.text == "2 people in a list have a protected identity."


@pytest.mark.parametrize(("section", "kind"), sorted(EVERY))
def test_a_form_gives_back_the_rule_that_it_shows(section: str, kind: str) -> None:
    choices = forms.Choices([(UNIT, "Ekskolan")], str, str)
    for given in GIVEN[section, kind]:
        rule = rule_of(section, kind, given)
        shown = forms.RuleForm(section, kind, choices, None, {"kind": kind, **given})
        sent = forms.RuleForm(section, kind, choices, as_sent(shown))
        assert sent.is_valid(), sent.errors
        assert sent.rule == rule
