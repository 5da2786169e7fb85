"""The tables. Only ``load``, ``save``, ``claims``, ``buckets`` and the admin touch them."""

from __future__ import annotations

from skolsynk.store.models.connection import BucketRow, Connection, Endpoint, LedgerRow
from skolsynk.store.models.directory import IdentityRow, SchoolRow, SnapshotRow
from skolsynk.store.models.run import ApprovalRow, Heartbeat, HoldRow, ReceiptRow, RefusalRow, Run
from skolsynk.store.models.tenant import AuditEvent, RulesVersion, Source, Tenant
from skolsynk.store.models.unit import RegisterUnit, TenantUnit

__all__ = [
    "ApprovalRow",
    "AuditEvent",
    "BucketRow",
    "Connection",
    "Endpoint",
    "Heartbeat",
    "HoldRow",
    "IdentityRow",
    "LedgerRow",
    "ReceiptRow",
    "RefusalRow",
    "RegisterUnit",
    "RulesVersion",
    "Run",
    "SchoolRow",
    "SnapshotRow",
    "Source",
    "Tenant",
    "TenantUnit",
]
