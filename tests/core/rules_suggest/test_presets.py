"""Presets: each gives whole rules, fitted to the directory where it can be."""

from __future__ import annotations

import pytest

from skolsynk.core.rules import parse_rules
from skolsynk.core.rules.presets import PRESETS, Preset
from tests.core.rules.directory import BJORK, EK, UNITS, group, snapshot
from tests.core.rules_suggest.school import ALL, crowd

BY_SLUG = {preset.slug: preset for preset in PRESETS}
each_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)


def test_there_are_six_and_none_shares_its_name() -> None:
    assert len(PRESETS) == len(BY_SLUG) == 6


@each_preset
@pytest.mark.parametrize("language", ["sv", "en"])
def test_preset_says_what_it_is(preset: Preset, language: str) -> None:
    assert preset.label(language)
    assert preset.description(language).endswith(".")


@each_preset
def test_empty_directory_gets_the_usual_names(preset: Preset) -> None:
    made = preset.make(snapshot([]), ALL)
    parse_rules(made)
    assert {"placement", "role", "classes", "school_year", "never"} <= made.keys()


@each_preset
def test_tenant_with_one_unit_has_everybody_there(preset: Preset) -> None:
    made = preset.make(snapshot([]), [UNITS[EK]])
    assert made["placement"] == [{"kind": "org_unit", "org_unit": "/", "school_unit": EK}]


def test_names_are_taken_from_the_directory() -> None:
    people = [*crowd("/Students/Ekskolan/7A"), *crowd("/Students/Björkskolan/8B"), *crowd("/Staff/Ekskolan")]
    made = BY_SLUG["org_unit_classes"].make(snapshot(people), ALL)
    assert [rule["org_unit"] for rule in _listed(made["role"])] == ["/Students", "/Staff"]
    assert _listed(made["classes"])[0]["under"] == "/Students"


def test_only_the_arrangement_s_own_places_are_looked_at() -> None:
    people = [*crowd("/Elever/7A", x__klass="7A", x__kod=EK), *crowd("/Elever/8B", x__klass="8B", x__kod=BJORK)]
    groups = [group(name, f"/Elever/{name}#0", name=f"Klass {name}") for name in ("7A", "8B")]
    found = snapshot(people, groups)
    kinds = {slug: [rule["kind"] for rule in _listed(BY_SLUG[slug].make(found, ALL)["classes"])] for slug in BY_SLUG}
    assert kinds["org_unit_classes"] == kinds["unit_first"] == ["org_unit_leaf"]
    assert kinds["fields"] == ["field"]
    assert kinds["class_groups"] == ["group"]


def test_what_was_made_may_be_changed_without_changing_the_preset() -> None:
    preset = BY_SLUG["fields"]
    _listed(preset.make(snapshot([]), ALL)["placement"])[0]["field"] = "annat"
    assert _listed(preset.make(snapshot([]), ALL)["placement"])[0]["field"] == "organizations.department"


def _listed(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value
