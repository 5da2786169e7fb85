"""Follows each tenant's admin log: only there Google tells that a group or an org unit has changed.

The log is a few minutes late and in no strict order, so each look begins a quarter before the last and knows what it
has seen. After a gap everything is read. Where Google has not granted the log nothing is lost but speed: whole reads
go on by the schedule, and the page of the source says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from skolsynk.sources import base
from skolsynk.sources.google import GoogleSource, activity
from skolsynk.sources.google.activity import Event
from skolsynk.store import load, realtime
from skolsynk.store.realtime import CursorFacts, NewHint
from skolsynk.sync import directory
from skolsynk.sync.errors import RunError
from skolsynk.sync.noticing import HEARD_EVERY

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=15)
GAP = timedelta(hours=1)  # not followed for so long: one whole read is cheaper than many small ones
NOT_GRANTED_AGAIN = timedelta(hours=1)


def tenants() -> tuple[int, ...]:
    return load.tenants_with_a_connection_on()


def follow(tenant_id: int, now: datetime) -> None:
    """One look in one tenant's admin log. Safe to repeat, also twice at once."""
    cursor = realtime.cursor(tenant_id)
    if cursor and _rests(cursor, now):
        return
    try:
        source = directory.source(tenant_id, tries=3, timeout_s=30.0)
        _look(tenant_id, source, cursor, now)
    except (base.SourceError, RunError) as error:
        realtime.not_followed(tenant_id, error.code, now)
        log.info("log_not_followed tenant=%s error=%s", tenant_id, error.code)


def _rests(cursor: CursorFacts, now: datetime) -> bool:
    """What only a person can put right is not asked for every few minutes."""
    if not cursor.error_code or cursor.failed_since is None:
        return False
    since = now - cursor.failed_since
    return since % NOT_GRANTED_AGAIN >= timedelta(minutes=5) and since > timedelta(minutes=30)


def _look(tenant_id: int, source: GoogleSource, cursor: CursorFacts | None, now: datetime) -> None:
    followed = cursor is not None and cursor.looked_at is not None and now - cursor.looked_at <= GAP
    seen_until = cursor.seen_until if cursor is not None and followed else now
    try:
        events = source.events(seen_until - OVERLAP)
    except base.ReadIncomplete as error:
        if error.code != "page_cap":
            raise
        events, followed = (), False  # more than anybody can have done by hand: read it all instead
    seen = {mark for _, mark in cursor.recent} if cursor and followed else set()
    fresh = [one for one in events if _mark(one) not in seen] if followed else []
    if followed:
        realtime.note(tenant_id, _hints(tenant_id, source, fresh, now), now)
    else:
        realtime.note(tenant_id, _everything(tenant_id, cursor), now)
    until = max([seen_until, now - OVERLAP, *(one.at for one in events)])
    recent = dict.fromkeys((one.at.isoformat(), _mark(one)) for one in events if one.at >= until - OVERLAP)
    realtime.followed(tenant_id, until, tuple(recent), now)


def _everything(tenant_id: int, cursor: CursorFacts | None) -> Iterator[NewHint]:
    """Nobody has looked for a while, or ever: what differs changed after the last look, or the last read."""
    since = (cursor.looked_at if cursor else None) or load.latest_read_at(tenant_id)
    if since:
        yield NewHint(activity.EVERYTHING, "", since)


def _mark(event: Event) -> str:
    return blake2b(f"{event.at.isoformat()} {event.qualifier}".encode(), digest_size=8).hexdigest()


def _hints(tenant_id: int, source: GoogleSource, events: Sequence[Event], now: datetime) -> list[NewHint]:
    """What to read again. People only where no channel told of them; groups only when some rule looks at groups."""
    told = [(hint, min(event.at, now)) for event in events for hint in activity.hints_of(event)]
    groups = [
        NewHint(hint.kind, hint.key, at)
        for hint, at in told
        if hint.kind != activity.USER
        if source.with_groups or hint.kind not in (activity.GROUP, activity.GROUPS)
    ]
    users = [(hint.key, at) for hint, at in told if hint.kind == activity.USER]
    return groups + list(_users(tenant_id, source, _untold(tenant_id, users)))


def _untold(tenant_id: int, users: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    """{address: earliest change} of those whom no channel has told of, as far as can be known.

    An open channel is no proof: Google gives up calling while the site is away. It was heard shortly before, or since.
    """
    open_ = [one for one in realtime.channels(tenant_id) if one.state == "open" and one.heard_at]
    found: dict[str, datetime] = {}
    for address, at in users:
        if not any(one.heard_at and one.created_at <= at <= one.heard_at + HEARD_EVERY for one in open_):
            found[address] = min(at, found.get(address, at))
    return found


def _users(tenant_id: int, source: GoogleSource, changed: Mapping[str, datetime]) -> Iterator[NewHint]:
    """The log knows people by address, which is nothing to keep: their ids are looked up, here or in Google."""
    newest = load.latest_snapshot(tenant_id) if changed else None
    known = {person.user_name: person.key for person in newest[1].people} if newest else {}
    for address, at in changed.items():
        key = known.get(address) or source.id_of(address)
        if key:
            yield NewHint(activity.USER, key, at)
