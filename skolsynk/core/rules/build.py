"""Snapshot + rules + identity -> School and what identity learned. Pure: the same in, the same out, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from skolsynk.core.identity import Identity, IdentityNews
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.classes import GroupClass
from skolsynk.core.rules.judge import Doubt, Judge, Verdict
from skolsynk.core.rules.minting import Minting
from skolsynk.core.rules.placement import FieldPlacement, GroupPlacement, OrgUnitPlacement, PatternPlacement
from skolsynk.core.rules.role import NOBODY, PUPIL
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.schooling import ClassOf, Schooling
from skolsynk.core.rules.student_groups import Draft, Gathering, Placed, Teaching, teaching_groups
from skolsynk.core.rules.tree import Place
from skolsynk.core.rules.units import Units
from skolsynk.core.school import Fate, Finding, Outcome, School, Severity
from skolsynk.core.snapshot import Person, Snapshot
from skolsynk.core.ss12000.base import ResourceId, derived_id
from skolsynk.core.ss12000.codes import school_types_from_register
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User


class Built(NamedTuple):
    school: School
    news: IdentityNews  # to be stored before anything is sent


def build(
    snapshot: Snapshot,
    rules: Rules,
    units: Mapping[str, RegisteredUnit],
    identity: Identity,
    organisation_name: str,
    today: date,
) -> Built:
    """What a tenant's rules make of its directory.

    ``units`` are the school units that the tenant has chosen, by code; ``today`` decides school years, end
    dates of exclusions and which classes are remembered.
    """
    return _Builder(snapshot, rules, Units(units), Minting(identity), today).build(organisation_name)


def school_type(types: tuple[str, ...], year: int | None) -> str:
    """The school type of one enrolment: a unit's only one, or the one that the school year tells; else ""."""
    found = [each for each in types if each != "FTH"]
    if year == 0 and "FSK" in found:
        return "FSK"
    if year:
        found = [each for each in found if each != "FSK"]
    return found[0] if len(found) == 1 else ""


def schooling_doubts(rules: Rules, person: Person, classes: Iterable[ClassOf], year: int | None) -> Iterator[Doubt]:
    """What is doubtful of one pupil's classes and school year."""
    names = sorted({(each.folded, each.unit): each.name for each in classes}.values())
    if not names and rules.classes:
        yield Doubt("no_class", Severity.WARNING, (person.container,))
    if len(names) > 1:
        yield Doubt("pupil_in_several_classes", Severity.WARNING, (", ".join(names),))
    if year is None and rules.school_year:
        yield Doubt("no_school_year", Severity.WARNING)


@dataclass(slots=True)
class _Resources:
    users: dict[ResourceId, User]
    employments: dict[ResourceId, Employment]
    student_groups: dict[ResourceId, StudentGroup]


