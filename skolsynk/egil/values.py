"""What a push tells about itself: while it goes, and when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

COUNTED = ("created", "updated", "deleted", "rejected", "unknown", "failed", "blocked")
"""Keys of every ``counts``; one receipt counts under exactly one."""


class StopReason(StrEnum):
    """Why a push ended before its last change. All but ASKED are about the connection, not one resource."""

    ASKED = "asked"  # should_stop said so
    CREDENTIALS = "credentials"  # 401 or 403
    TLS = "tls"  # certificate, CA set, handshake or pinned key
    REDIRECT = "redirect"  # the address is wrong; the message names the host it pointed at
    ADDRESS = "address"  # nothing answers at this path, or it is no address
    UNREACHABLE = "unreachable"  # the circuit breaker
    BUSY = "busy"  # asked to wait longer than a push waits


class PushProgress(NamedTuple):
    """``done`` receipts of ``total`` changes; ``rate`` receipts per second; seconds None when not yet known."""

    done: int
    total: int
    rate: float
    seconds_left: float | None
    counts: Mapping[str, int]


class PushSummary(NamedTuple):
    """One finished push. Changes that were neither answered nor blocked have no receipt: ``unsent``."""

    stopped: StopReason | None
    message: str  # of the stop: the vendor's or the library's own words
    status: int  # HTTP status of the answer that stopped it, 0 without
    counts: Mapping[str, int]
    unsent: int
    requests: int
    seconds: float


def expected_seconds(changes: int, per_second: float | None) -> float:
    """What a push of so many changes takes at best at the vendor's limit; 0.0 when there is none."""
    return changes / per_second if per_second else 0.0
