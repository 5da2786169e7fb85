"""Keeps calls under a quota that counts any stretch of time, not calendar minutes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 60.0


class Window:
    """At most ``calls`` in any 60 seconds; the first ones at once. Shared by threads that call as the same subject.

    A bucket that fills evenly would be slower: of 3,100 calls the first 2,350 need not wait at all.
    """

    def __init__(self, calls: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._taken: deque[float] = deque(maxlen=calls)
        self._not_before = 0.0

    def reserve(self) -> float:
        """Take the next place; seconds to wait before using it."""
        with self._lock:
            now = self._monotonic()
            at = max(now, self._not_before)
            if len(self._taken) == self._taken.maxlen:
                at = max(at, self._taken[0] + WINDOW_S)
            self._taken.append(at)
            return at - now

    def pause(self, seconds: float) -> None:
        """Nobody's next place is sooner than this: somebody else uses the same quota."""
        with self._lock:
            self._not_before = max(self._not_before, self._monotonic() + seconds)
