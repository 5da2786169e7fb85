"""Core values -> rows. With ``load``, the only code that knows both. Each function starts at a tenant or connection.

The answers of a push are in ``proof``, holds and approvals in ``decisions``, the register in ``register``; all are
given on from here.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import zstandard
from django.db import connection as database
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from skolsynk.core import codec
from skolsynk.core.identity import ClassRecord, IdentityNews
from skolsynk.core.plan.summary import summary
from skolsynk.core.plan.values import Plan
from skolsynk.core.school import School
from skolsynk.core.snapshot import Snapshot
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import decisions, sealing
from skolsynk.store.decisions import approve as approve
from skolsynk.store.decisions import discard_approvals as discard_approvals
from skolsynk.store.keys import erase_tenant_key as erase_tenant_key
from skolsynk.store.keys import tenant_key, wrapped_new_key
from skolsynk.store.models import (
    ApprovalRow,
    AuditEvent,
    BucketRow,
    Connection,
    Endpoint,
    Heartbeat,
    IdentityRow,
    ReceiptRow,
    RefusalRow,
    RulesVersion,
    Run,
    SchoolRow,
    SnapshotRow,
    Source,
    Tenant,
    TenantUnit,
)
from skolsynk.store.proof import ledger_rows as ledger_rows
from skolsynk.store.proof import receipts as receipts
from skolsynk.store.register import UNIT_FIELDS as UNIT_FIELDS
from skolsynk.store.register import correct_unit as correct_unit
from skolsynk.store.register import register as register

CHUNK = 500
COMPRESSION = 3  # zstandard: a good third of what gzip costs, smaller
# Plain SQL: the first build mints one for everybody at once.
ADD_IDENTITY = """
    INSERT INTO store_identityrow
        (tenant_id, kind, source_key, resource_id, origin, generation, name, unit, members)
    VALUES (%s, %s, %s, %s, %s, 0, '', '', '')
    ON CONFLICT DO NOTHING
"""
KEPT_SNAPSHOTS = 3
KEPT_SCHOOLS = 2
KEPT_APPROVALS = timedelta(days=90)
KEPT_PATCHES = timedelta(days=30)  # thousands a day at a large tenant; what they led to is told by its pushes


# Tenant


def tenant(customer_id: str, name: str, *, organisation_number: str = "", at: datetime) -> int:
    """Make a tenant with a data key and a namespace of its own, or rename the one there is; its id."""
    with transaction.atomic():
        key_id, wrapped = wrapped_new_key(customer_id)
        row, _ = Tenant.objects.get_or_create(
            customer_id=customer_id,
            defaults={"namespace": uuid.uuid4(), "key_id": key_id, "wrapped_key": wrapped, "created_at": at},
        )
        Tenant.objects.filter(pk=row.pk).update(name=name, organisation_number=organisation_number)
    return row.pk


def source(tenant_id: int, *, subject: str, school_containers: Collection[str], kind: str = "google") -> None:
    now = timezone.now()
    words = {"subject": subject, "school_containers": list(school_containers), "updated_at": now}
    Source.objects.update_or_create(
        tenant_id=tenant_id, kind=kind, defaults=words, create_defaults={**words, "created_at": now}
    )


def source_credentials(tenant_id: int, secret: str, kind: str = "google") -> None:
    """Seal the tenant's own credentials; "" takes them away, so that the deployment's are used."""
    now = timezone.now()
    sealed = tenant_key(tenant_id).seal(secret.encode(), sealing.credentials(tenant_id, kind)) if secret else b""
    words = {"credentials": sealed, "updated_at": now}
    Source.objects.update_or_create(
        tenant_id=tenant_id, kind=kind, defaults=words, create_defaults={**words, "created_at": now}
    )


def rules(tenant_id: int, document: object, *, author: str, reason: str, at: datetime) -> int:
    """A new version of the rules; its number."""
    with transaction.atomic():
        rows = RulesVersion.objects.filter(tenant_id=tenant_id)
        number = (rows.aggregate(newest=Max("number"))["newest"] or 0) + 1
        RulesVersion.objects.create(
            tenant_id=tenant_id, number=number, rules=document, author=author, reason=reason, created_at=at
        )
    return number


def units(tenant_id: int, chosen: Iterable[tuple[str, str, str]]) -> None:
    """The tenant's school units, all of them: ``(code, group name or "", why it was added)``."""
    rows = [TenantUnit(tenant_id=tenant_id, code=code, group=group, reason=why) for code, group, why in chosen]
    with transaction.atomic():
        TenantUnit.objects.filter(tenant_id=tenant_id).delete()
        TenantUnit.objects.bulk_create(rows, batch_size=CHUNK)


