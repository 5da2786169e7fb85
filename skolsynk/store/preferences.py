"""What a tenant prefers, as it is stored: one mapping, of which each caller knows its own keys."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from skolsynk.store.models import Tenant


def of(tenant_id: int) -> Mapping[str, object]:
    """Every key; {} before anybody has chosen anything."""
    found: Mapping[str, object] = Tenant.objects.values_list("preferences", flat=True).get(pk=tenant_id)
    return found


def replace(tenant_id: int, was: Mapping[str, object], to: Mapping[str, object]) -> bool:
    """Set these keys and leave the others; False when ``was`` is not what they say any more."""
    with transaction.atomic():
        row = Tenant.objects.select_for_update().values_list("preferences", flat=True).get(pk=tenant_id)
        if any(row.get(key) != value for key, value in was.items()):
            return False
        Tenant.objects.filter(pk=tenant_id).update(preferences={**row, **to})
    return True
