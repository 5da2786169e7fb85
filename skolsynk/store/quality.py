"""Findings that somebody has set aside until a day. Every question starts at the tenant."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from skolsynk.store.models import Snooze


class Snoozed(NamedTuple):
    """``object_key`` "" means every object of that code; ``until`` is the last day."""

    id: int
    code: str
    object_key: str
    reason: str
    until: date
    author: str
    created_at: datetime


def snoozes(tenant_id: int, today: date, code: str | None = None) -> tuple[Snoozed, ...]:
    """Those in force today, all or of one code; of every object first."""
    rows = Snooze.objects.filter(tenant_id=tenant_id, until__gte=today)
    rows = rows if code is None else rows.filter(code=code)
    columns = rows.order_by("code", "object_key").values_list(*Snoozed._fields)
    return tuple(Snoozed._make(row) for row in columns)


def snooze(tenant_id: int, code: str, object_key: str, *, reason: str, until: date, author: str, at: datetime) -> None:
    """Set aside, or change what was said of the same code and object before."""
    words = {"reason": reason, "until": until, "author": author, "created_at": at}
    Snooze.objects.update_or_create(tenant_id=tenant_id, code=code, object_key=object_key, defaults=words)


def wake(tenant_id: int, snooze_id: int) -> tuple[str, str] | None:
    """Take a snooze back; (code, object key), or None when there was no such."""
    rows = Snooze.objects.filter(tenant_id=tenant_id, pk=snooze_id)
    found = rows.values_list("code", "object_key").first()
    return found if rows.delete()[0] else None


def snoozed(tenant_id: int, snooze_id: int) -> Snoozed | None:
    row = Snooze.objects.filter(tenant_id=tenant_id, pk=snooze_id).values_list(*Snoozed._fields).first()
    return Snoozed._make(row) if row else None
