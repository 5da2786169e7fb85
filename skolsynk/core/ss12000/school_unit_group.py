"""SchoolUnitGroup: a school (skola) that gathers school units. Optional in EGIL; carries no list of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, ResourceId, ResourceType, Violation, check_text
from skolsynk.core.ss12000.codes import SCHOOL


class SchoolUnitGroup(NamedTuple):
    id: ResourceId
    display_name: str

    def body(self) -> JsonObject:
        return {"schemas": list(TYPE.schemas), "externalId": self.id, "displayName": self.display_name}


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    yield from check_text(body, ("displayName",), "EGIL profile, SchoolUnitGroup")


TYPE = ResourceType("SchoolUnitGroup", "SchoolUnitGroups", (SCHOOL + "SchoolUnitGroup",), 1, (), _check)
