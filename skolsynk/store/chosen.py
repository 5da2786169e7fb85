"""A tenant's choice of school units, what the register says of them, and which read and rules their tree is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import CharField, Count, Max, Q, Sum
from django.db.models.functions import Cast, Length

from skolsynk.store import save
from skolsynk.store.models import RegisterUnit, RulesVersion, SnapshotRow, Tenant, TenantUnit

_TOLD = ("name", "status", "school_types", "corrected", "email_domain", "web_host", "municipality", "organizer_name")


class Chosen(NamedTuple):
    """One school unit that the tenant says is its own."""

    code: str
    group: str  # name of the SchoolUnitGroup, or ""
    reason: str  # why it was added


class RegisterState(NamedTuple):
    """What stands beside a unit in the register."""

    vanished_at: datetime | None  # when an import first lacked it
    own: bool  # an operator's: the register never had it


def chosen(tenant_id: int) -> tuple[Chosen, ...]:
    """In the order of codes."""
    rows = TenantUnit.objects.filter(tenant_id=tenant_id).order_by("code")
    return tuple(Chosen._make(row) for row in rows.values_list("code", "group", "reason"))


def replace(tenant_id: int, before: Sequence[Chosen], after: Sequence[Chosen]) -> bool:
    """Put ``after`` in the place of ``before``; False when the choice is no longer ``before``: nothing is changed."""
    with transaction.atomic():
        Tenant.objects.select_for_update().only("pk").get(pk=tenant_id)
        if chosen(tenant_id) != tuple(before):
            return False
        save.units(tenant_id, after)
    return True


def states(codes: Collection[str]) -> dict[str, RegisterState]:
    """{code: state} of those that we know of."""
    rows = RegisterUnit.objects.filter(code__in=codes).values_list("code", "vanished_at", "origin")
    return {code: RegisterState(gone, origin == "operator") for code, gone, origin in rows}


def register_version() -> tuple[object, ...]:
    """Changes when the register does, but for an edit that keeps every length. One quick question."""
    lengths = {f"length_{name}": Sum(Length(Cast(name, CharField()))) for name in _TOLD}
    gone = Count("pk", filter=Q(vanished_at__isnull=False))
    found = RegisterUnit.objects.aggregate(number=Count("pk"), gone=gone, last=Max("vanished_at"), **lengths)
    return tuple(found[name] for name in sorted(found))


def rules_at(tenant_id: int, number: int) -> object:
    """The JSON of one version of the rules; {} when there is no such version."""
    rows = RulesVersion.objects.filter(tenant_id=tenant_id, number=number)
    return rows.values_list("rules", flat=True).first() or {}


def newest_read(tenant_id: int) -> tuple[object, ...] | None:
    """Names the newest snapshot without opening it; None when there is none."""
    rows = SnapshotRow.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk").values_list("pk", "at", "counts")
    found = rows.first()
    return tuple(found) if found else None
