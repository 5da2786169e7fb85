"""The end of a tenant's personal data, and a new beginning under the same ids.

What stays, so that a return does not double everybody at vendors: the tenant's customer id, name and namespace; the
pairs of Google's ids and ours, with classes' names; which school units it has; connections without exclusions, off;
numbers; and the log, in which people are ids. Everything else goes, rows as well as the key that sealed them: a backup
holds the rows, but without the key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Coalesce

from skolsynk.core.connection import Mode
from skolsynk.core.installation import State
from skolsynk.store.installations import hold
from skolsynk.store.keys import erase_tenant_key, wrapped_new_key
from skolsynk.store.models import (
    ActivityCursor,
    ApprovalRow,
    AuditEvent,
    Channel,
    Connection,
    ConnectionVersion,
    Draft,
    Endpoint,
    FindingDay,
    Hint,
    HoldRow,
    IdentityRow,
    Installation,
    LedgerRow,
    Member,
    Notice,
    PlanRow,
    ReadModelRow,
    ReceiptRow,
    RefusalRow,
    RulesVersion,
    Run,
    SnapshotRow,
    Snooze,
    Source,
    Tenant,
    Webhook,
)

# Receipts before the runs they belong to: a run's rows would otherwise be gathered in memory.
OF_CONNECTIONS: tuple[type[Model], ...] = (
    ReceiptRow, RefusalRow, HoldRow, ApprovalRow, LedgerRow, PlanRow, ConnectionVersion,
)  # fmt: skip
OF_TENANT: tuple[type[Model], ...] = (
    Run, ReadModelRow, SnapshotRow, RulesVersion, Draft, Snooze, FindingDay, Notice, Webhook, Hint, Channel,
    ActivityCursor,
)  # fmt: skip


def is_erased(tenant_id: int) -> bool:
    """Has the tenant no key?"""
    return Tenant.objects.filter(pk=tenant_id, wrapped_key=b"").exists()


def purge(tenant_id: int, at: datetime) -> None:
    """Erase everything that is about people. Safe to repeat."""
    with transaction.atomic():
        hold(tenant_id)
        for kind in OF_CONNECTIONS:
            _rows(kind).filter(connection__tenant_id=tenant_id).delete()
        for kind in OF_TENANT:
            _rows(kind).filter(tenant_id=tenant_id).delete()
        IdentityRow.objects.filter(tenant_id=tenant_id).update(broken_since=None)
        Source.objects.filter(tenant_id=tenant_id).update(subject="", credentials=b"")
        Endpoint.objects.filter(connection__tenant_id=tenant_id).update(api_key=b"")
        _forget_members(tenant_id, at)
        _bare_connections(tenant_id)
        _bare_log(tenant_id)
        erase_tenant_key(tenant_id)
        Tenant.objects.filter(pk=tenant_id).update(status=State.PURGED.value)
        _installation(tenant_id, state=State.PURGED.value, since=at, purged_at=at, purge_at=None, domain="")


def _rows(kind: type[Model]) -> QuerySet[Any]:
    found: QuerySet[Any] = kind._default_manager.all()  # noqa: SLF001 - Django's documented name for any model's
    return found


def _forget_members(tenant_id: int, at: datetime) -> None:
    """Nobody is let in by what they were: whoever comes back is proven anew by Google. The log keeps their numbers."""
    mine = Member.objects.filter(tenant_id=tenant_id)
    mine.update(
        email="", name="", subject="", admitted_by="", notices=False, units=[], epoch=F("epoch") + 1,
        ended_at=Coalesce(F("ended_at"), at),
    )  # fmt: skip


def _bare_connections(tenant_id: int) -> None:
    """Off, and without the names of single people and of the vendor's own staff."""
    for row in Connection.objects.filter(tenant_id=tenant_id):
        row.selection = {part: words for part, words in row.selection.items() if part != "exclusions"}
        row.mode, row.relation, row.paused_until = Mode.OFF.value, {}, None
        row.save(update_fields=["selection", "mode", "relation", "paused_until"])


def _bare_log(tenant_id: int) -> None:
    """Reasons are in people's own words, and may name somebody."""
    for event in AuditEvent.objects.filter(tenant_id=tenant_id, about__has_key="reason"):
        event.about = {name: value for name, value in event.about.items() if name != "reason"}
        event.save(update_fields=["about"])


def _installation(tenant_id: int, **words: Any) -> None:
    Installation.objects.update_or_create(tenant_id=tenant_id, defaults=words)


def renew(tenant_id: int, at: datetime) -> None:
    """A new key for a tenant that lost its own: the same row, namespace and ids, and nothing else from before."""
    with transaction.atomic():
        hold(tenant_id)
        if not is_erased(tenant_id):
            return
        purge(tenant_id, at)  # a key that was erased by hand has left rows that nobody can open
        customer = Tenant.objects.values_list("customer_id", flat=True).get(pk=tenant_id)
        key_id, wrapped = wrapped_new_key(customer)
        Tenant.objects.filter(pk=tenant_id).update(key_id=key_id, wrapped_key=wrapped, status="active")
        _installation(
            tenant_id, state=State.PENDING.value, since=at, capabilities={}, licence="", licensed_at=None,
            looked_at=None, missing_since=None, quarantined_at=None, was={},
        )  # fmt: skip
