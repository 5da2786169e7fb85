"""When a connection runs by itself: how often, between which hours, and when it pauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
KEYS = ("every_minutes", "from_hour", "to_hour", "pauses")


class Pause(NamedTuple):
    """Both days belong to the pause, in Swedish time."""

    first: date
    last: date
    reason: str


@dataclass
class ScheduleError(Exception):
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Defaults: every hour, day and night, no pause."""

    every_minutes: int = 60
    from_hour: int = 0
    to_hour: int = 24
    pauses: tuple[Pause, ...] = ()

    def open_at(self, at: datetime) -> bool:
        """Whether a run may start by itself at this instant."""
        local = at.astimezone(STOCKHOLM)
        if any(pause.first <= local.date() <= pause.last for pause in self.pauses):
            return False
        hour = local.time().replace(tzinfo=None)
        ends = time.max if self.to_hour == 24 else time(self.to_hour)
        return time(self.from_hour) <= hour <= ends


def schedule_from_json(value: object) -> Schedule:
    """Raises ScheduleError with every problem, as (path, message)."""
    problems: list[tuple[str, str]] = []
    if not isinstance(value, Mapping):
        raise ScheduleError((("", "must be a mapping"),))
    problems += [(str(key), f"unknown key; known keys: {', '.join(KEYS)}") for key in value if key not in KEYS]
    numbers = {
        "every_minutes": _number(value, "every_minutes", 60, range(5, 10_081), problems),
        "from_hour": _number(value, "from_hour", 0, range(24), problems),
        "to_hour": _number(value, "to_hour", 24, range(1, 25), problems),
    }
    if not problems and numbers["from_hour"] >= numbers["to_hour"]:
        problems.append(("to_hour", "must be later than from_hour"))
    pauses = _pauses(value.get("pauses") or [], problems)
    if problems:
        raise ScheduleError(tuple(problems))
    return Schedule(numbers["every_minutes"], numbers["from_hour"], numbers["to_hour"], pauses)


def schedule_to_json(schedule: Schedule) -> dict[str, object]:
    """What ``schedule_from_json`` reads back; defaults are left out."""
    default = Schedule()
    result: dict[str, object] = {
        key: getattr(schedule, key)
        for key in ("every_minutes", "from_hour", "to_hour")
        if getattr(schedule, key) != getattr(default, key)
    }
    if schedule.pauses:
        result["pauses"] = [
            {"from": pause.first.isoformat(), "to": pause.last.isoformat(), "reason": pause.reason}
            for pause in schedule.pauses
        ]
    return result


def _number(
    value: Mapping[str, object], key: str, default: int, allowed: range, problems: list[tuple[str, str]]
) -> int:
    number = value.get(key, default)
    if type(number) is not int or number not in allowed:
        problems.append((key, f"must be a whole number from {allowed.start} to {allowed.stop - 1}: {number!r}"))
        return default
    return number


def _pauses(value: object, problems: list[tuple[str, str]]) -> tuple[Pause, ...]:
    if not isinstance(value, list):
        problems.append(("pauses", "must be a list of {from, to, reason}"))
        return ()
    pauses = []
    for number, entry in enumerate(value):
        path = f"pauses[{number}]"
        if not isinstance(entry, Mapping) or set(entry) - {"from", "to", "reason"}:
            problems.append((path, "must have from, to and, if wanted, reason"))
            continue
        first, last = _day(entry.get("from")), _day(entry.get("to"))
        if first is None or last is None or first > last:
            problems.append((path, "from and to must be days such as 2026-06-10, in that order"))
            continue
        pauses.append(Pause(first, last, str(entry.get("reason") or "")))
    return tuple(pauses)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
