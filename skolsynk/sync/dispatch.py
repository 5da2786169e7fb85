"""Which runs are wanted: by the clock, after a read or a patch, or because a worker died.

Every function gives ids of queued runs; whoever calls it hands them to a worker.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.core.rules import needs_groups, parse_rules
from skolsynk.store import claims, load
from skolsynk.store import readmodel as readmodel_rows
from skolsynk.sync import listening
from skolsynk.sync.schedule_json import Schedule, schedule_from_json

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SILENCE = timedelta(seconds=90)  # a live worker tells of itself many times in this
ATTEMPTS = 10
READ_AGAIN = timedelta(minutes=5)
REHEARSAL = "rehearsal"
PAGES = "pages"  # a school that is made for the pages alone
NIGHT_FROM, NIGHT_MINUTES = 1, 240  # whole reads of tenants that Google tells of changes: at one, and four hours on
NIGHT_STEP = 37  # minutes between two neighbours, so that many tenants do not read at once


def today_at(at: datetime) -> date:
    """The day it is for people at this instant."""
    return at.astimezone(STOCKHOLM).date()


def queue_read(tenant_id: int, at: datetime, *, trigger: str = "operator", asked_by: str = "") -> UUID:
    """A new read of one tenant's directory."""
    return claims.create_run(tenant_id, "read", at=at, today=today_at(at), trigger=trigger, asked_by=asked_by)


def queue(
    connection: load.ConnectionFacts,
    kind: str,
    at: datetime,
    *,
    mode: Mode | None = None,
    trigger: str = "operator",
    today: date | None = None,
    asked_by: str = "",
) -> UUID:
    """A new plan, push or unprovision of one connection; another ``today`` than the day of ``at`` is a rehearsal."""
    rehearsal = today is not None and today != today_at(at)
    return claims.create_run(
        connection.tenant_id,
        kind,
        at=at,
        today=today or today_at(at),
        connection_id=connection.id,
        mode=(mode or connection.mode).value,
        trigger=REHEARSAL if rehearsal else trigger,
        asked_by=asked_by,
    )


def after_read(read: claims.RunFacts) -> tuple[UUID, ...]:
    """One push for each connection that is on and not paused, unless one is queued already."""
    if read.trigger == "alone":
        return ()
    return tuple(
        queue(connection, "push", read.at, trigger=read.trigger)
        for connection in load.connections(read.tenant_id)
        if _wanted(connection, read.at) and not claims.queued(connection.id)
    )


def queue_patch(tenant_id: int, at: datetime, trigger: str) -> UUID:
    """A run that reads again what Google has told of."""
    return claims.create_run(tenant_id, "patch", at=at, today=today_at(at), trigger=trigger)


def after_patch(patched: claims.RunFacts) -> tuple[UUID, ...]:
    """As after a read, where there is something that a vendor has not been told of."""
    at = patched.at + claims.waited(patched.id, timezone.now())  # as late as it is: the push says how old its news is
    return behind(patched.tenant_id, at, patched.trigger)


def behind(tenant_id: int, at: datetime, trigger: str) -> tuple[UUID, ...]:
    """A push for each connection whose newest push is older than the newest snapshot, unless one is queued already."""
    newest = load.latest_read_at(tenant_id)
    return tuple(
        queue(connection, "push", at, trigger=trigger)
        for connection in load.connections(tenant_id)
        if newest and _wanted(connection, at) and _older(claims.last_push_at(connection.id), newest)
        if not claims.queued(connection.id)
    )


def _older(pushed_at: datetime | None, snapshot_at: datetime) -> bool:
    return pushed_at is None or pushed_at < snapshot_at


def queue_school(tenant_id: int, at: datetime, *, asked_by: str = "") -> UUID:
    """A run that makes one tenant's school and read model anew, from the newest read."""
    return claims.create_run(tenant_id, "school", at=at, today=today_at(at), asked_by=asked_by)


def after_school(made: claims.RunFacts) -> tuple[UUID, ...]:
    """A plan for each connection that is on, so that people see what new rules or units would send.

    Not where nothing but the directory had changed: the pushes of that are under way.
    """
    if made.trigger == PAGES:
        return ()
    return tuple(
        queue(connection, "plan", made.at, trigger=made.trigger)
        for connection in load.connections(made.tenant_id)
        if connection.mode is not Mode.OFF
    )


def due(now: datetime) -> tuple[UUID, ...]:
    """What the clock wants of each tenant: a read (pushes follow it), or pushes alone where Google tells of changes."""
    return tuple(run_id for tenant_id in load.active_tenants() for run_id in _due_of(tenant_id, now))


