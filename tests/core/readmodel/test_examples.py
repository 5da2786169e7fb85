"""What a rule that is being written sees: who is caught, what means nothing, and what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from skolsynk.core.readmodel.examples import Example, Examples, Seen, examples, lost_texts
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.rules import parse_rules
from skolsynk.core.rules.units import Units
from tests.core.readmodel.models import stored
from tests.core.rules.directory import BJORK, EK, TODAY, UNITS, group, person, snapshot

RULES: dict[str, Any] = {
    "placement": [{"kind": "org_unit", "org_unit": "/Elever", "school_unit": EK}],
    "role": [{"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"}],
    "classes": [{"kind": "org_unit_leaf", "under": "/Elever/Ekskolan"}],
    "groups": [{"kind": "group", "match": "email", "pattern": "^ma"}],
}


@pytest.fixture(scope="module")
def model() -> Opened:
    people = [
        person("a", "/Elever/Ekskolan/7A", organizations__department="Ekskolan", organizations__title="Elev"),
        person("b", "/Elever/Ekskolan/7A", organizations__department="Ekskolan", organizations__title="elev"),
        person("c", "/Elever/Eken/Mango", organizations__department="Eken", organizations__costCenter="7B"),
        person("d", "/Personal/Ekskolan", organizations__title="Rektor"),
    ]
    groups = [
        group("k", "a", "b", email="klass-eken-7a@skola.example", name="Klass 7A"),
        group("m", "a", "c", email="ma@skola.example", name="Matematik"),
        group("s", "a", email="skola-ekskolan@skola.example", name="Ekskolan"),
    ]
    return stored(snapshot(people, groups), RULES, UNITS, TODAY).model


def look(model: Opened, section: str, **rule: Any) -> Examples | None:
    parsed = getattr(parse_rules({section: [rule]}), section)[0]
    return examples(parsed, Seen(model.tree, model.groups, model.fields, model.classes, Units(UNITS), TODAY))


def seen(model: Opened, section: str, **rule: Any) -> Examples:
    found = look(model, section, **rule)
    assert found is not None
    return found


def test_an_org_unit_has_everybody_below_it(model: Opened) -> None:
    found = seen(model, "role", kind="org_unit", org_unit="/elever/EKSKOLAN", role="pupil")
    assert found.found == (Example("/Elever/Ekskolan", "", 2, "", False),)


def test_an_org_unit_that_is_not_there_has_near_ones(model: Opened) -> None:
    found = seen(model, "never", kind="org_unit", org_unit="/Elever/Ekskola")
    assert (found.found, found.missing) == ((), ("/Elever/Ekskola",))
    assert found.near[0] == "/Elever/Ekskolan"


def test_a_pattern_in_paths_is_shown_where_it_begins(model: Opened) -> None:
    pattern = "^/(Elever|Personal)/(?P<unit>[^/]+)"
    found = seen(model, "placement", kind="org_unit_pattern", pattern=pattern)
    assert [(each.text, each.part, each.unit, each.lost) for each in found.found] == [
        ("/Elever/Ekskolan", "Ekskolan", EK, False),
        ("/Elever/Eken", "Eken", "", True),
        ("/Personal/Ekskolan", "Ekskolan", EK, False),
    ]
    assert list(lost_texts(found)) == [("Eken", 1)]
    known = seen(model, "placement", kind="org_unit_pattern", pattern=pattern, units={"eken": BJORK})
    assert [each.unit for each in known.found] == [EK, BJORK, EK]


def test_a_pattern_with_a_fixed_unit_means_that_unit(model: Opened) -> None:
    found = seen(model, "placement", kind="org_unit_pattern", pattern="/Eke", school_unit=BJORK)
    assert {(each.text, each.unit) for each in found.found} == {("/Elever/Eken", BJORK)}


def test_a_pattern_for_roles_and_years_has_no_unit(model: Opened) -> None:
    roles = seen(model, "role", kind="org_unit_pattern", pattern="^/Personal", role="staff")
    assert roles.found == (Example("/Personal", "", 1, "", False),)
    years = seen(model, "school_year", kind="org_unit_pattern", pattern="/(?P<year>[0-9])A")
    assert years.found == (Example("/Elever/Ekskolan/7A", "7", 2, "", False),)


def test_leaves_below_an_org_unit_name_classes(model: Opened) -> None:
    found = seen(model, "classes", kind="org_unit_leaf", under="/Elever/Ekskolan")
    assert found.found == (Example("/Elever/Ekskolan/7A", "7A", 2, "", False),)
    assert seen(model, "classes", kind="org_unit_leaf", under="/Elver").missing == ("/Elver",)


def test_one_group_is_there_or_has_near_ones(model: Opened) -> None:
    there = seen(model, "never", kind="group", group="MA@skola.example")
    assert there.found == (Example("ma@skola.example", "Matematik", 2, "", False),)
    assert seen(model, "never", kind="group", group="m").found == there.found
    gone = seen(model, "never", kind="group", group="klass-eken-7b@skola.example")
    assert gone.near[0] == "klass-eken-7a@skola.example"


def test_groups_by_pattern_are_shown_with_what_they_name(model: Opened) -> None:
    placed = seen(model, "placement", kind="group", match="email", pattern="^skola-(?P<unit>[^@]+)@")
    assert placed.found == (Example("skola-ekskolan@skola.example", "ekskolan", 1, EK, False),)
    classes = seen(model, "classes", kind="group", match="email", pattern="^klass-(?P<unit>[^-]+)-(?P<name>[^@]+)@")
    assert [(each.part, each.lost) for each in classes.found] == [("eken", True)]
    named = seen(model, "groups", kind="group", match="name", pattern="^Mate(?P<name>.+)")
    assert named.found == (Example("Matematik", "matik", 2, "", False),)


def test_an_optional_part_that_says_nothing_is_not_lost(model: Opened) -> None:
    pattern = "^klass-(?:(?P<unit>[0-9]+)-)?(?P<name>[^@]+)@"
    found = seen(model, "classes", kind="group", match="email", pattern=pattern)
    assert [each.lost for each in found.found] == [False]


def test_a_field_s_values_mean_school_units_by_code_or_name(model: Opened) -> None:
    by_name = seen(model, "placement", kind="field", field="organizations.department", holds="name")
    assert [(each.text, each.people, each.unit) for each in by_name.found] == [("Ekskolan", 2, EK), ("Eken", 1, "")]
    by_code = seen(model, "placement", kind="field", field="organizations.department")
    assert all(each.lost for each in by_code.found)


def test_a_field_that_nobody_has_has_near_ones(model: Opened) -> None:
    found = seen(model, "classes", kind="field", field="organizations.costcentre")
    assert found.missing == ("organizations.costcentre",)
    assert found.near[0] == "organizations.costCenter"


def test_values_of_roles_are_known_missing_or_left(model: Opened) -> None:
    values = {"Elev": {"role": "pupil"}, "Rektro": {"role": "staff"}}
    found = seen(model, "role", kind="field", field="organizations.title", values=values)
    assert sorted((each.text, each.part, each.lost) for each in found.found) == [
        ("Elev", "pupil", False),
        ("Rektor", "", True),
        ("elev", "pupil", False),
    ]
    assert (found.missing, found.near) == (("Rektro",), ("Rektor",))


def test_protected_values_show_only_themselves(model: Opened) -> None:
    found = seen(model, "protected", kind="field", field="organizations.title", values=["REKTOR"])
    assert found.found == (Example("Rektor", "", 1, "", False),)


def test_fields_give_classes_and_years(model: Opened) -> None:
    classes = seen(model, "classes", kind="field", field="organizations.costCenter", pattern="^(?P<name>[0-9])")
    assert classes.found == (Example("7B", "7", 1, "", False),)
    nothing = seen(model, "classes", kind="field", field="organizations.costCenter", pattern="^(?P<name>[a-f]+)")
    assert [each.lost for each in nothing.found] == [True]
    years = seen(model, "school_year", kind="field", field="organizations.costCenter", pattern="^(?P<year>[0-9])")
    assert years.found == (Example("7B", "7", 1, "", False),)


def test_names_of_classes_give_years_or_not(model: Opened) -> None:
    found = seen(model, "school_year", kind="class_name")
    assert found.found == (Example("7A", "7", 2, "", False),)
    started = seen(
        model, "school_year", kind="start_year", pattern="^TE(?P<start>[0-9]{2})", counts_from="upper_secondary"
    )
    assert started.found == (Example("7A", "", 2, "", True),)


@pytest.mark.parametrize("rule", [{"kind": "suspended"}, {"kind": "person", "person": "a", "reason": "prov"}])
def test_accounts_and_people_have_no_examples(model: Opened, rule: dict[str, Any]) -> None:
    assert look(model, "never", **rule) is None
    assert list(lost_texts(None)) == []


def test_among_many_org_units_those_that_begin_or_end_alike_are_near(model: Opened) -> None:
    people = [person(f"p{number}", f"/Elever/Skola {number:03}/7A") for number in range(400)]
    many = stored(snapshot(people), RULES, UNITS, TODAY).model
    found = seen(many, "role", kind="org_unit", org_unit="/Elever/Skola 39", role="pupil")
    assert found.near
    assert all(path.startswith("/Elever/Skola 39") for path in found.near)
    assert seen(many, "never", kind="org_unit", org_unit="/Elver/Skola 399/7A").near[0] == "/Elever/Skola 399/7A"
