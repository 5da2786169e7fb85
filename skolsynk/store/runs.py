"""Runs and their receipts as people look at them. Every question starts at the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils import timezone

from skolsynk.core.ledger import Answer
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import HoldRow, ReceiptRow, RefusalRow, Run

UNSENT = (Answer.REJECTED, Answer.BLOCKED, Answer.FAILED, Answer.UNKNOWN)
SHOWN = 30  # runs of one vendor in small bars
MOST = 2000  # rows of receipts that one page or retry looks at


class RunLine(NamedTuple):
    """One run. ``vendor`` is a slug, "" for reads; ``total`` is None while unknown."""

    id: UUID
    kind: str
    mode: str
    trigger: str
    asked_by: str
    state: str
    phase: str
    done: int
    total: int | None
    rate: float
    attempts: int
    at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    counts: Mapping[str, Any]
    timings: Mapping[str, float]
    error_code: str
    error_args: Sequence[str]
    connection_id: int | None
    vendor: str | None

    @property
    def open(self) -> bool:
        return self.state in ("queued", "running")


_COLUMNS = (*RunLine._fields[:-1], "connection__vendor")


class Wanted(NamedTuple):
    """Which runs; "" and None mean any."""

    vendor: str = ""
    kind: str = ""
    state: str = ""
    day: date | None = None


class Listed(Sequence[RunLine]):
    """Runs, newest first, fetched a window at a time."""

    def __init__(self, rows: QuerySet[Run]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return self._rows.count()

    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, slice):
            return [RunLine(*row) for row in self._rows.values_list(*_COLUMNS)[which]]
        return RunLine(*self._rows.values_list(*_COLUMNS)[which])


def listed(tenant_id: int, wanted: Wanted = Wanted()) -> Listed:
    rows = Run.objects.filter(tenant_id=tenant_id).order_by("-created_at", "-pk")
    if wanted.vendor:
        rows = rows.filter(connection__vendor=wanted.vendor)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.day:
        start = datetime.combine(wanted.day, time(), timezone.get_default_timezone())
        rows = rows.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))
    return Listed(rows)


def of(tenant_id: int, run_id: UUID) -> RunLine | None:
    row = Run.objects.filter(tenant_id=tenant_id, pk=run_id).values_list(*_COLUMNS).first()
    return RunLine(*row) if row else None


def latest_pushes(tenant_id: int, since: datetime) -> dict[str, list[RunLine]]:
    """{vendor: its ended pushes, newest first}, at most SHOWN each; one question."""
    rows = Run.objects.filter(tenant_id=tenant_id, kind="push", connection__isnull=False, finished_at__gt=since)
    rows = rows.exclude(state__in=("queued", "running")).exclude(trigger="rehearsal").order_by("-created_at")
    found: defaultdict[str, list[RunLine]] = defaultdict(list)
    for row in rows.values_list(*_COLUMNS)[:MOST]:
        run = RunLine(*row)
        if len(found[str(run.vendor)]) < SHOWN:
            found[str(run.vendor)].append(run)
    return dict(found)


def last_read(tenant_id: int) -> RunLine | None:
    rows = Run.objects.filter(tenant_id=tenant_id, kind="read").order_by("-created_at").values_list(*_COLUMNS)
    row = rows.first()
    return RunLine(*row) if row else None


def has_planned(tenant_id: int, connection_id: int) -> bool:
    """Has this connection ever had a plan?"""
    rows = Run.objects.filter(tenant_id=tenant_id, connection_id=connection_id, counts__has_key="total")
    return rows.exclude(trigger="rehearsal").exists()


def failing_reads(tenant_id: int) -> tuple[RunLine, ...]:
    """The unbroken failures of reading up to now, newest first."""
    rows = Run.objects.filter(tenant_id=tenant_id, kind="read", finished_at__isnull=False).order_by("-created_at")
    found: list[RunLine] = []
    for row in rows.values_list(*_COLUMNS)[:200]:
        run = RunLine(*row)
        if run.state != "failed":
            break
        found.append(run)
    return tuple(found)


def working(tenant_id: int) -> frozenset[int | None]:
    """Ids of connections with a run queued or under way; None among them: a read is."""
    rows = Run.objects.filter(tenant_id=tenant_id, state__in=("queued", "running"))
    return frozenset(rows.values_list("connection_id", flat=True))


class Waiting(NamedTuple):
    held: int
    since: datetime | None
    refused: int


def waiting(tenant_id: int, only: Collection[str] | None = None) -> dict[int, Waiting]:
    """{connection id: what waits there in its own mode}; two questions."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    if only is not None:
        rows = rows.filter(unit__in=only)
    held = rows.values("connection_id").annotate(n=Count("resource_id", distinct=True), since=Min("first_seen"))
    refusals = RefusalRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    refused = dict(refusals.values_list("connection_id").annotate(Count("pk")).order_by())
    found = {row["connection_id"]: Waiting(row["n"], row["since"], 0) for row in held.order_by()}
    for key, number in refused.items() if only is None else ():
        found[key] = found.get(key, Waiting(0, None, 0))._replace(refused=number)
    return found


