"""Who must not be shown now, whatever was kept of them before: plans and answers are older than the protection."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass

from skolsynk.core.school import Fate
from skolsynk.sync import people

EVERYBODY_AT_MOST = 1_000_000


@dataclass(frozen=True)
class Shield:
    """``id in shield``: nothing but the id may be shown of this resource. Without a read model nobody can tell: all."""

    ids: Collection[str] | None

    def __contains__(self, resource_id: object) -> bool:
        return self.ids is None or resource_id in self.ids


def shield(tenant_id: int) -> Container[str]:
    """People whose identity is protected by the newest read and rules, as they are known to vendors."""
    found = people.asked(
        tenant_id, lambda model: model.people.rows_where(fate=Fate.PROTECTED.value, limit=EVERYBODY_AT_MOST).rows
    )
    return Shield(None if found is None else frozenset(row.id for row in found))
