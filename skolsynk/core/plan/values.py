"""A plan as a value: what will flow, what is held and why, what is frozen, what is as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from skolsynk.core.connection import Guards
from skolsynk.core.ledger import Verb
from skolsynk.core.ss12000.base import ResourceId


class Change(NamedTuple):
    """One create, update or delete, with what is needed to send, count, show and explain it."""

    verb: Verb
    type: str
    id: ResourceId
    unit: str  # school unit code, "" if none
    payload: bytes | None  # new canonical body; None for a delete
    fingerprint: bytes | None  # of payload
    before: bytes | None  # what the ledger keeps: proven, or for a "retry" the last proven; None when there is none
    attributes: tuple[str, ...]  # changed attribute names, for updates
    removals: int  # 1 for a delete; for a StudentGroup also each membership lost by somebody who stays at the vendor
    cause: str  # "new" | "data" | "gone" | "decision" | "broken_too_long" | "protected" | "retry" | "selection"
    approved: bool = False  # outside the guards, then and later: a person said yes, or no yes is needed for it


class Hold(NamedTuple):
    """One change kept back. ``reason`` names the guard: one row per (resource, verb, reason)."""

    change: Change
    reason: str  # "removed" | "added" | "changed" | "removed_in_all" | "first_push" | "school_year" | "depends" …
    window: str  # "now" | "24h" | "7d"


@dataclass(frozen=True, slots=True)
class GuardTrip:
    """One exceeded limit, for people: 48 of 402 removed at 12345678, limit 5 % and 10."""

    reason: str
    unit: str  # "" for the whole connection
    type: str  # "" for all types
    window: str
    changes: int
    of: int
    share: float
    count: int


class ApprovedChange(NamedTuple):
    """Exactly one change that a person said yes to; the fingerprint binds its content."""

    verb: Verb
    type: str
    id: ResourceId
    fingerprint: bytes | None  # None for deletes


class Refused(NamedTuple):
    """The vendor refused this payload; it is tried again when it changes or somebody asks.

    In a plan a create or update without fingerprint is one that needs something refused.
    """

    type: str
    verb: Verb
    fingerprint: bytes | None


class Spent(NamedTuple):
    """Unapproved changes already sent in a window, by (school unit, type): what cumulative guards add."""

    added: Mapping[tuple[str, str], int]
    changed: Mapping[tuple[str, str], int]
    removed: Mapping[tuple[str, str], int]


NOTHING_SPENT = Spent({}, {}, {})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a plan depends on besides roster and ledger. ``at`` is the run's instant, ``today`` the Swedish date."""

    at: datetime
    today: date
    key: bytes  # the tenant's fingerprint key
    live: bool
    guards: Guards = field(default_factory=Guards)
    approvals: frozenset[ApprovedChange] = frozenset()
    refused: Mapping[ResourceId, Refused] = field(default_factory=dict)
    spent_day: Spent = NOTHING_SPENT  # the last 24 hours, this run not included
    spent_week: Spent = NOTHING_SPENT  # the last 7 days, this run not included
    broken_since: Mapping[ResourceId, date] = field(default_factory=dict)  # first day each was found broken
    decided: Mapping[ResourceId, str] = field(default_factory=dict)  # why somebody left: "decision" | "selection"
    first_push: bool = False  # the first push has begun and not yet come to its end (an empty ledger says so itself)


@dataclass(frozen=True, slots=True)
class Plan:
    """Shapes: ``flowing`` is in send order (creates and updates up, then deletes down)."""

    at: datetime
    flowing: tuple[Change, ...]
    held: tuple[Hold, ...]
    trips: tuple[GuardTrip, ...]
    frozen: Mapping[ResourceId, str]  # id -> finding code
    refused: Mapping[ResourceId, Refused]  # not sent again until changed
    unchanged: int
    unproven: int  # ledger rows with unknown content among flowing updates
    standing: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    """"frozen" | "refused" | "unchanged" -> (school unit code, type) -> how many."""
