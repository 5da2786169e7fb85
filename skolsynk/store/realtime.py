"""What Google tells between two full reads: channels, hints of what to read again, and how far the log was followed.

Every question starts at the tenant, but the one of a notice: it names a channel, and the channel its tenant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection as database
from django.db.models import Max, Min, OuterRef, Subquery

from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import ActivityCursor, Channel, Hint, Run

CHUNK = 500
# One statement, so that two notices of the same change at the same moment are both counted.
NOTE = """
    INSERT INTO store_hint (tenant_id, kind, key, times, changed_at, noted_at) VALUES (%s, %s, %s, 1, %s, %s)
    ON CONFLICT (tenant_id, kind, key) DO UPDATE SET
        times = store_hint.times + 1,
        changed_at = CASE WHEN excluded.changed_at < store_hint.changed_at
            THEN excluded.changed_at ELSE store_hint.changed_at END,
        noted_at = excluded.noted_at
"""


# Hints


class NewHint(NamedTuple):
    """As ``models.Hint``; ``key`` is Google's id of a user, or a group's id or address."""

    kind: str  # "user" | "group" | "org_units" | "groups" | "everything"
    key: str
    changed_at: datetime


class HintFacts(NamedTuple):
    id: int
    kind: str
    key: str
    times: int
    changed_at: datetime


class Pending(NamedTuple):
    """A tenant's hints in all: when the earliest change was made, and when something was last told."""

    tenant_id: int
    changed_at: datetime
    noted_at: datetime
    patched_at: datetime | None  # when its newest patch was asked for


def note(tenant_id: int, hints: Iterable[NewHint], at: datetime) -> None:
    """Keep hints; one that is there already is told once more, and keeps the earlier instant of its change."""
    moment = database.ops.adapt_datetimefield_value
    rows = [(tenant_id, one.kind, one.key, moment(one.changed_at), moment(at)) for one in hints]
    with database.cursor() as cursor:
        cursor.executemany(NOTE, rows)


def hints(tenant_id: int) -> tuple[HintFacts, ...]:
    """All there are, the earliest change first."""
    rows = Hint.objects.filter(tenant_id=tenant_id).order_by("changed_at", "pk")
    return tuple(HintFacts(*row) for row in rows.values_list("pk", "kind", "key", "times", "changed_at"))


def drop(tenant_id: int, taken: Iterable[HintFacts]) -> None:
    """Forget hints that have been seen to, but for those that were told again meanwhile."""
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for one in taken:
        alike[one.times].append(one.id)
    for times, ids in alike.items():
        for start in range(0, len(ids), CHUNK):
            Hint.objects.filter(tenant_id=tenant_id, pk__in=ids[start : start + CHUNK], times=times).delete()


def pending() -> tuple[Pending, ...]:
    """Every tenant with hints, whoever has waited longest first; one question."""
    patches = Run.objects.filter(tenant_id=OuterRef("tenant_id"), kind="patch").order_by("-created_at")
    newest = Subquery(patches.values("created_at")[:1])
    rows = Hint.objects.values("tenant_id").annotate(changed=Min("changed_at"), noted=Max("noted_at"), patched=newest)
    named = rows.values_list("tenant_id", "changed", "noted", "patched").order_by("changed")
    return tuple(Pending(*row) for row in named)


def forget_hints(tenant_id: int) -> None:
    """Nothing of this tenant is to be sent: what has changed is not wanted."""
    Hint.objects.filter(tenant_id=tenant_id).delete()


# Channels


class ChannelFacts(NamedTuple):
    id: UUID
    tenant_id: int
    token: str  # opened
    resource_id: str
    state: str  # "asked" | "open" | "stopped"
    number: int
    heard_at: datetime | None
    created_at: datetime
    expires_at: datetime


def channel(channel_id: UUID) -> ChannelFacts | None:
    """None also for one whose tenant's key has been erased: nobody can tell its token any more."""
    row = Channel.objects.filter(pk=channel_id).exclude(tenant__wrapped_key=b"").first()
    return _channel(row) if row else None


