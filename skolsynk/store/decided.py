"""What waits for a person, connection by connection, and what people have said. Every question starts at the tenant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, OuterRef, Subquery

from skolsynk.store.models import ApprovalRow, AuditEvent, Connection, HoldRow, RefusalRow, Run

PLANNED = ("plan", "push", "unprovision")


class ConnectionLine(NamedTuple):
    """One connection on the list of changes."""

    vendor: str
    mode: str
    held: int
    first_held_at: datetime | None
    planned_at: datetime | None
    counts: Mapping[str, int]  # of the newest plan: created, updated, deleted, held, …; {} before the first


class LastPlan(NamedTuple):
    """The newest run that planned, whether or not anything was to change."""

    run: UUID
    kind: str
    state: str
    at: datetime
    trigger: str


class Said(NamedTuple):
    who: str
    reason: str
    at: datetime


def connections(tenant_id: int, only: Collection[str] | None = None) -> tuple[ConnectionLine, ...]:
    """All connections, those with most waiting first; two questions whatever their number."""
    planned = Run.objects.filter(
        connection_id=OuterRef("pk"), mode=OuterRef("mode"), kind__in=PLANNED, counts__has_key="total"
    ).exclude(trigger="rehearsal")
    newest = planned.order_by("-created_at")
    rows = Connection.objects.filter(tenant_id=tenant_id).annotate(
        last_at=Subquery(newest.values("created_at")[:1]), last_counts=Subquery(newest.values("counts")[:1])
    )
    held = _held(tenant_id, only)
    lines = [
        ConnectionLine(
            row.vendor, row.mode, *held.get(row.pk, (0, None)), row.last_at, _total(row.last_counts, only)
        )
        for row in rows.order_by("vendor")
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (-line.held, line.mode == "off", line.vendor)))


def _held(tenant_id: int, only: Collection[str] | None) -> dict[int, tuple[int, datetime | None]]:
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    if only is not None:
        rows = rows.filter(unit__in=only)
    found: dict[int, tuple[int, datetime | None]] = {}
    for key, number in rows.values_list("connection_id").annotate(Count("resource_id", distinct=True)).order_by():
        found[key] = (number, None)
    for key, at in rows.order_by("-first_seen").values_list("connection_id", "first_seen"):
        found[key] = (found[key][0], at)
    return found


def _total(counts: object, only: Collection[str] | None) -> Mapping[str, int]:
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
    row = rows.values_list("pk", "kind", "state", "created_at", "trigger").first()
    return LastPlan(*row) if row else None


def refused(tenant_id: int, connection_id: int, mode: str) -> int:
    """How many payloads the vendor refused that wait until they change or somebody asks."""
    return RefusalRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode).count()


def approved(tenant_id: int, connection_id: int, mode: str, at: datetime) -> int:
    """Changes that somebody said yes to and that have not been sent yet."""
    rows = ApprovalRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    return rows.filter(used_at=None, lapses_at__gt=at).count()


def discarded(tenant_id: int, signature: str) -> Said | None:
    """A no to exactly these held changes."""
    rows = AuditEvent.objects.filter(tenant_id=tenant_id, what="changes_discarded", about__held=signature)
    row = rows.order_by("-at").values_list("who", "about", "at").first()
    return Said(row[0], str(row[1].get("reason", "")), row[2]) if row else None
