"""What is measured: whole runs, as a worker does them. Each function is called once in a fresh process.

Clocks start when Django is set up and every module is imported; peak memory counts those too.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load, save
from skolsynk.sync import dispatch, run
from skolsynk.sync.progress import Step

Measured = dict[str, Any]


def plan(connection: int, days: int, at: str) -> Measured:
    """Stored snapshot -> finished plan, ``days`` after the read: another day needs another school."""
    return _timed(lambda: _execute(_queue(connection, "plan", days, at)))


def push(connection: int, days: int, at: str) -> Measured:
    """Stored snapshot -> plan -> every answer settled."""
    return _timed(lambda: _execute(_queue(connection, "push", days, at)))


def one_by_one(connection: int, days: int, at: str, requests: int) -> Measured:
    """The first ``requests`` or so of the same push with one request in flight; ``rate`` is answers a second."""
    save.endpoint(connection, Mode.TEST, limits={"requests_per_second": 0, "concurrency": 1})
    seen: list[Step] = []

    def watch(step: Step) -> None:
        if step.phase == "pushing":
            seen.append(step)

    def enough() -> bool:
        return bool(seen) and seen[-1].done >= requests

    run.execute(_queue(connection, "push", days, at), worker="bench", should_stop=enough, watchers=(watch,))
    told = next(step for step in seen if step.done >= requests)
    return {"rate": told.rate, "requests": told.done}


def read(tenant: int, at: str) -> Measured:
    """Google -> stored snapshot."""
    return _timed(lambda: _execute(dispatch.queue_read(tenant, _instant(at), trigger="alone")))


def _queue(connection: int, kind: str, days: int, at: str) -> UUID:
    return dispatch.queue(load.connection(connection), kind, _instant(at) + timedelta(days=days))


def _instant(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _execute(run_id: UUID) -> claims.RunFacts:
    run.execute(run_id, worker="bench", should_stop=lambda: False)
    return claims.facts(run_id)


def _timed(work: Callable[[], claims.RunFacts]) -> Measured:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    ended = work()
    after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
    return {
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "wall_s": wall,
        "rss_mb": after.ru_maxrss * (1024 if sys.platform != "darwin" else 1) / 1e6,
        "state": ended.state,
        "error": list(ended.error_args),
        "counts": dict(ended.counts),
        "timings": dict(ended.timings),
    }
