"""A connection's health in one word, what people are told, and how fresh a vendor is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.health import (
    FAILED_FOR,
    GRACE,
    LONG_HELD,
    Health,
    RunFact,
    Watched,
    freshness,
    health,
    together,
    troubles,
)

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
WELL = Watched("live", RunFact(NOW - timedelta(minutes=20), ""), None, 0, None, 0, NOW + timedelta(minutes=40), False)


def failing(hours: float, code: str = "unreachable") -> Watched:
    return replace(WELL, newest=RunFact(NOW, code), failing_since=NOW - timedelta(hours=hours))


@pytest.mark.parametrize(
    ("watched", "word"),
    [
        (replace(WELL, mode="off"), Health.OFF),
        (WELL, Health.WELL),
        (replace(WELL, newest=None), Health.NEW),
        (replace(WELL, held=3, held_since=NOW), Health.WAITING),
        (replace(WELL, refused=2), Health.PARTLY),
        (replace(failing(1), held=3), Health.FAILING),
        (replace(WELL, next_due=NOW - GRACE - timedelta(seconds=1)), Health.SILENT),
        (replace(WELL, next_due=NOW - GRACE), Health.WELL),
        (replace(WELL, next_due=NOW - 2 * GRACE, working=True), Health.WELL),
        (replace(WELL, next_due=None), Health.WELL),
    ],
)
def test_health_is_the_worst_that_holds(watched: Watched, word: Health) -> None:
    assert health(watched, NOW) is word


def causes(watched: Watched) -> list[str]:
    return [trouble.cause for trouble in troubles(watched, NOW)]


def test_nothing_is_told_of_what_is_well_or_off() -> None:
    assert causes(WELL) == []
    assert causes(replace(WELL, mode="off", held=5, held_since=NOW, failing_since=NOW - FAILED_FOR)) == []
    assert causes(replace(WELL, newest=None, refused=3)) == []


def test_what_passes_by_itself_is_told_when_it_has_not_passed() -> None:
    assert causes(failing(0.9)) == []
    assert causes(failing(FAILED_FOR / timedelta(hours=1))) == ["failed:later"]
    assert causes(failing(2, "busy")) == ["failed:later"], "one trouble, whichever of its words comes last"
    assert [each.since for each in troubles(failing(2), NOW)] == [NOW - timedelta(hours=2)]


def test_what_only_a_person_can_mend_is_told_at_once() -> None:
    assert causes(failing(0, "credentials")) == ["failed:credentials"]
    assert causes(replace(failing(2), newest=None)) == ["failed:later"]


def test_silence_held_and_rejected_are_told_beside_each_other() -> None:
    late = replace(WELL, next_due=NOW - 2 * GRACE, held=7, held_since=NOW - LONG_HELD, refused=2)
    found = list(troubles(late, NOW))
    assert [(each.cause, each.number) for each in found] == [
        ("silent", 1), ("held", 7), ("held_long", 7), ("rejected", 2),
    ]  # fmt: skip
    assert causes(replace(WELL, held=1, held_since=NOW)) == ["held"]
    assert causes(replace(WELL, held=1, held_since=None)) == []
    assert causes(replace(WELL, held=1, held_since=NOW, first=True)) == ["first"]


def test_a_directory_that_cannot_be_read_is_not_told_once_more_for_each_vendor() -> None:
    late = replace(WELL, next_due=NOW - 2 * GRACE, reads_fail=True)
    assert health(late, NOW) is Health.SILENT
    assert causes(late) == []


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_shares_are_values_that_occurred_and_in_order(values: list[float]) -> None:
    found = freshness(values)
    assert found["count"] == len(values)
    assert found["p50_s"] <= found["p95_s"]
    assert found["p95_s"] in {round(value, 1) for value in values}


def test_shares_of_a_hundred() -> None:
    assert freshness([float(number) for number in range(1, 101)]) == {"count": 100, "p50_s": 50.0, "p95_s": 95.0}


def test_several_runs_weigh_by_their_changes() -> None:
    assert together([]) is None
    assert together([{"count": 0, "p50_s": 1, "p95_s": 1}]) is None
    small, large = {"count": 1, "p50_s": 900.0, "p95_s": 900.0}, {"count": 99, "p50_s": 60.0, "p95_s": 80.0}
    assert together([small, large]) == {"count": 100, "p50_s": 60.0, "p95_s": 80.0}
