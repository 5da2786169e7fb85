"""What a tenant's rules make of a snapshot: the SS12000 resources, each person's fate, and the findings.

Made by ``core.rules.build``; read by selection, explain, preview and the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import User


class Severity(StrEnum):
    ERROR = "error"  # left out, or frozen if it was sent before
    WARNING = "warning"  # sent without the doubtful part


class Finding(NamedTuple):
    """One thing that cannot be placed or is doubtful. Texts for people are made from code + args."""

    code: str  # key of findings.CATALOGUE
    severity: Severity
    object_kind: str  # "person" | "group" | "container" | "school_unit" | "rule"
    object_key: str  # the source's key (never a name)
    school_unit: str  # school unit code, or ""
    args: tuple[str, ...] = ()  # what the catalogue's text needs; no names of people


class Fate(StrEnum):
    """What became of one person of the snapshot."""

    PLACED = "placed"
    BROKEN = "broken"  # its data does not suffice: frozen where sent before
    DECIDED = "decided"  # left out by a decision: role nobody, suspended, excluded …
    PROTECTED = "protected"  # protected identity: nowhere, past every guard


class Step(NamedTuple):
    """One link in the chain of why, for one person."""

    name: str  # "exclusion" | "protection" | "role" | "placement" | "school_year" | "class" | "data"
    outcome: str  # "passed" | "failed" | "not_reached"
    rule: str  # label of the rule that decided, e.g. 'role[2] org_unit /Personal', or ""
    evidence: str  # the value it saw, e.g. the container path


class Outcome(NamedTuple):
    """One person's fate and where it shows."""

    fate: Fate
    reason: str  # finding code for BROKEN, decision code for DECIDED, "" otherwise
    role: str  # "pupil" | "teacher" | "staff" | ""


@dataclass(frozen=True, slots=True)
class School:
    """SS12000 resources of one tenant, before any vendor is thought of.

    Shapes: every mapping is {id: resource}; ``outcomes`` has each person of the snapshot by source key;
    ``user_ids`` gives the id of each person who has one, placed or not.
    """

    at: datetime
    organisation: Organisation
    school_unit_groups: Mapping[ResourceId, SchoolUnitGroup]
    school_units: Mapping[ResourceId, SchoolUnit]
    users: Mapping[ResourceId, User]
    employments: Mapping[ResourceId, Employment]
    student_groups: Mapping[ResourceId, StudentGroup]
    outcomes: Mapping[str, Outcome]
    user_ids: Mapping[str, ResourceId]
    containers: Mapping[ResourceId, str]  # user -> container path, for filters and causes
    findings: tuple[Finding, ...]
