"""How much waits for a person: asked by every page, so each answer is one short question."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F

from skolsynk.store.models import HoldRow


def holds(tenant_id: int, only: Collection[str] | None = None) -> int:
    """Held changes of the tenant's connections in the modes they are in now; ``only``: of these school units."""
    rows = HoldRow.objects.filter(connection__tenant_id=tenant_id, mode=F("connection__mode"))
    if only is not None:
        rows = rows.filter(unit__in=only)
    return rows.values("connection_id", "resource_id").distinct().count()
