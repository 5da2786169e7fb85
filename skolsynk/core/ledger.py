"""What a vendor is proven to hold, and what one answer teaches us about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from skolsynk.core.ss12000.base import ResourceId


class Held(NamedTuple):
    """One ledger row without its payload."""

    type: str
    fingerprint: bytes | None  # None: it exists there, or may, with content unknown
    unit: str


Ledger = Mapping[ResourceId, Held]


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Answer(StrEnum):
    """What became of one sent change."""

    DONE = "done"  # 2xx, or 404/410 on a delete
    REJECTED = "rejected"  # the vendor refuses this payload (400, 413, 415, 422 …)
    UNKNOWN = "unknown"  # time-out or cut connection after sending: it may have arrived
    FAILED = "failed"  # did not arrive, or the vendor was ill (5xx, 429 to the end)
    BLOCKED = "blocked"  # not sent: something it needs was not accepted


class Receipt(NamedTuple):
    """One settled change. ``message`` is the vendor's own words, at most 500 characters."""

    id: ResourceId
    type: str
    verb: Verb
    answer: Answer
    status: int  # HTTP status, 0 when there was none
    message: str
    payload: bytes | None  # what was sent last for it (None for deletes)
    fingerprint: bytes | None
    unit: str
    removals: int  # identities it removed: 1 for a delete, lost memberships for a group
    approved: bool
    tries: int
    at: datetime


class Settled(StrEnum):
    """What a receipt does to the ledger row."""

    HOLD = "hold"  # the vendor has exactly this payload
    UNSURE = "unsure"  # the vendor has it, or may: content unknown, old payload kept for explaining
    DROP = "drop"
    KEEP = "keep"


def settle(verb: Verb, answer: Answer) -> Settled:
    """The outcome table (EGIL practice: 409 and 404 were already healed inside the push)."""
    if answer is Answer.DONE:
        return Settled.DROP if verb is Verb.DELETE else Settled.HOLD
    if answer is Answer.UNKNOWN:
        return Settled.UNSURE
    return Settled.KEEP
