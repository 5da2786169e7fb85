"""People who have left are still explained; of people with protected identity nothing is shown but ids."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from skolsynk.store import load
from skolsynk.store.models import AuditEvent
from skolsynk.sync import people, readmodel
from skolsynk.sync.dispatch import today_at
from tests.scenarios.theatre import Theatre, pupils, resource

Address = Callable[..., str]
HTMX = {"hx-request": "true"}


@pytest.fixture(scope="module")
def two(_staged: Theatre) -> tuple[str, str]:
    """Google ids of one who leaves and one who becomes protected, both sent before."""
    left, protected = pupils(_staged, 2)
    return left, protected


@pytest.fixture
def changed(town: Theatre, two: tuple[str, str]) -> Theatre:
    """One has left and one has become protected, and the directory has been read again."""
    left, protected = two
    directory = town.stage.town.directory
    if directory.find_user(left):
        directory.delete_user(left)
        rules = load.rules(town.tenant_id)
        assert rules
        group = directory.find_group(json.loads(json.dumps(rules.json))["protected"][0]["group"])
        assert group
        members = [*directory.members[group["id"]], {"id": protected, "type": "USER", "role": "MEMBER"}]
        directory.set_members(group["id"], members)
    town.pass_time(hours=1)
    assert town.read().state == "done"
    readmodel.make(town.tenant_id, today_at(town.at))
    return town


def secrets_of(town: Theatre, key: str) -> list[str]:
    user = town.stage.town.directory.users[key]
    return [user["name"]["familyName"], user["name"]["givenName"], user["primaryEmail"], user["orgUnitPath"]]


def test_somebody_who_has_left_is_explained_by_what_was_sent(
    as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    left, _ = two
    text = as_viewer.get(address("person", key=left)).content.decode()
    for wanted in (
        "Person som har lämnat", "Finns inte längre i Google", "tas bort vid nästa körning", "godtagen (201)",
        "Kontot finns inte i den senaste läsningen av Google", "Exakt vad leverantören fick",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "Undanta från" not in text
    assert "admin.google.com/ac/users/" not in text


@pytest.mark.parametrize("by", ["key", "id"])
def test_somebody_who_has_left_is_found_by_id(
    by: str, as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    left, _ = two
    typed = left if by == "key" else resource(changed, left)
    text = as_viewer.post(address("persons"), {"q": typed}, headers=HTMX).content.decode()
    assert address("person", key=left) in text
    assert "finns inte längre i Google" in text


def test_who_is_limited_sees_those_who_have_left_their_unit(
    as_limited: Client, address: Address, changed: Theatre, two: tuple[str, str], limited_to: str
) -> None:
    left, _ = two
    found = people.look(changed.tenant_id, left, today_at(changed.at), "sv")
    assert found
    assert limited_to in found.units
    assert as_limited.get(address("person", key=left)).status_code == 200


def test_of_a_protected_person_nothing_is_shown_but_ids(
    as_editor: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    path = address("person", key=protected)
    for page in (path, f"{path}?namn=1", address("person_exclude", key=protected, scope="sandbox")):
        text = as_editor.get(page).content.decode()
        for secret in secrets_of(changed, protected):
            assert secret not in text, page
    text = as_editor.get(path).content.decode()
    assert "Person med skyddade uppgifter" in text
    assert "Exakt vad leverantören fick" not in text
    assert protected in text


def test_there_is_no_file_about_a_protected_person(
    as_editor: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    assert as_editor.get(address("person_extract", key=two[1])).status_code == 404
    assert as_editor.get(address("person_extract", key=two[0])).json()["directory"] is None


def test_a_look_at_a_protected_person_is_noted_specially(
    as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    as_viewer.get(address("person", key=protected))
    assert AuditEvent.objects.get(what="person_seen").about == {"person": protected, "protected": True}


def test_a_protected_person_is_found_by_exact_id_alone(
    as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    path = address("person", key=protected)
    for secret in secrets_of(changed, protected)[:3]:
        assert path not in as_viewer.post(address("persons"), {"q": secret}, headers=HTMX).content.decode()
    found = as_viewer.post(address("persons"), {"q": protected}, headers=HTMX).content.decode()
    assert path in found
    assert "Skyddade uppgifter" in found
    assert secrets_of(changed, protected)[2] not in found


def test_who_is_limited_to_a_unit_sees_no_protected_person_there(
    as_limited: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    listed = as_limited.get(address("persons") + "?lage=protected").content.decode()
    assert protected not in listed


def test_what_vendors_hold_of_a_protected_person_is_leaving(changed: Theatre, two: tuple[str, str]) -> None:
    _, protected = two
    found = people.look(changed.tenant_id, protected, today_at(changed.at), "sv")
    assert found
    sandbox = next(each for each in found.vendors if each.slug == "sandbox")
    assert (sandbox.verdict, sandbox.payload, sandbox.wanted) == ("leaving", b"", b"")
    assert all(step.evidence == "" for step in (*found.steps, *sandbox.steps))


def test_a_file_of_findings_has_no_protected_person(
    as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    _, protected = two
    given = as_viewer.get(address("quality_file", ending="csv")).getvalue().decode()
    assert protected not in given
    assert secrets_of(changed, protected)[2] not in given


def test_the_cause_counts_protected_people_and_lists_none(
    as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    text = as_viewer.get(address("quality_cause", code="protected_identity")).content.decode()
    assert "visas inte i någon lista" in text
    assert two[1] not in text


def test_a_roster_has_no_protected_person_even_where_the_vendor_gets_them(
    as_viewer: Client, address: Address, changed: Theatre, two: tuple[str, str]
) -> None:
    from skolsynk.store.models import Connection

    _, protected = two
    row = Connection.objects.get(pk=changed.connection().id)
    row.selection = {**row.selection, "include_protected": True}
    row.save()
    answer = as_viewer.get(address("roster_file", vendor="sandbox", kind="User", ending="csv"))
    given = answer.getvalue().decode()
    assert resource(changed, protected) not in given
    assert secrets_of(changed, protected)[2] not in given
    assert resource(changed, protected) in changed.roster()
