"""One person or one stored identity at a time: for explaining, and for tenants that come from another sender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import HoldRow, IdentityRow, LedgerRow, ReceiptRow, Run


class IdentityEntry(NamedTuple):
    kind: str  # person | group | unit | unit_group | class | organisation
    source_key: str
    id: str
    name: str
    unit: str


class LastSent(NamedTuple):
    proven: bool
    payload: bytes
    at: datetime


class LastAnswer(NamedTuple):
    verb: str
    answer: str
    status: int
    message: str
    at: datetime


def entries(tenant_id: int) -> Iterator[IdentityEntry]:
    """Every stored pair of one tenant, in a stable order."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id).order_by("kind", "source_key", "generation")
    for row in rows.values_list("kind", "source_key", "resource_id", "name", "unit").iterator(2000):
        yield IdentityEntry(*row)


def import_entries(tenant_id: int, given: Iterable[IdentityEntry]) -> None:
    """Store pairs as imported, in place of what the same kind and key had; all or none.

    Raises IntegrityError when an id already belongs to another key.
    """
    with transaction.atomic():
        for entry in given:
            mine = IdentityRow.objects.filter(tenant_id=tenant_id, kind=entry.kind, source_key=entry.source_key)
            if not mine.update(resource_id=entry.id, origin="imported"):
                IdentityRow.objects.create(
                    tenant_id=tenant_id, kind=entry.kind, source_key=entry.source_key, resource_id=entry.id,
                    name=entry.name, unit=entry.unit, origin="imported",
                    last_seen=timezone.localdate() if entry.kind == "class" else None,  # a class is known by it
                )  # fmt: skip


def last_sent(tenant_id: int, connection_id: int, mode: str, resource_id: ResourceId) -> LastSent | None:
    """What the vendor is proven (or believed) to hold of one resource."""
    row = LedgerRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    found = row.filter(resource_id=resource_id).first()
    if found is None:
        return None
    about = sealing.ledger(connection_id, mode) + resource_id.encode()
    return LastSent(found.fingerprint is not None, tenant_key(tenant_id).open(bytes(found.payload), about), found.at)


def last_answer(tenant_id: int, connection_id: int, mode: str, resource_id: ResourceId) -> LastAnswer | None:
    """The newest receipt of one resource, with the vendor's own words."""
    rows = ReceiptRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    found = rows.filter(resource_id=resource_id).order_by("-at", "-pk").first()
    if found is None:
        return None
    sealed = bytes(found.message)
    words = tenant_key(tenant_id).open(sealed, sealing.receipt(found.run_id, resource_id)).decode() if sealed else ""
    return LastAnswer(found.verb, found.answer, found.status, words, found.at)


def hold_reasons(tenant_id: int, connection_id: int, mode: str, resource_id: ResourceId) -> tuple[str, ...]:
    """Why changes of one resource are held back now."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, connection_id=connection_id, mode=mode)
    return tuple(rows.filter(resource_id=resource_id).order_by("reason").values_list("reason", flat=True))


def first_push_open(connection_id: int, mode: str) -> bool:
    """No push to this vendor in this mode has come to its end yet: the first is still under way, or to come."""
    ended = Run.objects.filter(
        connection_id=connection_id, mode=mode, kind="push", state__in=("done", "held", "partly")
    )
    return not ended.exists()
