"""What one look saw, what it changes, and when the next one is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from skolsynk.core.installation import (
    LICENSED,
    NEEDED,
    REFUSED,
    UNLICENSED,
    Answer,
    Event,
    Sight,
    State,
    due,
    every,
    judged,
    sight,
)

AT = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
YES, NO = Answer(True, ""), Answer(False, REFUSED)


def answers(**changed: Answer) -> dict[str, Answer]:
    return {**dict.fromkeys(NEEDED, YES), **changed}


REFUSED_ALL = dict.fromkeys(NEEDED, NO)


@pytest.mark.parametrize(
    ("given", "licence", "was_licensed", "seen"),
    [
        (answers(), "", False, Sight.WORKS),
        (answers(), LICENSED, True, Sight.WORKS),
        (answers(groups=NO, reports=NO), LICENSED, True, Sight.WORKS),  # no read needs them
        (answers(), UNLICENSED, True, Sight.GONE),  # Google forgets a delegation later than a licence
        (answers(), UNLICENSED, False, Sight.WORKS),  # delegated by hand, never from the Marketplace
        (REFUSED_ALL, "", False, Sight.GONE),
        (REFUSED_ALL, LICENSED, True, Sight.GONE),  # the permission was taken away, the app left
        (REFUSED_ALL, UNLICENSED, False, Sight.GONE),
        (answers(users=NO), "", False, Sight.TROUBLE),  # one scope of many
        (dict.fromkeys(NEEDED, Answer(False, "quota")), LICENSED, True, Sight.TROUBLE),
        (dict.fromkeys(NEEDED, Answer(False, "subject_suspended")), "", False, Sight.TROUBLE),
        (dict.fromkeys(NEEDED, Answer(False, "quota")), UNLICENSED, True, Sight.GONE),
        ({}, "", False, Sight.TROUBLE),
    ],
)
def test_what_one_look_saw(given: dict[str, Answer], licence: str, was_licensed: bool, seen: Sight) -> None:
    assert sight(given, licence, was_licensed) is seen


LONG = AT - DAY


@pytest.mark.parametrize(
    ("state", "missing", "seen", "after", "since", "event"),
    [
        (State.PENDING, None, Sight.WORKS, State.ACTIVE, None, Event.ACTIVATED),
        (State.PENDING, None, Sight.GONE, State.PENDING, None, Event.NONE),
        (State.PENDING, None, Sight.TROUBLE, State.PENDING, None, Event.NONE),
        (State.ACTIVE, None, Sight.WORKS, State.ACTIVE, None, Event.NONE),
        (State.ACTIVE, None, Sight.GONE, State.ACTIVE, AT, Event.MISSED),
        (State.ACTIVE, AT - HOUR, Sight.GONE, State.ACTIVE, AT - HOUR, Event.NONE),
        (State.ACTIVE, AT - HOUR, Sight.TROUBLE, State.ACTIVE, AT - HOUR, Event.NONE),
        (State.ACTIVE, LONG, Sight.TROUBLE, State.ACTIVE, LONG, Event.NONE),  # a day of outages proves nothing
        (State.ACTIVE, LONG, Sight.WORKS, State.ACTIVE, None, Event.FOUND),
        (State.ACTIVE, LONG, Sight.GONE, State.QUARANTINED, LONG, Event.QUARANTINED),
        (State.ACTIVE, LONG + timedelta(seconds=1), Sight.GONE, State.ACTIVE, LONG + timedelta(seconds=1), Event.NONE),
        (State.QUARANTINED, LONG, Sight.GONE, State.QUARANTINED, LONG, Event.NONE),
        (State.QUARANTINED, LONG, Sight.TROUBLE, State.QUARANTINED, LONG, Event.NONE),
        (State.QUARANTINED, LONG, Sight.WORKS, State.ACTIVE, None, Event.RESUMED),
        (State.PURGED, None, Sight.WORKS, State.PURGED, None, Event.NONE),
        (State.PURGED, None, Sight.GONE, State.PURGED, None, Event.NONE),
    ],
)
def test_what_a_look_changes(
    state: State, missing: datetime | None, seen: Sight, after: State, since: datetime | None, event: Event
) -> None:
    assert judged(state, missing, seen, AT) == (after, since, event)


@pytest.mark.parametrize(
    ("state", "missing", "age", "wait"),
    [
        (State.PENDING, None, HOUR, timedelta(minutes=10)),
        (State.PENDING, None, 3 * DAY, HOUR),
        (State.PENDING, None, 30 * DAY, DAY),
        (State.ACTIVE, None, HOUR, DAY),
        (State.ACTIVE, AT, 400 * DAY, HOUR),
        (State.QUARANTINED, AT, HOUR, DAY),
    ],
)
def test_how_often_to_look(state: State, missing: datetime | None, age: timedelta, wait: timedelta) -> None:
    assert every(state, missing, age) == wait


def test_a_look_is_due_when_there_was_none_or_it_was_long_ago_and_never_after_a_purge() -> None:
    assert due(State.ACTIVE, None, None, AT, AT)
    assert due(State.ACTIVE, AT - DAY, None, AT - 9 * DAY, AT)
    assert not due(State.ACTIVE, AT - DAY + HOUR, None, AT - 9 * DAY, AT)
    assert not due(State.PURGED, None, None, AT - 9 * DAY, AT)
