"""Plans as they were made: sealed, the newest of each connection and mode and some before it. Bodies lie in parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import zstandard
from django.db import transaction

from skolsynk.core.plan import Plan
from skolsynk.core.plan import stored as codec
from skolsynk.core.plan.stored import Bodies, Head
from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import PlanPart, PlanRow, Run

COMPRESSION = 1  # a first push has some ten thousand bodies, and is kept while people wait for it
KEPT = 20  # plans of one connection and mode


class PlanFacts(NamedTuple):
    id: int
    run: UUID
    connection_id: int
    mode: str
    kind: str
    at: datetime
    snapshot_at: datetime | None
    rules_version: int
    counts: Mapping[str, object]


def keep(
    tenant_id: int, run_id: UUID, connection_id: int, mode: str, kind: str, plan: Plan, counts: Mapping[str, object],
    *, snapshot_at: datetime | None, rules_version: int, named: bool,
) -> int:  # fmt: skip
    """Keep what a run planned; its id. Planning the same run again replaces it, and old plans make room."""
    key, pack = tenant_key(tenant_id), zstandard.ZstdCompressor(COMPRESSION).compress
    head = key.seal(pack(codec.encode_head(plan, named=named)), sealing.plan(run_id))
    with transaction.atomic():
        PlanRow.objects.filter(run=run_id).delete()
        row = PlanRow.objects.create(
            connection_id=connection_id, mode=mode, run=run_id, kind=kind, at=plan.at, snapshot_at=snapshot_at,
            rules_version=rules_version, counts=dict(counts), head=head,
        )  # fmt: skip
        parts = (
            PlanPart(plan=row, number=number, blob=key.seal(pack(part), sealing.plan_part(run_id, number)))
            for number, part in enumerate(codec.encode_parts(plan, named=named))
        )
        PlanPart.objects.bulk_create(parts, batch_size=50)
        mine = PlanRow.objects.filter(connection_id=connection_id, mode=mode).order_by("-pk")
        PlanRow.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[KEPT:])).delete()
    return row.pk


def newest(tenant_id: int, connection_id: int, mode: str) -> PlanFacts | None:
    """The plan that holds now: of the newest run that planned. None when that plan had no changes, or there is none."""
    runs = Run.objects.filter(connection_id=connection_id, tenant_id=tenant_id, mode=mode, counts__has_key="total")
    last = runs.exclude(trigger="rehearsal").order_by("-created_at").values_list("pk", flat=True).first()
    return of_run(tenant_id, last) if last else None


def last(tenant_id: int, connection_id: int, mode: str) -> PlanFacts | None:
    """The newest kept plan, whether or not it holds still."""
    return _first(tenant_id, connection_id=connection_id, mode=mode)


def of_run(tenant_id: int, run_id: UUID) -> PlanFacts | None:
    return _first(tenant_id, run=run_id)


def of_id(tenant_id: int, plan_id: int) -> PlanFacts | None:
    return _first(tenant_id, pk=plan_id)


def _first(tenant_id: int, **which: object) -> PlanFacts | None:
    rows = PlanRow.objects.filter(connection__tenant_id=tenant_id, **which)
    row = rows.order_by("-pk").values_list(*PlanFacts._fields).first()
    return PlanFacts(*row) if row else None


def head(tenant_id: int, facts: PlanFacts) -> Head:
    """Raises PlanRow.DoesNotExist, StoredPlanError."""
    sealed = PlanRow.objects.values_list("head", flat=True).get(pk=facts.id, connection__tenant_id=tenant_id)
    opened = tenant_key(tenant_id).open(bytes(sealed), sealing.plan(facts.run))
    return codec.decode_head(zstandard.ZstdDecompressor().decompress(opened))


def bodies(tenant_id: int, facts: PlanFacts, numbers: Collection[int]) -> dict[int, Bodies]:
    """{line number: bodies}; only the parts that these lie in are opened. Raises StoredPlanError."""
    wanted = {number // codec.PART for number in numbers}
    rows = PlanPart.objects.filter(plan_id=facts.id, plan__connection__tenant_id=tenant_id, number__in=wanted)
    found: dict[int, Bodies] = {}
    key, unpack = tenant_key(tenant_id), zstandard.ZstdDecompressor().decompress
    for part, blob in rows.values_list("number", "blob"):
        opened = codec.decode_part(unpack(key.open(bytes(blob), sealing.plan_part(facts.run, part))))
        first = part * codec.PART
        found |= {number: opened[number - first] for number in numbers if 0 <= number - first < len(opened)}
    return found
