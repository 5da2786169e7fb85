"""Which runs are wanted: by the clock, after a read, or because a worker died.

Every function gives ids of queued runs; whoever calls it hands them to a worker.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load
from skolsynk.sync.schedule_json import Schedule, schedule_from_json

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SILENCE = timedelta(seconds=90)  # a live worker tells of itself many times in this
ATTEMPTS = 10
READ_AGAIN = timedelta(minutes=5)
REHEARSAL = "rehearsal"


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


def queue_school(tenant_id: int, at: datetime, *, asked_by: str = "") -> UUID:
    """A run that makes one tenant's school and read model anew, from the newest read."""
    return claims.create_run(tenant_id, "school", at=at, today=today_at(at), asked_by=asked_by)


def after_school(made: claims.RunFacts) -> tuple[UUID, ...]:
    """A plan for each connection that is on, so that people see what new rules or units would send."""
    return tuple(
        queue(connection, "plan", made.at, trigger=made.trigger)
        for connection in load.connections(made.tenant_id)
        if connection.mode is not Mode.OFF
    )


def due(now: datetime) -> tuple[UUID, ...]:
    """A read for each tenant where some connection is due; the pushes follow the read."""
    return tuple(
        queue_read(tenant_id, now, trigger="schedule")
        for tenant_id in load.active_tenants()
        if not claims.reading(tenant_id)
        and _may_read(tenant_id, now)
        and any(_due(connection, now) for connection in load.connections(tenant_id))
    )


def lost(now: datetime) -> tuple[UUID, ...]:
    """Runs whose worker fell silent, and queued runs that no worker took: queued (again)."""
    for run_id in claims.stale_runs(now - SILENCE, ATTEMPTS):
        claims.requeue(run_id, now)
    for run_id in claims.worn_out(now - SILENCE, ATTEMPTS):
        claims.finish(
            run_id, now, "failed", error_code="worn_out",
            error_args=[
                f"Körningen avbröts {ATTEMPTS} gånger utan att säga varför. Driftansvarig behöver se efter.",
                f"The run died {ATTEMPTS} times without a word. The operator needs to look.",
            ],
        )  # fmt: skip
    return tuple(claims.waiting(now - SILENCE))


def _wanted(connection: load.ConnectionFacts, at: datetime) -> bool:
    if connection.mode is Mode.OFF or (connection.paused_until and connection.paused_until > at):
        return False
    return schedule_of(connection).open_at(at)


def _may_read(tenant_id: int, now: datetime) -> bool:
    """A read that failed is not tried again every minute: somebody has to act, or Google to recover."""
    last = claims.last_read_at(tenant_id)
    return last is None or now - last >= READ_AGAIN


def _due(connection: load.ConnectionFacts, now: datetime) -> bool:
    last = load.last_run_at(connection.id)
    every = timedelta(minutes=schedule_of(connection).every_minutes)
    return _wanted(connection, now) and (last is None or now - last >= every)


def schedule_of(connection: load.ConnectionFacts) -> Schedule:
    return schedule_from_json(connection.schedule)
