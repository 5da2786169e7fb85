"""Runs and their receipts as people look at them. Every question starts at the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from skolsynk.core.ledger import Answer
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import Connection, ReceiptRow, RefusalRow, Run

UNSENT = (Answer.REJECTED, Answer.BLOCKED, Answer.FAILED, Answer.UNKNOWN)
SHOWN = 30  # runs of one vendor in small bars
EVER = datetime(1970, 1, 1, tzinfo=UTC)
CANCELLED = "cancelled"  # by a person; ``error_args`` says by whom


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

    @property
    def stopped_by(self) -> str:
        """``member:<id>``, or "" for a run that nobody stopped."""
        return str(self.error_args[0]) if self.error_code == CANCELLED and self.error_args else ""

    def without_figures(self) -> RunLine:
        """What somebody may see who sees some school units only: the run's numbers and texts are of all of them."""
        return self._replace(
            done=0, total=None, rate=0.0, counts={}, error_args=self.error_args if self.stopped_by else []
        )


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
    return Listed(_of_day(rows, wanted.day) if wanted.day else rows)


def _of_day(rows: QuerySet[Run], day: date) -> QuerySet[Run]:
    """Swedish time. Nothing ran on days that no clock can tell everywhere, at the ends of the calendar."""
    try:
        start = datetime.combine(day, time(), timezone.get_default_timezone())
        return rows.filter(
            created_at__gte=start.astimezone(UTC), created_at__lt=(start + timedelta(days=1)).astimezone(UTC)
        )
    except OverflowError:
        return rows.none()


def of(tenant_id: int, run_id: UUID) -> RunLine | None:
    row = Run.objects.filter(tenant_id=tenant_id, pk=run_id).values_list(*_COLUMNS).first()
    return RunLine(*row) if row else None


def of_ids(tenant_id: int, ids: Collection[UUID]) -> dict[UUID, RunLine]:
    rows = Run.objects.filter(tenant_id=tenant_id, pk__in=ids).values_list(*_COLUMNS)
    return {row[0]: RunLine(*row) for row in rows}


def latest_pushes(tenant_id: int) -> dict[str, list[RunLine]]:
    """{vendor: its ended pushes, newest first}, at most SHOWN each, however long ago; two questions."""
    ended = Run.objects.filter(kind="push").exclude(state__in=("queued", "running")).exclude(trigger="rehearsal")
    mine = ended.filter(connection=OuterRef("pk")).order_by("-created_at").values("created_at")
    rows = Connection.objects.filter(tenant_id=tenant_id).annotate(
        oldest=Coalesce(Subquery(mine[SHOWN - 1 : SHOWN]), EVER)  # fewer than that: all of them
    )
    which = [Q(connection_id=key, created_at__gte=oldest) for key, oldest in rows.values_list("pk", "oldest")]
    if not which:
        return {}
    found: defaultdict[str, list[RunLine]] = defaultdict(list)
    for row in ended.filter(reduce(or_, which), tenant_id=tenant_id).order_by("-created_at").values_list(*_COLUMNS):
        run = RunLine(*row)
        if len(found[str(run.vendor)]) < SHOWN:  # two of the same instant
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


def groups(
    tenant_id: int, run_id: UUID, only: Collection[str] | None = None, hidden: Container[str] = ()
) -> tuple[Group, ...]:
    """What was not accepted, by the vendor's words; the largest first. Words about ``hidden`` resources stay shut."""
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
            _words(tenant_id, said[each["one"]], hidden),
        )
        for each in found
    )  # fmt: skip


def _group(row: Mapping[str, Any]) -> str:
    return f"{row['answer']}:{row['status']}:{bytes(row['words']).hex()}"


def _words(tenant_id: int, row: ReceiptRow, hidden: Container[str]) -> str:
    sealed = bytes(row.message)
    if not sealed or row.resource_id in hidden:
        return ""
    return tenant_key(tenant_id).open(sealed, sealing.receipt(row.run_id, row.resource_id)).decode()


def of_group(key: str) -> Q | None:
    """The rows of one group; None for a key that is none."""
    answer, _, rest = key.partition(":")
    status, _, words = rest.partition(":")
    if answer not in UNSENT:
        return None
    try:
        return Q(answer=answer, status=int(status), words=bytes.fromhex(words))
    except ValueError:
        return None


def receipts(
    tenant_id: int, run_id: UUID, only: Collection[str] | None = None, *, group: str = "", unsent: bool = False,
    hidden: Container[str] = (),
) -> Iterator[Receipt]:  # fmt: skip
    """Answered changes in the order of their answers. Words about ``hidden`` resources stay shut."""
    rows = _receipts(tenant_id, run_id, only).order_by("pk")
    if unsent:
        rows = rows.filter(answer__in=UNSENT)
    if group:
        which = of_group(group)
        rows = rows.filter(which) if which is not None else rows.none()
    for row in rows.iterator(1000):
        yield _receipt(tenant_id, row, hidden)


def receipt(
    tenant_id: int, run_id: UUID, receipt_id: int, only: Collection[str] | None = None, hidden: Container[str] = ()
) -> Receipt | None:
    row = _receipts(tenant_id, run_id, only).filter(pk=receipt_id).first()
    return _receipt(tenant_id, row, hidden) if row else None


def _receipt(tenant_id: int, row: ReceiptRow, hidden: Container[str]) -> Receipt:
    return Receipt(
        row.pk, row.resource_type, ResourceId(row.resource_id), row.verb, row.answer, row.status,
        _words(tenant_id, row, hidden), row.unit, row.tries, row.at,
    )  # fmt: skip


def retry(
    tenant_id: int, run_id: UUID, *, group: str = "", receipt_id: int = 0, only: Collection[str] | None = None
) -> int:
    """Somebody asks: what the vendor refused in this run may be sent once more; how many. All, a group, or one.

    Raises Run.DoesNotExist.
    """
    rows = _receipts(tenant_id, run_id, only).filter(answer=Answer.REJECTED)
    if group:
        which = of_group(group)
        rows = rows.filter(which) if which is not None else rows.none()
    if receipt_id:
        rows = rows.filter(pk=receipt_id)
    ids = list(rows.values_list("resource_id", flat=True)[:60_000])
    here = Run.objects.get(tenant_id=tenant_id, pk=run_id)
    refusals = RefusalRow.objects.filter(connection=here.connection, mode=here.mode)
    done = 0
    for start in range(0, len(ids), 500):
        done += refusals.filter(resource_id__in=ids[start : start + 500]).delete()[0]
    return done


def cancel(tenant_id: int, run_id: UUID, who: str, at: datetime) -> bool:
    """Take back a run that no worker has now, and note who did; False when one has it, or it is over."""
    rows = Run.objects.filter(tenant_id=tenant_id, pk=run_id, state="queued")
    return bool(rows.update(state="stopped", finished_at=at, error_code=CANCELLED, error_args=[who]))
