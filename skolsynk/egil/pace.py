"""How fast a push may go: a rate that adapts inside the vendor's limit.

It starts low, grows while the vendor answers well, and halves when the vendor says so, is silent, or gets
slower: the reference receiver delays requests for up to 30 s before it says 429, so latency speaks first.
Several connections may share one limit through a bucket (``buckets``).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from skolsynk.egil.buckets import Bucket, LocalBucket


class Signal(Enum):
    """What one answer says about the vendor's strength."""

    GOOD = auto()
    LIMITED = auto()  # 429 or 503
    TIMEOUT = auto()


class Pace(Protocol):
    """What ``push`` asks before each request and tells after each answer."""

    @property
    def rate(self) -> float | None:
        """Requests per second it now aims at; None without a limit."""

    def acquire(self, n: int = 1) -> float:
        """0.0: send n now. Else the seconds to wait before asking again."""

    def report(self, signal: Signal, seconds: float) -> None:
        """One answer came after so many seconds."""

    def pause(self, seconds: float) -> None:
        """The vendor wants silence for so long, from all who share the limit."""


class UnlimitedPace:
    """For benchmarks and for receivers of one's own."""

    @property
    def rate(self) -> float | None:
        return None

    def acquire(self, n: int = 1) -> float:
        return 0.0

    def report(self, signal: Signal, seconds: float) -> None:
        """Nothing to learn: there is no limit."""

    def pause(self, seconds: float) -> None:
        """The push itself waits."""


class AdaptiveRate:
    """The rate alone, without tokens. Requests per second; never above ``limit``, never below ``floor``."""

    START_SHARE = 0.2
    START_LEAST = 5.0
    GROWTH = 0.02  # of the limit, for each good answer, until the first trouble …
    CAREFUL_GROWTH = 0.005  # … and after it
    SLOWER = 3.0  # times the best latency, and …
    SLACK_S = 0.5  # … at least this much above it: noise is not a limit
    SMOOTHING = 0.2

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.floor = min(limit, 0.2)
        self.rate = min(limit, max(self.START_LEAST, limit * self.START_SHARE))
        self._growth = self.GROWTH
        self._best = math.inf
        self._smooth: float | None = None
        self._halved_at = -math.inf

    def report(self, signal: Signal, seconds: float, now: float) -> None:
        if now - seconds < self._halved_at:
            return  # asked before the last halving: it tells about the old rate
        if signal is not Signal.GOOD:
            self._halve(now)
            return
        smooth = seconds if self._smooth is None else self._smooth + self.SMOOTHING * (seconds - self._smooth)
        self._smooth = smooth
        self._best = min(self._best, smooth)
        if smooth > self._best * self.SLOWER and smooth > self._best + self.SLACK_S:
            self._halve(now)
        else:
            self.rate = min(self.limit, self.rate + self.limit * self._growth)

    def _halve(self, now: float) -> None:
        self.rate = max(self.floor, self.rate / 2)
        self._growth = self.CAREFUL_GROWTH
        self._smooth = None
        self._halved_at = now


class AdaptivePace:
    """An adaptive rate of one's own, inside a bucket that may be shared.

    Tokens are fetched from the bucket for a tenth of a second at a time, so that a fast vendor does not
    cost one question to Redis for every request.
    """

    def __init__(self, bucket: Bucket, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._adaptive = AdaptiveRate(limit)
        self._own = LocalBucket(self._adaptive.rate)
        self._bucket = bucket
        self._clock = clock
        self._lease = max(1, int(limit / 10))
        self._leased = 0
        self._leased_at = -math.inf

    @property
    def rate(self) -> float | None:
        return self._adaptive.rate

    def acquire(self, n: int = 1) -> float:
        now = self._clock()
        if now - self._leased_at > 1.0:
            self._leased = 0  # an old lease would let a burst through
        if self._leased < n:
            wait = self._bucket.take(max(n, self._lease), now)
            if wait:
                return wait
            self._leased += max(n, self._lease)
            self._leased_at = now
        wait = self._own.take(n, now)
        if not wait:
            self._leased -= n
        return wait

    def report(self, signal: Signal, seconds: float) -> None:
        self._adaptive.report(signal, seconds, self._clock())
        self._own.rate = self._adaptive.rate

    def pause(self, seconds: float) -> None:
        self._leased = 0
        self._bucket.pause(seconds, self._clock())


def local_pace(limit: float | None, clock: Callable[[], float] = time.monotonic) -> Pace:
    """For one process; no limit (None or 0) means unlimited."""
    return AdaptivePace(LocalBucket(limit), limit, clock) if limit else UnlimitedPace()
