"""SS12000:2018 as the EGIL profile of SCIM: one module for each resource type, in send order."""

from __future__ import annotations

from collections.abc import Mapping

from skolsynk.core.ss12000 import (
    activity,
    employment,
    organisation,
    school_unit,
    school_unit_group,
    student_group,
    user,
)
from skolsynk.core.ss12000.base import ResourceId, ResourceType, Violation, check_common

RESOURCE_TYPES: tuple[ResourceType, ...] = (
    organisation.TYPE,
    school_unit_group.TYPE,
    school_unit.TYPE,
    user.TYPE,
    employment.TYPE,
    student_group.TYPE,
    activity.TYPE,
)
"""All types in send order; deletes go in reverse."""

BY_NAME: Mapping[str, ResourceType] = {kind.name: kind for kind in RESOURCE_TYPES}
BY_ENDPOINT: Mapping[str, ResourceType] = {kind.endpoint: kind for kind in RESOURCE_TYPES}


def validate(kind: ResourceType, body: Mapping[str, object]) -> tuple[Violation, ...]:
    """Every rule the body breaks; empty when it may be sent."""
    return (*check_common(kind, body), *kind.check(body))


__all__ = ["BY_ENDPOINT", "BY_NAME", "RESOURCE_TYPES", "ResourceId", "ResourceType", "Violation", "validate"]
