"""``/Elever/<unit>/<class>`` and ``/Personal/<unit>``: the tree says it all, a job title tells teachers from others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from skolsynk.sandbox.municipality.conventions.base import (
    CLASS_NAME,
    OUTSIDE,
    YEAR_RULES,
    Convention,
    GroupSpec,
    Json,
    title_rule,
)
from skolsynk.sandbox.municipality.town import Person, SchoolClass

CLOSED = "Nedlagda skolan"


class OrgUnits(Convention):
    slug: ClassVar = "org_units"
    renames: ClassVar = True
    dirt: ClassVar = (
        "no_unit",
        "unknown_unit",
        "no_class",
        "two_roles",
        "odd_address",
        "no_name",
        "suspended",
        "archived",
        "protected",
    )

    def paths(self) -> Iterator[str]:
        yield from (OUTSIDE["service"], OUTSIDE["office"], "/Elever", "/Elever/Avslutade", "/Personal")
        for branch in ("/Elever", "/Personal"):
            yield f"{branch}/{CLOSED}"
            yield from (f"{branch}/{unit.name}" for unit in self.town.units.values())
        yield from map(self.class_place, self.town.classes.values())

    def class_place(self, school_class: SchoolClass) -> str:
        return f"/Elever/{self.town.units[school_class.unit].name}/{school_class.name}"

    def place(self, person: Person) -> str:
        if person.outside:
            return "/Elever/Avslutade" if person.outside == "alumni" else OUTSIDE[person.outside]
        branch = "/Elever" if person.role == "pupil" else "/Personal"
        if "no_unit" in person.dirt:
            return branch
        if "unknown_unit" in person.dirt:
            return f"{branch}/{CLOSED}"
        school_class = self.class_of(person)
        return self.class_place(school_class) if school_class else f"{branch}/{self.unit(person).name}"

    def fields(self, person: Person) -> Json:
        return {"organizations": self.title(person)} if person.title not in ("", "Elev") else {}

    def groups(self) -> Iterator[GroupSpec]:
        yield self.everyone_group()
        yield self.guardians_group()
        yield self.protected_group("skyddade-personuppgifter")
        yield from super().groups()

    def containers(self) -> list[str]:
        return ["/Elever", "/Personal"]

    def rules(self) -> Json:
        units = self.town.units.values()
        return {
            "placement": [
                {"kind": "org_unit", "org_unit": f"{branch}/{unit.name}", "school_unit": unit.code}
                for branch in ("/Elever", "/Personal")
                for unit in units
            ],
            "role": [
                {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
                {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
                title_rule(),
            ],
            "classes": [{"kind": "org_unit_leaf", "under": "/Elever", "pattern": f"^(?P<name>{CLASS_NAME})$"}],
            "groups": [
                {
                    "kind": "group",
                    "match": "name",
                    "pattern": "^Undervisning: (?P<name>.+) [(]",
                    "group_type": "Undervisning",
                    "teachers": "owners",
                }
            ],
            "school_year": YEAR_RULES,
            "never": [
                {"kind": "suspended"},
                {"kind": "archived"},
                {"kind": "org_unit", "org_unit": "/Elever/Avslutade"},
            ],
            "protected": [{"kind": "group", "group": self.address("skyddade-personuppgifter")}],
        }
