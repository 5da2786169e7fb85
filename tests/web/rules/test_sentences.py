"""Every kind of rule has a sentence, a name and a form, in both languages."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.utils import translation

from skolsynk.core.rules import KINDS, Rules, parse_rules
from skolsynk.core.rules.difference import differences as core_differences
from skolsynk.core.ss12000.codes import EMPLOYMENT_ROLES, STUDENT_GROUP_TYPES
from skolsynk.web.rules import asking, labels
from skolsynk.web.rules.differences import differences
from skolsynk.web.rules.sentences import SENTENCES, Names, day_said, sentence

NAMES = Names({"99000001": "Ekskolan"}, lambda spelt: "Någon")
PLACED = {"school_unit": "99000001"}
BY_EMAIL = {"match": "email", "pattern": "^a-(?P<unit>[^-]+)-(?P<name>[^@]+)"}
ALL: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("placement", "org_unit"): [{"org_unit": "/Elever/Eken", **PLACED}],
    ("placement", "org_unit_pattern"): [
        {"pattern": "^/(?P<unit>[^/]+)", "units": {"Eken": "99000001"}},
        {"pattern": "^/x", **PLACED},
    ],
    ("placement", "field"): [
        {"field": "organizations.department"},
        {"field": "customSchemas.Skola.enhet", "holds": "name", "units": {"Eken": "99000001"}},
    ],
    ("placement", "group"): [{"group": "ek@skola.example", **PLACED}, BY_EMAIL],
    ("role", "org_unit"): [{"org_unit": "/Elever", "role": "pupil"}],
    ("role", "org_unit_pattern"): [{"pattern": "^/x", "role": "nobody"}],
    ("role", "field"): [
        {"field": "x", "values": {f"v{number}": {"role": "staff", "employment_role": "Rektor"} for number in range(5)}}
    ],
    ("role", "group"): [{"group": "ek@skola.example", "role": "teacher"}],
    ("classes", "org_unit_leaf"): [{"under": "/Elever"}, {"under": "/Elever", "pattern": "^(?P<name>.)"}],
    ("classes", "field"): [{"field": "organizations.costCenter"}],
    ("classes", "group"): [
        {"group": "7a@skola.example", "teachers": "owners"},
        {**BY_EMAIL, "units": {"e": "99000001"}},
    ],
    ("groups", "group"): [
        {"match": "name", "pattern": "^Kurs", "group_type": kind} for kind in STUDENT_GROUP_TYPES if kind != "Klass"
    ],
    ("school_year", "class_name"): [{}, {"pattern": "^(?P<year>[0-9])"}],
    ("school_year", "start_year"): [
        {"pattern": "(?P<start>[0-9]{2})", "counts_from": counts} for counts in labels.COUNTS
    ],
    ("school_year", "field"): [{"field": "externalIds.organization"}],
    ("school_year", "org_unit_pattern"): [{"pattern": "(?P<year>[0-9])"}],
    ("never", "suspended"): [{}, {"keep": True}],
    ("never", "archived"): [{}, {"keep": True}],
    ("never", "org_unit"): [{"org_unit": "/Elever/Slutat"}, {"org_unit": "/Elever/Slutat", "reason": "slutat"}],
    ("never", "group"): [{"group": "x@skola.example"}],
    ("never", "person"): [
        {"person": "secret@skola.example", "reason": "testkonto"},
        {"person": "secret@skola.example", "reason": "testkonto", "until": "2026-12-31"},
    ],
    ("protected", "field"): [{"field": "x", "values": ["ja", "sant"]}],
    ("protected", "group"): [{"match": "email", "pattern": "^skydd"}],
    ("protected", "org_unit"): [{"org_unit": "/Skyddade"}],
    ("protected", "people"): [{"people": ["secret@skola.example"]}, {"people": ["secret@skola.example", "b"]}],
}


def read(section: str, **keys: Any) -> Any:
    return getattr(parse_rules({section: [keys]}), section)[0]


def rule(section: str, kind: str, keys: dict[str, Any]) -> Any:
    return read(section, kind=kind, **keys)


def test_every_kind_of_every_section_has_a_sentence_a_name_and_an_example() -> None:
    known = {(section, kind) for section, kinds in KINDS.items() for kind in kinds}
    assert set(SENTENCES) == known
    assert set(labels.KINDS) == known
    assert set(ALL) == known
    assert list(labels.SECTIONS) == list(KINDS)


def test_every_key_of_every_kind_is_asked_for() -> None:
    keys = {each.name for kinds in KINDS.values() for kind in kinds.values() for each in dataclasses.fields(kind)}
    assert keys <= {*asking.FIELDS, "units"}
    assert keys <= set(asking.NAMES)


def test_every_choice_has_words() -> None:
    assert set(labels.EMPLOYMENT_ROLES) == set(EMPLOYMENT_ROLES)
    assert set(labels.GROUP_TYPES) == set(STUDENT_GROUP_TYPES) - {"Klass"}


@pytest.mark.parametrize(("section", "kind"), sorted(ALL))
def test_a_sentence_says_all_that_the_rule_says_in_both_languages(section: str, kind: str) -> None:
    for keys in ALL[section, kind]:
        made = rule(section, kind, keys)
        said = {}
        for language in ("sv", "en"):
            with translation.override(language):
                told = sentence(section, made, NAMES)
                said[language] = told.text
                assert told.text.endswith(".")
                assert "{" not in told.text.replace(str(keys.get("pattern", "")), "")
                assert "<b>" in told.html or not told.values or "<code>" in told.html
        assert said["sv"] != said["en"]
        for name in ("org_unit", "under", "group", "pattern", "field", "reason"):
            assert str(keys.get(name, "")) in said["sv"]
        if "school_unit" in keys:
            assert "Ekskolan (99000001)" in said["sv"]
        assert "secret" not in said["sv"]


def test_what_a_rule_says_is_escaped() -> None:
    told = sentence("never", rule("never", "org_unit", {"org_unit": "/<i>"}), NAMES).html
    assert "<b>/&lt;i&gt;</b>" in told


def test_days_and_many_values_are_told_shortly() -> None:
    with translation.override("sv"):
        assert day_said("07-01") == "1 juli"
        told = sentence("role", rule("role", "field", *ALL["role", "field"]), NAMES).text
        assert told.endswith(
            "v0 = annan personal, rektor, v1 = annan personal, rektor, v2 = annan personal, rektor och 2 till."
        )
    with translation.override("en"):
        assert day_said("12-24") == "24 Dec"


def test_differences_are_told_before_and_after() -> None:
    one, other = (
        rule("role", "org_unit", *ALL["role", "org_unit"]),
        read("role", kind="org_unit", org_unit="/Elever", role="staff"),
    )
    with translation.override("sv"):
        (row,) = differences(core_differences(Rules(role=(one,)), Rules(role=(other,))), NAMES)
        assert (str(row.verb), str(row.section)) == ("Ändrad", "Roll")
        assert row.before
        assert "elever" in row.before.text
        assert row.after
        assert "annan personal" in row.after.text
        (moved,) = differences(core_differences(Rules(role=(one, one, other)), Rules(role=(other, one, one))), NAMES)
        assert (moved.before, moved.places) == (None, (3, 1))
        (gone,) = differences(core_differences(Rules(role=(one,)), Rules()), NAMES)
        assert (str(gone.verb), gone.after) == ("Borttagen", None)
