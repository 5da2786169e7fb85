"""Organisation: the school authority (huvudman). Optional in EGIL; one a tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, ResourceId, ResourceType, Violation, check_text
from skolsynk.core.ss12000.codes import SCHOOL


class Organisation(NamedTuple):
    id: ResourceId
    display_name: str

    def body(self) -> JsonObject:
        return {"schemas": list(TYPE.schemas), "externalId": self.id, "displayName": self.display_name}


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    yield from check_text(body, ("displayName",), "EGIL profile, Organisation")


TYPE = ResourceType("Organisation", "Organisations", (SCHOOL + "Organisation",), 0, (), _check)
