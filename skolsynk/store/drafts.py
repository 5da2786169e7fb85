"""Drafts: what people edit together before anybody saves it. A conditional UPDATE keeps them apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F

from skolsynk.store.models import Draft


class DraftFacts(NamedTuple):
    key: str
    document: Any
    base: int  # the number of the version it was begun from
    version: int  # grows with every edit
    author: str
    updated_at: datetime


def get(tenant_id: int, key: str) -> DraftFacts | None:
    row = Draft.objects.filter(tenant_id=tenant_id, key=key).values_list(*DraftFacts._fields).first()
    return DraftFacts(*row) if row else None


def put(
    tenant_id: int, key: str, document: object, base: int, expected_version: int, author: str, at: datetime
) -> bool:
    """Write over exactly the version that the author saw, 0 for none; False when it was another."""
    words = {"document": document, "base": base, "author": author, "updated_at": at}
    if expected_version:
        seen = Draft.objects.filter(tenant_id=tenant_id, key=key, version=expected_version)
        return bool(seen.update(**words, version=F("version") + 1))
    try:
        with transaction.atomic():
            Draft.objects.create(tenant_id=tenant_id, key=key, **words)
    except IntegrityError:
        return False
    return True


def drop(tenant_id: int, key: str, expected_version: int | None = None) -> bool:
    """Throw a draft away; with a version only that one. False when there was none."""
    rows = Draft.objects.filter(tenant_id=tenant_id, key=key)
    if expected_version is not None:
        rows = rows.filter(version=expected_version)
    return bool(rows.delete()[0])
