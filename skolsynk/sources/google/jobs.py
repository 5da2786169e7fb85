"""Many calls at once, waited for in a way that lets others see that somebody is waiting."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from typing import TypeVar

from skolsynk.sources.base import Progress

LOOK_EVERY_S = 0.5  # also while Google is silent: who is not heard for long is taken for dead

T = TypeVar("T")


def answers(jobs: Sequence[Future[T]], phase: str, progress: Progress) -> list[T]:
    """What each job came to, in order. Raises what the first that failed raised, and what ``progress`` raises."""
    left: set[Future[T]] = set(jobs)
    while left:
        done, left = wait(left, LOOK_EVERY_S, FIRST_EXCEPTION)
        for job in done:
            job.result()
        progress(phase, len(jobs) - len(left), len(jobs))
    return [job.result() for job in jobs]
