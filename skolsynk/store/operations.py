"""What an operator sees across tenants: numbers and states, never a person. The only questions without a tenant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import quantiles
from typing import NamedTuple

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery

from skolsynk.store.models import Connection, Endpoint, HoldRow, RegisterUnit, Run, SnapshotRow, Tenant

UNFINISHED = ("queued", "running")
MOST_RUNS = 20_000  # of one day, over all tenants


class VendorState(NamedTuple):
    """One connection's last push."""

    vendor: str
    mode: str
    state: str  # "" when it was never pushed
    at: datetime | None
    error_code: str


class TenantLine(NamedTuple):
    id: int
    customer_id: str
    name: str
    status: str
    people: int | None  # None before the first complete read
    read_at: datetime | None  # of the newest complete read
    last_read_state: str
    last_read_error: str
    held: int
    vendors: tuple[VendorState, ...]

    @property
    def troubled(self) -> bool:
        return self.last_read_state == "failed" or any(each.state == "failed" for each in self.vendors)


class VendorHealth(NamedTuple):
    """One vendor over all tenants since an instant. Seconds are of whole push runs."""

    vendor: str
    test: int
    live: int
    states: Mapping[str, int]
    errors: Mapping[str, int]
    rejected: int
    p50_s: float | None
    p95_s: float | None
    last_at: datetime | None


class Queue(NamedTuple):
    queued: int
    running: int
    oldest_queued_at: datetime | None


class RegisterState(NamedTuple):
    units: int
    active: int
    vanished: int
    corrected: int
    own: int  # made by the operator


class EndpointLine(NamedTuple):
    """The operator's words for one mode of one connection; never the key itself."""

    connection_id: int
    tenant_name: str
    vendor: str
    mode: str
    address: str
    limits: Mapping[str, object]
    has_key: bool


def tenants() -> tuple[TenantLine, ...]:
    """All tenants, by name; five questions whatever their number."""
    newest_read = Run.objects.filter(tenant_id=OuterRef("pk"), kind="read").order_by("-created_at")
    newest_snapshot = SnapshotRow.objects.filter(tenant_id=OuterRef("pk")).order_by("-at", "-pk")
    rows = Tenant.objects.order_by("name", "pk").annotate(
        read_state=Subquery(newest_read.values("state")[:1]),
        read_error=Subquery(newest_read.values("error_code")[:1]),
        read_at=Subquery(newest_snapshot.values("at")[:1]),
        counts=Subquery(newest_snapshot.values("counts")[:1]),
    )
    held, vendors = _held(), _vendors()
    return tuple(
        TenantLine(
            row.pk, row.customer_id, row.name, row.status, (row.counts or {}).get("people"), row.read_at,
            row.read_state or "", row.read_error or "", held[row.pk], tuple(vendors[row.pk]),
        )
        for row in rows
    )  # fmt: skip


def _held() -> Counter[int]:
    rows = HoldRow.objects.filter(mode=F("connection__mode")).values("connection__tenant_id")
    return Counter(
        {row["connection__tenant_id"]: row["n"] for row in rows.annotate(n=Count("resource_id", distinct=True))}
    )


def _vendors() -> defaultdict[int, list[VendorState]]:
    newest = Run.objects.filter(connection_id=OuterRef("pk"), kind="push").order_by("-created_at")
    rows = Connection.objects.order_by("vendor").annotate(
        last_state=Subquery(newest.values("state")[:1]),
        last_at=Subquery(newest.values("created_at")[:1]),
        last_error=Subquery(newest.values("error_code")[:1]),
    )
    found: defaultdict[int, list[VendorState]] = defaultdict(list)
    for row in rows:
        found[row.tenant_id].append(
            VendorState(row.vendor, row.mode, row.last_state or "", row.last_at, row.last_error or "")
        )
    return found


