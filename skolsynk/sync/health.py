"""Each connection as it is now, for the overview, and as alarms for those who want to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from skolsynk.core.connection import Mode
from skolsynk.core.health import FAILED_FOR, Health, RunFact, Trouble, Watched, health, together, troubles
from skolsynk.store import load, runs
from skolsynk.store.runs import RunLine, Waiting
from skolsynk.sync import targets
from skolsynk.sync.dispatch import STOCKHOLM
from skolsynk.sync.notices import Alarm
from skolsynk.sync.schedule_json import Schedule, ScheduleError, schedule_from_json

WEEK = timedelta(days=7)
QUIET_STEP = timedelta(minutes=15)
FAR = 60 * 24 * 4  # steps of a quarter: two months of pauses
NOTHING = Waiting(0, None, 0)
BEAT_SILENT = timedelta(minutes=5)


@dataclass(frozen=True)
class State:
    """One connection with all that the overview says of it."""

    connection: load.ConnectionFacts
    name: str
    health: Health
    troubles: tuple[Trouble, ...]
    runs: tuple[RunLine, ...]  # ended pushes in its mode, newest first
    waiting: Waiting
    next_due: datetime | None
    working: bool
    freshness: Mapping[str, float] | None  # of the last seven days
    sent_today: Mapping[str, int]

    @property
    def last(self) -> RunLine | None:
        return self.runs[0] if self.runs else None


def states(tenant_id: int, now: datetime, only: Collection[str] | None = None) -> tuple[State, ...]:
    """All connections; a constant number of questions."""
    pushes = runs.latest_pushes(tenant_id, now - timedelta(days=60))
    waiting = runs.waiting(tenant_id, only)
    working = runs.working(tenant_id)
    sent = runs.sent_since(tenant_id, _midnight(now), only)
    return tuple(
        _state(each, pushes.get(each.vendor, []), waiting.get(each.id, NOTHING), each.id in working, sent, now)
        for each in load.connections(tenant_id)
    )


def _state(
    connection: load.ConnectionFacts, pushes: list[RunLine], waiting: Waiting, working: bool,
    sent: Mapping[int, Mapping[str, int]], now: datetime,
) -> State:  # fmt: skip
    mine = tuple(run for run in pushes if run.mode == connection.mode)
    due = next_due(connection, mine[0].created_at if mine else None, now)
    facts = [RunFact(run.state, run.finished_at or run.created_at, run.error_code) for run in mine]
    watched = Watched(connection.mode, facts, waiting.held, waiting.since, waiting.refused, due, working)
    fresh = together(
        run.counts["freshness"] for run in mine if run.created_at > now - WEEK and "freshness" in run.counts
    )
    return State(
        connection, targets.vendor(connection.vendor).name, health(watched, now), tuple(troubles(watched, now)), mine,
        waiting, due, working, fresh, sent.get(connection.id, {}),
    )  # fmt: skip


def next_due(connection: load.ConnectionFacts, last: datetime | None, now: datetime) -> datetime | None:
    """When a run should begin by itself; None for a connection that is off, never ran, or rests for two months."""
    if connection.mode is Mode.OFF or last is None:
        return None
    schedule = _schedule(connection)
    at = last + timedelta(minutes=schedule.every_minutes)
    if connection.paused_until:
        at = max(at, connection.paused_until)
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
    return (*_reading(tenant_id, now), *(alarm for state in states(tenant_id, now) for alarm in _alarms(state)))


def _reading(tenant_id: int, now: datetime) -> Iterator[Alarm]:
    failed = runs.failing_reads(tenant_id)
    if not failed:
        return
    newest, first = failed[0], failed[-1]
    since = first.finished_at or first.created_at
    words = [*newest.error_args, "", ""]
    if now - since >= FAILED_FOR or newest.error_code in ("unauthorized_client", "no_credentials"):
        yield Alarm(
            None, f"read:{newest.error_code}", since,
            "Katalogen i Google går inte att läsa", "The directory in Google cannot be read",
            f"{words[0]} Den förra läsningen gäller så länge; inget tas bort hos någon leverantör.",
            f"{words[1]} The read before holds meanwhile; nothing is removed at any vendor.", "runs",
        )  # fmt: skip


def _alarms(state: State) -> Iterator[Alarm]:
    for trouble in state.troubles:
        sv, en, next_sv, next_en, place = told(state, trouble)
        yield Alarm(state.connection.id, trouble.cause, trouble.since, sv, en, next_sv, next_en, place)


def told(state: State, trouble: Trouble) -> tuple[str, str, str, str, str]:
    """(title sv, title en, next step sv, next step en, page) of one trouble."""
    name, kind, number = state.name, trouble.cause.partition(":")[0], trouble.number
    if kind == "failed" and state.last:
        words = [*state.last.error_args, "", ""]
        return f"{name}: körningen misslyckas", f"{name}: the run fails", words[0], words[1], "runs"
    if kind == "silent":
        return (
            f"{name}: ingen körning har skett", f"{name}: no run has happened",
            "En körning borde ha börjat. Driften behöver se efter att arbetsprocesserna går.",
            "A run should have begun. The operator needs to see that the worker processes run.", "runs",
        )  # fmt: skip
    if kind == "rejected":
        return (
            f"{name}: leverantören avvisar {number} poster", f"{name}: the vendor refuses {number} resources",
            "Se vad leverantören svarade, och vem som behöver göra något.",
            "See what the vendor answered, and who needs to act.", "runs",
        )  # fmt: skip
    long_sv, long_en = (" i mer än ett dygn", " for more than a day") if kind == "held_long" else ("", "")
    return (
        f"{name}: {number} ändringar väntar på beslut{long_sv}",
        f"{name}: {number} changes wait for a decision{long_en}",
        "Granska dem under Ändringar. Inget av det skickas förrän någon godkänner.",
        "Review them in Changes. None of it is sent until somebody approves.", "changes",
    )  # fmt: skip


def silent_workers(now: datetime) -> datetime | None:
    """When beat or a worker was last heard of, if that is too long ago; None when all is well or nobody ever was."""
    beats = load.heartbeats()
    newest = [at for name, at in beats.items() if name == "beat"]
    return newest[0] if newest and now - newest[0] > BEAT_SILENT else None
