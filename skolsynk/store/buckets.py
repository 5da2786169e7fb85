"""A token bucket in the database: one rate for all processes of a deployment without Redis (the demo).

The same two methods as ``egil.buckets.Bucket``. One number a bucket: when the next request is due, on the wall
clock, since the processes that share it have no other clock in common.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection, transaction

from skolsynk.store.models import BucketRow

BURST_S = 0.1  # unused time that may be caught up


class DbBucket:
    """``rate`` tokens per second for everybody who names the same bucket."""

    def __init__(self, name: str, rate: float, clock: Callable[[], float] = time.time) -> None:
        if rate <= 0:
            raise ValueError("a bucket needs a rate above 0; use an unlimited pace instead")
        self.name = name
        self.rate = rate
        self._clock = clock

    def take(self, n: int, now: float) -> float:
        """0.0 when n tokens were granted, else the seconds to wait before asking again."""
        with transaction.atomic():
            at = self._clock()
            due = self._locked()
            if due > at:
                return due - at
            # Less than a burst behind is caught up; what lies further back is lost.
            self._write(max(due, at - max(BURST_S, 1 / self.rate)) + n / self.rate)
        return 0.0

    def pause(self, seconds: float, now: float) -> None:
        """Grant nothing to anybody for so long."""
        with transaction.atomic():
            self._write(max(self._locked(), self._clock() + seconds))

    def _locked(self) -> float:
        # SQLite's immediate transactions lock by themselves; PostgreSQL locks the row.
        BucketRow.objects.bulk_create([BucketRow(name=self.name)], ignore_conflicts=True)
        rows = BucketRow.objects.filter(name=self.name)
        rows = rows.select_for_update() if connection.features.has_select_for_update else rows
        return rows.values_list("due", flat=True).get()

    def _write(self, due: float) -> None:
        BucketRow.objects.filter(name=self.name).update(due=due)
