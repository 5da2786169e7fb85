"""How far a run has come, on a terminal and on none."""

from __future__ import annotations

import io

from skolsynk.sync.progress import Bar, Progress, Step


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_draws_over_its_own_line_and_ends_it_once() -> None:
    terminal = Terminal()
    bar = Bar("binogi", terminal)
    bar(Step("reading", 5, None, 12.4, None))
    bar(Step("pushing", 7, 14, 3.0, 2.3))
    bar.close()
    bar.close()
    first, second, third = terminal.getvalue().split("\r\x1b[K")
    assert first == ""
    assert second == "binogi reading   5 12/s"
    assert third == f"binogi pushing   {'█' * 14}{'░' * 14} 7/14 3/s 2 s kvar\n"


def test_a_bar_is_never_longer_than_full() -> None:
    terminal = Terminal()
    Bar("x", terminal)(Step("pushing", 30, 10, 1.0, 0.0))
    assert "█" * 28 + " 30/10" in terminal.getvalue()
    assert "kvar" not in terminal.getvalue()


def test_nothing_to_do_is_no_division_by_zero() -> None:
    terminal = Terminal()
    Bar("x", terminal)(Step("pushing", 0, 0, 0.0, None))
    assert terminal.getvalue().endswith("pushing   0 0/s")


def test_without_a_terminal_each_phase_is_one_plain_line() -> None:
    stream = io.StringIO()
    bar = Bar("binogi", stream)
    for step in (Step("reading", 1, None, 1, None), Step("reading", 2, None, 1, None), Step("pushing", 0, 9, 0, None)):
        bar(step)
    bar.close()
    assert stream.getvalue() == "binogi reading\nbinogi pushing\n"


def test_progress_passes_few_steps_on_but_always_the_first_and_last_of_a_phase() -> None:
    now, seen = [100.0], list[Step]()

    def watch(step: Step) -> None:
        seen.append(step)

    progress = Progress((watch,), every_s=1.0, clock=lambda: now[0])
    for done in range(11):
        progress("pushing", done, 10)
        now[0] += 0.25
    assert [step.done for step in seen] == [0, 4, 8, 10]
    assert seen[1] == Step("pushing", 4, 10, 4.0, 1.5)
    progress("settling", 0, None)
    assert seen[-1] == Step("settling", 0, None, 0.0, None)
