"""Org units give the role only: a unit is ``skola-<unit>@``, a class ``klass-<unit>-<class>@``, owned by teachers.

At the school-year change two units of three rename their class groups; the third keeps them and changes the members.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from skolsynk.sandbox.municipality.conventions.base import (
    CLASS_NAME,
    YEAR_RULES,
    Convention,
    GroupSpec,
    Json,
    MemberSpec,
    users,
)
from skolsynk.sandbox.municipality.names import plain, slug
from skolsynk.sandbox.municipality.town import Person, SchoolClass

ROLE_GROUPS = {"larare": "Lärare", "rektorer": "Rektor", "fritidshem": "Övrig pedagogisk personal"}


class Groups(Convention):
    slug: ClassVar = "groups"
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

    def refresh(self) -> None:
        self._by_class: dict[int, list[str]] = {}
        self._by_unit: dict[tuple[str, str], list[str]] = {}
        for person in self.town.people.values():
            if person.outside:
                continue
            code = "" if "unknown_unit" in person.dirt else person.unit
            if "no_unit" not in person.dirt:
                branch = "elever" if person.role == "pupil" else "personal"
                self._by_unit.setdefault((code, branch), []).append(person.key)
            own = self.class_of(person)
            for uid in {own.uid if own else 0, person.second_class} - {0}:
                self._by_class.setdefault(uid, []).append(person.key)

    def paths(self) -> Iterator[str]:
        yield from super().paths()
        yield from ("/Elever", "/Personal")

    def place(self, person: Person) -> str:
        if person.outside:
            return self.outside_place(person)
        return "/Elever" if person.role == "pupil" else "/Personal"

    def groups(self) -> Iterator[GroupSpec]:
        yield self.everyone_group()
        yield self.guardians_group()
        yield self.protected_group("skyddad-identitet")
        yield from self._role_groups()
        for unit in self.town.units.values():
            yield from self._unit_groups(unit.code, unit.name)
        yield from self._unit_groups("", "Nedlagda skolan")
        yield from map(self._class_group, self.town.classes.values())
        yield from super().groups()

    def _role_groups(self) -> Iterator[GroupSpec]:
        for local, role in ROLE_GROUPS.items():
            keys = [person.key for person in self.town.people.values() if person.employment_role == role]
            yield GroupSpec(f"group:{local}", self.address(local), local.capitalize(), users(keys))
        studying = [person.key for person in self.town.people.values() if "two_roles" in person.dirt]
        yield GroupSpec("group:vuxenelever", self.address("vuxenelever"), "Vuxenelever", users(studying))

    def _unit_groups(self, code: str, name: str) -> Iterator[GroupSpec]:
        """The unit's group holds one group of pupils and one of staff, as nested groups."""
        nested = []
        for branch in ("elever", "personal"):
            email = self.address(f"{branch}-{slug(name)}")
            members = users(self._by_unit.get((code, branch), ()))
            yield GroupSpec(f"{branch}:{code}", email, f"{branch.capitalize()} {name}", members)
            nested.append(MemberSpec("group", f"{branch}:{code}"))
        yield GroupSpec(f"skola:{code}", self.address(f"skola-{slug(name)}"), f"Alla på {name}", tuple(nested))

    def _class_group(self, school_class: SchoolClass) -> GroupSpec:
        unit = self.town.units[school_class.unit]
        email = self._class_address(school_class)
        members = (*users(school_class.teachers, "OWNER"), *users(self._by_class.get(school_class.uid, ())))
        return GroupSpec(self._class_key(school_class), email, f"Klass {school_class.name} {unit.name}", members)

    def _class_address(self, school_class: SchoolClass) -> str:
        unit = self.town.units[school_class.unit]
        return self.address(f"klass-{slug(unit.name)}-{plain(school_class.name).replace('.', '-')}")

    def _class_key(self, school_class: SchoolClass) -> str:
        used_again = int(school_class.unit) % 3 == 0
        return self._class_address(school_class) if used_again else f"klass:{school_class.uid}"

    def whole_class(self, school_class: SchoolClass) -> Iterator[MemberSpec]:
        yield MemberSpec("group", self._class_key(school_class))

    def containers(self) -> list[str]:
        return ["/Elever", "/Personal"]

    def rules(self) -> Json:
        aliases = {slug(unit.name): unit.code for unit in self.town.units.values()}
        return {
            "placement": [{"kind": "group", "match": "email", "pattern": "^skola-(?P<unit>[^@]+)@", "units": aliases}],
            "role": [
                {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
                {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
                {"kind": "group", "group": self.address("larare"), "role": "teacher"},
                {"kind": "group", "group": self.address("vuxenelever"), "role": "pupil"},
                {
                    "kind": "group",
                    "group": self.address("rektorer"),
                    "role": "staff",
                    "employment_role": "Rektor",
                },
                {
                    "kind": "group",
                    "group": self.address("fritidshem"),
                    "role": "staff",
                    "employment_role": "Övrig pedagogisk personal",
                },
            ],
            "classes": [
                {
                    "kind": "group",
                    "match": "name",
                    "pattern": f"^Klass (?P<name>{CLASS_NAME}) (?P<unit>.+)$",
                    "teachers": "owners",
                }
            ],
            "groups": [
                {
                    "kind": "group",
                    "match": "email",
                    "pattern": "^undervisning-",
                    "group_type": "Undervisning",
                    "teachers": "owners",
                }
            ],
            "school_year": YEAR_RULES,
            "never": [{"kind": "suspended"}, {"kind": "archived"}],
            "protected": [{"kind": "group", "group": self.address("skyddad-identitet")}],
        }

    def seen_employment_role(self, person: Person) -> str:
        known = person.employment_role in ROLE_GROUPS.values() or person.role != "staff"
        return person.employment_role if known else "Annan personal"

    def seen_group_name(self, name: str, unit: str) -> str:
        return f"Undervisning: {name} ({unit})"