def channels(tenant_id: int) -> tuple[ChannelFacts, ...]:
    """Those that have not been stopped, also expired ones; the one that lasts longest first."""
    rows = Channel.objects.filter(tenant_id=tenant_id).exclude(state="stopped").exclude(tenant__wrapped_key=b"")
    rows = rows.order_by("-expires_at")
    return tuple(map(_channel, rows))


def tenants_with_channels() -> frozenset[int]:
    """Ids of tenants that have a channel which was not stopped."""
    return frozenset(Channel.objects.exclude(state="stopped").values_list("tenant_id", flat=True))


def _channel(row: Channel) -> ChannelFacts:
    token = tenant_key(row.tenant_id).open(bytes(row.token), sealing.channel(row.pk)).decode()
    return ChannelFacts(
        row.pk, row.tenant_id, token, row.resource_id, row.state, row.number, row.heard_at, row.created_at,
        row.expires_at,
    )  # fmt: skip


def ask_channel(tenant_id: int, channel_id: UUID, token: str, at: datetime, expires_at: datetime) -> None:
    """Keep a channel before Google is asked for it: its first message may come before the answer."""
    sealed = tenant_key(tenant_id).seal(token.encode(), sealing.channel(channel_id))
    Channel.objects.create(id=channel_id, tenant_id=tenant_id, token=sealed, created_at=at, expires_at=expires_at)


def answered(channel_id: UUID, resource_id: str, expires_at: datetime) -> None:
    """Google has answered for a channel; it may have called already."""
    Channel.objects.filter(pk=channel_id).update(resource_id=resource_id, expires_at=expires_at)


def heard(channel_id: UUID, number: int, at: datetime) -> None:
    """Google has called: the channel is open. Messages come in any order; the highest number is kept."""
    rows = Channel.objects.filter(pk=channel_id).exclude(state="stopped")
    rows.update(state="open", heard_at=at)
    rows.filter(number__lt=number).update(number=number)


def stopped(channel_id: UUID) -> None:
    Channel.objects.filter(pk=channel_id).update(state="stopped")


def refused_since(tenant_id: int, since: datetime) -> bool:
    """Has Google refused a channel after an instant?"""
    return Channel.objects.filter(tenant_id=tenant_id, state="stopped", resource_id="", created_at__gt=since).exists()


def prune_channels(tenant_id: int, expired_before: datetime) -> None:
    Channel.objects.filter(tenant_id=tenant_id, expires_at__lt=expired_before).delete()


# The admin log


class CursorFacts(NamedTuple):
    """``recent``: (ISO time, hash) of the events that the next look may give again."""

    seen_until: datetime
    recent: Sequence[tuple[str, str]]
    looked_at: datetime | None
    failed_since: datetime | None
    error_code: str


def cursor(tenant_id: int) -> CursorFacts | None:
    row = ActivityCursor.objects.filter(tenant_id=tenant_id).values_list(*CursorFacts._fields).first()
    return CursorFacts(*row)._replace(recent=[(one[0], one[1]) for one in row[1]]) if row else None


def followed(tenant_id: int, seen_until: datetime, recent: Collection[tuple[str, str]], at: datetime) -> None:
    """The log was read up to an instant."""
    words = {
        "seen_until": seen_until, "recent": [list(one) for one in recent], "looked_at": at, "failed_since": None,
        "error_code": "",
    }  # fmt: skip
    ActivityCursor.objects.update_or_create(tenant_id=tenant_id, defaults=words)


def not_followed(tenant_id: int, code: str, at: datetime) -> None:
    """The log could not be read; since when is kept."""
    first = {"seen_until": at, "failed_since": at, "error_code": code}
    row, made = ActivityCursor.objects.get_or_create(tenant_id=tenant_id, defaults=first)
    if not made:
        since = row.failed_since or at
        ActivityCursor.objects.filter(pk=row.pk).update(failed_since=since, error_code=code)


def forget_cursor(tenant_id: int) -> None:
    """Nobody follows the log any more; the next look begins anew."""
    ActivityCursor.objects.filter(tenant_id=tenant_id).delete()
