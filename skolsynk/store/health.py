"""What health and alarms are decided from. Every question starts at the tenant, and none grows with the vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from skolsynk.core.ledger import Answer
from skolsynk.store import runs
from skolsynk.store.models import AuditEvent, Connection, HoldRow, ReceiptRow, RefusalRow, Run
from skolsynk.store.runs import EVER, RunLine

SOUND = ("done", "held", "partly")
ENDED = (*SOUND, "failed")  # by itself; what a person stopped says nothing
FIRST_PUSH = "first_push"


class Course(NamedTuple):
    """How one connection's pushes have gone in the mode it is in."""

    newest: RunLine | None  # of those that ended by themselves
    failing_since: datetime | None  # the end of the first of the unbroken failures up to now
    asked_at: datetime | None  # of the newest push of any mode, however it went: the schedule counts from it


def courses(tenant_id: int) -> dict[int, Course]:
    """{connection id: course}; two questions."""
    mine = Run.objects.filter(connection=OuterRef("pk"), kind="push").order_by("-created_at")
    here = mine.filter(mode=OuterRef("mode")).exclude(trigger="rehearsal")
    sound = here.filter(state__in=SOUND).values("created_at")[:1]
    failed = here.filter(state="failed", created_at__gt=Coalesce(OuterRef("sound_at"), EVER)).order_by("created_at")
    rows = Connection.objects.filter(tenant_id=tenant_id).annotate(
        sound_at=Subquery(sound), failing_since=Subquery(failed.values("finished_at")[:1]),
        asked_at=Subquery(mine.values("created_at")[:1]),
        newest=Subquery(here.filter(state__in=ENDED).values("pk")[:1]),
    )  # fmt: skip
    found = list(rows.values_list("pk", "newest", "failing_since", "asked_at"))
    newest: Mapping[UUID, RunLine] = runs.of_ids(tenant_id, [run_id for _, run_id, _, _ in found if run_id])
    return {key: Course(newest.get(run_id), since, asked) for key, run_id, since, asked in found}


class FailingReads(NamedTuple):
    newest: RunLine
    since: datetime  # the end of the first


def failing_reads(tenant_id: int) -> FailingReads | None:
    """The unbroken failures of reading up to now; None when the newest read that ended by itself did not fail."""
    reads = Run.objects.filter(tenant_id=tenant_id, kind="read", state__in=ENDED).order_by("-created_at")
    last = reads.values_list("pk", "state").first()
    if last is None or last[1] != "failed":
        return None
    sound_at = reads.filter(state__in=SOUND).values_list("created_at", flat=True).first()
    first = reads.filter(state="failed", created_at__gt=sound_at or EVER).aggregate(since=Min("finished_at"))
    return FailingReads(runs.of_ids(tenant_id, [last[0]])[last[0]], first["since"])


def switched_at(tenant_id: int) -> dict[str, datetime]:
    """{vendor: when its connection was last switched, or else made}."""
    made = dict(Connection.objects.filter(tenant_id=tenant_id).values_list("vendor", "created_at"))
    switched = AuditEvent.objects.filter(tenant_id=tenant_id, what="mode_switched").order_by()
    return made | dict(switched.values_list("about__vendor").annotate(Max("at")))


def working(tenant_id: int, since: datetime) -> frozenset[int | None]:
    """Ids of connections with a run that was queued, or gave a sign of life, after an instant; None: a read."""
    lately = Q(heartbeat_at__gt=since) | Q(heartbeat_at=None, created_at__gt=since)
    rows = Run.objects.filter(lately, tenant_id=tenant_id, state__in=("queued", "running"))
    return frozenset(rows.values_list("connection_id", flat=True))


class Waiting(NamedTuple):
    held: int  # resources with a change that nobody has said no to
    since: datetime | None
    refused: int
    first: bool = False  # what is held is the first push


def waiting(tenant_id: int, only: Collection[str] | None = None) -> dict[int, Waiting]:
    """{connection id: what waits there in its own mode}; two questions."""
    held = HoldRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"), discarded_at=None)
    if only is not None:
        held = held.filter(unit__in=only)
    about = held.values_list("connection_id").order_by()
    counted = about.annotate(
        held=Count("resource_id", distinct=True), since=Min("first_seen"),
        first=Count("pk", filter=Q(reason=FIRST_PUSH)),
    )  # fmt: skip
    found = {key: Waiting(number, since, 0, bool(first)) for key, number, since, first in counted}
    for key, number in _refused(tenant_id) if only is None else ():
        found[key] = found.get(key, Waiting(0, None, 0))._replace(refused=number)
    return found


def _refused(tenant_id: int) -> QuerySet[RefusalRow, tuple[int, int]]:
    rows = RefusalRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    return rows.values_list("connection_id").annotate(Count("pk")).order_by()


def sent_since(tenant_id: int, since: datetime, only: Collection[str] | None = None) -> dict[int, dict[str, int]]:
    """{connection id: {create | update | delete: accepted}} after an instant, in the connection's own mode."""
    rows = ReceiptRow.objects.filter(
        connection__tenant_id=tenant_id, mode=F("connection__mode"), at__gt=since, answer=Answer.DONE
    )
    if only is not None:
        rows = rows.filter(unit__in=only)
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for key, verb, number in rows.values_list("connection_id", "verb").annotate(Count("pk")).order_by():
        found[key][verb] = number
    return dict(found)


def freshness_since(tenant_id: int, since: datetime) -> dict[int, list[Mapping[str, float]]]:
    """{connection id: the freshness of each of its pushes in its own mode} after an instant."""
    rows = Run.objects.filter(
        tenant_id=tenant_id, kind="push", mode=F("connection__mode"), created_at__gt=since, counts__has_key="freshness"
    )
    found: defaultdict[int, list[Mapping[str, float]]] = defaultdict(list)
    for key, fresh in rows.order_by().values_list("connection_id", "counts__freshness"):
        found[key].append(fresh)
    return dict(found)
