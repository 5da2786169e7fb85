"""What waits for a person, connection by connection, and what people have said. Every question starts at the tenant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, OuterRef, Subquery

from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store.models import (
    ApprovalRow,
    Connection,
    ConnectionVersion,
    HoldRow,
    PlanRow,
    RefusalRow,
    RulesVersion,
    Run,
)

PLANNED = ("plan", "push", "unprovision")


class ConnectionLine(NamedTuple):
    """One connection on the list of changes, in its own mode; or in another in which something still waits."""

    vendor: str
    mode: str
    held: int
    first_held_at: datetime | None
    planned_at: datetime | None
    counts: Mapping[str, int]  # of the newest plan: created, updated, deleted, held, …; {} before the first


class _Waits(NamedTuple):
    held: int = 0
    since: datetime | None = None


class LastPlan(NamedTuple):
    """The newest run that planned, whether or not anything was to change."""

    run: UUID
    kind: str
    state: str
    at: datetime
    trigger: str
    asked_by: str  # "member:<id>", or "" for the clock


class Said(NamedTuple):
    who: str
    reason: str
    at: datetime


def connections(tenant_id: int, only: Collection[str] | None = None) -> tuple[ConnectionLine, ...]:
    """All connections, those with most waiting first; a few questions whatever their number."""
    planned = Run.objects.filter(
        connection_id=OuterRef("pk"), mode=OuterRef("mode"), kind__in=PLANNED, counts__has_key="total"
    ).exclude(trigger="rehearsal")
    newest = planned.order_by("-created_at")
    rows = Connection.objects.filter(tenant_id=tenant_id).annotate(
        last_at=Subquery(newest.values("created_at")[:1]), last_counts=Subquery(newest.values("counts")[:1])
    )
    held, lines = _held(tenant_id, only), []
    for row in rows:
        counts = figures(row.last_counts, only)
        lines.append(ConnectionLine(row.vendor, row.mode, *held.pop((row.pk, row.mode), _Waits()), row.last_at, counts))
    vendors = {row.pk: row.vendor for row in rows}
    elsewhere = _planned_at(tenant_id) if held else {}
    lines += [ConnectionLine(vendors[key[0]], key[1], *found, elsewhere.get(key), {}) for key, found in held.items()]
    return tuple(sorted(lines, key=lambda line: (-line.held, line.mode == "off", line.vendor)))


def _held(tenant_id: int, only: Collection[str] | None) -> dict[tuple[int, str], _Waits]:
    """{(connection, mode): what waits there}."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id)
    if only is not None:
        rows = rows.filter(unit__in=only)
    counted = rows.values_list("connection_id", "mode").annotate(
        number=Count("resource_id", distinct=True), since=Min("first_seen")
    )
    return {(row[0], row[1]): _Waits(row[2], row[3]) for row in counted.order_by()}


def _planned_at(tenant_id: int) -> dict[tuple[int, str], datetime]:
    rows = PlanRow.objects.filter(connection__tenant_id=tenant_id).values_list("connection_id", "mode")
    return {(row[0], row[1]): row[2] for row in rows.annotate(newest=Max("at")).order_by()}


def figures(counts: object, only: Collection[str] | None) -> Mapping[str, int]:
    """The figures of a plan; for people limited to some school units those of their units."""
    if not isinstance(counts, dict):
        return {}
    if only is None:
        return dict(counts.get("total") or {})
    sums: dict[str, int] = {}
    for code, found in (counts.get("by_unit") or {}).items():
        for name, number in found.items() if code in only else ():
            sums[name] = sums.get(name, 0) + number
    return sums


def last_plan(tenant_id: int, connection_id: int, mode: str) -> LastPlan | None:
    rows = Run.objects.filter(tenant_id=tenant_id, connection_id=connection_id, mode=mode, kind__in=PLANNED)
    rows = rows.exclude(trigger="rehearsal").order_by("-created_at")
    row = rows.values_list("pk", "kind", "state", "created_at", "trigger", "asked_by").first()
    return LastPlan(*row) if row else None


def refused(tenant_id: int, connection_id: int, mode: str) -> int:
    """How many payloads the vendor refused that wait until they change or somebody asks."""
    return RefusalRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode).count()


def approved(tenant_id: int, connection_id: int, mode: str, at: datetime) -> int:
    """Changes that somebody said yes to and that have not been sent yet."""
    rows = ApprovalRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    return rows.filter(used_at=None, lapses_at__gt=at).count()


def discarded(
    tenant_id: int, connection_id: int, mode: str, only: Collection[str] | None = None
) -> tuple[tuple[Said, int], ...]:
    """Each no that still stands, and how many held changes it is about; the newest first."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    if only is not None:
        rows = rows.filter(unit__in=only)
    said = rows.exclude(discarded_at=None).values_list("discarded_by", "discard_reason", "discarded_at")
    counted = said.annotate(number=Count("resource_id", distinct=True)).order_by("-discarded_at")
    return tuple((Said(who, reason, at), number) for who, reason, at, number in counted if at)


def discards(tenant_id: int, connection_id: int, mode: str, ids: Collection[ResourceId]) -> dict[ResourceId, Said]:
    """A person's no to each of these, where there is one that still stands."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    rows = rows.filter(resource_id__in=list(ids))
    said = ((row.resource_id, row.discarded_by, row.discard_reason, row.discarded_at) for row in rows)
    return {ResourceId(key): Said(who, reason, at) for key, who, reason, at in said if at}


class Since(NamedTuple):
    """What people changed after the newest push began: a likely reason why much differs now."""

    pushed_at: datetime
    rules: tuple[int, str, datetime] | None  # (number, who, when) of the newest rules
    connection: tuple[int, str, datetime] | None  # the same of the connection's own selection, limits and times


def since_push(tenant_id: int, connection_id: int, mode: str) -> Since | None:
    """None before the first push."""
    pushes = Run.objects.filter(tenant_id=tenant_id, connection_id=connection_id, mode=mode, kind="push")
    at = pushes.exclude(started_at=None).order_by("-created_at").values_list("started_at", flat=True).first()
    if at is None:
        return None
    rules = RulesVersion.objects.filter(tenant_id=tenant_id, created_at__gt=at).order_by("-number")
    own = ConnectionVersion.objects.filter(
        connection__tenant_id=tenant_id, connection_id=connection_id, created_at__gt=at
    ).order_by("-number")
    told = ("number", "author", "created_at")
    return Since(at, rules.values_list(*told).first(), own.values_list(*told).first())
