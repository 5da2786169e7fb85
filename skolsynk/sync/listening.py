"""Keeps Google telling us of changed users: one channel for each tenant that has a connection on.

A channel lives for six hours and cannot be renewed: a new one is opened half an hour before, and the old one stopped
when the new one has been heard. While there was none, changes may have been missed: then everything is read.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from skolsynk.environment import LOOPBACK
from skolsynk.sources.base import SourceError
from skolsynk.sources.google import GoogleSource, Wish
from skolsynk.store import load, realtime
from skolsynk.store.realtime import ChannelFacts, NewHint
from skolsynk.sync import directory
from skolsynk.sync.errors import RunError

log = logging.getLogger(__name__)

PATH = "google/notiser/"  # where Google calls
LIFE = timedelta(hours=6)  # the most that Google gives
RENEW = timedelta(minutes=30)  # before the end: room for half an hour of trouble
REFUSED_AGAIN = timedelta(minutes=5)
UNHEARD = timedelta(minutes=10)  # Google's first call comes within seconds; after this it does not reach us
LOG_FRESH = timedelta(minutes=15)  # five looks: a log not followed for so long is not relied on
FORGET = timedelta(days=7)


def address() -> str:
    """Where Google is to call; "" when it cannot: it wants https and a public address.

    The demo's Google is on this machine, and calls plain addresses here too.
    """
    site = settings.SITE_URL.rstrip("/")
    host = urlsplit(site).hostname or ""
    public = site.startswith("https://") and host not in LOOPBACK
    here = host in LOOPBACK and urlsplit(settings.GOOGLE_ROOT_URL).hostname in LOOPBACK
    return f"{site}/{PATH}" if public or here else ""


def listen(tenant_id: int, now: datetime) -> None:
    """See to one tenant's channels. Safe to repeat, also twice at once."""
    if not wanted(tenant_id):
        stop(tenant_id)
    elif address():
        _keep_open(tenant_id, now)
    realtime.prune_channels(tenant_id, now - FORGET)


def tenants() -> tuple[int, ...]:
    """Whose channels need a look: those that want one, and those that have one."""
    return tuple(sorted({*load.tenants_with_a_connection_on(), *realtime.tenants_with_channels()}))


def wanted(tenant_id: int) -> bool:
    return tenant_id in load.tenants_with_a_connection_on()


def _keep_open(tenant_id: int, now: datetime) -> None:
    every = realtime.channels(tenant_id)
    there = [one for one in every if one.expires_at > now]
    lasting = [one for one in there if one.expires_at - now > RENEW]
    if lasting:
        _stop_all_but_one(tenant_id, there, lasting)
    elif not realtime.refused_since(tenant_id, now - REFUSED_AGAIN) and _open(tenant_id, now) and not there:
        _missed(tenant_id, every, now)


def _stop_all_but_one(tenant_id: int, there: Sequence[ChannelFacts], lasting: Sequence[ChannelFacts]) -> None:
    """The longest lasting stays, once Google has called on it; until then the old ones are what there is."""
    kept = next((one for one in lasting if one.state == "open"), None)
    if kept and len(there) > 1:
        _stop(tenant_id, [one for one in there if one.id != kept.id and one.expires_at <= kept.expires_at])


def _open(tenant_id: int, now: datetime) -> bool:
    channel, token, until = uuid.uuid4(), secrets.token_urlsafe(32), now + LIFE
    realtime.ask_channel(tenant_id, channel, token, now, until)
    try:
        opened = _source(tenant_id).watch(Wish(str(channel), token, address(), until))
    except (SourceError, RunError) as error:
        realtime.stopped(channel)
        log.warning("channel_refused tenant=%s channel=%s error=%s", tenant_id, channel, error.code)
        return False
    realtime.answered(channel, opened.resource_id, opened.expires_at)
    log.info("channel_opened tenant=%s channel=%s", tenant_id, channel)
    return True


def _missed(tenant_id: int, before: Sequence[ChannelFacts], now: datetime) -> None:
    """Nobody was told until now: read everything. What differs changed after the last word, or the last read."""
    heard = max((one.heard_at or one.created_at for one in before), default=None)
    since = heard or load.latest_read_at(tenant_id)
    if since:
        realtime.note(tenant_id, [NewHint("everything", "", since)], now)


def stop(tenant_id: int) -> None:
    """Stop all of a tenant's channels and forget what they told; also when the app is gone and Google says no."""
    _stop(tenant_id, realtime.channels(tenant_id))
    realtime.forget_hints(tenant_id)
    realtime.forget_cursor(tenant_id)


def _stop(tenant_id: int, channels: Sequence[ChannelFacts]) -> None:
    for one in channels:
        try:
            _source(tenant_id).stop_watching(str(one.id), one.resource_id)
        except (SourceError, RunError) as error:
            # It ends by itself within hours, and what it says until then is dropped.
            log.warning("channel_not_stopped tenant=%s channel=%s error=%s", tenant_id, one.id, error.code)
        realtime.stopped(one.id)


def _source(tenant_id: int) -> GoogleSource:
    return directory.source(tenant_id, tries=3, timeout_s=20.0)


# How it is going


class State(NamedTuple):
    """How one tenant's changes reach us. ``log`` "" when the admin log is followed, else why not."""

    users: str  # "on" | "asked" (Google has not called yet) | "unheard" (it ought to have) | "off" | "no_address"
    log: str  # "" | "not_yet" | an error's code
    looked_at: datetime | None  # in the admin log

    @property
    def live(self) -> bool:
        """Everything that changes is told of: whole reads are for the night."""
        return self.users == "on" and not self.log


def state(tenant_id: int, now: datetime) -> State:
    cursor = realtime.cursor(tenant_id)
    followed = cursor is not None and cursor.looked_at is not None and now - cursor.looked_at <= LOG_FRESH
    why = "" if followed else (cursor.error_code if cursor else "") or "not_yet"
    return State(_users(tenant_id, now), why, cursor.looked_at if cursor else None)


def live(tenant_id: int, now: datetime) -> bool:
    return state(tenant_id, now).live


def _users(tenant_id: int, now: datetime) -> str:
    if not address():
        return "no_address"
    there = [one for one in realtime.channels(tenant_id) if one.expires_at > now]
    if any(one.state == "open" for one in there):
        return "on"
    if not there:
        return "off"
    return "unheard" if now - max(one.created_at for one in there) > UNHEARD else "asked"