# Directory


def snapshot(tenant_id: int, read: Snapshot, keep: int = KEPT_SNAPSHOTS) -> int:
    """Keep a complete read, and the newest ``keep`` in all; its id."""
    packed = zstandard.ZstdCompressor(COMPRESSION).compress(codec.encode_snapshot(read))
    counts = {
        "people": len(read.people),
        "groups": len(read.groups),
        "containers": len(read.containers),
        "outside": sum(read.outside.values()),
    }
    sealed = tenant_key(tenant_id).seal(packed, sealing.snapshot(tenant_id, read.at))
    with transaction.atomic():
        row = SnapshotRow.objects.create(tenant_id=tenant_id, at=read.at, blob=sealed, counts=counts)
        mine = SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk")
        SnapshotRow.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[keep:])).delete()
    return row.pk


def school(tenant_id: int, snapshot_id: int, rules_number: int, today: date, made: School) -> None:
    """Keep what these three gave; older schools of the tenant make room."""
    packed = zstandard.ZstdCompressor(COMPRESSION).compress(codec.encode_school(made))
    row: dict[str, Any] = {"snapshot_id": snapshot_id, "rules_version": rules_number, "today": today}
    words = {
        "blob": tenant_key(tenant_id).seal(packed, sealing.school(snapshot_id, rules_number, today)),
        "counts": dict(Counter(finding.code for finding in made.findings)),
    }
    with transaction.atomic():
        SchoolRow.objects.update_or_create(**row, defaults=words)
        mine = SchoolRow.objects.filter(snapshot__tenant_id=tenant_id).order_by("-pk")
        SchoolRow.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[KEPT_SCHOOLS:])).delete()


def forget_schools(tenant_id: int | None = None) -> None:
    """What schools were made from has changed beside snapshot, rules and day: make one tenant's (or all) anew."""
    rows = SchoolRow.objects.all()
    (rows if tenant_id is None else rows.filter(snapshot__tenant_id=tenant_id)).delete()


def identity_news(tenant_id: int, news: IdentityNews, today: date) -> None:
    """Store what a build minted, before anything is sent. Repeating it changes nothing."""
    pairs = [
        *(("person", *pair) for pair in news.people.items()),
        *(("group", *pair) for pair in news.groups.items()),
        *(("unit", *pair) for pair in news.units.items()),
        *(("unit_group", *pair) for pair in news.unit_groups.items()),
    ]
    if news.organisation:
        pairs.append(("organisation", "organisation", news.organisation))
    with transaction.atomic():
        identities(tenant_id, pairs)
        classes(tenant_id, news.classes)


def identities(tenant_id: int, pairs: Iterable[tuple[str, str, ResourceId]], origin: str = "minted") -> None:
    """``(kind, source key, id)`` that are new; those known already stay as they are. ``origin``: or "imported"."""
    rows = [(tenant_id, kind, key, resource_id, origin) for kind, key, resource_id in pairs]
    with transaction.atomic(), database.cursor() as cursor:
        cursor.executemany(ADD_IDENTITY, rows)


def classes(tenant_id: int, records: Iterable[ClassRecord], origin: str = "minted") -> None:
    """New and changed classes, known by their ids."""
    rows = [
        IdentityRow(
            tenant_id=tenant_id,
            kind="class",
            source_key=record.source_key,
            resource_id=record.id,
            generation=record.generation,
            name=record.name,
            unit=record.unit,
            members=members_to_bytes(record.members),
            last_seen=record.last_seen,
            origin=origin,
        )
        for record in records
    ]
    IdentityRow.objects.bulk_create(
        rows,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["tenant", "resource_id"],
        update_fields=["source_key", "generation", "name", "unit", "members", "last_seen"],
    )


def members_to_bytes(members: Iterable[ResourceId]) -> bytes:
    """UUID texts -> 16 bytes a member."""
    return b"".join(bytes.fromhex(member.replace("-", "")) for member in members)


