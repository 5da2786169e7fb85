"""``/<unit>/Elever/<class>`` and ``/<unit>/Personal/Lärare``: each school has its own tree; the path gives the role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from skolsynk.sandbox.municipality.conventions.base import CLASS_NAME, YEAR_RULES, Convention, GroupSpec, Json
from skolsynk.sandbox.municipality.town import Person, SchoolClass

CLOSED = "/Nedlagda skolan"
NOWHERE = "/Utan skola"
PROTECTED = "/Skyddade personuppgifter"
BRANCHES = ("Elever", "Personal", "Personal/Lärare", "Personal/Rektor", "Personal/Övrig pedagogisk personal")
BRANCH_OF = {
    "Lärare": "Personal/Lärare",
    "Rektor": "Personal/Rektor",
    "Övrig pedagogisk personal": "Personal/Övrig pedagogisk personal",
    "Förskollärare": "Personal/Övrig pedagogisk personal",
}


class UnitFirst(Convention):
    slug: ClassVar = "unit_first"
    dirt: ClassVar = (
        "no_unit",
        "unknown_unit",
        "no_class",
        "odd_address",
        "no_name",
        "suspended",
        "archived",
        "protected",
    )

    def _tops(self) -> list[str]:
        return [NOWHERE, CLOSED, *(f"/{unit.name}" for unit in self.town.units.values())]

    def paths(self) -> Iterator[str]:
        yield from super().paths()
        yield PROTECTED
        for top in self._tops():
            yield top
            yield from (f"{top}/{branch}" for branch in BRANCHES)
        yield from map(self.class_place, self.town.classes.values())

    def class_place(self, school_class: SchoolClass) -> str:
        return f"/{self.town.units[school_class.unit].name}/Elever/{school_class.name}"

    def place(self, person: Person) -> str:
        if person.outside:
            return self.outside_place(person)
        if "protected" in person.dirt:
            return PROTECTED
        school_class = self.class_of(person)
        lost = NOWHERE if "no_unit" in person.dirt else CLOSED if "unknown_unit" in person.dirt else ""
        if school_class and not lost:
            return self.class_place(school_class)
        branch = "Elever" if person.role == "pupil" else BRANCH_OF.get(person.employment_role, "Personal")
        return f"{lost or '/' + self.unit(person).name}/{branch}"

    def groups(self) -> Iterator[GroupSpec]:
        yield self.everyone_group()
        yield from super().groups()

    def containers(self) -> list[str]:
        return [*self._tops(), PROTECTED]

    def rules(self) -> Json:
        return {
            "placement": [{"kind": "org_unit_pattern", "pattern": "^/(?P<unit>[^/]+)/(Elever|Personal)"}],
            "role": [
                {"kind": "org_unit_pattern", "pattern": "^/[^/]+/Elever(/|$)", "role": "pupil"},
                {"kind": "org_unit_pattern", "pattern": "^/[^/]+/Personal/Lärare", "role": "teacher"},
                {
                    "kind": "org_unit_pattern",
                    "pattern": "^/[^/]+/Personal/Rektor",
                    "role": "staff",
                    "employment_role": "Rektor",
                },
                {
                    "kind": "org_unit_pattern",
                    "pattern": "^/[^/]+/Personal/Övrig pedagogisk",
                    "role": "staff",
                    "employment_role": "Övrig pedagogisk personal",
                },
                {"kind": "org_unit_pattern", "pattern": "^/[^/]+/Personal", "role": "staff"},
            ],
            "classes": [{"kind": "org_unit_leaf", "under": "/", "pattern": f"^(?P<name>{CLASS_NAME})$"}],
            "groups": [
                {
                    "kind": "group",
                    "match": "name",
                    "pattern": "^Undervisning: (?P<name>.+) [(]",
                    "group_type": "Undervisning",
                    "teachers": "staff",
                }
            ],
            "school_year": YEAR_RULES,
            "never": [{"kind": "suspended"}, {"kind": "archived"}],
            "protected": [{"kind": "org_unit", "org_unit": PROTECTED}],
        }

    def seen_employment_role(self, person: Person) -> str:
        """The tree has one branch for all other educational staff."""
        shared = BRANCH_OF.get(person.employment_role) == "Personal/Övrig pedagogisk personal"
        return "Övrig pedagogisk personal" if shared else person.employment_role
