"""Activity: what links teachers (their Employments) to a StudentGroup; one for each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, Reference, ResourceId, ResourceType, Violation, check_text, ref
from skolsynk.core.ss12000.codes import SCHOOL


class Activity(NamedTuple):
    id: ResourceId  # derived_id(group, unit)
    display_name: str
    owner: ResourceId
    group: ResourceId
    teachers: tuple[ResourceId, ...]  # Employment ids, sorted

    def body(self) -> JsonObject:
        return {
            "schemas": list(TYPE.schemas),
            "externalId": self.id,
            "displayName": self.display_name,
            "owner": ref("SchoolUnits", self.owner),
            "groups": [ref("StudentGroups", self.group)],
            "teachers": [ref("Employments", teacher) for teacher in self.teachers],
        }


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    yield from check_text(body, ("displayName",), "EGIL profile, Activity")
    for name in ("groups", "teachers"):
        if not isinstance(body.get(name), list):
            yield Violation(name, "required list", "EGIL profile, Activity")


TYPE = ResourceType(
    "Activity",
    "Activities",
    (SCHOOL + "Activity",),
    6,
    (
        Reference("owner", "SchoolUnits", required=True),
        Reference("groups", "StudentGroups", many=True, required=True),
        Reference("teachers", "Employments", many=True),
    ),
    _check,
)
