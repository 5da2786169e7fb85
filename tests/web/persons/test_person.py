"""The page of one person: verdicts, the chain of why, what was sent, what has happened, who has looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.connection import Mode
from skolsynk.core.ledger import Verb
from skolsynk.store import connections as connection_rows
from skolsynk.store import save
from skolsynk.store.models import (
    AuditEvent,
    Connection,
    HoldRow,
    LedgerRow,
    ReadModelRow,
    RefusalRow,
    RulesVersion,
    Run,
    SnapshotRow,
)
from skolsynk.sync import people
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.people import Person
from skolsynk.web.persons import shown
from tests.scenarios.theatre import SOME_DAY, Theatre, pupils, resource

Address = Callable[..., str]


@pytest.fixture
def key(town: Theatre) -> str:
    return pupils(town)[0]


def looked(town: Theatre, key: str, lang: str = "sv") -> Person:
    found = people.look(town.tenant_id, key, today_at(town.at), lang)
    assert found
    return found


def verdicts(town: Theatre, key: str) -> dict[str, str]:
    return {each.slug: each.verdict for each in looked(town, key).vendors}


def held(town: Theatre, key: str, verb: str = "update", reason: str = "changed") -> None:
    HoldRow.objects.create(
        connection_id=town.connection().id, mode="test", resource_type="User", resource_id=resource(town, key),
        verb=verb, reason=reason, window="now", unit="99000001", cause="data", first_seen=SOME_DAY,
    )  # fmt: skip


def select_nobody(town: Theatre, vendor: str = "sandbox") -> None:
    row = Connection.objects.get(pk=town.connection(vendor).id)
    row.selection = {**row.selection, "roles": ["staff"]}
    row.save()


def test_the_page_says_who_where_and_why(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    text = as_viewer.get(address("person", key=key)).content.decode()
    user = town.stage.town.directory.users[key]
    for wanted in (
        user["name"]["familyName"], user["primaryEmail"], user["orgUnitPath"], key, resource(town, key),
        "Placerad av reglerna", "finns där", "skickas vid nästa körning", "Reglerna ger en skolenhet",
        f"https://admin.google.com/ac/users/{key}", "antecknat i loggen",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_the_page_speaks_english(as_viewer: Client, address: Address, key: str) -> None:
    text = as_viewer.get(address("person", key=key), headers={"accept-language": "en"}).content.decode()
    for wanted in ("Placed by the rules", "is there", "The rules give a school unit", "noted in the log"):
        assert wanted in text
    assert "Reglerna" not in text


def test_what_was_sent_stands_there_as_json(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    found = looked(town, key)
    sandbox = next(each for each in found.vendors if each.slug == "sandbox")
    assert json.loads(sandbox.payload)["externalId"] == resource(town, key)
    assert sandbox.payload == sandbox.wanted
    assert "Exakt vad leverantören fick" in as_viewer.get(address("person", key=key)).content.decode()


# Where she stands


def test_somebody_who_is_sent_and_wanted_is_there(town: Theatre, key: str) -> None:
    assert verdicts(town, key) == {"binogi": "coming", "sandbox": "there"}


def test_a_held_change_waits_and_links_to_the_changes(
    as_viewer: Client, address: Address, town: Theatre, key: str
) -> None:
    held(town, key)
    assert verdicts(town, key)["sandbox"] == "change_waits"
    text = as_viewer.get(address("person", key=key)).content.decode()
    assert "väntar på beslut" in text
    assert address("changes_of", vendor="sandbox", mode="test") in text


def test_a_held_creation_waits(town: Theatre, key: str) -> None:
    held(town, key, "create", "first_push")
    LedgerRow.objects.filter(resource_id=resource(town, key)).delete()
    assert verdicts(town, key)["sandbox"] == "waits"


def test_what_the_vendor_refused_is_quoted(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    from skolsynk.store import sealing
    from skolsynk.store.keys import tenant_key

    connection = town.connection().id
    sealed = tenant_key(town.tenant_id).seal(
        b"userName <b>taken</b>", sealing.refusal(connection, "test", resource(town, key))
    )
    RefusalRow.objects.create(
        connection_id=connection, mode="test", resource_type="User", resource_id=resource(town, key), verb="update",
        status=409, message=sealed, at=SOME_DAY,
    )  # fmt: skip
    assert verdicts(town, key)["sandbox"] == "refused"
    text = as_viewer.get(address("person", key=key)).content.decode()
    assert "userName &lt;b&gt;taken&lt;/b&gt;" in text


def test_who_falls_outside_the_selection_is_leaving_and_the_page_says_what_is_missing(
    as_viewer: Client, address: Address, town: Theatre, key: str
) -> None:
    select_nobody(town)
    select_nobody(town, "binogi")
    assert verdicts(town, key) == {"binogi": "out", "sandbox": "leaving"}
    text = as_viewer.get(address("person", key=key)).content.decode()
    assert "Skulle komma med om" in text
    assert "rollen elev väljs" in text
    held(town, key, "delete", "removed")
    assert verdicts(town, key)["sandbox"] == "removal_waits"


def test_a_connection_that_is_off_says_what_it_would_do(town: Theatre, key: str) -> None:
    town.switch(Mode.OFF, "binogi")
    assert verdicts(town, key)["binogi"] == "off_in"
    select_nobody(town, "binogi")
    assert verdicts(town, key)["binogi"] == "off_out"


def test_a_selection_that_cannot_be_read_is_said(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    Connection.objects.filter(pk=town.connection("binogi").id).update(selection={"school_units": ["88888888"]})
    assert verdicts(town, key)["binogi"] == "unreadable"
    assert "Urvalet kan inte läsas" in as_viewer.get(address("person", key=key)).content.decode()


def test_a_connection_to_a_vendor_that_is_gone_is_passed_over(town: Theatre, key: str) -> None:
    Connection.objects.filter(pk=town.connection("binogi").id).update(vendor="nobody")
    assert set(verdicts(town, key)) == {"sandbox"}


def test_what_would_be_sent_otherwise_is_shown_old_and_new(
    as_viewer: Client, address: Address, town: Theatre, key: str
) -> None:
    row = Connection.objects.get(pk=town.connection().id)
    row.selection = {
        **row.selection,
        "fields": {**row.selection["fields"], "email": not row.selection["fields"]["email"]},
    }
    row.save()
    found = looked(town, key)
    sandbox = next(each for each in found.vendors if each.slug == "sandbox")
    names = [each.name for each in shown.differences(found, sandbox)]
    assert len(names) == 1
    assert "Skulle ändras till" in as_viewer.get(address("person", key=key)).content.decode()


# Looking is a thing that is noted


def test_opening_the_page_is_written_in_the_log_and_shown_to_the_next(
    as_viewer: Client, as_editor: Client, address: Address, key: str
) -> None:
    first = as_viewer.get(address("person", key=key)).content.decode()
    assert "Ingen annan de senaste 90 dagarna" in first
    events = AuditEvent.objects.filter(what="person_seen")
    assert [event.about for event in events] == [{"person": key, "protected": False}]
    assert "Viewer" in as_editor.get(address("person", key=key)).content.decode()


def test_looks_of_other_people_are_not_told_here(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    other = pupils(town, 2)[1]
    save.audit(town.tenant_id, "operator", "person_seen", {"person": other}, timezone.now())
    save.audit(town.tenant_id, "operator", "person_seen", {"person": key}, timezone.now() - timedelta(days=91))
    assert "Ingen annan" in as_viewer.get(address("person", key=key)).content.decode()


@pytest.mark.parametrize("key", ["nobody", "1", "<b>", "%00", "x" * 300, "00000000-0000-4000-8000-000000000000"])
def test_an_id_that_nobody_has_is_a_friendly_404(key: str, as_viewer: Client, address: Address) -> None:
    answer = as_viewer.get(address("person", key=key))
    assert answer.status_code == 404
    assert "Sök en person" in answer.content.decode()
    assert not AuditEvent.objects.filter(what="person_seen").exists()


def test_the_questions_do_not_grow_with_what_has_happened(
    as_viewer: Client, address: Address, town: Theatre, key: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    as_viewer.get(address("person", key=key))
    for number in range(10):
        save.audit(town.tenant_id, f"member:{number}", "person_seen", {"person": key}, timezone.now())
    with django_assert_max_num_queries(40):
        as_viewer.get(address("person", key=key))


# Who may see whom


def test_who_is_limited_to_a_unit_sees_its_people_and_no_others(
    as_limited: Client, limited_to: str, address: Address, town: Theatre, key: str
) -> None:
    assert limited_to in looked(town, key).units
    assert as_limited.get(address("person", key=key)).status_code == 200
    nowhere = next(
        each for each in town.stage.town.directory.users if (found := people.look(
            town.tenant_id, each, today_at(town.at), "sv")) and not found.units
    )  # fmt: skip
    assert as_limited.get(address("person", key=nowhere)).status_code == 404


def test_another_tenants_people_are_not_there(as_stranger: Client, address: Address, key: str) -> None:
    assert as_stranger.get(address("person", key=key)).status_code == 404


def test_a_viewer_has_no_buttons(as_viewer: Client, as_editor: Client, address: Address, key: str) -> None:
    assert 'value="send"' not in as_viewer.get(address("person", key=key)).content.decode()
    assert 'value="send"' in as_editor.get(address("person", key=key)).content.decode()
    assert as_viewer.post(address("person", key=key), {"action": "check"}).status_code == 403


# Support text


def test_the_support_text_has_ids_and_no_name_unless_asked(
    as_viewer: Client, address: Address, town: Theatre, key: str
) -> None:
    plain = as_viewer.get(address("person", key=key)).context["support"]
    family = town.stage.town.directory.users[key]["name"]["familyName"]
    assert key in plain
    assert resource(town, key) in plain
    assert "create done 201" in plain
    assert family not in plain
    assert "@" not in plain
    assert family in as_viewer.get(address("person", key=key) + "?namn=1").context["support"]


# Buttons


def test_reading_again_queues_one_read_however_often(as_editor: Client, address: Address, key: str) -> None:
    before = Run.objects.filter(kind="read").count()
    for _ in range(2):
        answer = as_editor.post(address("person", key=key), {"action": "check"})
        assert (answer.status_code, answer.headers["location"]) == (303, address("person", key=key))
    read = Run.objects.filter(kind="read").order_by("-created_at").first()
    assert Run.objects.filter(kind="read").count() == before + 1
    assert read
    assert read.asked_by.startswith("member:")
    assert AuditEvent.objects.filter(what="person_checked").count() == 1


def test_sending_now_queues_one_push_however_often(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    pushes = Run.objects.filter(kind="push", connection_id=town.connection().id, state="queued")
    for _ in range(2):
        as_editor.post(address("person", key=key), {"action": "send", "vendor": "sandbox"})
    assert pushes.count() == 1
    assert AuditEvent.objects.filter(what="person_sent").count() == 1


@pytest.mark.parametrize("form", [
    {}, {"action": "x"}, {"action": "send"}, {"action": "send", "vendor": "ne"}, {"action": "send", "vendor": "<b>"},
])  # fmt: skip
def test_a_button_that_is_not_there_does_nothing(
    form: dict[str, str], as_editor: Client, address: Address, key: str
) -> None:
    before = Run.objects.count()
    answer = as_editor.post(address("person", key=key), form, follow=True)
    assert answer.status_code == 200
    assert Run.objects.count() == before


def test_nothing_is_sent_to_a_connection_that_is_off(
    as_editor: Client, address: Address, town: Theatre, key: str
) -> None:
    town.switch(Mode.OFF, "binogi")
    before = Run.objects.count()
    text = as_editor.post(address("person", key=key), {"action": "send", "vendor": "binogi"}, follow=True)
    assert "Inget skickas" in text.content.decode()
    assert Run.objects.count() == before


# When there is less to go on


def test_without_a_read_model_what_was_sent_is_still_shown(
    as_viewer: Client, address: Address, town: Theatre, key: str
) -> None:
    ReadModelRow.objects.all().delete()
    text = as_viewer.get(address("person", key=key)).content.decode()
    assert "inte sammanställd" in text
    assert "godtagen (201)" in text


def test_without_rules_the_page_does_not_break(as_viewer: Client, address: Address, key: str) -> None:
    RulesVersion.objects.all().delete()
    assert as_viewer.get(address("person", key=key)).status_code == 200


def test_a_newer_read_is_told(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    SnapshotRow.objects.create(tenant_id=town.tenant_id, at=timezone.now(), blob=b"-", counts={})
    assert "En nyare läsning" in as_viewer.get(address("person", key=key)).content.decode()


def test_verbs_answers_and_events_that_can_be_stored_have_words() -> None:
    from skolsynk.core.ledger import Answer
    from skolsynk.core.school import Fate
    from skolsynk.web.persons import labels

    assert set(Verb) == set(labels.VERBS)
    assert set(Answer) == set(labels.ANSWERS) == set(labels.ANSWER_KINDS)
    assert {*Fate, "absent"} == set(labels.FATES) == set(labels.FATE_KINDS)


def test_a_missing_connection_says_so(as_viewer: Client, address: Address, town: Theatre, key: str) -> None:
    Connection.objects.filter(tenant_id=town.tenant_id).delete()
    assert connection_rows.all_stored(town.tenant_id) == ()
    assert "Inga leverantörer är tillagda" in as_viewer.get(address("person", key=key)).content.decode()
