"""Rows and counts for lists: people, school units, classes, user fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from skolsynk.core import swedish
from skolsynk.core.readmodel.values import ClassRow, FieldRow, PersonRow, UnitCount
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.judge import Judge
from skolsynk.core.rules.ruleset import Rules
from skolsynk.core.rules.text import clean
from skolsynk.core.rules.units import Units
from skolsynk.core.school import Fate, Outcome, School
from skolsynk.core.selection.names import natural
from skolsynk.core.snapshot import Person, Snapshot
from skolsynk.core.ss12000.base import ResourceId

COMMON_VALUES = 50


def units_of_broken(
    snapshot: Snapshot, outcomes: Mapping[str, Outcome], rules: Rules, units: Mapping[str, RegisteredUnit], today: date
) -> dict[str, tuple[str, ...]]:
    """{source key: school unit codes} of those whose data does not suffice, as far as the rules know a unit."""
    judge = Judge(rules, snapshot.groups, Units(units), today)
    broken = (person for person in snapshot.people if outcomes[person.key].fate is Fate.BROKEN)
    return {
        person.key: tuple(answer.value for answer in judge.of(person, judge.tree.at(person.container)).units)
        for person in broken
    }


def people(
    snapshot: Snapshot, school: School, units_of_broken: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[PersonRow, ...], tuple[Person, ...]]:
    """Everybody in the order of lists, as rows and as the directory has them."""
    rows = _Rows(school, units_of_broken)
    found = [(rows.row(person), person) for person in snapshot.people]
    found.sort(key=lambda each: (each[0].fate == Fate.PROTECTED.value, swedish.sort_key(each[0].name), each[0].key))
    return tuple(row for row, _ in found), tuple(person for _, person in found)


class _Rows:
    def __init__(self, school: School, units_of_broken: Mapping[str, tuple[str, ...]]) -> None:
        self._school, self._broken = school, units_of_broken
        self._codes = codes(school)
        self._units: dict[ResourceId, list[str]] = {}
        for employment in school.employments.values():
            self._units.setdefault(employment.user, []).append(self._codes[employment.employed_at])
        self._classes: dict[ResourceId, list[str]] = {}
        for group in sorted(school.student_groups.values(), key=lambda group: natural(group.display_name)):
            for user in {*group.members, *group.teachers} if group.is_class else ():
                self._classes.setdefault(user, []).append(group.display_name)

    def row(self, person: Person) -> PersonRow:
        outcome, user_id = self._school.outcomes[person.key], self._school.user_ids.get(person.key)
        if outcome.fate is Fate.PROTECTED:
            fate = outcome.fate.value
            return PersonRow(person.key, user_id or "", "", "", "", fate, "", (), (), None, "", False, False)
        user = self._school.users.get(user_id) if user_id else None
        enrolments = user.enrolments if user else ()
        enrolled = [self._codes[each.school_unit] for each in enrolments]
        employed = self._units.get(user.id, ()) if user else self._broken.get(person.key, ())
        years = [each.school_year for each in enrolments]
        return PersonRow(
            person.key,
            user_id or "",
            clean(f"{person.given_name} {person.family_name}"),
            person.user_name,
            outcome.role,
            outcome.fate.value,
            outcome.reason,
            tuple(dict.fromkeys((*enrolled, *employed))),
            tuple(dict.fromkeys(self._classes.get(user.id, ()))) if user else (),
            years[0] if years else None,
            person.container,
            person.suspended,
            person.archived,
        )


def codes(school: School) -> dict[ResourceId, str]:
    """{school unit id: code}"""
    return {unit.id: unit.school_unit_code for unit in school.school_units.values()}


def protected_ids(school: School) -> frozenset[ResourceId]:
    """Ids of everybody with protected identity who has one."""
    found = (school.user_ids.get(key) for key, outcome in school.outcomes.items() if outcome.fate is Fate.PROTECTED)
    return frozenset(each for each in found if each)


def unit_counts(rows: Iterable[PersonRow], school: School) -> dict[str, UnitCount]:
    """{code: counts} of each school unit; somebody at two of them counts at both."""
    code_of = codes(school)
    roles = Counter((unit, row.role) for row in rows if row.fate == Fate.PLACED.value for unit in row.units)
    groups = Counter((code_of[group.owner], group.is_class) for group in school.student_groups.values())
    teaching: dict[str, set[ResourceId]] = {}
    hidden = protected_ids(school)
    for group in school.student_groups.values():
        teaching.setdefault(code_of[group.owner], set()).update(each for each in group.teachers if each not in hidden)
    return {
        code: UnitCount(
            roles[code, "pupil"],
            roles[code, "teacher"],
            roles[code, "staff"],
            groups[code, True],
            groups[code, False],
            len(teaching.get(code, ())),
        )
        for code in code_of.values()
    }


def classes(school: School) -> tuple[ClassRow, ...]:
    """Every class and group by school unit, type and natural order of names. Protected people are not counted."""
    code_of, hidden = codes(school), protected_ids(school)
    rows = (
        ClassRow(
            group.id,
            group.display_name,
            code_of[group.owner],
            group.student_group_type,
            len(group.members) - len(hidden.intersection(group.members)),
            len(group.teachers) - len(hidden.intersection(group.teachers)),
        )
        for group in school.student_groups.values()
    )
    return tuple(sorted(rows, key=lambda row: (row.unit, row.type, natural(row.name), row.id)))


def fields(snapshot: Snapshot, outcomes: Mapping[str, Outcome]) -> tuple[FieldRow, ...]:
    """Every user field that anybody has, protected people left out."""
    people: Counter[str] = Counter()
    values: dict[str, Counter[str]] = {}
    for person in snapshot.people:
        if outcomes[person.key].fate is not Fate.PROTECTED:
            for path, texts in person.fields.items():
                people[path] += 1
                values.setdefault(path, Counter()).update(frozenset(texts))
    return tuple(FieldRow(path, people[path], _common(values[path])) for path in sorted(values))


def _common(values: Counter[str]) -> tuple[tuple[str, int], ...]:
    ordered = sorted(values.items(), key=lambda each: (-each[1], each[0]))
    return tuple(ordered[:COMMON_VALUES])
