"""What one draft of the rules makes of a crowd: the verdict on each stand-in, the classes, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from skolsynk.core.readmodel.crowd import Crowd, Everybody
from skolsynk.core.readmodel.survey import Now, Subject, subject
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.build import named_units, school_type, schooling_doubts
from skolsynk.core.rules.classes import TeachingGroup
from skolsynk.core.rules.judge import Judge, Verdict
from skolsynk.core.rules.role import NOBODY, PUPIL
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.schooling import ClassOf, Schooling
from skolsynk.core.rules.student_groups import Gathering, Placed
from skolsynk.core.rules.tree import Place
from skolsynk.core.rules.units import Units
from skolsynk.core.school import Fate, Finding, Severity
from skolsynk.core.snapshot import Container, Group, Person
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.codes import school_types_from_register

FROM_OTHER_UNIT = "teacher_from_other_unit"  # told of single people: stand-ins may be in many groups


class Basis(NamedTuple):
    """What a draft is judged with, beside the crowd."""

    rules: Rules
    units: Mapping[str, RegisteredUnit]
    containers: tuple[Container, ...]
    today: date
    everybody: Callable[[], Everybody]  # opened when a rule makes teaching groups
    names_groups: bool  # somebody asks who is in which teaching group


class Seat(NamedTuple):
    """One stand-in as the school would have her."""

    fate: Fate
    reason: str
    role: str
    units: tuple[str, ...]
    employment_role: str
    school_year: int | None
    school_type: str
    classes: tuple[str, ...]
    labels: frozenset[str]  # of the rules that decided something of her
    placed: bool  # a user is made: placed, or protected and at a school unit


class StudentGroup(NamedTuple):
    """A class or teaching group, with stand-ins."""

    name: str
    type: str
    unit: str
    people: frozenset[int]  # stand-ins' numbers


class _Concerned(NamedTuple):
    """Places of the people of some teaching groups, and of those of them who teach if they are staff."""

    everybody: set[int]
    teaching: set[int]


class _Taught(NamedTuple):
    unit: str
    people: frozenset[int]  # stand-ins' numbers


@dataclass(slots=True)
class Drafted:
    """``codes`` are of findings about people, by stand-in."""

    seats: list[Seat]
    codes: list[set[str]]
    groups: list[StudentGroup] = field(default_factory=list)
    others: set[Subject] = field(default_factory=set)
    from_other_unit: set[int] = field(default_factory=set)  # places of people
    by_group_rule: dict[str, set[int]] = field(default_factory=dict)  # label -> places of people

    def now(self, number: int) -> Now:
        """The same as ``Survey.now`` has of today."""
        seat = self.seats[number]
        units = () if seat.fate is Fate.PROTECTED else seat.units
        return Now(seat.fate.value, seat.role, units, frozenset(self.codes[number]))


def draft(basis: Basis, crowd: Crowd) -> Drafted:
    """Judges each stand-in once, then the classes and teaching groups of them all."""
    return _Drafting(basis, crowd).draft()


class _Drafting:
    def __init__(self, basis: Basis, crowd: Crowd) -> None:
        self._basis, self._crowd = basis, crowd
        self._rules, self._units = basis.rules, Units(basis.units)
        self._judge = Judge(basis.rules, crowd.groups, self._units, basis.today)
        self._schooling = Schooling(basis.rules, self._judge, self._units, basis.containers, basis.today)
        self._gathering = Gathering(self._schooling)
        self._types = {code: school_types_from_register(unit.school_types) for code, unit in basis.units.items()}
        self._placed: dict[str, Placed] = {}
        self._number = {person.key: number for number, person in enumerate(crowd.people)}
        self._findings: list[Finding] = []
        self._made = Drafted([], [set() for _ in crowd.people])

    def draft(self) -> Drafted:
        unknown_places: set[str] = set()
        for number, person in enumerate(self._crowd.people):
            place = self._judge.tree.at(person.container)
            verdict = self._judge.of(person, place)
            if place.unknown and verdict.unknown is place.unknown:
                unknown_places.add(place.path)
            self._made.codes[number].update(doubt.code for doubt in verdict.doubts)
            self._made.seats.append(self._seat(number, person, place, verdict))
        for each in self._gathering.close(self._placed):
            people = frozenset(int(user) for user in (*each.members, *each.teachers))
            self._made.groups.append(StudentGroup(each.name(), "Klass", each.unit, people))
        self._teaching()
        self._tell(unknown_places)
        return self._made

    def _seat(self, number: int, person: Person, place: Place, verdict: Verdict) -> Seat:
        role = verdict.role.value.name if verdict.role and verdict.role.value.name != NOBODY else ""
        units = tuple(answer.value for answer in verdict.units)
        answers = (verdict.protected, verdict.never, verdict.role, *verdict.units)
        labels = {answer.rule for answer in answers if answer}
        placed = verdict.fate is Fate.PLACED or (verdict.fate is Fate.PROTECTED and bool(units))
        schooled: tuple[int | None, str, tuple[str, ...]] = None, "", ()
        if placed:
            pupil = verdict.role is not None and verdict.role.value.name == PUPIL
            self._placed[person.key] = Placed(person, ResourceId(str(number)), pupil, units)
            if pupil:
                schooled = self._enrol(number, person, place, units[0], verdict.fate, labels)
            else:
                labels |= self._taught(person)
        employment_role = verdict.role.value.employment_role if verdict.role else ""
        return Seat(verdict.fate, verdict.reason, role, units, employment_role, *schooled, frozenset(labels), placed)

    def _enrol(
        self, number: int, person: Person, place: Place, unit: str, fate: Fate, labels: set[str]
    ) -> tuple[int | None, str, tuple[str, ...]]:
        classes = self._schooling.classes_of(person, place, unit)
        answer = self._schooling.year_of(person, place, classes)
        year = answer.value if answer else None
        if fate is Fate.PLACED:
            doubts = schooling_doubts(self._rules, person, classes, year)
            self._made.codes[number].update(doubt.code for doubt in doubts)
        self._gathering.enrol(ResourceId(str(number)), classes)
        labels.update(each.label for each in classes)
        if answer:
            labels.add(answer.rule)
        return year, school_type(self._types[unit], year), _names(classes)

    def _taught(self, person: Person) -> set[str]:
        fields = {label for label, _ in self._schooling.taught_by_field(person)}
        groups = (each for each in self._schooling.groups_of(person.key))
        return fields | {each.label for each in groups if each.members[person.key] or not each.owners_teach}

    # Teaching groups: counted with everybody, since a group belongs to the unit of most of its pupils

    def _teaching(self) -> None:
        seen = {each.group.key for each in self._schooling.groups}
        for _, label, rule in labelled(self._rules, "groups", TeachingGroup):
            concerned = _Concerned(set(), set())
            for group, match in self._judge.membership.chosen(rule, label):
                if group.key not in seen:
                    seen.add(group.key)
                    if group.members:
                        self._judge.membership.of(group)  # for what it finds out about the group
                    taught = self._teach(rule, group, concerned)
                    if taught:
                        named = rule.name_of(group, match)
                        self._made.groups.append(StudentGroup(named, rule.group_type, taught.unit, taught.people))
            self._made.by_group_rule[label] = self._of(concerned)

    def _teach(self, rule: TeachingGroup, group: Group, concerned: _Concerned) -> _Taught | None:
        """Where a group belongs and the stand-ins in it; None where it is no group, or nobody asks."""
        everybody, owners = self._basis.everybody().of(group)
        pupils = Counter(map(self._home.__getitem__, everybody))
        del pupils[""]  # those who are no pupils
        if not pupils:
            self._made.others.add(("empty_class", "group", group.key))
            return None
        unit = min(pupils, key=lambda code: (-pupils[code], code))
        teaching = everybody if rule.teachers == "staff" else owners
        numbers, seats = self._crowd.number_of, self._made.seats
        teach = self._staff.intersection(map(numbers.__getitem__, teaching))
        strangers = {number for number in teach if unit not in seats[number].units}
        if strangers:
            self._made.from_other_unit.update(at for at in teaching if numbers[at] in strangers)
        concerned.everybody.update(everybody)
        concerned.teaching.update(teaching)
        if not self._basis.names_groups:
            return None
        return _Taught(unit, teach | self._pupils.intersection(map(numbers.__getitem__, everybody)))

    def _of(self, concerned: _Concerned) -> set[int]:
        """Pupils of the groups, and the staff who teach them."""
        numbers = self._crowd.number_of
        learn = {at for at in concerned.everybody if self._home[at]}
        return learn | {at for at in concerned.teaching if numbers[at] in self._staff}

    @cached_property
    def _home(self) -> list[str]:
        """Each person's school unit code, "" of those who are not placed as pupils."""
        seats = self._made.seats
        homes = [seat.units[0] if number in self._pupils else "" for number, seat in enumerate(seats)]
        return [homes[number] for number in self._crowd.number_of]

    @cached_property
    def _pupils(self) -> frozenset[int]:
        """Numbers of the stand-ins who are placed as pupils."""
        seats = self._made.seats
        return frozenset(number for number, seat in enumerate(seats) if seat.placed and seat.role == PUPIL)

    @cached_property
    def _staff(self) -> frozenset[int]:
        seats = self._made.seats
        return frozenset(number for number, seat in enumerate(seats) if seat.placed and seat.role != PUPIL)

    # Findings

    def _tell(self, unknown_places: Iterable[str]) -> None:
        told: list[Finding] = [*self._gathering.findings, *self._judge.membership.findings]
        keys = {each.path: each.key for each in self._basis.containers}
        for path in unknown_places:
            self._made.others.add(("unknown_unit_code", "container", keys.get(path) or path))
        for label, code in named_units(self._rules):
            if code not in self._basis.units:
                told.append(Finding("unknown_unit_code", Severity.WARNING, "rule", label, "", (code,)))
        for finding in told:
            if finding.object_kind == "person":
                self._made.codes[self._number[finding.object_key]].add(finding.code)
            else:
                self._made.others.add(subject(finding))


def _names(classes: Sequence[ClassOf]) -> tuple[str, ...]:
    if len(classes) == 1:
        return (classes[0].name,)
    return tuple(dict.fromkeys(each.name for each in classes))


def people_by_rule(drafted: Drafted, weights: Mapping[int, int], places: Collection[int] | None) -> dict[str, int]:
    """{rule's label: people it decides something of}. ``weights``: {stand-in: people}; ``places``: only these."""
    found: Counter[str] = Counter()
    for number, weight in weights.items():
        for label in drafted.seats[number].labels:
            found[label] += weight
    for label, people in drafted.by_group_rule.items():
        found[label] += len(people if places is None else people.intersection(places))
    return dict(+found)
