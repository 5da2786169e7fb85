"""One form for every kind: what it shows it sends back as the same rule, and garbage is kept and named."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from skolsynk.core.rules.shape import rule_to_json
from skolsynk.web.rules.asking import Choices
from skolsynk.web.rules.forms import RuleForm
from tests.web.rules.test_sentences import ALL, rule

UNITS = [("99000001", "Ekskolan"), ("99000002", "Björkskolan")]
CHOICES = Choices(UNITS, lambda spelt: spelt, lambda spelt: spelt.removesuffix("@skola.example"))


def sent(form: RuleForm, **more: Any) -> QueryDict:
    """What a browser would send of the form as it is shown."""
    data = QueryDict(mutable=True)
    for name in form.fields:
        value, field = form[name].value(), form.fields[name]
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            value = value or next(iter(choices))[0]
        if value not in (None, False):
            data[name] = "on" if value is True else str(value)
    for text, people in form.known.items():
        data.appendlist("offered", f"{people} {text}")
    data.update(more)
    return data


@pytest.mark.parametrize(("section", "kind"), sorted(ALL))
def test_what_a_form_shows_it_sends_back_as_the_same_rule(section: str, kind: str) -> None:
    for keys in ALL[section, kind]:
        given = rule(section, kind, keys)
        shown = RuleForm(section, kind, CHOICES, initial=rule_to_json(given))
        back = RuleForm(section, kind, CHOICES, sent(shown))
        assert back.is_valid(), back.errors
        want = rule_to_json(given)
        if "person" in want:
            want["person"] = "secret"
        assert back.rule
        assert rule_to_json(back.rule) == want


@pytest.mark.parametrize("garbage", ["", "\x00", "x" * 500, "(", "<script>", "9" * 40, "åäö 🙂"])
@pytest.mark.parametrize(("section", "kind"), sorted(ALL))
def test_garbage_is_refused_or_is_a_rule_and_stays_in_its_field(section: str, kind: str, garbage: str) -> None:
    shown = RuleForm(section, kind, CHOICES, initial=rule_to_json(rule(section, kind, ALL[section, kind][0])))
    data = QueryDict(mutable=True)
    for name in shown.fields:
        data[name] = garbage
    form = RuleForm(section, kind, CHOICES, data)
    if form.is_valid():
        assert form.rule is not None
    else:
        assert form.rule is None
        assert form.errors
    assert all(form[name].data == garbage for name in form.fields if name != "keep")


def refused(section: str, kind: str, **data: str) -> dict[str, list[str]]:
    posted = QueryDict(mutable=True)
    posted.update(data)
    form = RuleForm(section, kind, CHOICES, posted)
    with translation.override("sv"):
        assert not form.is_valid()
        return {name: [str(each) for each in errors] for name, errors in form.errors.items()}


def test_mistakes_stand_by_their_fields_in_words() -> None:
    assert "början" not in str(refused("role", "org_unit", org_unit="", role="pupil"))
    assert refused("role", "org_unit", org_unit="Elever", role="pupil") == {
        "org_unit": ["Ska vara en sökväg som börjar med /."]
    }
    assert refused("role", "org_unit_pattern", pattern="(", role="pupil").keys() == {"pattern"}
    assert refused("placement", "org_unit_pattern", pattern="^/x") == {
        "__all__": ["Ange school_unit, eller en namngiven del (?P<unit>…) i mönstret."]
    }
    assert refused("classes", "group", match="email", pattern="^x", teachers="staff").keys() == {"pattern"}
    assert refused(
        "school_year", "start_year", pattern="(?P<start>..)", counts_from="year_1", rolls_on="1 juli"
    ).keys() == {"rolls_on"}
    assert refused("never", "person", person="x", reason="y", until="i morgon").keys() == {"until"}


def test_a_row_means_one_thing_and_something() -> None:
    rows = {"values-0-key": "Lärare", "values-0-to": "teacher", "values-1-key": "lärare", "values-1-to": "staff"}
    assert refused("role", "field", field="x", **rows) == {"values-1-key": ["Står redan ovan."]}
    rows = {"values-0-key": "Lärare", "values-0-to": "teacher", "values-1-key": "Kock"}
    assert refused("role", "field", field="x", **rows) == {"values-1-key": ["Välj vad det betyder, eller töm raden."]}
    assert refused("role", "field", field="x", **{"values-0-key": "Lärare", "values-0-to": "kung"}).keys() == {
        "values-0-to"
    }
    assert refused("role", "field", field="x") == {"__all__": ["Välj en roll för minst ett värde."]}


def test_rows_of_the_directory_may_be_left_alone() -> None:
    known = {"Kock": 3, "Lärare": 9}
    given = {"kind": "field", "field": "x", "values": {"Lärare": {"role": "teacher"}}}
    shown = RuleForm("role", "field", CHOICES, initial=given, known=known)
    rows = [(row.key.value(), row.people) for row in shown.rows]
    assert rows == [("Lärare", 9), ("Kock", 3), (None, None), (None, None)]
    back = RuleForm("role", "field", CHOICES, sent(shown), known=known)
    assert back.is_valid(), back.errors
    assert back.rule
    assert rule_to_json(back.rule) == given


def test_what_was_typed_can_be_shown_again_with_more_rows() -> None:
    data = QueryDict(mutable=True)
    data.update({"field": "y", "values-0-key": "Kock", "values-0-to": "staff", "values-1-key": "Vikarie"})
    typed = RuleForm("role", "field", CHOICES, data).typed()
    again = RuleForm("role", "field", CHOICES, initial=typed, more=5)
    assert again["field"].value() == "y"
    assert [(row.key.value(), row.to.value()) for row in again.rows][:3] == [
        ("Kock", "staff"),
        ("Vikarie", None),
        (None, None),
    ]
    assert len(list(again.rows)) == 2 + 2 + 5
