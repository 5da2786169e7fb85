"""What a convention must say: how a town shows in Google, and which rules read it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from skolsynk.sandbox.municipality.names import plain, slug
from skolsynk.sandbox.municipality.town import TITLES, Person, SchoolClass, SchoolUnit, TeachingGroup, Town

Json = dict[str, Any]

CLASS_NAME = "F[A-Z]|[0-9][A-Z]|[A-Z]{2}[0-9]{2}[A-Z]|Grupp [0-9]+"
"""Every class name that a town uses, as a pattern that ignores case."""

YEAR_RULES: list[Json] = [
    {
        "kind": "start_year",
        "pattern": "^[A-Z]{2}(?P<start>[0-9]{2})[A-Z]$",
        "counts_from": "upper_secondary",
        "rolls_on": "07-01",
    },
    {"kind": "class_name", "pattern": "^(?P<year>F|[0-9])[A-Z]$"},
]
"""School years from class names: the starting year first, or the F of FT22a would be read as förskoleklass."""

OUTSIDE = {"service": "/Servicekonton", "office": "/Förvaltning", "alumni": "/Avslutade"}


class MemberSpec(NamedTuple):
    kind: str  # "user" | "group" | "external" | "customer"
    key: str  # user id, group spec key, foreign address, or ""
    role: str = "MEMBER"


class GroupSpec(NamedTuple):
    """A Google Group as it should be. ``key`` stays the same as long as it is the same Google Group."""

    key: str
    email: str
    name: str
    members: tuple[MemberSpec, ...]
    description: str = ""


def title_rule() -> Json:
    """Roles of staff by job title; a field goes before the tree, so the rest keep what the tree says."""
    values: dict[str, Json] = {"Elev": {"role": "pupil"}}
    for title, (role, employment_role) in TITLES.items():
        if role == "teacher":
            values[title] = {"role": "teacher"}
        elif role == "staff" and employment_role != "Annan personal":
            values[title] = {"role": "staff", "employment_role": employment_role}
    return {"kind": "field", "field": "organizations.title", "values": values}


def users(keys: Iterable[str], role: str = "MEMBER") -> tuple[MemberSpec, ...]:
    return tuple(MemberSpec("user", key, role) for key in keys)


class Convention:
    """The defaults that conventions share. A convention reads its town and changes nothing."""

    slug: ClassVar[str]
    dirt: ClassVar[tuple[str, ...]]  # the kinds that show here
    renames: ClassVar[bool] = False  # at the school-year change a class's org unit gets its new name
    upper_secondary_only: ClassVar[bool] = False
    class_teachers: ClassVar[bool] = False  # whether the directory tells who teaches a class
    teaching_groups: ClassVar[bool] = True  # whether the directory has teaching groups
    schemas: ClassVar[list[Json]] = []

    def __init__(self, town: Town) -> None:
        self.town = town

    def paths(self) -> Iterator[str]:
        """Every org unit, parents first."""
        yield from OUTSIDE.values()

    def place(self, person: Person) -> str:
        """The path of the org unit that a person is in."""
        raise NotImplementedError

    def class_place(self, school_class: SchoolClass) -> str | None:
        """The org unit of a class, or None where classes have none of their own."""
        return None

    def fields(self, person: Person) -> Json:
        """The keys of the Google user that carry school facts here."""
        return {}

    def groups(self) -> Iterator[GroupSpec]:
        """Every Google Group, nested ones before those that hold them."""
        yield from self.teaching_group_specs("undervisning", "Undervisning: {} ({})")

    def rules(self) -> Json:
        """The rules that read this convention."""
        raise NotImplementedError

    def containers(self) -> list[str]:
        """The org units that the tenant marks as school."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Called when the town has changed, before it is shown anew."""

    def seen_employment_role(self, person: Person) -> str:
        """The employmentRole that this convention can tell."""
        return person.employment_role

    def seen_group_name(self, name: str, unit: str) -> str:
        """The name that a teaching group gets from the rules."""
        return name

    # What several conventions need

    def outside_place(self, person: Person) -> str:
        return OUTSIDE[person.outside]

    def unit(self, person: Person) -> SchoolUnit:
        return self.town.units[person.unit]

    def class_of(self, person: Person) -> SchoolClass | None:
        return None if "no_class" in person.dirt else self.town.classes.get(person.class_uid)

    def title(self, person: Person) -> list[Json]:
        """``organizations`` with the job title; two of them for somebody with two roles."""
        entries: list[Json] = [{"title": person.title, "type": "work", "primary": True}]
        if "two_roles" in person.dirt:
            entries.append({"title": "Elev", "type": "school"})
        return entries

    def address(self, local: str) -> str:
        return f"{local}@{self.town.domain}"

    def protected_group(self, email: str) -> GroupSpec:
        keys = [person.key for person in self.town.people.values() if "protected" in person.dirt]
        return GroupSpec(f"group:{email}", self.address(email), "Skyddade personuppgifter", users(keys))

    def everyone_group(self) -> GroupSpec:
        return GroupSpec("group:alla", self.address("alla"), "Alla konton", (MemberSpec("customer", ""),))

    def guardians_group(self) -> GroupSpec:
        """Foreign addresses, as every real directory has some."""
        foreign = tuple(MemberSpec("external", f"vardnadshavare{number}@post.example") for number in range(1, 6))
        return GroupSpec("group:foraldrarad", self.address("foraldrarad"), "Föräldraråd", foreign)

    def teaching_group_specs(self, prefix: str, name: str) -> Iterator[GroupSpec]:
        """Groups keyed on their address: one that is there next year with the same address is used again."""
        for group in sorted(self.town.groups.values(), key=lambda each: bool(each.halves or each.classes)):
            unit = self.town.units[group.unit]
            email = self._teaching_address(prefix, group)
            members = (*users(group.teachers, "OWNER"), *self._teaching_members(prefix, group))
            yield GroupSpec(email, email, name.format(group.name, unit.name), members)

    def _teaching_address(self, prefix: str, group: TeachingGroup) -> str:
        name = plain(group.name).replace(".", "-")
        return self.address(f"{prefix}-{slug(self.town.units[group.unit].name)}-{name}")

    def _teaching_members(self, prefix: str, group: TeachingGroup) -> Iterator[MemberSpec]:
        yield from users(group.pupils)
        for half in group.halves:
            yield MemberSpec("group", self._teaching_address(prefix, self.town.groups[half]))
        for uid in group.classes:
            yield from self.whole_class(self.town.classes[uid])

    def whole_class(self, school_class: SchoolClass) -> Iterator[MemberSpec]:
        """A class as members of a group: its pupils, or its own group where classes are groups."""
        yield from users(school_class.pupils)
