"""The two limits of the Directory API: calls in any 60 seconds per subject, and calls at once per customer."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from skolsynk.sandbox.google.wire import refuse

WINDOW_S = 60.0


@dataclass(frozen=True)
class Quota:
    """Google's defaults: 2,400 calls a minute for each subject. ``None`` = no limit."""

    calls_per_minute: int | None = 2_400
    at_once: int | None = None
    at_once_status: int = 429  # or 403, which Google spells quotaExceeded


class Gauge:
    """Counts what one fake Google lets through. A refused call does not use up quota."""

    def __init__(self, quota: Quota, monotonic: Callable[[], float]) -> None:
        self.quota = quota
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)
        self._open: defaultdict[str, int] = defaultdict(int)
        self.most_in_window = 0
        self.refused = 0

    @contextmanager
    def call(self, customer: str, subject: str) -> Iterator[None]:
        """Around one call; raises the refusal that Google would give."""
        with self._lock:
            self._count(subject)
            self._enter(customer)
        try:
            yield
        finally:
            with self._lock:
                self._open[customer] -= 1

    def _count(self, subject: str) -> None:
        times, now, limit = self._times[subject], self._monotonic(), self.quota.calls_per_minute
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if limit is not None and len(times) >= limit:
            self.refused += 1
            raise refuse(403, "userRateLimitExceeded", "Quota exceeded for quota metric 'Queries'.", "usageLimits")
        times.append(now)
        self.most_in_window = max(self.most_in_window, len(times))

    def _enter(self, customer: str) -> None:
        if self.quota.at_once is not None and self._open[customer] >= self.quota.at_once:
            self.refused += 1
            reason = "quotaExceeded" if self.quota.at_once_status == 403 else "rateLimitExceeded"
            raise refuse(self.quota.at_once_status, reason, "Too many concurrent requests.", "usageLimits")
        self._open[customer] += 1
