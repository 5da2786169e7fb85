"""One vendor's page: each section is saved by itself, names what is wrong, and never shows a key or too many people."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.connection import Exclusion, Guards, Limit, Mode
from skolsynk.core.readmodel.values import PersonRow
from skolsynk.store import load, save
from skolsynk.store.models import AuditEvent, Connection, ConnectionVersion
from skolsynk.sync import connections, readmodel
from skolsynk.sync.connections import Held, Relation
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.schedule_json import Pause, Schedule
from skolsynk.web.connections.forms import trace
from tests.scenarios.theatre import Theatre
from tests.web.conftest import member, signed_in
from tests.web.connections.pages import guards as guards_post

Address = Callable[..., str]
SANDBOX = {"vendor": "sandbox"}


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def held(town: Theatre) -> Held:
    return connections.saved(town.connection())


def test_the_page_says_it_all_in_words(town: Theatre, address: Address, as_viewer: Client) -> None:
    page = body(as_viewer.get(address("connection", **SANDBOX)))
    for said in (
        "elever, lärare och annan personal",
        "mer än 5 % och fler än 10",
        "Varje timme, dygnet runt.",
        "skickas aldrig",
        "fel i datakvaliteten",
        "Testläge",
        "Inte frågad än",
    ):
        assert said in page, said
    assert "<form" not in page.split('id="content"')[1].split("<footer")[0], "a viewer changes nothing"


def test_the_time_of_a_first_push_is_told_at_the_vendors_rate(
    town: Theatre, address: Address, as_viewer: Client
) -> None:
    save.endpoint(town.connection().id, "test", limits={"requests_per_second": 0.01})
    page = body(as_viewer.get(address("connection", **SANDBOX)))
    assert re.search(r"ungefär \d+ poster och tar minst \d+ h( \d+ min)? i leverantörens takt", page)


def test_the_number_of_questions_does_not_grow_with_versions_and_events(
    town: Theatre, address: Address, as_owner: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    path = address("connection", **SANDBOX)

    def happen(numbers: range) -> None:
        for number in numbers:
            connections.save_connection(
                town.tenant_id, "sandbox", guards=Guards(freeze_days=number), who=f"member:{number}", reason="",
                expected_version=number, at=town.at,
            )  # fmt: skip
            connections.set_key(town.connection(), Mode.TEST, f"k{number}", f"member:{number}", town.at)
        as_owner.get(path)

    happen(range(1, 2))
    with django_assert_max_num_queries(45) as before:
        as_owner.get(path)
    happen(range(2, 12))
    with django_assert_max_num_queries(45) as after:
        as_owner.get(path)
    assert len(after) == len(before)


def test_what_cannot_be_read_is_told_and_can_be_replaced(town: Theatre, address: Address, as_editor: Client) -> None:
    Connection.objects.filter(pk=town.connection().id).update(selection={"roles": ["king"]})
    page = body(as_editor.get(address("connection", **SANDBOX)))
    assert "Det som är sparat går inte att läsa" in page
    assert as_editor.get(address("connection_selection", **SANDBOX)).status_code == 200
    assert as_editor.get(address("connections")).status_code == 200


# Who sees and does what


def test_who_sees_one_unit_sees_no_single_people_versions_or_forms(
    town: Theatre, address: Address, limited_to: str
) -> None:
    limited = signed_in(member(town.tenant_id, "owner", (limited_to,)))
    page = body(limited.get(address("connection", **SANDBOX)))
    assert "Versioner" not in page
    assert "Enskilda personer" not in page
    assert "<form" not in page.split('id="content"')[1].split("<footer")[0]
    for name in ("relation", "guards", "schedule", "pause", "exclusions", "confirm", "mode"):
        assert limited.post(address(f"connection_{name}", **SANDBOX)).status_code == 403, name
    assert limited.post(address("connection_key", mode="test", **SANDBOX), {"api_key": "x"}).status_code == 403


# With the vendor


def relation_post(town: Theatre, **more: Any) -> dict[str, Any]:
    told = connections.relation(town.tenant_id, "sandbox")
    return {"was": trace(told), "state": told.state, "contact": told.contact, **more}


def test_the_state_with_the_vendor_is_saved(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("connection_relation", **SANDBOX)
    told = relation_post(town, state="ready", contact="egil@sandbox.example", agreed_on="2026-11-02", note="Klart")
    assert as_editor.post(path, told).status_code == 303
    assert as_editor.post(path, told).status_code == 303, "sent twice"
    wanted = Relation("ready", "egil@sandbox.example", date(2026, 11, 2), "Klart")
    assert connections.relation(town.tenant_id, "sandbox") == wanted
    assert AuditEvent.objects.filter(what="relation_saved").count() == 1
    assert "egil@" not in str(list(AuditEvent.objects.values_list("about", flat=True)))
    assert "Klar hos leverantören" in body(as_editor.get(address("connections")))


@pytest.mark.parametrize(
    "wrong", [{"state": "married"}, {"agreed_on": "i våras"}, {"contact": "x" * 255}, {"note": "x" * 1001}]
)
def test_garbage_about_the_vendor_is_refused_and_kept(
    town: Theatre, address: Address, as_editor: Client, wrong: dict[str, str]
) -> None:
    answer = as_editor.post(address("connection_relation", **SANDBOX), relation_post(town, note="min text") | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong.values())) in body(answer) or "state" in wrong
    assert "Inget har sparats" in body(answer)
    assert connections.relation(town.tenant_id, "sandbox") == Relation()


def test_two_who_write_about_the_vendor_do_not_overwrite(town: Theatre, address: Address, as_editor: Client) -> None:
    mine = relation_post(town, note="min anteckning")
    connections.set_relation(town.tenant_id, "sandbox", Relation("asked"), "member:9", town.at)
    answer = as_editor.post(address("connection_relation", **SANDBOX), mine)
    assert answer.status_code == 409
    assert "min anteckning" in body(answer)
    assert connections.relation(town.tenant_id, "sandbox") == Relation("asked")


# Keys


def test_a_key_goes_in_and_never_out(town: Theatre, address: Address, as_owner: Client) -> None:
    path = address("connection_key", mode="live", **SANDBOX)
    assert as_owner.post(path, {"api_key": " s3cret-Key "}).status_code == 303
    assert load.endpoint(town.connection().id, "live").api_key == "s3cret-Key"
    page = body(as_owner.get(address("connection", **SANDBOX)))
    assert "s3cret-Key" not in page
    assert "angiven" in page
    assert "s3cret" not in str(list(AuditEvent.objects.values_list("about", flat=True)))


@pytest.mark.parametrize("wrong", ["", "två ord", "nyckel\r\nX-Evil: 1", "åäö", "x" * 1001])
def test_a_key_that_cannot_be_one_is_refused_and_not_shown_again(
    town: Theatre, address: Address, as_owner: Client, wrong: str
) -> None:
    before = load.endpoint(town.connection().id, "test").api_key
    answer = as_owner.post(address("connection_key", mode="test", **SANDBOX), {"api_key": wrong})
    assert answer.status_code == 422
    assert not wrong or wrong not in answer.content.decode()
    assert load.endpoint(town.connection().id, "test").api_key == before


def test_a_key_is_removed_by_name(town: Theatre, address: Address, as_owner: Client) -> None:
    path = address("connection_key", mode="test", **SANDBOX)
    assert as_owner.post(path, {"api_key": "new", "remove": "on"}).status_code == 422
    assert as_owner.post(path, {"remove": "on"}).status_code == 303
    assert load.endpoint(town.connection().id, "test").api_key == ""
    assert "saknas" in body(as_owner.get(address("connection", **SANDBOX)))


def test_an_editor_changes_no_keys(town: Theatre, address: Address, as_editor: Client) -> None:
    assert as_editor.post(address("connection_key", mode="test", **SANDBOX), {"api_key": "x"}).status_code == 403


@pytest.mark.parametrize("mode", ["off", "nonsense"])
def test_there_are_two_modes_with_keys(address: Address, town: Theatre, as_owner: Client, mode: str) -> None:
    assert as_owner.post(address("connection_key", mode=mode, **SANDBOX), {"api_key": "x"}).status_code == 404
    assert as_owner.post(address("connection_test", mode=mode, **SANDBOX)).status_code == 404


def test_a_test_tells_what_it_tried(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("connection_test", mode="test", **SANDBOX)
    whole = body(as_editor.post(path))
    assert "Mottagaren svarar och godtar nyckeln" in whole
    assert "/SchoolUnits" in whole
    assert "HTTP 200" in whole
    part = body(as_editor.post(path, headers={"HX-Request": "true", "accept-language": "en"}))
    assert "The receiver answers" in part
    assert "<html" not in part
    assert "fungerade" in body(as_editor.get(address("connection", **SANDBOX)))


def test_a_test_without_a_key_says_so(town: Theatre, address: Address, as_editor: Client) -> None:
    save.endpoint(town.connection().id, "test", api_key="")
    assert "Det gick inte att prova" in body(as_editor.post(address("connection_test", mode="test", **SANDBOX)))


# Limits


def test_limits_are_saved_as_a_version(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("connection_guards", **SANDBOX)
    given = guards_post(town) | {"removed_share": "2,5 %", "removed_count": "3", "reason": "liten skola"}
    assert as_editor.post(path, given).status_code == 303
    assert as_editor.post(path, given).status_code == 303, "sent twice"
    now = held(town).guards
    assert now.removed == Limit(0.025, 3)
    assert (now.cumulative, now.hold_first_live_push) == (False, False)
    assert ConnectionVersion.objects.filter(connection_id=town.connection().id).count() == 2
    assert "2,5" in body(as_editor.get(address("connection", **SANDBOX)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"removed_share": "mycket"}, {"removed_share": "101"}, {"removed_share": "-1"}, {"removed_share": ""},
        {"added_count": "-1"}, {"added_count": "1e9"}, {"added_count": "9" * 30}, {"freeze_days": "366"},
        {"freeze_days": "fjorton"}, {"version": "x"}, {"reason": "x" * 501},
    ],
)  # fmt: skip
def test_garbage_limits_are_refused_and_kept(
    town: Theatre, address: Address, as_editor: Client, wrong: dict[str, str]
) -> None:
    answer = as_editor.post(address("connection_guards", **SANDBOX), guards_post(town) | wrong)
    assert answer.status_code == 422
    assert "Inget har sparats" in body(answer)
    assert f'value="{next(iter(wrong.values()))}"' in answer.content.decode()
    assert held(town).guards == Guards()


def test_limits_on_top_of_somebody_elses_are_a_second_decision(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    connections.save_connection(
        town.tenant_id, "sandbox", guards=Guards(freeze_days=2), who="operator", reason="", expected_version=1,
        at=town.at,
    )  # fmt: skip
    path = address("connection_guards", **SANDBOX)
    answer = as_editor.post(path, guards_post(town))
    assert answer.status_code == 409
    assert "Dagar som trasiga uppgifter fryses: 14 → 2" in body(answer)
    assert held(town).guards == Guards(freeze_days=2)
    assert as_editor.post(path, guards_post(town) | {"version": 2}).status_code == 303


# Times


def test_times_and_pauses_are_saved(town: Theatre, address: Address, as_editor: Client) -> None:
    path = address("connection_schedule", **SANDBOX)
    times = {"version": 1, "every_minutes": 30, "from_hour": 6, "to_hour": 18}
    pause = {"pause0_from": "2026-12-20", "pause0_to": "2027-01-07", "pause0_reason": "Jullov"}
    assert as_editor.post(path, {**times, **pause}).status_code == 303
    wanted = Schedule(30, 6, 18, (Pause(date(2026, 12, 20), date(2027, 1, 7), "Jullov"),))
    assert held(town).schedule == wanted
    page = body(as_editor.get(address("connection", **SANDBOX)))
    assert "Jullov" in page
    assert 'name="pause1_from"' in page
    assert as_editor.post(path, {**times, "version": 2, "pause0_from": "", "pause0_to": ""}).status_code == 303
    assert held(town).schedule == Schedule(30, 6, 18)


@pytest.mark.parametrize(
    "wrong",
    [
        {"every_minutes": "4"}, {"every_minutes": "ofta"}, {"from_hour": "24"}, {"to_hour": "0"},
        {"from_hour": "9", "to_hour": "9"}, {"pause0_from": "2026-12-20"}, {"pause0_to": "2026-12-20"},
        {"pause0_from": "2026-12-20", "pause0_to": "2026-12-19"}, {"pause0_from": "jul", "pause0_to": "nyår"},
        {"pause0_from": "2026-12-20", "pause0_to": "2026-12-21", "pause0_reason": "x" * 201},
    ],
)  # fmt: skip
def test_garbage_times_are_refused_and_kept(
    town: Theatre, address: Address, as_editor: Client, wrong: dict[str, str]
) -> None:
    times = {"version": 1, "every_minutes": 30, "from_hour": 6, "to_hour": 18}
    answer = as_editor.post(address("connection_schedule", **SANDBOX), times | wrong)
    assert answer.status_code == 422
    assert "Inget har sparats" in body(answer)
    assert next(iter(wrong.values())) in body(answer)
    assert held(town).schedule == Schedule()


def test_times_that_moved_on_are_told(town: Theatre, address: Address, as_editor: Client) -> None:
    connections.save_connection(
        town.tenant_id, "sandbox", schedule=Schedule(15), who="operator", reason="", expected_version=1, at=town.at
    )
    times = {"version": 1, "every_minutes": 30, "from_hour": 6, "to_hour": 18}
    assert as_editor.post(address("connection_schedule", **SANDBOX), times).status_code == 409
    assert held(town).schedule == Schedule(15)


def test_a_pause_lasts_through_its_day_and_can_be_ended(town: Theatre, address: Address, as_editor: Client) -> None:
    path, day = address("connection_pause", **SANDBOX), timezone.localdate() + timedelta(days=3)
    for _ in range(2):
        assert as_editor.post(path, {"until": day.isoformat()}).status_code == 303
    until = town.connection().paused_until
    assert until
    assert timezone.localtime(until).date() == day
    assert AuditEvent.objects.filter(what="connection_paused").count() == 1
    assert "Släpp pausen" in body(as_editor.get(address("connection", **SANDBOX)))
    for _ in range(2):
        assert as_editor.post(path, {"resume": "1"}).status_code == 303
    assert town.connection().paused_until is None
    assert AuditEvent.objects.filter(what="connection_resumed").count() == 1


@pytest.mark.parametrize("wrong", ["", "sen", "2020-01-01", "9999-99-99"])
def test_a_pause_needs_a_day_to_come(town: Theatre, address: Address, as_editor: Client, wrong: str) -> None:
    assert as_editor.post(address("connection_pause", **SANDBOX), {"until": wrong}).status_code == 422
    assert town.connection().paused_until is None


# Single people


def somebody(town: Theatre) -> PersonRow:
    model = readmodel.of(town.tenant_id)
    assert model
    return model.people.rows_where(role="pupil", limit=1).rows[0]


def test_a_person_is_excluded_with_a_reason_and_an_end(town: Theatre, address: Address, as_editor: Client) -> None:
    path, row = address("connection_exclusions", **SANDBOX), somebody(town)
    until = timezone.localdate() + timedelta(days=30)
    given = {"person": row.email, "why": "Vårdnadshavare har sagt nej", "until": until.isoformat()}
    for _ in range(2):
        assert as_editor.post(path, given).status_code == 303
    assert held(town).selection.exclusions == (Exclusion(row.key, "Vårdnadshavare har sagt nej", until),)
    page = body(as_editor.get(address("connection", **SANDBOX)))
    assert row.name in page
    assert "Vårdnadshavare har sagt nej" in page
    told = str(list(AuditEvent.objects.values_list("about", flat=True)))
    assert row.key not in told
    assert "Vårdnadshavare" not in told
    assert as_editor.post(path, {"remove": row.key}).status_code == 303
    assert held(town).selection.exclusions == ()


def test_protected_people_are_not_named(town: Theatre, address: Address, as_editor: Client) -> None:
    row = somebody(town)
    now = load.rules(town.tenant_id)
    assert now
    assert isinstance(now.json, dict)
    document = {**now.json, "protected": [{"kind": "people", "people": [row.key]}]}
    save.rules(town.tenant_id, document, author="test", reason="", at=town.at)
    readmodel.make(town.tenant_id, today_at(town.at))
    path = address("connection_exclusions", **SANDBOX)
    assert as_editor.post(path, {"person": row.email, "why": "Skyddad"}).status_code == 422, "not by her address"
    page = body(as_editor.post(path, {"person": row.key, "why": "Skyddad"}, follow=True))
    assert "Person med skyddad identitet" in page
    assert row.name not in page
    assert row.email not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": ""}, {"person": "ingen@bjorkvik.example"}, {"person": "%' OR 1=1"}, {"why": ""},
        {"why": "x" * 201}, {"until": "snart"}, {"until": "2020-01-01"},
    ],
)  # fmt: skip
def test_garbage_exclusions_are_refused_and_kept(
    town: Theatre, address: Address, as_editor: Client, wrong: dict[str, str]
) -> None:
    given = {"person": somebody(town).email, "why": "för att", "until": ""} | wrong
    answer = as_editor.post(address("connection_exclusions", **SANDBOX), given)
    assert answer.status_code == 422
    assert held(town).selection.exclusions == ()
    assert "Inget har sparats" in body(answer)


def test_an_exclusion_of_somebody_who_left_can_be_removed(town: Theatre, address: Address, as_editor: Client) -> None:
    gone = Exclusion("nobody-knows", "slutade", date(2026, 1, 1))
    connections.save_connection(
        town.tenant_id, "sandbox", selection=replace(held(town).selection, exclusions=(gone,)), who="x", reason="",
        expected_version=1, at=town.at,
    )  # fmt: skip
    page = body(as_editor.get(address("connection", **SANDBOX)))
    assert "Finns inte i katalogen längre" in page
    assert "har gått ut" in page
    as_editor.post(address("connection_exclusions", **SANDBOX), {"remove": "nobody-knows"})
    assert held(town).selection.exclusions == ()
