"""Token buckets: at most so many requests per second. Here for one process; ``redis_bucket`` shares one.

A bucket belongs to a vendor *and* its credential, since that is what receivers count by.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

BURST_S = 0.1  # unused time that may be caught up


class Bucket(Protocol):
    """``now`` is the caller's monotonic clock in seconds; a shared bucket uses its own."""

    def take(self, n: int, now: float) -> float:
        """0.0 when n tokens were granted, else the seconds after which asking again makes sense."""

    def pause(self, seconds: float, now: float) -> None:
        """Grant nothing to anybody for so long: the vendor said so."""


class LocalBucket:
    """For one process. ``rate`` tokens per second; at most ``burst`` at once."""

    def __init__(self, rate: float, burst: float | None = None) -> None:
        if rate <= 0:
            raise ValueError("a bucket needs a rate above 0; use an unlimited pace instead")
        self.rate = rate
        self._burst = burst or max(1.0, rate * BURST_S)
        self._tokens = self._burst
        self._at: float | None = None
        self._paused_until = float("-inf")

    def take(self, n: int, now: float) -> float:
        if now < self._paused_until:
            return self._paused_until - now
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self.rate)
        self._at = now
        # More than the burst is granted at once when the bucket is full, and paid for afterwards.
        missing = min(float(n), self._burst) - self._tokens
        if missing > 1e-9:
            return missing / self.rate
        self._tokens -= n
        return 0.0

    def pause(self, seconds: float, now: float) -> None:
        self._paused_until = max(self._paused_until, now + seconds)


def bucket_name(vendor: str, credential: str) -> str:
    """``<vendor>:<16 hex>``: tells credentials apart without telling them."""
    return f"{vendor}:{hashlib.sha256(credential.encode()).hexdigest()[:16]}"
