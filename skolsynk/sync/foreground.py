"""Runs done here and now, in the process of the command that asked, with a bar on the terminal."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from uuid import UUID

from skolsynk.store import claims
from skolsynk.sync import run
from skolsynk.sync.command import DONE, FAILED, HELD, REJECTED, Stop
from skolsynk.sync.progress import Bar

EXIT_CODES = {"done": DONE, "held": HELD, "partly": REJECTED, "failed": FAILED, "stopped": FAILED}


def do(run_id: UUID, title: str) -> claims.RunFacts:
    """Execute one queued run and give its end. Ctrl-C settles what is open and leaves the rest for the next run."""
    bar = Bar(title)
    with _stop_on_signals() as asked:
        try:
            run.execute(run_id, worker=f"command:{os.getpid()}", should_stop=asked, watchers=(bar,))
        finally:
            bar.close()
    ended = claims.facts(run_id)
    if ended.state == "queued":
        raise Stop(
            FAILED,
            "The run waits: another run of this connection is under way, or this one was stopped. "
            "What was sent is recorded; start it again later.",
        )
    return ended


@contextmanager
def _stop_on_signals() -> Iterator[Callable[[], bool]]:
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