def _due_of(tenant_id: int, now: datetime) -> tuple[UUID, ...]:
    if claims.reading(tenant_id):
        return ()
    connections = [each for each in load.connections(tenant_id) if _wanted(each, now)]
    told = bool(connections) and _all_is_told(tenant_id, now)
    wanted = connections and (_read_due(tenant_id, now) or (not told and _read_scheduled(tenant_id, connections, now)))
    if wanted and may_read(tenant_id, now):
        return (queue_read(tenant_id, now, trigger="schedule"),)
    scheduled = _pushes_due(connections, now) if told else ()
    return (*scheduled, *behind(tenant_id, now, "schedule"), *_pages_due(tenant_id, now))


def _all_is_told(tenant_id: int, now: datetime) -> bool:
    """Google tells of everything that matters, so that whole reads are for the night.

    It does not where rules look at groups: what a group's owner changes is not in the log of administrators.
    """
    rules = load.rules(tenant_id)
    return listening.live(tenant_id, now) and not (rules and needs_groups(parse_rules(rules.json)))


def _read_scheduled(tenant_id: int, connections: Iterable[load.ConnectionFacts], now: datetime) -> bool:
    """Counted from the last read: pushes that follow patches are no reads."""
    last = claims.last_read_at(tenant_id)
    return any(last is None or load.last_run_at(each.id) is None or now - last >= _every(each) for each in connections)


def _read_due(tenant_id: int, now: datetime) -> bool:
    """Every night, and when what is asked of the directory has changed since it was read."""
    last = claims.last_read_at(tenant_id)
    configured = load.configured_at(tenant_id)
    return last is None or last < night_of(tenant_id, now) or (configured is not None and last < configured)


def night_of(tenant_id: int, now: datetime) -> datetime:
    """The newest instant of the nightly read: between one and five, each tenant at a minute of its own."""
    local = now.astimezone(STOCKHOLM)
    night = local.replace(hour=NIGHT_FROM, minute=0, second=0, microsecond=0)
    night += timedelta(minutes=tenant_id * NIGHT_STEP % NIGHT_MINUTES)
    return (night if night <= local else night - timedelta(days=1)).astimezone(UTC)


def _pushes_due(connections: Iterable[load.ConnectionFacts], now: datetime) -> tuple[UUID, ...]:
    """Those that the schedule wants, for what failed or was refused."""
    return tuple(
        queue(each, "push", now, trigger="schedule")
        for each in connections
        if _due(each, now) and not claims.queued(each.id)
    )


def _pages_due(tenant_id: int, now: datetime) -> tuple[UUID, ...]:
    """Patches leave the pages as they were: what they show is put together anew once a minute."""
    newest, shown = load.latest_read_at(tenant_id), readmodel_rows.facts(tenant_id)
    tried = claims.last_school_at(tenant_id)
    if newest is None or shown is None or shown.at >= newest or (tried and tried >= newest) or claims.busy(tenant_id):
        return ()
    return (claims.create_run(tenant_id, "school", at=now, today=today_at(now), trigger=PAGES),)


def lost(now: datetime) -> tuple[UUID, ...]:
    """Runs whose worker fell silent, and queued runs that no worker took: queued (again)."""
    silent = [run_id for run_id in claims.stale_runs(now - SILENCE, ATTEMPTS) if claims.requeue(run_id, now)]
    for run_id in claims.worn_out(now - SILENCE, ATTEMPTS):
        claims.finish(
            run_id, now, "failed", error_code="worn_out",
            error_args=[
                f"Körningen avbröts {ATTEMPTS} gånger utan att säga varför. Driftansvarig behöver se efter.",
                f"The run died {ATTEMPTS} times without a word. The operator needs to look.",
            ],
        )  # fmt: skip
    return (*silent, *claims.waiting(now - SILENCE))


def _wanted(connection: load.ConnectionFacts, at: datetime) -> bool:
    if connection.mode is Mode.OFF or (connection.paused_until and connection.paused_until > at):
        return False
    return schedule_of(connection).open_at(at)


def may_read(tenant_id: int, now: datetime) -> bool:
    """A read that failed is not tried again every minute: somebody has to act, or Google to recover."""
    last = claims.last_read_at(tenant_id)
    return last is None or now - last >= READ_AGAIN


def _due(connection: load.ConnectionFacts, now: datetime) -> bool:
    last = load.last_run_at(connection.id)
    return _wanted(connection, now) and (last is None or now - last >= _every(connection))


def _every(connection: load.ConnectionFacts) -> timedelta:
    return timedelta(minutes=schedule_of(connection).every_minutes)


def schedule_of(connection: load.ConnectionFacts) -> Schedule:
    return schedule_from_json(connection.schedule)
