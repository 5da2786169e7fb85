"""The tables. Only ``load``, ``save``, ``claims``, ``buckets`` and the admin touch them."""

from __future__ import annotations

from skolsynk.store.models.connection import BucketRow, Connection, Endpoint, LedgerRow
from skolsynk.store.models.directory import IdentityRow, SchoolRow, SnapshotRow
from skolsynk.store.models.kept import ConnectionVersion, PlanPart, PlanRow, ReadModelPart, ReadModelRow
from skolsynk.store.models.member import Draft, FindingDay, Member, Snooze
from skolsynk.store.models.notice import Notice, Webhook
from skolsynk.store.models.realtime import ActivityCursor, Channel, Hint, Installation
from skolsynk.store.models.run import ApprovalRow, Heartbeat, HoldRow, ReceiptRow, RefusalRow, Run
from skolsynk.store.models.tenant import AuditEvent, RulesVersion, Source, Tenant
from skolsynk.store.models.unit import RegisterUnit, TenantUnit

__all__ = [
    "ActivityCursor",
    "ApprovalRow",
    "AuditEvent",
    "BucketRow",
    "Channel",
    "Connection",
    "ConnectionVersion",
    "Draft",
    "Endpoint",
    "FindingDay",
    "Heartbeat",
    "Hint",
    "HoldRow",
    "IdentityRow",
    "Installation",
    "LedgerRow",
    "Member",
    "Notice",
    "PlanPart",
    "PlanRow",
    "ReadModelPart",
    "ReadModelRow",
    "ReceiptRow",
    "RefusalRow",
    "RegisterUnit",
    "RulesVersion",
    "Run",
    "SchoolRow",
    "SnapshotRow",
    "Snooze",
    "Source",
    "Tenant",
    "TenantUnit",
    "Webhook",
]
