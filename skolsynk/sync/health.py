"""Each connection as it is now, for the overview, and as alarms for those who want to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from skolsynk.core.connection import Mode
from skolsynk.core.health import FAILED_FOR, GRACE, LATER, Health, RunFact, Trouble, Watched, health, together, troubles
from skolsynk.core.swedish import counted
from skolsynk.store import health as rows
from skolsynk.store import load
from skolsynk.store.health import Course, FailingReads, Waiting
from skolsynk.store.runs import RunLine
from skolsynk.sync import targets
from skolsynk.sync.dispatch import STOCKHOLM
from skolsynk.sync.notices import Alarm
from skolsynk.sync.schedule_json import Schedule, ScheduleError, schedule_from_json

WEEK = timedelta(days=7)
QUIET_STEP = timedelta(minutes=15)
FAR = 60 * 24 * 4  # steps of a quarter: two months of pauses
NOTHING = Waiting(0, None, 0)
NEVER = Course(None, None, None)
BEAT_SILENT = timedelta(minutes=5)
READ_AT_ONCE = frozenset(  # no read succeeds until a person acts: sources.google.texts
    ("no_credentials", "not_delegated", "scope_missing", "wrong_subject", "subject_suspended", "not_admin", "api_off",
     "bad_key", "other_customer", "container_missing")
)  # fmt: skip
OF_THE_KEY = ("credentials", "no_key", "no_address", "bad_selection")  # put right on the vendor's own page


@dataclass(frozen=True)
class State:
    """One connection with all that the overview says of it."""

    connection: load.ConnectionFacts
    name: str
    health: Health
    troubles: tuple[Trouble, ...]
    last: RunLine | None  # the newest push in its mode that ended by itself
    waiting: Waiting
    next_due: datetime | None
    working: bool
    freshness: Mapping[str, float] | None  # of the last seven days
    sent_today: Mapping[str, int]


@dataclass(frozen=True)
class _Seen:
    """Everything that all connections are judged by, gathered once."""

    now: datetime
    courses: Mapping[int, Course]
    waiting: Mapping[int, Waiting]
    working: Collection[int | None]
    sent: Mapping[int, Mapping[str, int]]
    fresh: Mapping[int, Sequence[Mapping[str, float]]]
    switched: Mapping[str, datetime]
    reads_fail: bool


def states(
    tenant_id: int, now: datetime, only: Collection[str] | None = None, *, reads_fail: bool = False
) -> tuple[State, ...]:
    """All connections; a constant number of questions."""
    seen = _Seen(
        now, rows.courses(tenant_id), rows.waiting(tenant_id, only), rows.working(tenant_id, now - GRACE),
        rows.sent_since(tenant_id, _midnight(now), only), rows.freshness_since(tenant_id, now - WEEK),
        rows.switched_at(tenant_id), reads_fail,
    )  # fmt: skip
    return tuple(_state(each, seen) for each in load.connections(tenant_id))


def _state(connection: load.ConnectionFacts, seen: _Seen) -> State:
    course, waits = seen.courses.get(connection.id, NEVER), seen.waiting.get(connection.id, NOTHING)
    working = connection.id in seen.working or None in seen.working  # a read: a push follows it
    due = next_due(connection, course.asked_at, seen.switched[connection.vendor])
    newest = course.newest
    watched = Watched(
        connection.mode, RunFact(newest.finished_at or newest.created_at, newest.error_code) if newest else None,
        course.failing_since, waits.held, waits.since, waits.refused, due, working, waits.first, seen.reads_fail,
    )  # fmt: skip
    return State(
        connection, targets.vendor(connection.vendor).name, health(watched, seen.now),
        tuple(troubles(watched, seen.now)), newest, waits, due, working,
        together(seen.fresh.get(connection.id, ())), seen.sent.get(connection.id, {}),
    )  # fmt: skip


def next_due(connection: load.ConnectionFacts, asked_at: datetime | None, switched_at: datetime) -> datetime | None:
    """When a run should begin by itself; None for a connection that is off, or rests for two months.

    The schedule counts from the newest push; before the first one a run is due as soon as the connection is on.
    """
    if connection.mode is Mode.OFF:
        return None
    schedule = _schedule(connection)
    at = asked_at + timedelta(minutes=schedule.every_minutes) if asked_at else switched_at
    at = max(at, switched_at, connection.paused_until or at)
    for _ in range(FAR):
        if schedule.open_at(at):
            return at
        at += QUIET_STEP
    return None


def _schedule(connection: load.ConnectionFacts) -> Schedule:
    try:
        return schedule_from_json(connection.schedule)
    except ScheduleError:
        return Schedule()


def _midnight(now: datetime) -> datetime:
    return now.astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)


# What people are told


def alarms(tenant_id: int, now: datetime) -> tuple[Alarm, ...]:
    """Everything that holds now and that a person ought to know."""
    failing = rows.failing_reads(tenant_id)
    of_vendors = (_alarms(state) for state in states(tenant_id, now, reads_fail=failing is not None))
    return (*(_reading(failing, now) if failing else ()), *chain.from_iterable(of_vendors))


def _reading(failing: FailingReads, now: datetime) -> Iterator[Alarm]:
    at_once = failing.newest.error_code in READ_AT_ONCE
    words = [*failing.newest.error_args, "", ""]
    if at_once or now - failing.since >= FAILED_FOR:
        yield Alarm(
            None, f"read:{failing.newest.error_code if at_once else LATER}", failing.since,
            "Katalogen i Google går inte att läsa", "The directory in Google cannot be read",
            f"{words[0]} Den förra läsningen gäller så länge; inget tas bort hos någon leverantör.",
            f"{words[1]} The read before holds meanwhile; nothing is removed at any vendor.", "runs",
        )  # fmt: skip


def _alarms(state: State) -> Iterator[Alarm]:
    for trouble in state.troubles:
        yield Alarm(state.connection.id, trouble.cause, trouble.since, *told(state, trouble))


class Told(NamedTuple):
    """One trouble in words: what, the one next step, and the page where it is taken."""

    title_sv: str
    title_en: str
    next_sv: str
    next_en: str
    place: str


def told(state: State, trouble: Trouble) -> Told:
    name, (kind, _, code), number = state.name, trouble.cause.partition(":"), trouble.number
    if kind == "failed":
        words = [*(state.last.error_args if state.last else ()), "", ""]
        place = "connections" if code in OF_THE_KEY else "runs"
        return Told(f"{name}: körningen misslyckas", f"{name}: the run fails", words[0], words[1], place)
    if kind == "silent":
        return Told(
            f"{name}: ingen körning har skett", f"{name}: no run has happened",
            "En körning borde ha börjat. Driften behöver se efter att arbetsprocesserna går.",
            "A run should have begun. The operator needs to see that the worker processes run.", "runs",
        )  # fmt: skip
    if kind == "rejected":
        return Told(
            f"{name}: leverantören avvisar {counted(number, 'post', 'poster')}",
            f"{name}: the vendor refuses {counted(number, 'resource', 'resources')}",
            "Se vad leverantören svarade, och vem som behöver göra något.",
            "See what the vendor answered, and who needs to act.", "runs",
        )  # fmt: skip
    return _held(name, kind, number)


def _held(name: str, kind: str, number: int) -> Told:
    if kind == "first":
        return Told(
            f"{name}: den första leveransen väntar på ditt ja", f"{name}: the first delivery waits for your yes",
            f"Granska {counted(number, 'ändring', 'ändringar')} under Ändringar. Inget skickas förrän någon godkänner.",
            f"Review {counted(number, 'change', 'changes')} in Changes. Nothing is sent until somebody approves.",
            "changes",
        )  # fmt: skip
    waits_en = "waits" if number == 1 else "wait"
    long_sv, long_en = (" i mer än ett dygn", " for more than a day") if kind == "held_long" else ("", "")
    return Told(
        f"{name}: {counted(number, 'ändring', 'ändringar')} väntar på beslut{long_sv}",
        f"{name}: {counted(number, 'change', 'changes')} {waits_en} for a decision{long_en}",
        "Granska dem under Ändringar. Inget av det skickas förrän någon godkänner.",
        "Review them in Changes. None of it is sent until somebody approves.", "changes",
    )  # fmt: skip


def silent_workers(now: datetime) -> datetime | None:
    """When beat or a worker was last heard of, if that is too long ago; None when all is well or nobody ever was."""
    beats = load.heartbeats()
    newest = [at for name, at in beats.items() if name == "beat"]
    return newest[0] if newest and now - newest[0] > BEAT_SILENT else None
