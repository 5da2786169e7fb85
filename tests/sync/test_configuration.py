"""A configuration file is sound, or every problem in it is told at once and nothing is changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from skolsynk.core.connection import Mode
from skolsynk.core.school import School
from skolsynk.store import load
from skolsynk.store.models import Tenant
from skolsynk.sync import configuration, dispatch, schools, tenants
from skolsynk.sync.configuration import ConfigurationError, write_yaml
from tests.scenarios.theatre import SOME_DAY, Theatre

VENDORS = ("binogi", "gleerups")
SOUND: dict[str, Any] = {
    "tenant": {"name": "Björkviks kommun", "customer_id": "C0123abcd"},
    "source": {"kind": "google", "subject": "admin@bjorkvik.example", "school_org_units": ["/Elever"]},
    "school_units": [{"code": "99000001", "group": "Grundskolan"}],
    "rules": {"role": [{"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"}]},
    "connections": [{"vendor": "binogi", "selection": {"school_units": ["99000001"]}}],
}


def parse(text: str) -> configuration.Configuration:
    return configuration.parse(text, VENDORS, {"99000001", "99000002"}.__contains__)


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert all(str(wrong.message) in str(caught.value) for wrong in caught.value.problems)
    return [(wrong.path, wrong.message) for wrong in caught.value.problems]


def changed(path: str, value: object) -> str:
    """The sound file with one thing changed, e.g. ``connections.0.vendor``."""
    document = copy.deepcopy(SOUND)
    *way, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    place: Any = document
    for part in way:
        place = place[part]
    place[last] = value
    return write_yaml(document)


def test_a_sound_file_is_read_whole() -> None:
    found = parse(write_yaml(SOUND))
    assert (found.customer_id, found.school_org_units) == ("C0123abcd", ("/Elever",))
    assert found.school_units == (configuration.ChosenUnit("99000001", "Grundskolan"),)
    assert found.connections[0].selection.school_units == ("99000001",)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("tenant: [", "line 1, column 10", "expected"),
        ("a: 1\na: 2", "line 2, column 1", "stands twice"),
        ("tenant: {name: a, name: b}", "line 1, column 19", "stands twice"),
        ("1: 2", "line 1, column 1", "not text"),
        ("? [a]\n: 2", "line 1, column 3", "not text"),
        ("a: &x [1]\nb: *x", "line 2, column 4", "alias"),
        ("a: 2026-13-45", "", "impossible date"),
        ("a: \x00", "", "not valid YAML"),
        ("a: \ud800", "", "not valid YAML"),
        ("a: !!python/object:os.system {}", "line 1, column 4", "could not determine a constructor"),
        ("[" * 5000, "", "too deep"),
        ("# " + "x" * 2_000_001, "", "larger than"),
    ],
)
def test_what_is_not_our_yaml_is_told_with_its_place(text: str, where: str, what: str) -> None:
    [(path, message)] = problems(text)
    assert path == where
    assert what in message


@pytest.mark.parametrize("text", ["", "null", "[]", "text", "12"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert ("", "must be a mapping of keys to values") in problems(text)


@pytest.mark.parametrize(
    ("path", "value", "where", "what"),
    [
        ("tenent", {}, "tenent", "did you mean tenant?"),
        ("zzz", {}, "zzz", "known keys: tenant, source"),
        ("tenant.nam", "x", "tenant.nam", "did you mean name?"),
        ("tenant.name", "  ", "tenant.name", "is missing"),
        ("tenant.name", "x" * 201, "tenant.name", "at most 200"),
        ("tenant.name", "a\nb", "tenant.name", "one line"),
        ("tenant.name", ["x"], "tenant.name", "must be text"),
        ("tenant.customer_id", None, "tenant.customer_id", "is missing"),
        ("tenant.customer_id", "C" * 65, "tenant.customer_id", "at most 64"),
        ("tenant.organisation_number", 2120009999, "tenant.organisation_number", "in quotes"),
        ("tenant", [], "tenant", "must be a mapping"),
        ("source.kind", "ldap", "source.kind", "known: google"),
        ("source.kind", ["google"], "source.kind", "must be text"),
        ("source.school_org_units", "/Elever", "source.school_org_units", "must be a list"),
        ("source.school_org_units", ["Elever"], "source.school_org_units[0]", "must start with /"),
        ("source.school_org_units", [7], "source.school_org_units[0]", "must be text"),
        ("school_units", {}, "school_units", "must be a list"),
        ("school_units.0", "99000001", "school_units[0]", "must be a mapping"),
        ("school_units.0.code", 99000001, "school_units[0].code", "in quotes"),
        ("school_units.0.code", "09000001", "school_units[0].code", "not a school unit code"),
        ("school_units.0.code", "99000009", "school_units[0].code", "not in the register"),
        ("school_units", [{"code": "99000001"}] * 2, "school_units[1].code", "stands twice"),
        ("rules", [], "rules", "must be a mapping"),
        ("rules.plaecment", [], "rules.plaecment", "did you mean placement?"),
        ("rules.role.0.kind", "orgunit", "rules.role[0].kind", "did you mean org_unit?"),
        ("rules.role.0.orgunit", "/x", "rules.role[0].orgunit", "did you mean org_unit?"),
        ("rules.classes", [{"kind": "org_unit_leaf", "under": "/E", "pattern": "(?P<name>["}],
         "rules.classes[0].pattern", "cannot be read"),
        ("rules.classes", [{"kind": "org_unit_leaf", "under": "/E", "pattern": "(?P<name>(a+)+)"}],
         "rules.classes[0].pattern", "unreasonable time"),
        ("rules.classes", [{"kind": "org_unit_leaf", "under": "/E", "pattern": "x"}],
         "rules.classes[0].pattern", "(?P<name>"),
        ("connections.0.vendor", "binoggi", "connections[0].vendor", "known: binogi, gleerups"),
        ("connections.0.vendor", None, "connections[0].vendor", "is missing"),
        ("connections.0.mode", "live", "connections[0].mode", "unknown key"),
        ("connections.0.selection", None, "connections[0].selection", "is missing"),
        ("connections.0.selection", [], "connections[0].selection", "must be a mapping"),
        ("connections.0.selection.role", [], "connections[0].selection.role", "did you mean roles?"),
        ("connections.0.selection.school_units", ["99000002"], "connections[0].selection.school_units",
         "not among school_units"),
        ("connections.0.selection.filters", [[{"kind": "role_im"}]], "connections[0].selection.filters[0][0].kind",
         "did you mean role_in?"),
        ("connections.0.guards", {"removed": {"share": 7}}, "connections[0].guards.removed.share", "must be a share"),
        ("connections.0.guards", [], "connections[0].guards", "must be a mapping"),
        ("connections.0.schedule", [], "connections[0].schedule", "must be a mapping"),
        ("connections.0.schedule", {"every_minutes": 1}, "connections[0].schedule.every_minutes", "5 to 10080"),
        ("connections", [SOUND["connections"][0]] * 2, "connections[1].vendor", "stands twice"),
    ],
)  # fmt: skip
def test_each_problem_is_told_at_its_place(path: str, value: object, where: str, what: str) -> None:
    found = problems(changed(path, value))
    assert [message for at, message in found if at == where and what in message], found


def test_every_problem_is_told_at_once() -> None:
    document = copy.deepcopy(SOUND)
    document["tenant"].pop("name")
    document["school_units"].append({"code": "x"})
    document["rules"]["role"][0]["role"] = "elev"
    document["connections"].append(
        {"vendor": "nobody", "selection": {"rolls": []}, "guards": {"added": 1}, "schedule": {"from_hour": 25}}
    )
    paths = [path for path, _ in problems(write_yaml(document))]
    assert paths == [
        "tenant.name", "school_units[1].code", "rules.role[0].role", "connections[1].vendor",
        "connections[1].selection.rolls", "connections[1].selection.school_units", "connections[1].guards.added",
        "connections[1].schedule.from_hour",
    ]  # fmt: skip


def test_two_connections_without_vendor_are_two_missing_vendors() -> None:
    found = problems(changed("connections", [{"selection": {"school_units": []}}] * 2))
    assert found == [("connections[0].vendor", "is missing"), ("connections[1].vendor", "is missing")]


def test_a_file_of_aliases_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    [(_, message)] = problems("\n".join(lines))
    assert "alias" in message


def test_a_problem_never_repeats_more_than_a_little_of_the_file() -> None:
    [(_, message)] = problems(changed("tenant.name", ["x" * 10_000]))
    assert len(message) < 200


def test_dates_and_swedish_letters_survive_writing_and_reading() -> None:
    document = copy.deepcopy(SOUND)
    document["rules"]["never"] = [
        {"kind": "person", "person": "ö@bjorkvik.example", "reason": "å", "until": "2026-12-31"}
    ]
    text = write_yaml(tenants.normal(parse(write_yaml(document))))
    assert "Björkviks" in text
    assert write_yaml(tenants.normal(parse(text))) == text


def test_an_export_checks_as_sound_and_differs_in_nothing(stage: Theatre) -> None:
    text = write_yaml(tenants.export(stage.tenant_id))
    wanted = tenants.check(text)
    assert tenants.compare(wanted) == ()
    assert tenants.apply(wanted, author="a", reason="", at=stage.at).lines == ()
    assert write_yaml(tenants.normal(wanted)) == text


def test_an_import_changes_what_differs_and_never_a_mode_or_a_secret(stage: Theatre) -> None:
    document: Any = tenants.export(stage.tenant_id)
    document["connections"] = [
        {**entry, "schedule": {"every_minutes": 120}}
        for entry in document["connections"]
        if entry["vendor"] == "sandbox"
    ] + [{"vendor": "ne", "selection": {"school_units": []}}]
    before = load.rules(stage.tenant_id)
    applied = tenants.apply(tenants.check(write_yaml(document)), author="a", reason="b", at=stage.at)
    assert any("every_minutes: 120" in line for line in applied.lines)
    assert not applied.created
    modes = {each.vendor: each.mode for each in load.connections(stage.tenant_id)}
    assert modes == {"sandbox": Mode.TEST, "binogi": Mode.TEST, "ne": Mode.OFF}
    assert load.endpoint(stage.connection().id, Mode.TEST).api_key
    assert load.rules(stage.tenant_id) == before  # unchanged rules get no new version


def test_a_broken_file_changes_nothing(stage: Theatre) -> None:
    before = write_yaml(tenants.export(stage.tenant_id))
    with pytest.raises(ConfigurationError, match="nothing was changed"):
        tenants.check(before.replace("google", "goggle"))
    assert write_yaml(tenants.export(stage.tenant_id)) == before
    assert Tenant.objects.count() == 1


def test_a_new_tenant_is_made_with_its_connections_off(empty: None) -> None:
    wanted = configuration.parse(write_yaml(SOUND), VENDORS, lambda code: True)
    applied = tenants.apply(wanted, author="a", reason="", at=SOME_DAY)
    assert applied.created
    assert applied.lines
    assert [(each.vendor, each.mode) for each in load.connections(applied.tenant_id)] == [("binogi", Mode.OFF)]


def test_a_school_unit_that_is_not_chosen_any_more_is_gone_from_the_next_school(own_stage: Theatre) -> None:
    """Though snapshot, rules and day are the same as when the school was made."""
    own_stage.read()
    today = dispatch.today_at(own_stage.at)
    before = codes(schools.make(own_stage.tenant_id, today).school)
    document: Any = tenants.export(own_stage.tenant_id)
    dropped = document["school_units"].pop()["code"]
    selection = document["connections"][0]["selection"]
    selection["school_units"] = [code for code in selection["school_units"] if code != dropped]
    tenants.apply(tenants.check(write_yaml(document)), author="a", reason="", at=own_stage.at)
    assert codes(schools.make(own_stage.tenant_id, today).school) == before - {dropped}


def codes(school: School) -> set[str]:
    return {unit.school_unit_code for unit in school.school_units.values()}
