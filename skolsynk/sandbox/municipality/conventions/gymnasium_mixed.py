"""A joint upper secondary authority: org units by starting year hold several school units' pupils.

The unit is told by department, the class (``TE22b``) by cost centre, the school year by the class's starting year;
courses are groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from skolsynk.sandbox.municipality.conventions.base import CLASS_NAME, YEAR_RULES, Convention, GroupSpec, Json
from skolsynk.sandbox.municipality.town import Person, SchoolUnit

STAFF_BRANCHES = ("Lärare", "Skolledning", "Elevhälsa och service")


class GymnasiumMixed(Convention):
    slug: ClassVar = "gymnasium_mixed"
    upper_secondary_only: ClassVar = True
    dirt: ClassVar = (
        "no_unit",
        "unknown_unit",
        "no_class",
        "two_classes",
        "odd_address",
        "no_name",
        "suspended",
        "archived",
        "protected",
    )

    def _start(self, person: Person) -> str:
        """The calendar year in which a pupil started; adults and special classes share one org unit."""
        return str(self.town.school_year - person.year + 1) if person.year is not None else "Övriga"

    def paths(self) -> Iterator[str]:
        yield from super().paths()
        yield "/Elever"
        yield from (f"/Elever/{self.town.school_year - back}" for back in range(4))
        yield "/Elever/Övriga"
        yield "/Personal"
        yield from (f"/Personal/{branch}" for branch in STAFF_BRANCHES)

    def place(self, person: Person) -> str:
        if person.outside:
            return self.outside_place(person)
        if person.role == "pupil":
            return f"/Elever/{self._start(person)}"
        if person.role == "teacher":
            return "/Personal/Lärare"
        return "/Personal/Skolledning" if person.employment_role == "Rektor" else "/Personal/Elevhälsa och service"

    def _department(self, unit: SchoolUnit) -> str:
        """What people call the unit: not always its name in the register."""
        return unit.name.replace("gymnasiet", "gy") if unit.name.startswith(("Norra", "Södra")) else unit.name

    def fields(self, person: Person) -> Json:
        if not person.title:
            return {}
        entry: Json = {"title": person.title, "type": "school", "primary": True}
        if "unknown_unit" in person.dirt:
            entry["department"] = "Campus gamla stan"
        elif "no_unit" not in person.dirt:
            entry["department"] = self._department(self.unit(person))
        entries = [entry]
        own = self.class_of(person)
        if person.role == "pupil" and own:
            entry["costCenter"] = own.name
        second = self.town.classes.get(person.second_class)
        if second:
            entries.append({"costCenter": second.name, "type": "school"})
        return {"organizations": entries}

    def groups(self) -> Iterator[GroupSpec]:
        yield self.everyone_group()
        yield self.protected_group("skydd")
        yield from self.teaching_group_specs("kurs", "{} – {}")

    def containers(self) -> list[str]:
        return ["/Elever", "/Personal"]

    def rules(self) -> Json:
        names = {self._department(unit): unit.code for unit in self.town.units.values()}
        aliases = {alias: code for alias, code in names.items() if alias != self.town.units[code].name}
        return {
            "placement": [
                {"kind": "field", "field": "organizations.department", "holds": "name", "units": aliases},
            ],
            "role": [
                {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
                {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
                {"kind": "org_unit", "org_unit": "/Personal/Lärare", "role": "teacher"},
                {
                    "kind": "org_unit",
                    "org_unit": "/Personal/Skolledning",
                    "role": "staff",
                    "employment_role": "Rektor",
                },
            ],
            "classes": [
                {"kind": "field", "field": "organizations.costCenter", "pattern": f"^(?P<name>{CLASS_NAME})$"},
            ],
            "groups": [
                {
                    "kind": "group",
                    "match": "email",
                    "pattern": "^kurs-",
                    "group_type": "Undervisning",
                    "teachers": "owners",
                }
            ],
            "school_year": YEAR_RULES,
            "never": [{"kind": "suspended"}, {"kind": "archived"}],
            "protected": [{"kind": "group", "group": self.address("skydd")}],
        }

    def seen_employment_role(self, person: Person) -> str:
        return person.employment_role if person.employment_role in ("Lärare", "Rektor", "") else "Annan personal"

    def seen_group_name(self, name: str, unit: str) -> str:
        return f"{name} – {unit}"
