"""SchoolUnit (skolenhet): known by its eight-digit code in the national register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import JsonObject, Reference, ResourceId, ResourceType, Violation, check_text, ref
from skolsynk.core.ss12000.codes import MUNICIPALITY_CODE, SCHOOL, SCHOOL_TYPES, SCHOOL_UNIT_CODE


class SchoolUnit(NamedTuple):
    id: ResourceId
    display_name: str
    school_unit_code: str  # 8 digits
    school_types: tuple[str, ...] = ()  # SS12000:2018 codes
    municipality_code: str = ""  # 4 digits or ""
    organisation: ResourceId | None = None
    school_unit_group: ResourceId | None = None

    def body(self, *, organisation: bool, school_unit_group: bool) -> JsonObject:
        """The EGIL body; the two references only when the vendor gets the resources they point at."""
        body: JsonObject = {
            "schemas": list(TYPE.schemas),
            "externalId": self.id,
            "displayName": self.display_name,
            "schoolUnitCode": self.school_unit_code,
        }
        if self.school_types:
            body["schoolTypes"] = list(self.school_types)
        if self.municipality_code:
            body["municipalityCode"] = self.municipality_code
        if organisation and self.organisation:
            body["organisation"] = ref("Organisations", self.organisation)
        if school_unit_group and self.school_unit_group:
            body["schoolUnitGroup"] = ref("SchoolUnitGroups", self.school_unit_group)
        return body


def _check(body: Mapping[str, object]) -> Iterator[Violation]:
    yield from check_text(body, ("displayName",), "EGIL profile, SchoolUnit")
    code = body.get("schoolUnitCode")
    if not isinstance(code, str) or not SCHOOL_UNIT_CODE.match(code):
        yield Violation("schoolUnitCode", "required, eight digits, first not 0", "School unit register")
    types = body.get("schoolTypes", [])
    if not isinstance(types, list) or any(code not in tuple(SCHOOL_TYPES) for code in types):
        yield Violation("schoolTypes", "a list of SS12000:2018 school types", "SS12000:2018 code list")
    municipality = body.get("municipalityCode")
    if municipality is not None and not (isinstance(municipality, str) and MUNICIPALITY_CODE.match(municipality)):
        yield Violation("municipalityCode", "four digits", "EGIL profile, SchoolUnit")


TYPE = ResourceType(
    "SchoolUnit",
    "SchoolUnits",
    (SCHOOL + "SchoolUnit",),
    2,
    (Reference("organisation", "Organisations"), Reference("schoolUnitGroup", "SchoolUnitGroups")),
    _check,
)
