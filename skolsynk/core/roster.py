"""What one vendor should hold: rendered, canonical, closed under references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from skolsynk.core.school import Finding
from skolsynk.core.ss12000.base import ResourceId


class Item(NamedTuple):
    """One resource as the vendor should have it."""

    type: str  # ResourceType.name
    payload: bytes  # canonical JSON
    unit: str  # school unit code that guards count it under; "" for Organisation and groups of units


class LeftOut(NamedTuple):
    """Why one person is not at this vendor, or why something of it was cut."""

    user: ResourceId
    code: str  # "school_unit" | "role" | "filter" | "excluded" | "protected" | "no_unit_left" | "one_class" | …
    evidence: str


@dataclass(frozen=True, slots=True)
class Roster:
    """Shapes: ``items`` {id: Item}. ``broken`` and ``protected`` speak of ids that are *not* in items."""

    items: Mapping[ResourceId, Item]
    broken: Mapping[ResourceId, str]  # user id -> finding code; frozen where the ledger has them
    protected: frozenset[ResourceId]
    left_out: tuple[LeftOut, ...]
    findings: tuple[Finding, ...]  # what this vendor's constraints cut
