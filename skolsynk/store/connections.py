"""Connections as people edit them: versions of what they hold, where they stand with the vendor, whether keys are set.

Every question starts at a tenant, or at a connection that was found through one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from skolsynk.core.connection import Mode
from skolsynk.store.facts import ConnectionFacts, JsonMap
from skolsynk.store.models import Connection, ConnectionVersion, Endpoint

PARTS = ("selection", "guards", "schedule")


class Stored(NamedTuple):
    """One connection with what goes beside its words."""

    facts: ConnectionFacts
    version: int
    relation: JsonMap
    created_at: datetime

    @property
    def document(self) -> dict[str, JsonMap]:
        return {part: getattr(self.facts, part) for part in PARTS}


class VersionFacts(NamedTuple):
    number: int
    document: JsonMap  # {selection, guards, schedule}
    author: str
    reason: str
    at: datetime


class Way(NamedTuple):
    address: str  # "" means the deployment's or the vendor file's
    keyed: bool  # has a key of its own


def stored(tenant_id: int, vendor: str) -> Stored | None:
    """None when the tenant has no connection to that vendor."""
    return next(iter(_stored(Connection.objects.filter(tenant_id=tenant_id, vendor=vendor))), None)


def all_stored(tenant_id: int) -> tuple[Stored, ...]:
    """In the order of the vendors' slugs."""
    return _stored(Connection.objects.filter(tenant_id=tenant_id).order_by("vendor"))


def _stored(rows: QuerySet[Connection]) -> tuple[Stored, ...]:
    columns = (*ConnectionFacts._fields, "version", "relation", "created_at")
    width = len(ConnectionFacts._fields)
    return tuple(Stored(_facts(row[:width]), *row[width:]) for row in rows.values_list(*columns))


def _facts(row: tuple[Any, ...]) -> ConnectionFacts:
    facts = ConnectionFacts._make(row)
    return facts._replace(mode=Mode(facts.mode))


def add(tenant_id: int, vendor: str, document: Mapping[str, object], *, author: str, at: datetime) -> bool:
    """A new connection, off, with its first version; False when there was one already (nothing is changed)."""
    words = {part: document.get(part) or {} for part in PARTS}
    with transaction.atomic():
        row, made = Connection.objects.get_or_create(
            tenant_id=tenant_id, vendor=vendor, defaults={**words, "created_at": at}
        )
        if made:
            _keep(row.pk, 1, words, author, "", at)
    return made


def replace(
    tenant_id: int,
    vendor: str,
    before: int,
    document: Mapping[str, object],
    *,
    author: str,
    reason: str,
    at: datetime,
) -> int | None:
    """Put ``document`` in the place of version ``before``; the new number, or None when that is no longer in force."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().filter(tenant_id=tenant_id, vendor=vendor, version=before).first()
        if row is None:
            return None
        was = {part: getattr(row, part) for part in PARTS}
        if not ConnectionVersion.objects.filter(connection=row, number=before).exists():
            _keep(row.pk, before, was, "", "", row.created_at)  # from before versions were kept
        mine = Connection.objects.filter(pk=row.pk, version=before)
        if not mine.update(version=before + 1, **{part: document[part] for part in PARTS}):
            return None
        _keep(row.pk, before + 1, document, author, reason, at)
    return before + 1


def write(
    tenant_id: int, vendor: str, document: Mapping[str, object], *, author: str, reason: str, at: datetime
) -> None:
    """Whatever is in force, this shall be: of an imported file. Equal words make no new version."""
    with transaction.atomic():
        if add(tenant_id, vendor, document, author=author, at=at):
            return
        now = stored(tenant_id, vendor)
        if now and now.document != dict(document):
            replace(tenant_id, vendor, now.version, document, author=author, reason=reason, at=at)


def _keep(
    connection_id: int, number: int, document: Mapping[str, object], author: str, reason: str, at: datetime
) -> None:
    ConnectionVersion.objects.create(
        connection_id=connection_id,
        number=number,
        document={part: document[part] for part in PARTS},
        author=author,
        reason=reason,
        created_at=at,
    )


def versions(connection_id: int, limit: int = 50) -> tuple[VersionFacts, ...]:
    """Newest first."""
    rows = ConnectionVersion.objects.filter(connection_id=connection_id).order_by("-number")
    columns = rows.values_list("number", "document", "author", "reason", "created_at")
    return tuple(VersionFacts._make(row) for row in columns[:limit])


def version(connection_id: int, number: int) -> VersionFacts | None:
    rows = ConnectionVersion.objects.filter(connection_id=connection_id, number=number)
    row = rows.values_list("number", "document", "author", "reason", "created_at").first()
    return VersionFacts._make(row) if row else None


def relate(connection_id: int, relation: Mapping[str, object]) -> None:
    Connection.objects.filter(pk=connection_id).update(relation=dict(relation))


def ways(tenant_id: int) -> dict[tuple[int, str], Way]:
    """{(connection id, mode): its own words on how it is reached}; no key is opened for it."""
    rows = Endpoint.objects.filter(connection__tenant_id=tenant_id)
    columns = rows.annotate(keyed=~Q(api_key=b"")).values_list("connection_id", "mode", "address", "keyed")
    return {(key, mode): Way(address, keyed) for key, mode, address, keyed in columns}
