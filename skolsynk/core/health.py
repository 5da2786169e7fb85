"""How a connection fares, decided from plain facts: its health in one word, its freshness, and what to tell people.

Freshness is an upper bound: from the read before the one that saw a change, which was made later, to the vendor's yes.
After pushes that failed it counts from the read before the first of them. What waited for a person is not counted.
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
LATER = "later"  # stands for every code that passes by itself: they take turns while the trouble is the same
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
    """One run that came to its own end; one that a person stopped says nothing of health."""

    at: datetime  # when it ended
    error_code: str


@dataclass(frozen=True, slots=True)
class Watched:
    """One connection as it is now."""

    mode: str
    newest: RunFact | None  # of its pushes in this mode
    failing_since: datetime | None  # the end of the first of the unbroken failures up to now
    held: int
    held_since: datetime | None
    refused: int
    next_due: datetime | None  # when a run should start by itself; None: paused, or not by itself
    working: bool  # a run is under way, or queued since lately
    first: bool = False  # what is held is the first push
    reads_fail: bool = False  # so that no push follows: told of the directory, not of each vendor


def health(watched: Watched, now: datetime) -> Health:
    """One word for a connection."""
    if watched.mode == "off":
        return Health.OFF
    if watched.failing_since is not None:
        return Health.FAILING
    if is_silent(watched, now):
        return Health.SILENT
    if watched.newest is None:
        return Health.NEW
    if watched.held:
        return Health.WAITING
    return Health.PARTLY if watched.refused else Health.WELL


def is_silent(watched: Watched, now: datetime) -> bool:
    """No run began though one should have, long enough ago."""
    return watched.next_due is not None and not watched.working and now > watched.next_due + GRACE


class Trouble(NamedTuple):
    """What a person ought to know. ``cause`` stays the same as long as it is the same trouble."""

    cause: str  # "failed:<code>" | "failed:later" | "silent" | "first" | "held" | "held_long" | "rejected"
    since: datetime
    number: int


def troubles(watched: Watched, now: datetime) -> Iterator[Trouble]:
    """All that is to be told of one connection. What passes by itself is told when it has not passed in an hour."""
    if watched.mode == "off":
        return
    since = watched.failing_since
    if since is not None:
        code = watched.newest.error_code if watched.newest else ""
        if code in AT_ONCE:
            yield Trouble(f"failed:{code}", since, 1)
        elif now - since >= FAILED_FOR:
            yield Trouble(f"failed:{LATER}", since, 1)
    elif watched.next_due is not None and is_silent(watched, now) and not watched.reads_fail:
        yield Trouble("silent", watched.next_due, 1)
    yield from _held(watched, now)
    if watched.refused and watched.newest:
        yield Trouble("rejected", watched.newest.at, watched.refused)


def _held(watched: Watched, now: datetime) -> Iterator[Trouble]:
    """Waiting long comes beside waiting: the one is not over when the other begins."""
    if not watched.held or watched.held_since is None:
        return
    yield Trouble("first" if watched.first else "held", watched.held_since, watched.held)
    if now - watched.held_since >= LONG_HELD:
        yield Trouble("held_long", watched.held_since, watched.held)


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
