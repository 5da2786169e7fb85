"""Employment: one for each person and school unit; what ties a teacher to a unit and to activities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, Reference, ResourceId, ResourceType, Violation, ref
from skolsynk.core.ss12000.codes import EMPLOYMENT_ROLES, SCHOOL


class Employment(NamedTuple):
    id: ResourceId  # derived_id(unit, user)
    user: ResourceId
    employed_at: ResourceId
    employment_role: str
    signature: str = ""

    def body(self, *, signature: bool) -> JsonObject:
        body: JsonObject = {
            "schemas": list(TYPE.schemas),
            "externalId": self.id,
            "employedAt": ref("SchoolUnits", self.employed_at),
            "user": ref("Users", self.user),
            "employmentRole": self.employment_role,
        }
        if signature and self.signature:
            body["signature"] = self.signature
        return body


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    if body.get("employmentRole") not in EMPLOYMENT_ROLES:
        yield Violation("employmentRole", f"one of {', '.join(EMPLOYMENT_ROLES)}", "EGIL profile, Employment")


TYPE = ResourceType(
    "Employment",
    "Employments",
    (SCHOOL + "Employment",),
    4,
    (Reference("employedAt", "SchoolUnits", required=True), Reference("user", "Users", required=True)),
    _check,
)
