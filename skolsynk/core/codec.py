"""A snapshot or a school as bytes and back: JSON rows, no names repeated, the same bytes for the same value.

Read and written by ``store`` (which compresses and seals them). ``decode_…`` raises CodecError on bytes of another
version, so that a stored school of an older program is made anew instead of being misread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import orjson

from skolsynk.core.school import Fate, Finding, Outcome, School, Severity
from skolsynk.core.snapshot import Container, Domain, Fields, Group, Member, MemberKind, Person, Snapshot
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User

Json = Any  # what orjson gives back: each decoder below knows the shape that its encoder wrote
Value = TypeVar("Value", bound=tuple[Any, ...])


class CodecError(ValueError):
    """Bytes that another version of the program wrote, or that are not ours."""


def _layout(*kinds: type[NamedTuple]) -> str:
    # The fields of every row, so that a program whose rows differ does not read the old ones.
    return ";".join(f"{kind.__name__}({','.join(kind._fields)})" for kind in kinds)


SNAPSHOT_LAYOUT = _layout(Person, Container, Group, Member, Domain)
SCHOOL_LAYOUT = _layout(
    Organisation, SchoolUnitGroup, SchoolUnit, User, Enrolment, Employment, StudentGroup, Finding, Outcome
)
_MEMBER_KINDS = {str(kind): kind for kind in MemberKind}
_FATES = {str(fate): fate for fate in Fate}
_SEVERITIES = {str(severity): severity for severity in Severity}


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Container paths are written once and numbered: most people share theirs with others."""
    paths: dict[str, int] = {}
    number = paths.setdefault
    people = [
        (*person[:4], number(person.container, len(paths)), person.suspended, person.archived, dict(person.fields))
        for person in snapshot.people
    ]
    return _dump(
        SNAPSHOT_LAYOUT,
        [snapshot.source, snapshot.tenant_key, snapshot.at.isoformat()],
        list(paths),
        people,
        _rows(snapshot.containers),
        [(*group[:4], _rows(group.members)) for group in snapshot.groups],
        _rows(snapshot.domains),
        dict(snapshot.outside),
    )


def decode_snapshot(encoded: bytes) -> Snapshot:
    """The snapshot again. Raises CodecError."""
    head, paths, people, containers, groups, domains, outside = _load(SNAPSHOT_LAYOUT, encoded)
    shared = _Shared()
    return Snapshot(
        source=head[0],
        tenant_key=head[1],
        at=datetime.fromisoformat(head[2]),
        people=tuple([Person._make((*row[:4], paths[row[4]], *row[5:7], shared.fields(row[7]))) for row in people]),
        containers=_made(Container, containers),
        groups=tuple([Group._make((*row[:4], tuple(map(_member, row[4])))) for row in groups]),
        domains=_made(Domain, domains),
        outside=outside,
    )


def encode_school(school: School) -> bytes:
    return _dump(
        SCHOOL_LAYOUT,
        school.at.isoformat(),
        tuple(school.organisation),
        _rows(school.school_unit_groups.values()),
        _rows(school.school_units.values()),
        [(*user[:6], _rows(user.enrolments)) for user in school.users.values()],
        _rows(school.employments.values()),
        _rows(school.student_groups.values()),
        {key: tuple(outcome) for key, outcome in school.outcomes.items()},
        dict(school.user_ids),
        dict(school.containers),
        _rows(school.findings),
    )


def decode_school(encoded: bytes) -> School:
    """The school again; an id is one object wherever it stands. Raises CodecError."""
    rows = _load(SCHOOL_LAYOUT, encoded)
    at, organisation, unit_groups, units, users, employments, groups, outcomes, user_ids, containers, findings = rows
    one = _Shared().text
    return School(
        at=datetime.fromisoformat(at),
        organisation=Organisation(*organisation),
        school_unit_groups=_by_id(_made(SchoolUnitGroup, unit_groups)),
        school_units=_by_id(SchoolUnit._make((*row[:3], tuple(row[3]), *row[4:])) for row in units),
        users=_by_id(_user(row, one) for row in users),
        employments=_by_id(Employment(row[0], one(row[1]), one(row[2]), *row[3:]) for row in employments),
        student_groups=_by_id(_student_group(row, one) for row in groups),
        outcomes={key: Outcome(_FATES[row[0]], one(row[1]), one(row[2])) for key, row in outcomes.items()},
        user_ids={key: one(user) for key, user in user_ids.items()},
        containers={one(user): one(path) for user, path in containers.items()},
        findings=tuple([_finding(row) for row in findings]),
    )


class _Shared:
    """Equal values become one object: a directory repeats its words thousands of times."""

    def __init__(self) -> None:
        self._texts: dict[str, Json] = {}
        self._values: dict[tuple[str, ...], tuple[str, ...]] = {}

    def text(self, text: str) -> Json:
        return self._texts.setdefault(text, text)

    def fields(self, fields: Mapping[str, list[str]]) -> Fields:
        values = self._values
        return {path: values.setdefault(key, key) for path, listed in fields.items() if (key := tuple(listed))}


def _member(row: Json) -> Member:
    return Member(row[0], _MEMBER_KINDS[row[1]], row[2])


def _user(row: Json, one: Callable[[str], Json]) -> User:
    enrolments = tuple([Enrolment(one(entry[0]), *entry[1:]) for entry in row[6]])
    return User(one(row[0]), row[1], row[2], row[3], row[4], one(row[5]), enrolments)


def _student_group(row: Json, one: Callable[[str], Json]) -> StudentGroup:
    return StudentGroup(
        row[0], row[1], one(row[2]), one(row[3]), tuple(map(one, row[4])), tuple(map(one, row[5])), row[6]
    )


def _finding(row: Json) -> Finding:
    return Finding._make((row[0], _SEVERITIES[row[1]], *row[2:5], tuple(row[5])))


def _made(kind: Callable[..., Value], rows: Json) -> tuple[Value, ...]:
    return tuple([kind(*row) for row in rows])


def _by_id(resources: Iterable[Value]) -> dict[Json, Value]:
    return {resource[0]: resource for resource in resources}


def _rows(values: Iterable[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [tuple(value) for value in values]  # orjson writes plain tuples only


def _dump(*parts: object) -> bytes:
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)


def _load(layout: str, encoded: bytes) -> Json:
    try:
        parts = orjson.loads(encoded)
    except orjson.JSONDecodeError as error:
        raise CodecError("Not a stored snapshot or school.") from error
    if not isinstance(parts, list) or parts[:1] != [layout]:
        raise CodecError("Stored by another version of the program: make it anew.")
    return parts[1:]