def broken(tenant_id: int, now: Collection[ResourceId] | Mapping[ResourceId, str], today: date) -> None:
    """Who is broken today: the newly broken get the day, those who are well again lose it, the others keep theirs."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id)
    before = set(rows.filter(broken_since__isnull=False).values_list("resource_id", flat=True))
    with transaction.atomic():
        for some in _chunks(set(now) - before):
            rows.filter(resource_id__in=some).update(broken_since=today)
        for some in _chunks(before - set(now)):
            rows.filter(resource_id__in=some).update(broken_since=None)


# Connection


def connection(
    tenant_id: int,
    vendor: str,
    *,
    selection: Mapping[str, object],
    guards: Mapping[str, object],
    schedule: Mapping[str, object],
    at: datetime,
) -> int:
    """Make a connection, off, or give the one there is new words; its id. Never changes the mode."""
    words = {"selection": dict(selection), "guards": dict(guards), "schedule": dict(schedule)}
    row, _ = Connection.objects.update_or_create(
        tenant_id=tenant_id, vendor=vendor, defaults=words, create_defaults={**words, "created_at": at}
    )
    return row.pk


def mode(connection_id: int, to: str) -> None:
    Connection.objects.filter(pk=connection_id).update(mode=str(to))


def pause(connection_id: int, until: datetime | None) -> None:
    Connection.objects.filter(pk=connection_id).update(paused_until=until)


def endpoint(
    connection_id: int,
    mode: str,
    *,
    api_key: str | None = None,
    address: str | None = None,
    header: str | None = None,
    ca_file: str | None = None,
    media_type: str | None = None,
    limits: Mapping[str, object] | None = None,
) -> None:
    """An operator's own words for one mode; None leaves a word as it was, "" takes it away."""
    given = {"address": address, "header": header, "ca_file": ca_file, "media_type": media_type}
    words: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if limits is not None:
        words["limits"] = dict(limits)
    if api_key is not None:
        tenant_id = Connection.objects.values_list("tenant_id", flat=True).get(pk=connection_id)
        row = sealing.api_key(connection_id, str(mode))
        words["api_key"] = tenant_key(tenant_id).seal(api_key.encode(), row) if api_key else b""
    Endpoint.objects.update_or_create(connection_id=connection_id, mode=str(mode), defaults=words)


def plan(run_id: UUID, connection_id: int, mode: str, made: Plan, at: datetime) -> int:
    """Keep what a plan holds back and how large it is; how many holds are new and to be announced."""
    Run.objects.filter(pk=run_id).update(counts=summary(made))
    return decisions.holds(connection_id, mode, made, at)


def retry_refused(connection_id: int, mode: str) -> int:
    """Somebody asks: send refused payloads once more; how many."""
    return RefusalRow.objects.filter(connection_id=connection_id, mode=mode).delete()[0]


# The deployment


def audit(tenant_id: int, who: str, what: str, about: Mapping[str, object], at: datetime) -> None:
    """Who did or saw what: ids and counts, never names. What is about one ``person`` is found by that quickly."""
    person = str(about.get("person", ""))
    AuditEvent.objects.create(tenant_id=tenant_id, who=who, what=what, about=dict(about), person=person, at=at)


def heartbeat(name: str, at: datetime) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def prune(
    tenant_id: int, *, receipts_before: datetime, runs_before: datetime, events_before: datetime, now: datetime
) -> dict[str, int]:
    """Forget what one tenant has kept long enough; {table: rows}. A run under way stays."""
    done_with = Q(used_at__lt=now - KEPT_APPROVALS) | Q(lapses_at__lt=now - KEPT_APPROVALS)
    runs = Run.objects.filter(tenant_id=tenant_id, created_at__lt=runs_before)
    patches = Run.objects.filter(tenant_id=tenant_id, kind__in=("patch", "school"), created_at__lt=now - KEPT_PATCHES)
    old = {
        "receipts": ReceiptRow.objects.filter(connection__tenant_id=tenant_id, at__lt=receipts_before),
        "runs": runs.exclude(state__in=("queued", "running")),
        "patches": patches.exclude(state__in=("queued", "running")),
        "approvals": ApprovalRow.objects.filter(done_with, connection__tenant_id=tenant_id),
        "events": AuditEvent.objects.filter(tenant_id=tenant_id, at__lt=events_before),
    }
    return {name: rows.delete()[0] for name, rows in old.items()}


def prune_buckets(now: datetime) -> int:
    """Forget rates of vendors that nobody has called for a day; they belong to no tenant."""
    return BucketRow.objects.filter(due__lt=(now - timedelta(days=1)).timestamp()).delete()[0]


def _chunks(ids: Collection[ResourceId] | set[str]) -> Iterator[list[str]]:
    listed = sorted(ids)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
