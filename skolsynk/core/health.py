"""How a connection fares, decided from plain facts: its health in one word, its freshness, and what to tell people.

Freshness is an upper bound: from the read before the one that saw a change, which was made later, to the vendor's yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

GRACE = timedelta(minutes=30)  # beyond the expected period before silence is trouble
LONG_HELD = timedelta(hours=24)
FAILED_FOR = timedelta(hours=1)  # what passes by itself gets this long before anybody is told
AT_ONCE = ("credentials", "tls", "redirect", "address", "no_key", "no_address", "bad_selection", "bad_address")


class Health(StrEnum):
    """The worst that holds."""

    OFF = "off"
    NEW = "new"  # never run
    WELL = "well"
    WAITING = "waiting"  # held changes
    PARTLY = "partly"  # the vendor refuses some
    SILENT = "silent"  # no run though one should have been
    FAILING = "failing"


class RunFact(NamedTuple):
    """One ended run."""

    state: str  # "done" | "held" | "partly" | "failed" | …
    at: datetime  # when it ended
    error_code: str


@dataclass(frozen=True, slots=True)
class Watched:
    """One connection as it is now. ``runs``: its ended pushes in this mode, newest first."""

    mode: str
    runs: Sequence[RunFact]
    held: int
    held_since: datetime | None
    refused: int
    next_due: datetime | None  # when a run should start by itself; None: paused, or not by itself
    working: bool  # a run is queued or under way


def health(watched: Watched, now: datetime) -> Health:
    """One word for a connection."""
    if watched.mode == "off":
        return Health.OFF
    if watched.runs and watched.runs[0].state == "failed":
        return Health.FAILING
    if is_silent(watched, now):
        return Health.SILENT
    if not watched.runs:
        return Health.NEW
    if watched.held:
        return Health.WAITING
    return Health.PARTLY if watched.refused else Health.WELL


def is_silent(watched: Watched, now: datetime) -> bool:
    """No run began though one should have, long enough ago."""
    return watched.next_due is not None and not watched.working and now > watched.next_due + GRACE


def failing_since(runs: Iterable[RunFact]) -> datetime | None:
    """When the first of the unbroken failures up to now ended; None when the newest run did not fail."""
    since = None
    for run in runs:
        if run.state != "failed":
            break
        since = run.at
    return since


class Trouble(NamedTuple):
    """What a person ought to know. ``cause`` stays the same as long as it is the same trouble."""

    cause: str  # "failed:<code>" | "silent" | "held" | "rejected"
    since: datetime
    number: int


def troubles(watched: Watched, now: datetime) -> Iterator[Trouble]:
    """All that is to be told of one connection. What passes by itself is told when it has not passed in an hour."""
    if watched.mode == "off":
        return
    since = failing_since(watched.runs)
    if since is not None:
        code = watched.runs[0].error_code
        if code in AT_ONCE or now - since >= FAILED_FOR:
            yield Trouble(f"failed:{code}", since, 1)
    elif watched.next_due is not None and is_silent(watched, now):
        yield Trouble("silent", watched.next_due, 1)
    if watched.held and watched.held_since is not None:
        yield Trouble(
            "held_long" if now - watched.held_since >= LONG_HELD else "held", watched.held_since, watched.held
        )
    if watched.refused and watched.runs:
        yield Trouble("rejected", watched.runs[0].at, watched.refused)


def freshness(seconds: Sequence[float]) -> dict[str, float]:
    """``{count, p50_s, p95_s}`` of at least one value; the larger neighbour where a share falls between two."""
    ordered = sorted(seconds)
    return {"count": len(ordered), "p50_s": round(_share(ordered, 50), 1), "p95_s": round(_share(ordered, 95), 1)}


def _share(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, -(-len(ordered) * percent // 100) - 1)]


def together(found: Iterable[Mapping[str, float]]) -> dict[str, float] | None:
    """Freshness of several runs as one: each run's shares weigh as many changes as it had; None without any."""
    runs = [run for run in found if run.get("count")]
    if not runs:
        return None
    return {
        "count": sum(run["count"] for run in runs),
        "p50_s": _weighed([(run["p50_s"], run["count"]) for run in runs], 0.50),
        "p95_s": _weighed([(run["p95_s"], run["count"]) for run in runs], 0.95),
    }


def _weighed(pairs: Sequence[tuple[float, float]], share: float) -> float:
    ordered = sorted(pairs)
    upto = accumulate(weight for _, weight in ordered)
    wanted = share * sum(weight for _, weight in ordered)
    return next(value for (value, _), weight in zip(ordered, upto, strict=True) if weight >= wanted)
