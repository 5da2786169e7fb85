"""The quota's window, by a clock that only moves when told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skolsynk.sources.google.window import WINDOW_S, Window


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_calls_need_not_wait() -> None:
    window = Window(3, Clock())
    assert [window.reserve() for _ in range(4)] == [0, 0, 0, WINDOW_S]


def test_places_come_back_as_time_passes() -> None:
    clock = Clock()
    window = Window(2, clock)
    window.reserve()
    clock.now += 20
    window.reserve()
    clock.now += 10
    assert window.reserve() == 30
    assert window.reserve() == 50


def test_a_pause_holds_everybody() -> None:
    clock = Clock()
    window = Window(5, clock)
    window.pause(7)
    assert window.reserve() == 7
    clock.now += 8
    assert window.reserve() == 0


@given(st.integers(1, 5), st.lists(st.floats(0, 50), max_size=60))
def test_no_sixty_seconds_hold_more_than_allowed(calls: int, steps: list[float]) -> None:
    clock = Clock()
    window = Window(calls, clock)
    times: list[float] = []
    for step in steps:
        clock.now += step
        times.append(clock.now + window.reserve())
    assert times == sorted(times)
    later = zip(times, times[calls:], strict=False)
    assert all(second - first >= WINDOW_S - 1e-6 for first, second in later)