class _Builder:
    """One build. Each step fills what the next reads; ``build`` tells the order."""

    def __init__(self, snapshot: Snapshot, rules: Rules, units: Units, minting: Minting, today: date) -> None:
        self._snapshot, self._rules, self._units, self._today = snapshot, rules, units, today
        self._minting = minting
        self._people = sorted(snapshot.people, key=lambda person: person.key)
        self._judge = Judge(rules, snapshot.groups, units, today)
        self._schooling = Schooling(rules, self._judge, units, snapshot.containers, today)
        self._gathering = Gathering(self._schooling)
        self._made = _Resources({}, {}, {})
        self._outcomes: dict[str, Outcome] = {}
        self._same: dict[Outcome, Outcome] = {}  # few differ: share them
        self._user_ids: dict[str, ResourceId] = {}
        self._containers: dict[ResourceId, str] = {}
        self._placed: dict[str, Placed] = {}
        self._years: dict[ResourceId, int] = {}
        self._unknown_places: dict[str, str] = {}
        self._types = {code: school_types_from_register(unit.school_types) for code, unit in units.chosen.items()}
        self._enrolments: dict[tuple[str, int | None], tuple[Enrolment]] = {}
        self._findings: list[Finding] = []

    def build(self, organisation_name: str) -> Built:
        for person in self._people:
            self._place(person)
        drafts = self._gathering.close(self._placed)
        teaching, doubts = teaching_groups(self._rules, self._judge, self._placed, self._schooling.groups)
        self._make_classes(drafts)
        self._make_teaching_groups(teaching)
        self._findings += [*self._gathering.findings, *doubts, *self._judge.membership.findings]
        self._findings += [*self._unknown_places_told(), *self._unknown_codes_told()]
        codes = sorted(self._units.chosen)  # also those where nobody is yet: a selection may name them
        organisation = Organisation(self._minting.organisation(), organisation_name)
        groups = self._unit_groups(codes)
        school_units = dict(self._school_unit(code, organisation, groups) for code in codes)
        school = School(
            at=self._snapshot.at,
            organisation=organisation,
            school_unit_groups={group.id: group for group in groups.values()},
            school_units=school_units,
            users=self._made.users,
            employments=self._made.employments,
            student_groups=self._made.student_groups,
            outcomes=self._outcomes,
            user_ids=self._user_ids,
            containers=self._containers,
            findings=tuple(sorted(self._findings)),
        )
        return Built(school, self._minting.news())

    def _place(self, person: Person) -> None:
        place = self._judge.tree.at(person.container)
        verdict = self._judge.of(person, place)
        role = verdict.role.value.name if verdict.role and verdict.role.value.name != NOBODY else ""
        outcome = Outcome(verdict.fate, verdict.reason, role)
        self._outcomes[person.key] = self._same.setdefault(outcome, outcome)
        unit = verdict.units[0].value if verdict.units else ""
        if verdict.doubts:
            self._tell(person, unit, verdict.doubts)
        if place.unknown and verdict.unknown is place.unknown:
            self._unknown_places[place.path] = place.unknown.value
        if verdict.fate is Fate.PLACED or (verdict.fate is Fate.PROTECTED and verdict.units):
            self._add(person, place, verdict)
        else:
            known = self._minting.known_person(person.key)
            if known:
                self._user_ids[person.key] = known
            if known and verdict.fate is not Fate.PROTECTED:
                self._containers[known] = person.container

    def _add(self, person: Person, place: Place, verdict: Verdict) -> None:
        user_id = self._minting.person(person.key)
        self._user_ids[person.key] = user_id
        shown = verdict.fate is Fate.PLACED  # protected people are made, and left out of everything that is looked at
        if shown:
            self._containers[user_id] = person.container
        pupil = verdict.role is not None and verdict.role.value.name == PUPIL
        codes = tuple([answer.value for answer in verdict.units])
        self._placed[person.key] = Placed(person, user_id, pupil, codes)
        enrolments: tuple[Enrolment, ...] = ()
        if pupil:
            enrolments = self._enrol(person, place, user_id, codes[0], shown=shown)
        else:
            self._employ(user_id, codes, verdict)
        name = verdict.user_name
        self._made.users[user_id] = User(
            user_id, name, verdict.given_name, verdict.family_name, name, person.key, enrolments
        )

    def _enrol(
        self, person: Person, place: Place, user_id: ResourceId, unit: str, *, shown: bool
    ) -> tuple[Enrolment, ...]:
        classes = self._schooling.classes_of(person, place, unit)
        answer = self._schooling.year_of(person, place, classes)
        year = answer.value if answer else None
        if year is not None:
            self._years[user_id] = year
        if shown and (len(classes) != 1 or year is None):
            self._tell(person, unit, schooling_doubts(self._rules, person, classes, year))
        self._gathering.enrol(user_id, classes)
        enrolment = self._enrolments.get((unit, year))
        if enrolment is None:
            made = Enrolment(self._minting.unit(unit), year, school_type(self._types[unit], year))
            enrolment = self._enrolments[unit, year] = (made,)
        return enrolment

    def _employ(self, user_id: ResourceId, codes: Iterable[str], verdict: Verdict) -> None:
        role = verdict.role.value.employment_role if verdict.role else ""
        for code in codes:
            unit_id = self._minting.unit(code)
            made = Employment(derived_id(unit_id, user_id), user_id, unit_id, role)
            self._made.employments[made.id] = made

    def _tell(self, person: Person, unit: str, doubts: Iterable[Doubt]) -> None:
        self._findings += [
            Finding(doubt.code, doubt.severity, "person", person.key, unit, doubt.args) for doubt in doubts
        ]

    def _unknown_places_told(self) -> Iterator[Finding]:
        keys = {each.path: each.key for each in self._snapshot.containers}
        for path, text in self._unknown_places.items():
            key = keys.get(path) or path
            yield Finding("unknown_unit_code", Severity.WARNING, "container", key, "", (text,))

    def _unknown_codes_told(self) -> Iterator[Finding]:
        for label, code in named_units(self._rules):
            if code not in self._units.chosen:
                yield Finding("unknown_unit_code", Severity.WARNING, "rule", label, "", (code,))

    def _make_classes(self, drafts: tuple[Draft, ...]) -> None:
        ids = self._minting.classes([draft.candidate() for draft in drafts], self._today)
        for class_id, draft in zip(ids, drafts, strict=True):
            name, members = draft.name(), tuple(sorted(draft.members))
            year = self._year_of(members)
            self._made.student_groups[class_id] = StudentGroup(
                class_id,
                name,
                self._minting.unit(draft.unit),
                "Klass",
                members,
                tuple(sorted(draft.teachers)),
                self._schooling.year_of_class(name) if year is None else year,
            )

    def _make_teaching_groups(self, groups: Iterable[Teaching]) -> None:
        for each in groups:
            group_id = self._minting.group(each.key)
            owner, year = self._minting.unit(each.unit), self._year_of(each.members)
            self._made.student_groups[group_id] = StudentGroup(
                group_id, each.name, owner, each.group_type, each.members, each.teachers, year
            )

    def _year_of(self, members: Iterable[ResourceId]) -> int | None:
        """The school year that all members are in, or None."""
        years = Counter(self._years.get(member) for member in members)
        return next(iter(years)) if len(years) == 1 else None

    def _unit_groups(self, codes: Iterable[str]) -> dict[str, SchoolUnitGroup]:
        names = sorted({self._units.chosen[code].group for code in codes} - {""})
        return {name: SchoolUnitGroup(self._minting.unit_group(name), name) for name in names}

    def _school_unit(
        self, code: str, organisation: Organisation, groups: Mapping[str, SchoolUnitGroup]
    ) -> tuple[ResourceId, SchoolUnit]:
        unit = self._units.chosen[code]
        unit_id, group = self._minting.unit(code), groups.get(unit.group)
        municipality = unit.municipality_code
        group_id = group.id if group else None
        return unit_id, SchoolUnit(unit_id, unit.name, code, self._types[code], municipality, organisation.id, group_id)


_Fixed = OrgUnitPlacement | PatternPlacement | GroupPlacement
_Aliased = PatternPlacement | FieldPlacement | GroupPlacement | GroupClass


def named_units(rules: Rules) -> Iterator[tuple[str, str]]:
    """(label, code) of every school unit that a rule names."""
    fixed: Iterable[tuple[int, str, _Fixed]] = labelled(
        rules, "placement", OrgUnitPlacement, PatternPlacement, GroupPlacement
    )
    for _, label, rule in fixed:
        if rule.school_unit:
            yield label, rule.school_unit
    for section in ("placement", "classes"):
        aliased: Iterable[tuple[int, str, _Aliased]] = labelled(
            rules, section, PatternPlacement, FieldPlacement, GroupPlacement, GroupClass
        )
        for _, label, each in aliased:
            for code in each.units.values():
                yield label, code