def vendor_health(since: datetime) -> tuple[VendorHealth, ...]:
    """Every vendor that a tenant has, with its pushes since an instant."""
    modes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for vendor, mode, number in Connection.objects.values_list("vendor", "mode").annotate(Count("pk")).order_by():
        modes[vendor][mode] = number
    runs = Run.objects.filter(kind="push", created_at__gt=since, connection__isnull=False).order_by("-created_at")
    columns = ("connection__vendor", "state", "error_code", "counts", "started_at", "finished_at")
    by_vendor: defaultdict[str, list[Sequence[object]]] = defaultdict(list)
    for vendor, *rest in runs.values_list(*columns)[:MOST_RUNS]:
        by_vendor[vendor].append(rest)
    return tuple(_health(vendor, modes[vendor], by_vendor[vendor]) for vendor in sorted(modes))


def _health(vendor: str, modes: Mapping[str, int], runs: Iterable[Sequence[object]]) -> VendorHealth:
    states: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    took, rejected = [], 0
    last: datetime | None = None
    for state, error, counts, began, ended in runs:
        states[str(state)] += 1
        if error:
            errors[str(error)] += 1
        sent = counts.get("sent") if isinstance(counts, dict) else None
        rejected += int(sent.get("rejected", 0)) if isinstance(sent, dict) else 0
        if isinstance(began, datetime) and isinstance(ended, datetime):
            took.append((ended - began).total_seconds())
            last = max(last or ended, ended)
    p50, p95 = _shares(took)
    return VendorHealth(
        vendor, modes.get("test", 0), modes.get("live", 0), dict(states), dict(errors), rejected, p50, p95, last
    )


def _shares(values: list[float]) -> tuple[float | None, float | None]:
    """(median, the value that 95 of 100 do not exceed)."""
    if not values:
        return None, None
    if len(values) == 1:
        return values[0], values[0]
    cut = quantiles(values, n=20, method="inclusive")
    return cut[9], cut[18]


def queue() -> Queue:
    """Runs that wait or are under way, in the whole deployment."""
    found = Run.objects.filter(state__in=UNFINISHED).aggregate(
        queued=Count("pk", filter=Q(state="queued")),
        running=Count("pk", filter=Q(state="running")),
        oldest=Min("created_at", filter=Q(state="queued")),
    )
    return Queue(found["queued"], found["running"], found["oldest"])


def register_state() -> RegisterState:
    found = RegisterUnit.objects.aggregate(
        units=Count("pk"),
        active=Count("pk", filter=Q(status="AKTIV", vanished_at=None)),
        vanished=Count("pk", filter=Q(vanished_at__isnull=False)),
        corrected=Count("pk", filter=~Q(corrected={})),
        own=Count("pk", filter=Q(origin="operator")),
    )
    return RegisterState(**found)


def register_version() -> str:
    """Changes when a unit comes, goes or is corrected by an import; for caches of the whole register."""
    found = RegisterUnit.objects.aggregate(n=Count("pk"), gone=Max("vanished_at"))
    return f"{found['n']}:{found['gone']}"


def corrections(code: str) -> dict[str, object] | None:
    """The operator's words over the register's; None when there is no such unit."""
    found = RegisterUnit.objects.filter(pk=code).values_list("corrected", flat=True).first()
    return None if found is None else dict(found)


def endpoints() -> tuple[EndpointLine, ...]:
    """Every connection × (test, live), with what the operator has said of it."""
    said = {(row.connection_id, row.mode): row for row in Endpoint.objects.all()}
    lines = []
    connections = Connection.objects.order_by("tenant__name", "vendor").values_list("pk", "tenant__name", "vendor")
    for connection_id, tenant_name, vendor in connections:
        for mode in ("test", "live"):
            row = said.get((connection_id, mode))
            lines.append(
                EndpointLine(
                    connection_id, tenant_name, vendor, mode, row.address if row else "", row.limits if row else {},
                    bool(row and row.api_key),
                )
            )  # fmt: skip
    return tuple(lines)


def endpoint(connection_id: int, mode: str) -> EndpointLine | None:
    return next((line for line in endpoints() if (line.connection_id, line.mode) == (connection_id, mode)), None)
