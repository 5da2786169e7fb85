"""Channels: Google calls an address of ours when a user changes (``users.watch``, ``channels.stop``).

A channel lives for at most six hours and cannot be renewed. What Google calls with is a hint and nothing more.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from skolsynk.sources.google import auth
from skolsynk.sources.google.client import Calling, Client
from skolsynk.sources.google.texts import incomplete

CHANNEL = "kind,id,resourceId,expiration"


class Opened(NamedTuple):
    """What Google answered: ``resource_id`` is needed to stop the channel."""

    resource_id: str
    expires_at: datetime


class Wish(NamedTuple):
    """``channel``: an id nobody has used (at most 64 characters). ``token``: what Google shall say with each call."""

    channel: str
    token: str
    address: str
    expires_at: datetime


def watch(calling: Calling, customer: str, wish: Wish) -> Opened:
    """Ask to be told of every change of every user of the customer. Raises SourceError."""
    body = {
        "id": wish.channel, "type": "web_hook", "address": wish.address, "token": wish.token,
        "expiration": str(int(wish.expires_at.timestamp() * 1000)),
    }  # fmt: skip
    with Client(calling, (auth.USERS,)) as client:
        answer = client.one(client.users.watch(customer=customer, body=body, fields=CHANNEL), "channel", "resourceId")
    told = str(answer.get("expiration", ""))
    if not told.isdecimal():
        raise incomplete("key_missing", what="channel", key="expiration")
    return Opened(str(answer["resourceId"]), datetime.fromtimestamp(int(told) / 1000, UTC))


def stop(calling: Calling, channel: str, resource_id: str) -> None:
    """Ask not to be told any more; a channel that Google does not know is stopped too. Raises SourceError."""
    with Client(calling, (auth.USERS,)) as client:
        channels = client.service("admin", "directory_v1").channels()
        client.call(channels.stop(body={"id": channel, "resourceId": resource_id}), "channel", absent=(404,))
