"""Why somebody is, or is not, at a vendor."""

from __future__ import annotations

import json

import pytest

from skolsynk.core.connection import Mode
from skolsynk.store import load
from skolsynk.store.models import AuditEvent
from skolsynk.sync import dispatch, explain
from skolsynk.sync.explain import Explained
from tests.scenarios.theatre import Theatre, pupils, resource


def ask(stage: Theatre, key: str) -> Explained:
    return explain.explain(stage.tenant_id, key, dispatch.today_at(stage.at), who="test", at=stage.at)


def at(found: Explained, vendor: str) -> explain.AtVendor:
    return next(part for part in found.vendors if part.vendor == vendor)


def test_a_person_is_found_by_address_google_id_and_uuid(stage: Theatre) -> None:
    key = pupils(stage)[0]
    address = stage.stage.town.directory.users[key]["primaryEmail"]
    for query in (key, address, f" {address.upper()} ", resource(stage, key), resource(stage, key).upper()):
        assert explain.find(stage.tenant_id, query) == key


@pytest.mark.parametrize(
    "query", ["", "nobody@bjorkvik.example", "x" * 10_000, "é", "00000000-0000-4000-8000-000000000000"]
)
def test_nobody_is_nobody(stage: Theatre, query: str) -> None:
    assert explain.find(stage.tenant_id, query) is None


def test_a_pupil_at_the_vendor_is_followed_all_the_way(stage: Theatre) -> None:
    found = ask(stage, pupils(stage)[0])
    sandbox, binogi = at(found, "sandbox"), at(found, "binogi")
    assert (found.fate, found.role) == ("placed", "pupil")
    assert sandbox.included
    assert sandbox.held_there
    assert sandbox.last_answer == "create: done 201"
    assert json.loads(sandbox.last_sent)["externalId"] == found.id
    assert (binogi.held_there, binogi.last_sent, binogi.last_answer) == (False, "", "")
    json.dumps(found.document(), default=str)


def test_looking_is_recorded(stage: Theatre) -> None:
    ask(stage, pupils(stage)[0])
    assert AuditEvent.objects.filter(what="person_explained").count() == 1


def test_a_vendor_that_is_off_says_nothing_of_what_was_sent(stage: Theatre) -> None:
    stage.switch(Mode.OFF)
    assert not at(ask(stage, pupils(stage)[0]), "sandbox").held_there


def test_an_id_that_nobody_has_is_absent(stage: Theatre) -> None:
    found = ask(stage, "no-such-key")
    assert (found.fate, found.id, found.vendors) == ("absent", None, ())


def test_somebody_who_has_left_is_still_explained(own_stage: Theatre) -> None:
    own_stage.sync()
    key = pupils(own_stage)[0]
    own_stage.stage.town.directory.delete_user(key)
    own_stage.pass_time(hours=1)
    own_stage.read()
    assert explain.find(own_stage.tenant_id, resource(own_stage, key)) == key
    found = ask(own_stage, key)
    assert found.fate == "absent"
    assert at(found, "sandbox").held_there
    assert not at(found, "sandbox").included


def test_what_was_sent_of_a_protected_person_is_not_shown(own_stage: Theatre) -> None:
    own_stage.sync()
    key = pupils(own_stage)[0]
    directory = own_stage.stage.town.directory
    rules = load.rules(own_stage.tenant_id)
    assert rules
    group = json.loads(json.dumps(rules.json))["protected"][0]["group"]
    found_group = directory.find_group(group)
    assert found_group
    members = [*directory.members[found_group["id"]], {"id": key, "type": "USER", "role": "MEMBER"}]
    directory.set_members(found_group["id"], members)
    own_stage.pass_time(hours=1)
    own_stage.read()
    found = at(ask(own_stage, key), "sandbox")
    assert found.held_there
    assert found.last_sent == ""
