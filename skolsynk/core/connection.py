"""A connection as values: mode, selection, guards. Stored as JSON, edited as YAML, drawn as forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from skolsynk.core.filters.kinds import Filter
from skolsynk.core.ss12000.user import UserFields


class Mode(StrEnum):
    OFF = "off"
    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One person kept from one vendor by a decision."""

    person: str  # source key
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What one connection may see. Empty school units, roles or group types mean nothing, never all."""

    school_units: tuple[str, ...]  # codes
    roles: tuple[str, ...] = ("pupil", "teacher", "staff")
    group_types: tuple[str, ...] = ("Klass", "Undervisning")
    filters: tuple[tuple[Filter, ...], ...] = ()  # OR of blocks, AND within
    not_filters: tuple[Filter, ...] = ()  # anybody matching one of these is left out
    exclusions: tuple[Exclusion, ...] = ()
    fields: UserFields = field(default_factory=UserFields)
    organisation: bool = False
    school_unit_groups: bool = False
    include_protected: bool = False  # the tenant's own word, for this vendor


@dataclass(frozen=True, slots=True)
class Limit:
    """Exceeded when both the share and the count are exceeded."""

    share: float  # 0..1
    count: int

    def exceeded(self, changes: int, of: int) -> bool:
        return changes > self.count and changes > self.share * of


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits on identities, never on net totals; each counted on its own (design: Guards, defaults)."""

    removed: Limit = Limit(0.05, 10)  # per school unit and type
    added: Limit = Limit(0.25, 50)
    changed: Limit = Limit(0.25, 50)
    removed_in_all: Limit = Limit(0.03, 50)  # whole connection
    cumulative: bool = True  # the same over 24 h and 7 days
    freeze_days: int = 14
    hold_first_live_push: bool = True
