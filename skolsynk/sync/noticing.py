"""A call from Google: it is told apart from anybody else's, and becomes one hint of what to read again.

Nothing in it is believed but which user it is about. Twice, late, in another order or replayed, it gives the same hint;
what is not from a channel of ours gives nothing.
"""

from __future__ import annotations

import hmac
import logging
import re
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson

from skolsynk.store import load, realtime
from skolsynk.store.realtime import ChannelFacts, NewHint

log = logging.getLogger(__name__)

USER_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
HEARD_EVERY = timedelta(seconds=30)  # a busy channel is not written down as heard at each of its calls


class Notice(NamedTuple):
    """Headers of one call as they came ("" for one that did not), and its body."""

    channel: str
    token: str
    state: str  # "sync", or the event's name
    number: str
    body: bytes


def notice(told: Notice, now: datetime) -> str:
    """Take one call; why it was dropped, or "" when it was taken."""
    channel = _channel(told.channel)
    why = _fault(channel, told, now)
    if why or channel is None:
        log.info("notice_dropped why=%s channel=%s", why, channel.id if channel else "")
        return why
    _hear(channel, told, now)
    if told.state != "sync":
        realtime.note(channel.tenant_id, [_hint(told.body, now)], now)
    return ""


def _channel(text: str) -> ChannelFacts | None:
    try:
        return realtime.channel(UUID(text))
    except ValueError:
        return None


def _fault(channel: ChannelFacts | None, told: Notice, now: datetime) -> str:
    if channel is None:
        return "unknown_channel"
    if not hmac.compare_digest(channel.token.encode(), told.token.encode("utf-8", "surrogateescape")):
        return "wrong_token"
    if channel.state == "stopped" and channel.tenant_id not in load.tenants_with_a_connection_on():
        return "stopped"  # of one that was replaced a call may be under way still: it is about somebody all the same
    return "expired" if channel.expires_at <= now else ""


def _hear(channel: ChannelFacts, told: Notice, now: datetime) -> None:
    """Write down that the channel works: its first call opens it."""
    if channel.state == "open" and channel.heard_at and now - channel.heard_at < HEARD_EVERY:
        return
    number = int(told.number) if told.number.isdecimal() and len(told.number) < 19 else 0
    realtime.heard(channel.id, number, now)


def _hint(body: bytes, now: datetime) -> NewHint:
    """The user that the call is about; a call that does not say whom is about anybody."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = None
    key = said.get("id") if isinstance(said, dict) else None
    if isinstance(key, str) and USER_ID.fullmatch(key):
        return NewHint("user", key, now)
    return NewHint("everything", "", now)
