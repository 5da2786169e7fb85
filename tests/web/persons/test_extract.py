"""All that is kept about one person, as a file."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from skolsynk.store.models import AuditEvent
from tests.scenarios.theatre import Theatre, pupils, resource

Address = Callable[..., str]


def test_the_file_has_what_is_kept_and_taking_it_is_noted(as_editor: Client, address: Address, town: Theatre) -> None:
    key = pupils(town)[0]
    as_editor.get(address("person", key=key))
    answer = as_editor.get(address("person_extract", key=key))
    found = answer.json()
    user = town.stage.town.directory.users[key]
    assert found["directory"]["user_name"] == user["primaryEmail"]
    assert found["uuid"] == resource(town, key)
    sent = {each["vendor"]: each["sent"] for each in found["vendors"]}
    assert sent["Binogi"] is None
    assert sent["Sandbox"]["externalId"] == resource(town, key)
    assert found["answers"][0]["answer"] == "done"
    assert [each["what"] for each in found["log"]] == ["person_seen"]
    assert found["log"][0]["who"] == "Editor"
    assert answer.headers["content-disposition"] == f'attachment; filename="{key}.json"'
    assert AuditEvent.objects.get(what="person_downloaded").about == {"person": key}


def test_there_is_no_file_about_nobody(as_editor: Client, address: Address) -> None:
    assert as_editor.get(address("person_extract", key="nobody")).status_code == 404
    assert not AuditEvent.objects.filter(what="person_downloaded").exists()


def test_a_viewer_takes_no_file(as_viewer: Client, address: Address, town: Theatre) -> None:
    assert as_viewer.get(address("person_extract", key=pupils(town)[0])).status_code == 403
