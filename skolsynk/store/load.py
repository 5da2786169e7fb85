"""Rows -> core values. With ``save``, the only code that knows both. Each function starts at a tenant or connection."""

from __future__ import annotations

import gc
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import zstandard
from django.db import connection as database
from django.db.models import Count, Max, Sum

from skolsynk.core import codec
from skolsynk.core.connection import Mode
from skolsynk.core.identity import ClassRecord, Identity
from skolsynk.core.ledger import Answer, Held, Verb
from skolsynk.core.plan.values import ApprovedChange, Refused, Spent
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.school import School
from skolsynk.core.snapshot import Snapshot
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import sealing
from skolsynk.store.crypto import TenantKey
from skolsynk.store.facts import ConnectionFacts as ConnectionFacts
from skolsynk.store.facts import EndpointFacts as EndpointFacts
from skolsynk.store.facts import LedgerEntry as LedgerEntry
from skolsynk.store.facts import Refusal as Refusal
from skolsynk.store.facts import RulesFacts as RulesFacts
from skolsynk.store.facts import SourceFacts as SourceFacts
from skolsynk.store.facts import TenantFacts as TenantFacts
from skolsynk.store.keys import tenant_key as tenant_key
from skolsynk.store.models import (
    ApprovalRow,
    Connection,
    Endpoint,
    Heartbeat,
    IdentityRow,
    LedgerRow,
    ReceiptRow,
    RefusalRow,
    RegisterUnit,
    RulesVersion,
    Run,
    SchoolRow,
    SnapshotRow,
    Source,
    Tenant,
    TenantUnit,
)

CHUNK = 500  # ids in one question; SQLite allows 32,766 parameters, short lists plan better
# Straight from the cursor: read in every plan, whole; models would cost as much again.
LEDGER = (
    "SELECT resource_id, resource_type, fingerprint, unit FROM store_ledgerrow WHERE connection_id = %s AND mode = %s"
)
Binary = bytes | memoryview  # SQLite gives the one, PostgreSQL may give the other
Item = TypeVar("Item")


# Tenant


def tenant(tenant_id: int) -> TenantFacts:
    return TenantFacts(*Tenant.objects.values_list(*TenantFacts._fields).get(pk=tenant_id))


def tenant_by_customer(customer_id: str) -> TenantFacts | None:
    row = Tenant.objects.filter(customer_id=customer_id).values_list(*TenantFacts._fields).first()
    return TenantFacts(*row) if row else None


def active_tenants() -> tuple[int, ...]:
    """Ids of those that are to be synced by the clock."""
    return tuple(Tenant.objects.filter(status="active").exclude(wrapped_key=b"").values_list("pk", flat=True))


def tenants_with_a_connection_on() -> tuple[int, ...]:
    """Ids of active tenants that send to some vendor, in test or live."""
    rows = Connection.objects.filter(tenant_id__in=active_tenants()).exclude(mode=Mode.OFF.value)
    return tuple(rows.values_list("tenant_id", flat=True).order_by("tenant_id").distinct())


def configured_at(tenant_id: int) -> datetime | None:
    """When what is asked of the directory may last have changed: the rules, or which org units are school."""
    rules = RulesVersion.objects.filter(tenant_id=tenant_id).aggregate(newest=Max("created_at"))["newest"]
    source = Source.objects.filter(tenant_id=tenant_id).aggregate(newest=Max("updated_at"))["newest"]
    return max((at for at in (rules, source) if at), default=None)


def tenants() -> tuple[int, ...]:
    """Ids of all, whatever their status: what is old is forgotten everywhere."""
    return tuple(Tenant.objects.order_by("pk").values_list("pk", flat=True))


def source(tenant_id: int, kind: str = "google") -> SourceFacts | None:
    row = Source.objects.filter(tenant_id=tenant_id, kind=kind).first()
    if row is None:
        return None
    sealed = bytes(row.credentials)
    opened = tenant_key(tenant_id).open(sealed, sealing.credentials(tenant_id, kind)).decode() if sealed else ""
    return SourceFacts(row.kind, row.subject, tuple(row.school_containers), opened)


def rules(tenant_id: int) -> RulesFacts | None:
    """The newest version of the tenant's rules; None before the first."""
    row = RulesVersion.objects.filter(tenant_id=tenant_id).order_by("-number").first()
    return RulesFacts(row.pk, row.number, row.rules) if row else None


