"""What speaks for and against a connection: what waits, what was refused, how its runs went, who confirmed what.

A list of vendors asks for all of a tenant's connections at once: the number of questions does not grow with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F

from skolsynk.store.facts import JsonMap
from skolsynk.store.models import AuditEvent, HoldRow, LedgerRow, RefusalRow, Run

NEWEST_EVENTS = 500


class Runs(NamedTuple):
    """Pushes of one connection in one mode."""

    first_at: datetime | None  # when the first that came to its end was asked for
    ended: int  # of those that ended since the instant asked for
    failed: int  # of them, those that failed or were answered with errors


class Event(NamedTuple):
    what: str
    who: str
    about: JsonMap
    at: datetime


def held(tenant_id: int, only: Collection[str] | None = None) -> Mapping[int, int]:
    """{connection id: resources with held changes} in the modes that connections are in; ``only``: of these units."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    if only is not None:
        rows = rows.filter(unit__in=only)
    counted = rows.values_list("connection_id").annotate(Count("resource_id", distinct=True)).order_by()
    return dict(counted)


def refused(tenant_id: int) -> Mapping[int, int]:
    """{connection id: resources that the vendor refused} in the modes that connections are in."""
    rows = RefusalRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    return dict(rows.values_list("connection_id").annotate(Count("pk")).order_by())


def refused_in(connection_id: int, mode: str) -> int:
    return RefusalRow.objects.filter(connection_id=connection_id, mode=mode).count()


def people_held(connection_id: int, mode: str) -> tuple[int, int]:
    """(people, resources of all types) that the vendor holds in one mode, by the ledger."""
    rows = LedgerRow.objects.filter(connection_id=connection_id, mode=mode)
    counted = dict(rows.values_list("resource_type").annotate(Count("pk")).order_by())
    return counted.get("User", 0), sum(counted.values())


def pushes(connection_id: int, mode: str, since: datetime) -> Runs:
    """How the pushes that ended after ``since`` went."""
    rows = Run.objects.filter(connection_id=connection_id, mode=mode, kind="push").exclude(trigger="rehearsal")
    done = rows.filter(state__in=("done", "held", "partly"))
    first = done.order_by("created_at").values_list("created_at", flat=True).first()
    states = dict(rows.filter(finished_at__gt=since).values_list("state").annotate(Count("pk")).order_by())
    ended = {state: number for state, number in states.items() if state in ("done", "held", "partly", "failed")}
    return Runs(first, sum(ended.values()), ended.get("failed", 0) + ended.get("partly", 0))


def events(tenant_id: int, vendor: str, what: Collection[str]) -> tuple[Event, ...]:
    """What people did with one vendor's connection, newest first."""
    rows = AuditEvent.objects.filter(tenant_id=tenant_id, what__in=what, about__vendor=vendor).order_by("-at", "-pk")
    return tuple(Event._make(row) for row in rows.values_list("what", "who", "about", "at")[:NEWEST_EVENTS])
