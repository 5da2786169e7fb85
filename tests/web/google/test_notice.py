"""The address that Google calls: it believes nothing, says nothing and never keeps Google waiting."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from skolsynk.store import realtime
from skolsynk.store.models import Channel, Connection, Hint, Run
from tests.scenarios.theatre import Theatre
from tests.scenarios.told import Clock, call, clock_of, open_channel


@pytest.fixture
def clock(town: Theatre, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with clock_of(town, monkeypatch) as made:
        yield made


def hints(town: Theatre) -> list[tuple[str, str, int]]:
    return [(one.kind, one.key, one.times) for one in realtime.hints(town.tenant_id)]


def test_a_call_leaves_a_hint_of_one_user(town: Theatre, clock: Clock) -> None:
    assert call(open_channel(town, clock), "10001") == 200
    assert hints(town) == [("user", "10001", 1)]


def test_the_first_call_opens_the_channel_and_hints_at_nothing(town: Theatre, clock: Clock) -> None:
    channel = open_channel(town, clock)
    Channel.objects.update(state="asked", heard_at=None, number=0)
    assert call(channel, state="sync", number=1, body=b"") == 200
    assert hints(town) == []
    row = Channel.objects.get()
    assert (row.state, row.number) == ("open", 1)
    assert row.heard_at


def test_said_again_late_or_out_of_order_it_is_the_same_hint(town: Theatre, clock: Clock) -> None:
    channel = open_channel(town, clock)
    for number in (9, 3, 9, 2):
        clock.sleep(minutes=1)
        assert call(channel, "10001", number=number) == 200
    assert hints(town) == [("user", "10001", 4)]
    assert Channel.objects.get().number == 9


def test_the_hint_keeps_the_instant_of_the_first_call(town: Theatre, clock: Clock) -> None:
    channel, before = open_channel(town, clock), clock.now()
    call(channel, "10001")
    first = Hint.objects.get().changed_at
    clock.sleep(minutes=3)
    call(channel, "10001")
    again = Hint.objects.get()
    assert again.changed_at == first >= before
    assert again.noted_at > first


@pytest.mark.parametrize("token", ["", "a token", "Ädelgran"])
def test_a_forged_token_changes_nothing_and_is_answered_alike(
    town: Theatre, clock: Clock, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel = open_channel(town, clock)
    with caplog.at_level(logging.INFO, "skolsynk"):
        assert call(channel, "10001", token=token) == 200
    assert hints(town) == []
    assert "wrong_token" in caplog.text
    assert str(channel) in caplog.text
    assert "10001" not in caplog.text


@pytest.mark.parametrize("channel", [uuid4(), "", "no uuid\nforged=line", "0" * 500])
def test_an_unknown_channel_is_dropped(
    town: Theatre, clock: Clock, channel: object, caplog: pytest.LogCaptureFixture
) -> None:
    open_channel(town, clock)
    with caplog.at_level(logging.INFO, "skolsynk"):
        assert call(str(channel).replace("\n", " "), "10001") == 200
    assert hints(town) == []
    assert "unknown_channel" in caplog.text
    assert "forged" not in caplog.text


def test_a_late_call_on_a_channel_that_was_replaced_is_taken(town: Theatre, clock: Clock) -> None:
    channel = open_channel(town, clock)
    realtime.stopped(channel)
    assert call(channel, "10001") == 200
    assert hints(town) == [("user", "10001", 1)]
    assert Channel.objects.get().state == "stopped"


def test_a_stopped_channel_says_nothing_more(town: Theatre, clock: Clock) -> None:
    Connection.objects.update(mode="off")
    channel = open_channel(town, clock)
    realtime.stopped(channel)
    assert call(channel, "10001") == 200
    assert hints(town) == []
    assert Channel.objects.get().state == "stopped"


def test_an_expired_channel_says_nothing_more(town: Theatre, clock: Clock) -> None:
    channel = open_channel(town, clock)
    clock.sleep(hours=7)
    assert call(channel, "10001") == 200
    assert hints(town) == []


def test_one_tenants_token_does_not_open_anothers_channel(town: Theatre, clock: Clock) -> None:
    mine, other = open_channel(town, clock), uuid4()
    realtime.ask_channel(town.tenant_id, other, "another", clock.now(), Channel.objects.get(pk=mine).expires_at)
    call(other, "10001")
    assert hints(town) == []


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"id": 7}', b'{"id": "../users"}', b"x" * 20_000])
def test_a_call_that_does_not_say_whom_is_about_everybody(town: Theatre, clock: Clock, body: bytes) -> None:
    assert call(open_channel(town, clock), body=body) == 200
    assert hints(town) == [("everything", "", 1)]


def test_a_call_may_not_be_looked_at(town: Theatre, clock: Clock) -> None:
    assert Client().get("/google/notiser/").status_code == 405


def test_a_message_number_that_is_none_is_no_error(town: Theatre, clock: Clock) -> None:
    channel = open_channel(town, clock)
    for number in ("", "-1", "nio", "9" * 40):
        clock.sleep(minutes=1)
        assert call(channel, "10001", number=number) == 200
    assert Channel.objects.get().number == 1


def test_no_robot_is_told_to_stay_away(town: Theatre, clock: Clock) -> None:
    answer = Client().get("/robots.txt")
    assert answer.status_code == 404 or "Disallow: /google" not in answer.content.decode()


def test_a_call_costs_a_few_questions_no_session_and_no_run(town: Theatre, clock: Clock) -> None:
    channel = open_channel(town, clock)
    call(channel, "10001")
    before = Run.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        call(channel, "10002")
    assert len(asked) <= 3, [one["sql"] for one in asked]
    assert Run.objects.count() == before


def test_a_call_is_answered_within_twenty_milliseconds(town: Theatre, clock: Clock) -> None:
    channel, client = open_channel(town, clock), Client(enforce_csrf_checks=True)
    call(channel, "10001", client=client)
    took = []
    for number in range(50):
        began = time.perf_counter()
        call(channel, str(number), client=client)
        took.append(time.perf_counter() - began)
    assert sorted(took)[25] < 0.02
