"""The log as pages read it: newest first, one tenant's, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from skolsynk.store.models import AuditEvent

AT_ONCE = 2000


class Event(NamedTuple):
    at: datetime
    who: str
    what: str
    about: Mapping[str, object]


class Events:
    """Counted, cut and walked without being loaded: what a paginator and a download need."""

    def __init__(self, rows: QuerySet[AuditEvent]) -> None:
        self._rows = rows

    def count(self) -> int:
        return self._rows.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Event]:
        return [Event(*row) for row in self._rows.values_list(*Event._fields)[part]]

    def __iter__(self) -> Iterator[Event]:
        for row in self._rows.values_list(*Event._fields).iterator(chunk_size=AT_ONCE):
            yield Event(*row)


def events(
    tenant_id: int,
    *,
    what: str = "",
    who: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
) -> Events:
    """ "" and None ask for all."""
    rows = AuditEvent.objects.filter(tenant_id=tenant_id).order_by("-at", "-pk")
    if what:
        rows = rows.filter(what=what)
    if who:
        rows = rows.filter(who=who)
    if since:
        rows = rows.filter(at__gte=since)
    if before:
        rows = rows.filter(at__lt=before)
    return Events(rows)


def kinds(tenant_id: int) -> tuple[list[str], list[str]]:
    """Everything that has happened, and everybody who has done something: ``(what, who)``."""
    rows = AuditEvent.objects.filter(tenant_id=tenant_id).order_by()
    return (
        sorted(rows.values_list("what", flat=True).distinct()),
        sorted(rows.values_list("who", flat=True).distinct()),
    )
