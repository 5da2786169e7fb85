"""StudentGroup: a class or a teaching group; its members are pupils only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, Reference, ResourceId, ResourceType, Violation, check_text, ref
from skolsynk.core.ss12000.codes import SCHOOL, STUDENT_GROUP_TYPES


class StudentGroup(NamedTuple):
    id: ResourceId
    display_name: str
    owner: ResourceId  # school unit
    student_group_type: str  # "Klass", "Undervisning", …
    members: tuple[ResourceId, ...]  # pupils' users, sorted
    teachers: tuple[ResourceId, ...] = ()  # users of the staff who teach it; sent through its Activity
    school_year: int | None = None

    @property
    def is_class(self) -> bool:
        return self.student_group_type == "Klass"

    def body(self, members: tuple[ResourceId, ...], display_name: str) -> JsonObject:
        """The EGIL body with the members that this vendor may see and the name that it accepts."""
        return {
            "schemas": list(TYPE.schemas),
            "externalId": self.id,
            "displayName": display_name,
            "studentGroupType": self.student_group_type,
            "owner": ref("SchoolUnits", self.owner),
            "studentMemberships": [ref("Users", member) for member in members],
        }


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    yield from check_text(body, ("displayName",), "EGIL profile, StudentGroup")
    if body.get("studentGroupType") not in STUDENT_GROUP_TYPES:
        yield Violation("studentGroupType", f"one of {', '.join(STUDENT_GROUP_TYPES)}", "EGIL code list in use")
    if not isinstance(body.get("studentMemberships"), list):
        yield Violation("studentMemberships", "required list, may be empty", "EGIL profile, StudentGroup")


TYPE = ResourceType(
    "StudentGroup",
    "StudentGroups",
    (SCHOOL + "StudentGroup",),
    5,
    (Reference("owner", "SchoolUnits", required=True), Reference("studentMemberships", "Users", many=True)),
    _check,
)
