"""How far a run has come: stored on the run for the pages, drawn as a bar on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TextIO


class Step(NamedTuple):
    """One look at a run under way. ``total`` and ``seconds_left`` are None while unknown."""

    phase: str
    done: int
    total: int | None
    rate: float  # a second
    seconds_left: float | None


class Watcher(Protocol):
    """Whoever wants to see the steps."""

    def __call__(self, step: Step) -> None: ...


@dataclass
class Progress:
    """Passes steps on, at most once in ``every_s``, and always the last one of a phase."""

    watchers: tuple[Watcher, ...]
    every_s: float = 0.5
    clock: Callable[[], float] = time.monotonic
    _phase: str = ""
    _began: float = 0.0
    _told: float = field(default=float("-inf"))

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        now = self.clock()
        if phase != self._phase:
            self._phase, self._began, self._told = phase, now, float("-inf")
        if now - self._told < self.every_s and done != total:
            return
        self._told = now
        elapsed = now - self._began
        rate = done / elapsed if elapsed > 0 else 0.0
        left = (total - done) / rate if total is not None and rate > 0 else None
        for watch in self.watchers:
            watch(Step(phase, done, total, rate, left))


class Bar:
    """Draws one line on a terminal, or one plain line a phase where there is none."""

    WIDTH = 28

    def __init__(self, title: str = "", stream: TextIO | None = None) -> None:
        self.title = title
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self._phase = ""
        self._open = False

    def __call__(self, step: Step) -> None:
        if self.live:
            self.stream.write("\r\x1b[K" + self._line(step))
            self._open = True
        elif step.phase != self._phase:
            self.stream.write(f"{self.title} {step.phase}\n")
        self._phase = step.phase
        self.stream.flush()

    def _line(self, step: Step) -> str:
        if step.total:
            filled = min(self.WIDTH, self.WIDTH * step.done // step.total)
            drawn = "█" * filled + "░" * (self.WIDTH - filled)
            left = f" {step.seconds_left:.0f} s kvar" if step.seconds_left else ""
            return f"{self.title} {step.phase:<9} {drawn} {step.done}/{step.total} {step.rate:.0f}/s{left}"
        return f"{self.title} {step.phase:<9} {step.done} {step.rate:.0f}/s"

    def close(self) -> None:
        """End the line that is open."""
        if self._open:
            self.stream.write("\n")
            self._open = False
