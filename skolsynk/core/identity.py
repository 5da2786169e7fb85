"""Who is who over time: the stored pairs of source key and UUID, and how classes keep theirs.

People, groups and school units have immutable keys at their source, so their ids follow from the keys.
A class has none: its org unit, its field value or its group is used again for other pupils next year.
A class is therefore known by its members (``match_classes`` in ``core.rules``' build).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from skolsynk.core.ss12000.base import ResourceId


class ClassRecord(NamedTuple):
    """One class as it was last seen. Kept for ever: its id is never minted again for another class."""

    id: ResourceId
    source_key: str  # "group:<key>" | "container:<key or path>" | "field:<path>:<name>"; "" when imported
    unit: str  # school unit code
    name: str
    generation: int  # 1 for the first class minted under (unit, name), 2 for the next …
    members: tuple[ResourceId, ...]  # users, sorted; the last that were not empty
    last_seen: date


@dataclass(frozen=True, slots=True)
class Identity:
    """All stored identity of one tenant, shared by test and live."""

    namespace: uuid.UUID
    people: Mapping[str, ResourceId] = field(default_factory=dict)  # source key -> user id
    groups: Mapping[str, ResourceId] = field(default_factory=dict)  # source key -> teaching group id
    units: Mapping[str, ResourceId] = field(default_factory=dict)  # school unit code -> id
    classes: tuple[ClassRecord, ...] = ()
    organisation: ResourceId | None = None
    unit_groups: Mapping[str, ResourceId] = field(default_factory=dict)  # name -> id


@dataclass(frozen=True, slots=True)
class IdentityNews:
    """What a build minted or saw change; to be stored before anything is sent.

    ``people``, ``groups``, ``units`` and ``unit_groups`` hold new pairs only; ``classes`` new and changed
    records, to be written over those with the same id; ``organisation`` is None when it was known.
    """

    people: Mapping[str, ResourceId] = field(default_factory=dict)
    groups: Mapping[str, ResourceId] = field(default_factory=dict)
    units: Mapping[str, ResourceId] = field(default_factory=dict)
    classes: tuple[ClassRecord, ...] = ()
    organisation: ResourceId | None = None
    unit_groups: Mapping[str, ResourceId] = field(default_factory=dict)
