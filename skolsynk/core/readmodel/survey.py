"""What rules and selections can see of everybody, as columns of small numbers: people who look the same are one.

A draft is judged once for each way in which people differ *to it*, and not once for each person. The columns are in
the order of ``PeopleIndex``.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from skolsynk.core.readmodel.listed import codes
from skolsynk.core.readmodel.values import PersonRow
from skolsynk.core.rules.text import clean
from skolsynk.core.school import Fate, Finding, School
from skolsynk.core.snapshot import MemberKind, Person, Snapshot
from skolsynk.core.ss12000.user import EPPN

Json = Any  # what orjson gives back: each decoder below knows the shape that its encoder wrote
Column = Sequence[int]
SUSPENDED, ARCHIVED, NO_GIVEN_NAME, NO_FAMILY_NAME, BAD_ADDRESS, NO_ADDRESS = (1 << bit for bit in range(6))
OWNERS = frozenset(("OWNER", "MANAGER"))
_INDEX = re.compile(r"\[\d+\]")


class Now(NamedTuple):
    """What became of some people."""

    fate: str  # of core.school.Fate
    role: str
    units: tuple[str, ...]  # school unit codes, the main one first; none of protected people
    codes: frozenset[str]  # of findings about them


class Basic(NamedTuple):
    """What every selection sees of some people. Empty for those who are nobody's user."""

    fate: str
    role: str
    enrolments: tuple[tuple[str, int | None, str], ...]  # (school unit code, school year, school type)
    employments: tuple[tuple[str, str], ...]  # (school unit code, employment role), by code
    email: bool
    shown: bool  # the school tells in which container they are


class Gathered(NamedTuple):
    """One student group of the school; people by their places."""

    name: str
    type: str
    unit: str
    people: Column  # members and teachers


Subject = tuple[str, str, str]  # (finding's code, kind of object, its key or label)


def subject(finding: Finding) -> Subject:
    """Whom or what a finding is about. The place of a rule among the others is no part of what it is."""
    key = finding.object_key
    return finding.code, finding.object_kind, _INDEX.sub("[]", key) if finding.object_kind == "rule" else key


def flags(person: Person) -> int:
    """What a person's own account tells the rules, apart from its values."""
    address = person.user_name if person.user_name.isascii() else clean(person.user_name)
    return (
        (SUSPENDED if person.suspended else 0)
        | (ARCHIVED if person.archived else 0)
        | (0 if clean(person.given_name) else NO_GIVEN_NAME)
        | (0 if clean(person.family_name) else NO_FAMILY_NAME)
        | (0 if EPPN.match(address) else BAD_ADDRESS)
        | (0 if address.strip() else NO_ADDRESS)
    )


# Writing


def encode_survey(rows: Sequence[PersonRow], people: Sequence[Person], school: School) -> bytes:
    """``rows`` and ``people`` are in the order of lists."""
    found, others = _findings(school)
    places, now, basic, domains = _Numbers(), _Numbers(), _Numbers(), _Numbers()
    look = _basic_of(school)
    return orjson.dumps(
        [
            [places.of(person.container) for person in people],
            [flags(person) for person in people],
            [now.of((row.fate, row.role, row.units, tuple(sorted(found.get(row.key, ()))))) for row in rows],
            [basic.of(look(person.key)) for person in people],
            [domains.of(person.user_name.rpartition("@")[2].lower()) for person in people],
            places.table,
            now.table,
            basic.table,
            domains.table,
            sorted(others),
            [[person.user_name, at] for at, person in enumerate(people) if rows[at].fate == Fate.PROTECTED.value],
        ]
    )


