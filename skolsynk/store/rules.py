"""Versions of a tenant's rules: who saved them, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from skolsynk.store.models import RulesVersion, Tenant


class VersionFacts(NamedTuple):
    number: int
    author: str
    reason: str
    created_at: datetime
    rules: Any  # JSON


def newest(tenant_id: int) -> VersionFacts | None:
    """The version in force; None before the first."""
    return next(iter(_facts(_of(tenant_id)[:1])), None)


def version(tenant_id: int, number: int) -> VersionFacts | None:
    return next(iter(_facts(_of(tenant_id).filter(number=number))), None)


def versions(tenant_id: int, upto: int, count: int) -> tuple[VersionFacts, ...]:
    """The newest first, from number ``upto`` and down."""
    return _facts(_of(tenant_id).filter(number__lte=upto)[:count])


def lock(tenant_id: int) -> None:
    """Inside a transaction: nobody else saves rules of this tenant until it ends."""
    Tenant.objects.select_for_update().only("pk").get(pk=tenant_id)


def _of(tenant_id: int) -> QuerySet[RulesVersion]:
    return RulesVersion.objects.filter(tenant_id=tenant_id).order_by("-number")


def _facts(found: QuerySet[RulesVersion]) -> tuple[VersionFacts, ...]:
    return tuple(VersionFacts(*row) for row in found.values_list(*VersionFacts._fields))
