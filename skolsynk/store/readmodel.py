"""A tenant's read model as rows: kept in sealed parts, replaced whole, and asked of by ids."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import zstandard
from django.db import transaction

from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import FindingDay, ReadModelPart, ReadModelRow, RulesVersion, Run, SchoolRow, SnapshotRow

COMPRESSION = 3  # zstandard, as snapshots
FEW = 50  # parts written at once


class ReadModelFacts(NamedTuple):
    id: int
    tenant_id: int
    snapshot_id: int | None  # None: the snapshot has been pruned
    rules_version: int
    today: date
    at: datetime
    layout: str
    counts: Mapping[str, int]
    making: str  # of no other model ever: ids may come again in a database that was restored


def facts(tenant_id: int) -> ReadModelFacts | None:
    """The tenant's only one; None before the first."""
    row = ReadModelRow.objects.filter(tenant_id=tenant_id).values_list(*ReadModelFacts._fields[:-1]).first()
    if row is None:
        return None
    layout, _, making = row[6].partition(":")
    return ReadModelFacts._make((*row[:6], layout, row[7], making))


def is_stale(kept: ReadModelFacts) -> bool:
    """Whether a newer snapshot or newer rules exist, or the school was forgotten because units changed."""
    newest = SnapshotRow.objects.filter(tenant_id=kept.tenant_id).order_by("-at", "-pk").values_list("pk", flat=True)
    number = RulesVersion.objects.filter(tenant_id=kept.tenant_id).order_by("-number").values_list("number", flat=True)
    if newest.first() != kept.snapshot_id or number.first() != kept.rules_version:
        return True
    school = SchoolRow.objects.filter(snapshot_id=kept.snapshot_id, rules_version=kept.rules_version)
    return not school.exists()


def part(kept: ReadModelFacts, name: str, number: int) -> bytes | None:
    """One part, opened; None when the model has been replaced, or has no such part."""
    rows = ReadModelPart.objects.filter(
        read_model_id=kept.id, read_model__tenant_id=kept.tenant_id, name=name, number=number
    )
    blob = rows.values_list("blob", flat=True).first()
    if blob is None:
        return None
    packed = tenant_key(kept.tenant_id).open(bytes(blob), sealing.read_model(kept.id, name, number))
    return zstandard.ZstdDecompressor().decompress(packed)


def size(tenant_id: int) -> int:
    """Bytes in the database."""
    blobs = ReadModelPart.objects.filter(read_model__tenant_id=tenant_id).values_list("blob", flat=True)
    return sum(len(bytes(blob)) for blob in blobs.iterator(FEW))


def replace(
    tenant_id: int,
    parts: Iterable[tuple[str, int, bytes]],
    *,
    snapshot_id: int,
    rules_version: int,
    today: date,
    at: datetime,
    layout: str,
    counts: Mapping[str, int],
) -> ReadModelFacts:
    """Keep a new read model in place of the tenant's old one: all of it or nothing."""
    key, packer, making = tenant_key(tenant_id), zstandard.ZstdCompressor(COMPRESSION), secrets.token_hex(8)
    packed = [(name, number, packer.compress(plain)) for name, number, plain in parts]  # before anybody has to wait
    with transaction.atomic():
        ReadModelRow.objects.filter(tenant_id=tenant_id).delete()
        row = ReadModelRow.objects.create(
            tenant_id=tenant_id, snapshot_id=snapshot_id, rules_version=rules_version, today=today, at=at,
            layout=f"{layout}:{making}", counts=dict(counts),
        )  # fmt: skip
        made = (
            ReadModelPart(
                read_model=row, name=name, number=number, blob=key.seal(blob, sealing.read_model(row.pk, name, number))
            )
            for name, number, blob in packed
        )
        ReadModelPart.objects.bulk_create(made, batch_size=FEW)
    return ReadModelFacts(row.pk, tenant_id, snapshot_id, rules_version, today, at, layout, dict(counts), making)


def finding_day(tenant_id: int, day: date, counts: Mapping[str, int]) -> None:
    """How many findings of each code there were on a day; the last read of the day stays."""
    FindingDay.objects.update_or_create(tenant_id=tenant_id, day=day, defaults={"counts": dict(counts)})


def finding_days(tenant_id: int, since: date) -> tuple[tuple[date, Mapping[str, int]], ...]:
    """(day, {code: findings}), the oldest first."""
    rows = FindingDay.objects.filter(tenant_id=tenant_id, day__gte=since).order_by("day")
    return tuple(rows.values_list("day", "counts"))


def queued_school(tenant_id: int) -> tuple[UUID, ...]:
    """Ids of runs that are waiting to make this tenant's school."""
    return tuple(Run.objects.filter(tenant_id=tenant_id, kind="school", state="queued").values_list("pk", flat=True))
