"""What the rules of a convention should find: every clean person, class and teaching group as it really is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from skolsynk.sandbox.municipality.conventions.base import Convention
from skolsynk.sandbox.municipality.town import Person, TeachingGroup, Town


class PersonTruth(NamedTuple):
    """One person. Where ``dirt`` is not empty, the rest says what would be right, not what can be seen."""

    key: str  # Google's user id
    address: str
    role: str  # "pupil" | "teacher" | "staff" | "nobody"
    employment_role: str  # as far as the convention tells; "" for pupils and nobody
    unit: str  # school unit code; "" for nobody
    year: int | None
    classes: tuple[tuple[str, str], ...]  # pupils: (unit code, class name)
    dirt: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not self.dirt and self.role != "nobody"


class ClassTruth(NamedTuple):
    uid: int  # the same from year to year
    unit: str
    name: str
    year: int | None
    pupils: frozenset[str]
    teachers: frozenset[str]  # empty where the convention does not tell


class GroupTruth(NamedTuple):
    unit: str
    name: str  # as the rules name it
    pupils: frozenset[str]
    teachers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """Shapes: ``people`` by user id, ``classes`` by uid, ``groups`` by (unit code, name)."""

    people: dict[str, PersonTruth]
    classes: dict[int, ClassTruth]
    groups: dict[tuple[str, str], GroupTruth]

    def clean(self) -> frozenset[str]:
        """The ids of those about whom rules must be exactly right."""
        return frozenset(key for key, person in self.people.items() if person.clean)


def truth_of(town: Town, convention: Convention) -> Truth:
    """The truth about a town, no finer than what the convention can tell."""
    return Truth(
        people={key: _person(town, convention, person) for key, person in town.people.items()},
        classes={
            each.uid: ClassTruth(
                each.uid,
                each.unit,
                each.name,
                each.year,
                frozenset(each.pupils),
                frozenset(each.teachers if convention.class_teachers else ()),
            )
            for each in town.classes.values()
        },
        groups={(group.unit, group.name): group for group in _groups(town, convention)},
    )


def _person(town: Town, convention: Convention, person: Person) -> PersonTruth:
    uids = [uid for uid in (person.class_uid, person.second_class) if uid]
    classes = tuple((town.classes[uid].unit, town.classes[uid].name) for uid in uids)
    role, at = convention.seen_employment_role(person), person.unit
    return PersonTruth(person.key, person.address, person.role, role, at, person.year, classes, person.dirt)


def _groups(town: Town, convention: Convention) -> Iterator[GroupTruth]:
    if not convention.teaching_groups:
        return
    for group in town.groups.values():
        name = convention.seen_group_name(group.name, town.units[group.unit].name)
        pupils = frozenset(_all_pupils(town, group))
        yield GroupTruth(group.unit, name, pupils, frozenset(group.teachers))


def _all_pupils(town: Town, group: TeachingGroup) -> Iterator[str]:
    yield from group.pupils
    for half in group.halves:
        yield from town.groups[half].pupils
    for uid in group.classes:
        yield from town.classes[uid].pupils
