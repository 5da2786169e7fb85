"""What really is: the school units, people, classes and teaching groups of an invented municipality.

A town knows nothing of Google. A convention (see ``conventions``) says how it shows in a directory, and evolution
changes the town first and the directory after, so the truth is never read back from what is to be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

DIRT = (
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
"""Ways in which a person can be wrong, or kept back by a decision."""

TITLES = {
    "Elev": ("pupil", ""),
    "Lärare": ("teacher", "Lärare"),
    "Speciallärare": ("teacher", "Lärare"),
    "Rektor": ("staff", "Rektor"),
    "Biträdande rektor": ("staff", "Rektor"),
    "Förskollärare": ("staff", "Förskollärare"),
    "Fritidspedagog": ("staff", "Övrig pedagogisk personal"),
    "Elevassistent": ("staff", "Övrig pedagogisk personal"),
    "Skolsköterska": ("staff", "Annan personal"),
    "Vaktmästare": ("staff", "Annan personal"),
}
"""Job title -> role and employmentRole of SS12000."""


@dataclass(slots=True)
class SchoolUnit:
    code: str  # eight digits
    name: str
    kind: str  # key of units.KINDS
    school_types: tuple[str, ...]  # the register's codes
    years: tuple[int, ...]  # school years it has; () where years do not count
    size: int  # pupils it was founded with
    classes_a_year: int


@dataclass(slots=True)
class Person:
    key: str  # Google's user id
    given: str
    family: str
    address: str
    title: str  # key of TITLES; "" for people outside school
    unit: str  # code; "" outside school
    year: int | None = None
    class_uid: int = 0  # 0 = none
    second_class: int = 0  # only with the dirt two_classes
    also: str = ""  # code of a second unit where a teacher has groups
    outside: str = ""  # "alumni" | "service" | "office"; "" for people in school
    dirt: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        return TITLES[self.title][0] if self.title else "nobody"

    @property
    def employment_role(self) -> str:
        return TITLES[self.title][1] if self.title else ""


@dataclass(slots=True)
class SchoolClass:
    uid: int  # the same as long as it is the same class, whatever it is called
    unit: str
    name: str
    year: int | None
    pupils: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TeachingGroup:
    uid: int
    unit: str
    name: str
    pupils: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)
    halves: tuple[int, ...] = ()  # uids of the groups it consists of
    half: bool = False  # part of another group
    classes: tuple[int, ...] = ()  # uids of whole classes it consists of


@dataclass(slots=True)
class Town:
    name: str
    domain: str
    seed: int
    today: date
    units: dict[str, SchoolUnit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    classes: dict[int, SchoolClass] = field(default_factory=dict)
    groups: dict[int, TeachingGroup] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    numbers: int = 0  # last number given to a person, class or group

    @property
    def pupil_domain(self) -> str:
        return f"edu.{self.domain}"

    @property
    def school_year(self) -> int:
        """The calendar year in which the current school year began; years roll on 1 July."""
        return self.today.year if self.today.month >= 7 else self.today.year - 1

    def next_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def next_key(self) -> str:
        """A 21-digit user id, scattered as Google's are, different for every number."""
        scattered = (self.next_number() * 982_451_653_777 + self.seed * 7_919) % 10**20
        return str(10**20 + scattered)

    def pupils(self) -> Iterator[Person]:
        return (person for person in self.people.values() if person.title == "Elev")

    def teachers_by_unit(self) -> dict[str, list[Person]]:
        """Code -> its clean and unclean teachers, those of a second unit last."""
        found: dict[str, list[Person]] = {code: [] for code in self.units}
        teachers = [person for person in self.people.values() if person.role == "teacher"]
        for person in teachers:
            found[person.unit].append(person)
        for person in teachers:
            if person.also:
                found[person.also].append(person)
        return found

    def classes_of(self, code: str) -> list[SchoolClass]:
        return [each for each in self.classes.values() if each.unit == code]
