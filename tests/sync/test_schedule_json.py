"""When a connection runs by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.sync.schedule_json import Pause, Schedule, ScheduleError, schedule_from_json, schedule_to_json

SUMMER = Pause(date(2026, 6, 15), date(2026, 8, 10), "sommarlov")


def test_nothing_said_is_every_hour_day_and_night() -> None:
    assert schedule_from_json({}) == Schedule(60, 0, 24, ())
    assert schedule_to_json(Schedule()) == {}


@given(
    st.builds(
        Schedule, st.integers(5, 10_080), st.integers(0, 11), st.integers(12, 24),
        st.lists(st.builds(Pause, st.just(SUMMER.first), st.dates(SUMMER.first), st.text()), max_size=3).map(tuple),
    )
)  # fmt: skip
def test_what_is_written_reads_back_as_the_same(schedule: Schedule) -> None:
    assert schedule_from_json(schedule_to_json(schedule)) == schedule


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (None, ""), ([], ""), ("hourly", ""), ({"every": 5}, "every"), ({1: 2}, "1"),
        ({"every_minutes": 4}, "every_minutes"), ({"every_minutes": 10_081}, "every_minutes"),
        ({"every_minutes": True}, "every_minutes"), ({"every_minutes": "60"}, "every_minutes"),
        ({"every_minutes": 6.5}, "every_minutes"), ({"every_minutes": None}, "every_minutes"),
        ({"from_hour": 24}, "from_hour"), ({"to_hour": 0}, "to_hour"), ({"to_hour": 25}, "to_hour"),
        ({"from_hour": 9, "to_hour": 9}, "to_hour"), ({"from_hour": 18, "to_hour": 6}, "to_hour"),
        ({"pauses": "july"}, "pauses"), ({"pauses": [1]}, "pauses[0]"), ({"pauses": [{"until": 1}]}, "pauses[0]"),
        ({"pauses": [{}]}, "pauses[0]"), ({"pauses": [{"from": "2026-06-31", "to": "2026-07-01"}]}, "pauses[0]"),
        ({"pauses": [{"from": "2026-07-02", "to": "2026-07-01"}]}, "pauses[0]"),
        ({"pauses": [{"from": 20260701, "to": "2026-07-01"}]}, "pauses[0]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(value: Any, where: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        schedule_from_json(value)
    assert [path for path, _ in caught.value.problems] == [where]


def test_every_problem_is_told() -> None:
    with pytest.raises(ScheduleError) as caught:
        schedule_from_json({"x": 1, "every_minutes": 0, "pauses": [1, 2]})
    assert [path for path, _ in caught.value.problems] == ["x", "every_minutes", "pauses[0]", "pauses[1]"]


def test_days_may_come_as_yaml_reads_them() -> None:
    first, last = date(2026, 6, 15), datetime(2026, 8, 10, 12, tzinfo=UTC)
    assert schedule_from_json({"pauses": [{"from": first, "to": last, "reason": "sommarlov"}]}).pauses == (SUMMER,)


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        ("2026-11-16T04:59:59", False),  # 05:59:59 in winter
        ("2026-11-16T05:00:00", True),
        ("2026-11-16T17:00:00", True),  # 18 o'clock sharp
        ("2026-11-16T17:00:01", False),
        ("2026-09-01T04:00:00", True),  # 06 in summer time
        ("2026-06-14T21:59:00", False),  # 23:59 the day before the pause
        ("2026-06-15T10:00:00", False),
        ("2026-08-10T10:00:00", False),
        ("2026-08-11T10:00:00", True),
    ],
)
def test_hours_and_pauses_are_in_swedish_time(at: str, opened: bool) -> None:
    schedule = Schedule(60, 6, 18, (SUMMER,))
    assert schedule.open_at(datetime.fromisoformat(at).replace(tzinfo=UTC)) is opened


def test_a_whole_day_is_open_to_its_last_moment() -> None:
    assert Schedule().open_at(datetime(2026, 11, 16, 22, 59, 59, 999_999, tzinfo=UTC))
