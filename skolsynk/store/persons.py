"""One person across a tenant's connections: what each vendor holds, waits with and answered, and who has looked.

The number of questions does not grow with the connections. Every question starts at the tenant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F

from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import sealing
from skolsynk.store.facts import JsonMap
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import AuditEvent, HoldRow, IdentityRow, LedgerRow, ReceiptRow, RefusalRow

SEEN = "person_seen"


class Kept(NamedTuple):
    """One resource as a vendor is proven (or believed) to hold it, in the mode that the connection is in."""

    connection_id: int
    id: ResourceId
    type: str
    unit: str
    proven: bool
    at: datetime


class Waiting(NamedTuple):
    """One change that is held back."""

    connection_id: int
    id: ResourceId
    type: str
    verb: str
    reason: str  # of core.plan.values.Hold
    unit: str
    since: datetime


class Refused(NamedTuple):
    """What a vendor refused and is not sent again until it changes."""

    connection_id: int
    verb: str
    status: int
    message: str
    at: datetime


class Answered(NamedTuple):
    """One receipt, with the vendor's own words."""

    connection_id: int
    vendor: str
    mode: str
    run: UUID
    id: ResourceId
    type: str
    unit: str
    verb: str
    answer: str
    status: int
    message: str
    at: datetime


class Event(NamedTuple):
    who: str
    what: str
    about: JsonMap
    at: datetime


def id_of(tenant_id: int, key: str) -> ResourceId | None:
    """The UUID of a person by source key, whether or not the directory still has her."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id, kind="person", source_key=key)
    found = rows.values_list("resource_id", flat=True).first()
    return ResourceId(found) if found else None


def key_of(tenant_id: int, resource_id: str) -> str | None:
    """The source key of a person by UUID, likewise."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id, kind="person", resource_id=resource_id)
    return rows.values_list("source_key", flat=True).first()


def unit_ids(tenant_id: int) -> tuple[ResourceId, ...]:
    """Ids of every school unit that the tenant has or has had."""
    rows = IdentityRow.objects.filter(tenant_id=tenant_id, kind="unit").order_by("pk")
    return tuple(ResourceId(each) for each in rows.values_list("resource_id", flat=True))


def kept(tenant_id: int, ids: Collection[ResourceId]) -> tuple[Kept, ...]:
    """Which of these resources vendors hold."""
    rows = LedgerRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"), resource_id__in=ids)
    columns = rows.values_list("connection_id", "resource_id", "resource_type", "unit", "fingerprint", "at")
    return tuple(
        Kept(connection, ResourceId(each), kind, unit, mac is not None, at)
        for connection, each, kind, unit, mac, at in columns.order_by("connection_id", "resource_type", "resource_id")
    )


def payloads(tenant_id: int, resource_id: ResourceId) -> Mapping[int, bytes]:
    """{connection id: canonical JSON of one resource as last accepted} in the mode that each connection is in."""
    rows = LedgerRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    key, found = tenant_key(tenant_id), rows.filter(resource_id=resource_id)
    return {
        connection: key.open(bytes(sealed), sealing.ledger(connection, mode) + resource_id.encode())
        for connection, mode, sealed in found.values_list("connection_id", "mode", "payload")
    }


def waiting(tenant_id: int, ids: Collection[ResourceId]) -> tuple[Waiting, ...]:
    """Changes of these resources that are held back, the oldest first."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"), resource_id__in=ids)
    columns = ("connection_id", "resource_id", "resource_type", "verb", "reason", "unit", "first_seen")
    return tuple(Waiting._make(row) for row in rows.order_by("first_seen", "pk").values_list(*columns))


def refused(tenant_id: int, resource_id: ResourceId) -> Mapping[int, Refused]:
    """{connection id: the refusal of one resource} in the mode that each connection is in."""
    rows = RefusalRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    key, found = tenant_key(tenant_id), {}
    for row in rows.filter(resource_id=resource_id):
        words = key.open(bytes(row.message), sealing.refusal(row.connection_id, row.mode, resource_id)).decode()
        found[row.connection_id] = Refused(row.connection_id, row.verb, row.status, words, row.at)
    return found


def answers(tenant_id: int, ids: Collection[ResourceId], limit: int = 50) -> tuple[Answered, ...]:
    """The newest receipts of these resources, in every mode."""
    rows = ReceiptRow.objects.filter(connection__tenant_id=tenant_id, resource_id__in=ids)
    key = tenant_key(tenant_id)
    found = rows.annotate(vendor=F("connection__vendor")).order_by("-at", "-pk")[:limit]
    return tuple(
        Answered(
            row.connection_id,
            row.vendor,
            row.mode,
            row.run_id,
            ResourceId(row.resource_id),
            row.resource_type,
            row.unit,
            row.verb,
            row.answer,
            row.status,
            key.open(bytes(row.message), sealing.receipt(row.run_id, row.resource_id)).decode() if row.message else "",
            row.at,
        )
        for row in found
    )


def events(tenant_id: int, key: str, since: datetime, limit: int = 100) -> tuple[Event, ...]:
    """The newest entries of the log about one person since then, looks at her among them."""
    rows = AuditEvent.objects.filter(tenant_id=tenant_id, at__gte=since, person=key)
    columns = rows.order_by("-at", "-pk").values_list("who", "what", "about", "at")
    return tuple(Event._make(row) for row in columns[:limit])
