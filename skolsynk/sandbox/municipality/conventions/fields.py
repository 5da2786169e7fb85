"""Flat ``/Elever`` and ``/Personal``: unit, class and school year are the customer's own fields; no groups at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from skolsynk.sandbox.municipality.conventions.base import Convention, GroupSpec, Json, title_rule
from skolsynk.sandbox.municipality.town import Person

UNKNOWN_CODE = "99009999"
SCHEMA: Json = {
    "kind": "admin#directory#schema",
    "schemaId": "skola-1",
    "schemaName": "Skola",
    "displayName": "Skola",
    "fields": [
        {"fieldName": name, "displayName": name, "fieldType": "STRING", "multiValued": many, "indexed": True}
        for name, many in (("skolenhetskod", False), ("klass", True), ("arskurs", False), ("skydd", False))
    ],
}


class Fields(Convention):
    slug: ClassVar = "fields"
    dirt: ClassVar = (
        "no_unit",
        "unknown_unit",
        "no_class",
        "two_classes",
        "two_roles",
        "odd_address",
        "no_name",
        "suspended",
        "archived",
        "protected",
    )
    class_teachers: ClassVar = True
    teaching_groups: ClassVar = False
    schemas: ClassVar = [SCHEMA]

    def refresh(self) -> None:
        taught: dict[str, list[str]] = {}
        for school_class in self.town.classes.values():
            for teacher in school_class.teachers:
                taught.setdefault(teacher, []).append(school_class.name)
        self._taught = taught

    def paths(self) -> Iterator[str]:
        yield from super().paths()
        yield from ("/Elever", "/Personal")

    def place(self, person: Person) -> str:
        if person.outside:
            return self.outside_place(person)
        return "/Elever" if person.role == "pupil" else "/Personal"

    def fields(self, person: Person) -> Json:
        if not person.title:
            return {}
        return {"organizations": self.title(person), "customSchemas": {"Skola": self._own_fields(person)}}

    def _own_fields(self, person: Person) -> Json:
        found: Json = {}
        if "no_unit" not in person.dirt:
            found["skolenhetskod"] = UNKNOWN_CODE if "unknown_unit" in person.dirt else person.unit
        names = self._class_names(person)
        if names:
            found["klass"] = [{"type": "work", "value": name} for name in names]
        if person.year is not None:
            found["arskurs"] = str(person.year)
        if "protected" in person.dirt:
            found["skydd"] = "ja"
        return found

    def _class_names(self, person: Person) -> list[str]:
        if person.role != "pupil":
            return self._taught.get(person.key, [])
        own = self.class_of(person)
        second = self.town.classes.get(person.second_class)
        return [school_class.name for school_class in (own, second) if school_class]

    def groups(self) -> Iterator[GroupSpec]:
        yield self.everyone_group()

    def containers(self) -> list[str]:
        return ["/Elever", "/Personal"]

    def rules(self) -> Json:
        own = "customSchemas.Skola."
        return {
            "placement": [{"kind": "field", "field": own + "skolenhetskod", "holds": "code"}],
            "role": [
                {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
                {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
                title_rule(),
            ],
            "classes": [{"kind": "field", "field": own + "klass"}],
            "school_year": [{"kind": "field", "field": own + "arskurs"}],
            "never": [{"kind": "suspended"}, {"kind": "archived"}],
            "protected": [{"kind": "field", "field": own + "skydd", "values": ["ja"]}],
        }