# School units


def units(tenant_id: int) -> dict[str, RegisteredUnit]:
    """{code: unit} of the tenant's own units, with the operator's corrections and the tenant's groups.

    A code that the register lacks is not among them: the rules report it.
    """
    groups = dict(TenantUnit.objects.filter(tenant_id=tenant_id).values_list("code", "group"))
    rows = RegisterUnit.objects.filter(code__in=groups)
    return {row.code: registered(row)._replace(group=groups[row.code]) for row in rows}


def unit_ids(tenant_id: int) -> dict[str, str]:
    """{school unit code: resource id} of the units that have been given one."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id, kind="unit")
    return dict(rows.values_list("source_key", "resource_id"))


def register() -> tuple[RegisteredUnit, ...]:
    """Every unit known, vanished ones too (status "UPPHORT" in the register's own words)."""
    return tuple(registered(row) for row in RegisterUnit.objects.order_by("code").iterator(2000))


def registered(row: RegisterUnit) -> RegisteredUnit:
    """One row as a value, the operator's words over the register's."""
    fields = {name: getattr(row, name) for name in RegisteredUnit._fields if name != "group"}
    fields |= {name: value for name, value in row.corrected.items() if name in fields}
    return RegisteredUnit(**{**fields, "school_types": tuple(fields["school_types"])})


# Directory


def latest_snapshot_id(tenant_id: int) -> int | None:
    return SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk").values_list("pk", flat=True).first()


def latest_read_at(tenant_id: int) -> datetime | None:
    """When the newest complete read was made."""
    rows = SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk")
    return rows.values_list("at", flat=True).first()


def latest_read_counts(tenant_id: int) -> Mapping[str, int]:
    """{people, groups, containers, outside} of the newest complete read; {} before the first."""
    rows = SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk")
    return dict(rows.values_list("counts", flat=True).first() or {})


def read_before(tenant_id: int) -> datetime | None:
    """When the complete read before the newest was made: what differs between them changed after it."""
    rows = SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk")
    return next(iter(rows.values_list("at", flat=True)[1:2]), None)


def snapshot_before(tenant_id: int) -> tuple[int, int] | None:
    """(the newest but one, the newest); None while there is only one."""
    rows = SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk").values_list("pk", flat=True)[:2]
    found = list(rows)
    return (found[1], found[0]) if len(found) == 2 else None


def latest_snapshot(tenant_id: int) -> tuple[int, Snapshot] | None:
    """The newest complete read; None when there is none, or only one of another program's layout."""
    newest = latest_snapshot_id(tenant_id)
    if newest is None:
        return None
    try:
        return newest, snapshot(tenant_id, newest)
    except codec.CodecError:
        return None


def snapshot(tenant_id: int, snapshot_id: int) -> Snapshot:
    """Raises SnapshotRow.DoesNotExist, CodecError."""
    at, blob = SnapshotRow.objects.values_list("at", "blob").get(tenant_id=tenant_id, pk=snapshot_id)
    opened = _unpacked(tenant_key(tenant_id), blob, sealing.snapshot(tenant_id, at))
    with without_collecting():
        return codec.decode_snapshot(opened)


def school(tenant_id: int, snapshot_id: int, rules_number: int, today: date) -> School | None:
    """What was made of exactly these three; None when it was not, or by a program of another layout."""
    row = SchoolRow.objects.filter(
        snapshot__tenant_id=tenant_id, snapshot_id=snapshot_id, rules_version=rules_number, today=today
    )
    blob = row.values_list("blob", flat=True).first()
    if blob is None:
        return None
    try:
        opened = _unpacked(tenant_key(tenant_id), blob, sealing.school(snapshot_id, rules_number, today))
        with without_collecting():
            return codec.decode_school(opened)
    except codec.CodecError:
        return None


@contextmanager
def without_collecting() -> Iterator[None]:
    """Making a hundred thousand values that all stay, the cyclic garbage collector would look at each many times."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _unpacked(key: TenantKey, blob: Binary, row: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(key.open(bytes(blob), row))


def identity(tenant_id: int) -> Identity:
    pairs: dict[str, dict[str, ResourceId]] = {}
    rows = IdentityRow.objects.filter(tenant_id=tenant_id).exclude(kind="class")
    for kind, key, resource_id in rows.values_list("kind", "source_key", "resource_id").iterator(5000):
        pairs.setdefault(kind, {})[key] = ResourceId(resource_id)
    return Identity(
        namespace=Tenant.objects.values_list("namespace", flat=True).get(pk=tenant_id),
        people=pairs.get("person", {}),
        groups=pairs.get("group", {}),
        units=pairs.get("unit", {}),
        classes=tuple(_classes(tenant_id)),
        organisation=next(iter(pairs.get("organisation", {}).values()), None),
        unit_groups=pairs.get("unit_group", {}),
    )


def _classes(tenant_id: int) -> Iterator[ClassRecord]:
    rows = IdentityRow.objects.filter(tenant_id=tenant_id, kind="class").order_by("resource_id")
    columns = ("resource_id", "source_key", "unit", "name", "generation", "members", "last_seen")
    for row in rows.values_list(*columns).iterator(2000):
        yield ClassRecord._make((*row[:5], members_from_bytes(bytes(row[5])), row[6]))


def members_from_bytes(packed: bytes) -> tuple[ResourceId, ...]:
    """16 bytes a member -> UUID texts."""
    texts = (packed[at : at + 16].hex() for at in range(0, len(packed), 16))
    return tuple(ResourceId(f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}") for t in texts)


def broken_since(tenant_id: int) -> dict[ResourceId, date]:
    """{user id: first day its data was found broken}, of those that still are."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id, broken_since__isnull=False)
    return {ResourceId(key): since for key, since in rows.values_list("resource_id", "broken_since") if since}


# Connection


def connection(connection_id: int) -> ConnectionFacts:
    """Raises Connection.DoesNotExist."""
    return _connection(Connection.objects.values_list(*ConnectionFacts._fields).get(pk=connection_id))


def connection_to(tenant_id: int, vendor: str) -> ConnectionFacts | None:
    return next((facts for facts in connections(tenant_id) if facts.vendor == vendor), None)


def connections(tenant_id: int) -> tuple[ConnectionFacts, ...]:
    """All of a tenant's connections, in the order of the vendors' slugs."""
    rows = Connection.objects.filter(tenant_id=tenant_id).order_by("vendor")
    return tuple(_connection(row) for row in rows.values_list(*ConnectionFacts._fields))


def _connection(row: tuple[Any, ...]) -> ConnectionFacts:
    facts = ConnectionFacts._make(row)
    return facts._replace(mode=Mode(facts.mode))


def last_run_at(connection_id: int) -> datetime | None:
    """When the newest push of a connection was asked for; None when there was none."""
    rows = Run.objects.filter(connection_id=connection_id, kind="push").order_by("-created_at")
    return rows.values_list("created_at", flat=True).first()


def endpoint(connection_id: int, mode: str) -> EndpointFacts:
    """The connection's own words for one mode; all empty when it has none."""
    row = Endpoint.objects.filter(connection_id=connection_id, mode=mode).first()
    if row is None:
        return EndpointFacts("", "", "", "", {}, "")
    sealed = bytes(row.api_key)
    key = _key_of(connection_id).open(sealed, sealing.api_key(connection_id, mode)).decode() if sealed else ""
    return EndpointFacts(row.address, row.header, row.ca_file, row.media_type, row.limits, key)


def ledger_size(connection_id: int, mode: str) -> int:
    return LedgerRow.objects.filter(connection_id=connection_id, mode=mode).count()


def ledger(connection_id: int, mode: str) -> dict[ResourceId, Held]:
    """{resource id: Held}: all that the vendor is proven to hold, without the payloads."""
    found: dict[ResourceId, Held] = {}
    intern = sys.intern  # seven types and some units, said thirty thousand times
    with without_collecting(), database.cursor() as cursor:
        cursor.execute(LEDGER, [connection_id, str(mode)])
        while rows := cursor.fetchmany(2000):
            found.update([(key, Held(intern(kind), mac, intern(unit))) for key, kind, mac, unit in rows])
    return found


def payloads(connection_id: int, mode: str, ids: Iterable[ResourceId]) -> dict[ResourceId, bytes]:
    """{resource id: canonical body} as last known, of those ids that the ledger has."""
    key, row = _key_of(connection_id), sealing.ledger(connection_id, mode)
    rows = LedgerRow.objects.filter(connection_id=connection_id, mode=mode)
    found: dict[ResourceId, bytes] = {}
    for some in _chunks(ids):
        for resource_id, sealed in rows.filter(resource_id__in=some).values_list("resource_id", "payload"):
            found[ResourceId(resource_id)] = key.open(bytes(sealed), row + resource_id.encode())
    return found


def ledger_entries(connection_id: int, mode: str, *, with_payloads: bool = False) -> Iterator[LedgerEntry]:
    """The whole ledger for people and for restoring, in the order of types and ids."""
    key, row = _key_of(connection_id), sealing.ledger(connection_id, mode)
    rows = LedgerRow.objects.filter(connection_id=connection_id, mode=mode).order_by("resource_type", "resource_id")
    for entry in (rows if with_payloads else rows.defer("payload")).iterator(1000):
        payload = key.open(bytes(entry.payload), row + entry.resource_id.encode()) if with_payloads else None
        proven = entry.fingerprint is not None
        resource_id = ResourceId(entry.resource_id)
        yield LedgerEntry(resource_id, entry.resource_type, entry.unit, proven, payload, entry.run, entry.at)


def approvals(connection_id: int, mode: str, at: datetime) -> frozenset[ApprovedChange]:
    """Every yes that is neither used nor lapsed."""
    rows = ApprovalRow.objects.filter(connection_id=connection_id, mode=mode, used_at=None, lapses_at__gt=at)
    columns = rows.values_list("verb", "resource_type", "resource_id", "fingerprint")
    return frozenset(ApprovedChange(Verb(verb), kind, ResourceId(key), _bytes(mac)) for verb, kind, key, mac in columns)


def refused(connection_id: int, mode: str) -> dict[ResourceId, Refused]:
    rows = RefusalRow.objects.filter(connection_id=connection_id, mode=mode)
    columns = rows.values_list("resource_id", "resource_type", "verb", "fingerprint")
    return {ResourceId(key): Refused(kind, Verb(verb), _bytes(mac)) for key, kind, verb, mac in columns}


def refusals(connection_id: int, mode: str) -> Iterator[Refusal]:
    """The refused payloads with the vendor's own words."""
    key = _key_of(connection_id)
    for row in RefusalRow.objects.filter(connection_id=connection_id, mode=mode).order_by("resource_id").iterator(1000):
        words = key.open(bytes(row.message), sealing.refusal(connection_id, mode, row.resource_id)).decode()
        yield Refusal(ResourceId(row.resource_id), row.resource_type, row.verb, row.status, words, row.at)


def spent(connection_id: int, mode: str, since: datetime, but_run: UUID | None = None) -> Spent:
    """Unapproved changes that reached the vendor, or may have, after ``since``; {(unit, type): number}."""
    rows = ReceiptRow.objects.filter(connection_id=connection_id, mode=mode, at__gt=since, approved=False)
    rows = rows.filter(answer__in=(Answer.DONE, Answer.UNKNOWN))
    if but_run:
        rows = rows.exclude(run_id=but_run)
    added: dict[tuple[str, str], int] = {}
    changed: dict[tuple[str, str], int] = {}
    removed: dict[tuple[str, str], int] = {}
    grouped = rows.values_list("unit", "resource_type", "verb").annotate(Count("pk"), Sum("removals")).order_by()
    for unit, kind, verb, number, removals in grouped:
        if verb != Verb.DELETE:
            (added if verb == Verb.CREATE else changed)[unit, kind] = number
        if removals:
            removed[unit, kind] = removed.get((unit, kind), 0) + removals
    return Spent(added, changed, removed)


def heartbeats() -> Mapping[str, datetime]:
    """{"beat" or a worker's name: when it was last heard of}."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def _bytes(value: Binary | None) -> bytes | None:
    return None if value is None else bytes(value)


def _key_of(connection_id: int) -> TenantKey:
    return tenant_key(Connection.objects.values_list("tenant_id", flat=True).get(pk=connection_id))


def _chunks(items: Iterable[Item]) -> Iterator[Collection[Item]]:
    rest = iter(items)
    while some := list(islice(rest, CHUNK)):
        yield some
