"""Receipts in small groups: at most 32 answers or 50 ms old, so that little is lost when a worker dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from skolsynk.core.ledger import Answer, Receipt, Verb
from skolsynk.egil.job import Job
from skolsynk.egil.values import COUNTED, PushProgress, PushSummary, StopReason

LARGEST_GROUP = 32
OLDEST_S = 0.05
RATE_WINDOW_S = 10.0
DONE_AS = {Verb.CREATE: "created", Verb.UPDATE: "updated", Verb.DELETE: "deleted"}


class Settling:
    """Collects receipts, counts them and says how long the rest will take."""

    def __init__(
        self,
        settle: Callable[[Sequence[Receipt]], None],
        progress: Callable[[PushProgress], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
        total: int,
        expected_rate: float | None,
    ) -> None:
        self._settle = settle
        self._progress = progress
        self._now = now
        self._clock = clock
        self._total = total
        self._expected_rate = expected_rate
        self._group: list[Receipt] = []
        self._oldest = 0.0
        self._done = 0
        self._counts = dict.fromkeys(COUNTED, 0)
        self._started = clock()
        self._marks: deque[tuple[float, int]] = deque([(self._started, 0)])
        self.accepted = False  # at least one change was done
        self._tell()

    def add(self, job: Job, answer: Answer, status: int, words: str) -> None:
        change = job.change
        self._counts[DONE_AS[change.verb] if answer is Answer.DONE else answer.value] += 1
        self.accepted = self.accepted or answer is Answer.DONE
        if not self._group:
            self._oldest = self._clock()
        self._group.append(
            Receipt(
                change.id,
                change.type,
                change.verb,
                answer,
                status,
                words,
                job.body.payload,
                job.body.fingerprint,
                change.unit,
                change.removals,
                change.approved,
                job.tries,
                self._now(),
            )
        )
        if len(self._group) >= LARGEST_GROUP:
            self.flush()

    def seconds_until_due(self) -> float:
        return max(0.0, self._oldest + OLDEST_S - self._clock()) if self._group else float("inf")

    def flush_if_due(self) -> None:
        if self.seconds_until_due() <= 0:
            self.flush()

    def flush(self) -> None:
        if not self._group:
            return
        group, self._group = self._group, []
        self._settle(group)
        self._done += len(group)
        self._tell()

    def summary(self, stopped: StopReason | None, words: str, status: int, requests: int) -> PushSummary:
        unsent = self._total - self._done
        return PushSummary(stopped, words, status, dict(self._counts), unsent, requests, self._clock() - self._started)

    def _tell(self) -> None:
        rate = self._rate()
        remaining = self._total - self._done
        seconds = remaining / rate if rate else None
        self._progress(PushProgress(self._done, self._total, rate, seconds, dict(self._counts)))

    def _rate(self) -> float:
        """Receipts per second over the last ten seconds; before the first one, what the pace aims at."""
        at = self._clock()
        self._marks.append((at, self._done))
        while len(self._marks) > 2 and at - self._marks[1][0] > RATE_WINDOW_S:
            self._marks.popleft()
        since, done = self._marks[0]
        if self._done == done or at <= since:
            return self._expected_rate or 0.0
        return (self._done - done) / (at - since)
