"""Drafts of rules and connections: shared by a tenant's editors, never overwritten in silence."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from skolsynk.store import drafts as rows
from skolsynk.store.drafts import DraftFacts as Draft

__all__ = ["Draft", "Moved", "drop", "get", "put"]


class Moved(NamedTuple):
    """Somebody else was here first; nothing was written."""

    by: str
    at: datetime | None  # None when the draft was saved or thrown away
    version: int  # 0 when there is none any more


def get(tenant_id: int, key: str) -> Draft | None:
    return rows.get(tenant_id, key)


def put(
    tenant_id: int, key: str, document: object, base: int, expected_version: int, who: str, at: datetime
) -> Draft | Moved:
    """Write the draft over the version that was seen, 0 for none. The same document changes nothing, however often."""
    before = rows.get(tenant_id, key)
    if before is not None and before.document == document:
        return before
    if not rows.put(tenant_id, key, document, base, expected_version, who, at):
        return _moved(tenant_id, key)
    found = rows.get(tenant_id, key)
    return found if found is not None else _moved(tenant_id, key)


def drop(tenant_id: int, key: str, expected_version: int | None = None) -> bool:
    """Throw it away; False when it has moved on, or is gone."""
    return rows.drop(tenant_id, key, expected_version)


def _moved(tenant_id: int, key: str) -> Moved:
    now = rows.get(tenant_id, key)
    return Moved(now.author, now.updated_at, now.version) if now else Moved("", None, 0)