def sent_since(tenant_id: int, since: datetime, only: Collection[str] | None = None) -> dict[int, dict[str, int]]:
    """{connection id: {create | update | delete: accepted}} after an instant."""
    rows = ReceiptRow.objects.filter(connection__tenant_id=tenant_id, at__gt=since, answer=Answer.DONE)
    if only is not None:
        rows = rows.filter(unit__in=only)
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for key, verb, number in rows.values_list("connection_id", "verb").annotate(Count("pk")).order_by():
        found[key][verb] = number
    return dict(found)


# Receipts of one run


class Group(NamedTuple):
    """Changes that the vendor answered alike. ``words`` are its own, opened; ``key`` names the group."""

    key: str
    answer: str
    status: int
    number: int
    types: Mapping[str, int]
    units: int
    words: str


class Receipt(NamedTuple):
    """One answered change."""

    id: int
    type: str
    resource_id: ResourceId
    verb: str
    answer: str
    status: int
    words: str
    unit: str
    tries: int
    at: datetime


def _receipts(tenant_id: int, run_id: UUID, only: Collection[str] | None) -> QuerySet[ReceiptRow]:
    rows = ReceiptRow.objects.filter(run_id=run_id, run__tenant_id=tenant_id)
    return rows if only is None else rows.filter(unit__in=only)


def figures(tenant_id: int, run_id: UUID, only: Collection[str] | None = None) -> dict[str, dict[str, int]]:
    """{verb: {answer: number}}."""
    rows = _receipts(tenant_id, run_id, only).values_list("verb", "answer").annotate(Count("pk")).order_by()
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for verb, answer, number in rows:
        found[verb][answer] = number
    return dict(found)


def groups(tenant_id: int, run_id: UUID, only: Collection[str] | None = None) -> tuple[Group, ...]:
    """What was not accepted, by the vendor's words; the largest first."""
    rows = _receipts(tenant_id, run_id, only).filter(answer__in=UNSENT)
    counted = rows.values("answer", "status", "words").order_by()
    alike = counted.annotate(n=Count("pk"), units=Count("unit", distinct=True), one=Max("pk"))
    types: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows.values("answer", "status", "words", "resource_type").annotate(n=Count("pk")).order_by():
        types[_group(row)][row["resource_type"]] = row["n"]
    found = sorted(alike, key=lambda each: (-each["n"], each["answer"], each["status"]))
    said = {row.pk: row for row in rows.filter(pk__in=[each["one"] for each in found])}
    return tuple(
        Group(
            _group(each), each["answer"], each["status"], each["n"], types[_group(each)], each["units"],
            _words(tenant_id, said[each["one"]]),
        )
        for each in found
    )  # fmt: skip


def _group(row: Mapping[str, Any]) -> str:
    return f"{row['answer']}:{row['status']}:{bytes(row['words']).hex()}"


def _words(tenant_id: int, row: ReceiptRow) -> str:
    sealed = bytes(row.message)
    if not sealed:
        return ""
    return tenant_key(tenant_id).open(sealed, sealing.receipt(row.run_id, row.resource_id)).decode()


def of_group(key: str) -> Q | None:
    """The rows of one group; None for a key that is none."""
    answer, _, rest = key.partition(":")
    status, _, words = rest.partition(":")
    try:
        return Q(answer=answer, status=int(status), words=bytes.fromhex(words))
    except ValueError:
        return None


def receipts(
    tenant_id: int, run_id: UUID, only: Collection[str] | None = None, *, group: str = "", unsent: bool = False
) -> Iterator[Receipt]:
    """Answered changes in the order of their answers."""
    rows = _receipts(tenant_id, run_id, only).order_by("pk")
    if unsent:
        rows = rows.filter(answer__in=UNSENT)
    if group:
        which = of_group(group)
        rows = rows.filter(which) if which is not None else rows.none()
    for row in rows.iterator(1000):
        yield _receipt(tenant_id, row)


def receipt(tenant_id: int, run_id: UUID, receipt_id: int, only: Collection[str] | None = None) -> Receipt | None:
    row = _receipts(tenant_id, run_id, only).filter(pk=receipt_id).first()
    return _receipt(tenant_id, row) if row else None


def _receipt(tenant_id: int, row: ReceiptRow) -> Receipt:
    return Receipt(
        row.pk, row.resource_type, ResourceId(row.resource_id), row.verb, row.answer, row.status,
        _words(tenant_id, row), row.unit, row.tries, row.at,
    )  # fmt: skip


def retry(
    tenant_id: int, run_id: UUID, *, group: str = "", receipt_id: int = 0, only: Collection[str] | None = None
) -> int:
    """Somebody asks: what the vendor refused in this run may be sent once more; how many. All, a group, or one."""
    rows = _receipts(tenant_id, run_id, only).filter(answer=Answer.REJECTED)
    if group:
        which = of_group(group)
        rows = rows.filter(which) if which is not None else rows.none()
    if receipt_id:
        rows = rows.filter(pk=receipt_id)
    ids = list(rows.values_list("resource_id", flat=True)[:60_000])
    refusals = RefusalRow.objects.filter(connection__runs=run_id, connection__tenant_id=tenant_id)
    done = 0
    for start in range(0, len(ids), 500):
        done += refusals.filter(resource_id__in=ids[start : start + 500]).delete()[0]
    return done


def cancel(tenant_id: int, run_id: UUID, at: datetime) -> bool:
    """Take back a run that no worker has begun; False when one has, or it is over."""
    rows = Run.objects.filter(tenant_id=tenant_id, pk=run_id, state="queued")
    return bool(rows.update(state="stopped", finished_at=at))