class _Numbers:
    """Numbers for values, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def of(self, value: Any) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    @property
    def table(self) -> list[Any]:
        return list(self._numbers)


def _findings(school: School) -> tuple[dict[str, set[str]], set[Subject]]:
    """({source key: codes}, subjects of findings that are about no person)"""
    people: dict[str, set[str]] = {}
    others: set[Subject] = set()
    for finding in school.findings:
        if finding.object_kind == "person":
            people.setdefault(finding.object_key, set()).add(finding.code)
        else:
            others.add(subject(finding))
    return people, others


def _basic_of(school: School) -> Callable[[str], tuple[object, ...]]:
    code_of = codes(school)
    employed: dict[str, list[tuple[str, str]]] = {}
    for each in school.employments.values():
        employed.setdefault(each.user, []).append((code_of[each.employed_at], each.employment_role))

    def look(key: str) -> tuple[object, ...]:
        outcome, user_id = school.outcomes[key], school.user_ids.get(key)
        user = school.users.get(user_id) if user_id else None
        if user is None:
            return (outcome.fate.value, outcome.role, (), (), False, False)
        enrolled = tuple((code_of[each.school_unit], each.school_year, each.school_type) for each in user.enrolments)
        employments = tuple(sorted(employed.get(user.id, ())))
        return (outcome.fate.value, outcome.role, enrolled, employments, bool(user.email), user.id in school.containers)

    return look


def encode_members(snapshot: Snapshot, people: Sequence[Person]) -> bytes:
    """[[members, owners]] of each group of the directory, in the snapshot's order; each person once."""
    at = {person.key: place for place, person in enumerate(people)}
    groups = []
    for group in snapshot.groups:
        roles: dict[int, bool] = {}
        for key, kind, role in group.members:
            if kind is MemberKind.PERSON and key in at:
                roles[at[key]] = role in OWNERS or roles.get(at[key], False)
        groups.append(
            [[each for each, owns in roles.items() if not owns], [each for each, owns in roles.items() if owns]]
        )
    return orjson.dumps(groups)


def encode_student_groups(school: School, people: Sequence[Person]) -> bytes:
    code_of = codes(school)
    at = {school.user_ids[person.key]: place for place, person in enumerate(people) if person.key in school.user_ids}
    return orjson.dumps(
        [
            (
                group.display_name,
                group.student_group_type,
                code_of[group.owner],
                sorted({at[user] for user in (*group.members, *group.teachers)}),
            )
            for group in school.student_groups.values()
        ]
    )


def encode_field(path: str, people: Sequence[Person]) -> bytes:
    """One user field: the number of each person's values, and the values."""
    values = _Numbers()
    return orjson.dumps([[values.of(person.fields.get(path, ())) for person in people], values.table])


# Reading


class Survey:
    def __init__(self, encoded: bytes) -> None:
        read: Json = orjson.loads(encoded)
        self.place_of, self.flags_of, self.now_of, self.basic_of, self.domain_of = (
            array("I", each) for each in read[:5]
        )
        self.places: list[str] = read[5]
        self.account_of, self.accounts = numbered((self.place_of, self.flags_of))  # every draft tells these apart
        self.now = [Now(row[0], row[1], tuple(row[2]), frozenset(row[3])) for row in read[6]]
        self.basic = [
            Basic(row[0], row[1], tuple(map(tuple, row[2])), tuple(map(tuple, row[3])), *row[4:]) for row in read[7]
        ]
        self.domains: list[str] = read[8]
        self.others: frozenset[Subject] = frozenset(map(tuple, read[9]))
        self.hidden: Mapping[int, str] = {at: address for address, at in read[10]}  # of protected people

    def __len__(self) -> int:
        return len(self.place_of)


class Members:
    """Direct members of one group, by place in lists: ``plain`` and those who own or manage it."""

    __slots__ = ("everybody", "owners", "plain")

    def __init__(self, row: Json) -> None:
        self.plain, self.owners = array("I", row[0]), array("I", row[1])
        self.everybody = self.plain + self.owners


def decode_members(encoded: bytes) -> tuple[Members, ...]:
    return tuple(map(Members, orjson.loads(encoded)))


def decode_student_groups(encoded: bytes) -> tuple[Gathered, ...]:
    return tuple(Gathered._make((*row[:3], array("I", row[3]))) for row in orjson.loads(encoded))


class FieldColumn:
    """One user field of everybody."""

    def __init__(self, encoded: bytes) -> None:
        numbers, values = orjson.loads(encoded)
        self.numbers = array("I", numbers)
        self.values: list[tuple[str, ...]] = list(map(tuple, values))


def numbered(columns: Iterable[Sequence[Any]]) -> tuple[array[int], list[tuple[Any, ...]]]:
    """Columns side by side: the number of each row's combination, and the combinations, at least one column."""
    found: dict[tuple[Any, ...], int] = {}
    numbers = array("I", [found.setdefault(row, len(found)) for row in zip(*columns, strict=True)])
    return numbers, list(found)
