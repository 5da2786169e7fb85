"""Directory and school without people, and one person's own part: together, enough to explain her."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from skolsynk.core.readmodel.values import GroupRow, PersonPart
from skolsynk.core.school import Fate, Outcome, School
from skolsynk.core.snapshot import Container, Domain, Group, Member, MemberKind, Person, Snapshot
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User

Json = Any  # what orjson gives back: each decoder below knows the shape that its encoder wrote
PEOPLE_IN_CHUNK = 200
MOST_CHUNKS = 256


def chunks_for(people: int) -> int:
    """How many chunks so many people are kept in."""
    return max(1, min(MOST_CHUNKS, people // PEOPLE_IN_CHUNK))


def chunk_of(key: str, chunks: int) -> int:
    """The chunk that a source key is in, the same in every process."""
    return zlib.crc32(key.encode()) % chunks


# What everybody shares


def encode_frame(snapshot: Snapshot, school: School) -> bytes:
    groups = [
        (*group[:4], len(group.members), [tuple(each) for each in group.members if each.kind is not MemberKind.PERSON])
        for group in snapshot.groups
    ]
    return orjson.dumps(
        [
            [snapshot.source, snapshot.tenant_key, snapshot.at.isoformat(), school.at.isoformat()],
            list(map(tuple, snapshot.containers)),
            groups,
            list(map(tuple, snapshot.domains)),
            tuple(school.organisation),
            list(map(tuple, school.school_unit_groups.values())),
            list(map(tuple, school.school_units.values())),
            [(*group[:4], group.school_year) for group in school.student_groups.values()],
        ]
    )


class Frame:
    """Directory and school without people. ``narrowed`` puts one back."""

    def __init__(self, encoded: bytes) -> None:
        head, containers, groups, domains, organisation, unit_groups, units, student_groups = orjson.loads(encoded)
        self.group_sizes: tuple[int, ...] = tuple(row[4] for row in groups)
        self.snapshot = Snapshot(
            source=head[0],
            tenant_key=head[1],
            at=datetime.fromisoformat(head[2]),
            people=(),
            containers=tuple(Container(*row) for row in containers),
            groups=tuple(Group._make((*row[:4], tuple(map(_member, row[5])))) for row in groups),
            domains=tuple(Domain(*row) for row in domains),
            outside={},
        )
        self.school = School(
            at=datetime.fromisoformat(head[3]),
            organisation=Organisation(*organisation),
            school_unit_groups={row[0]: SchoolUnitGroup(*row) for row in unit_groups},
            school_units={row[0]: SchoolUnit._make((*row[:3], tuple(row[3]), *row[4:])) for row in units},
            users={},
            employments={},
            student_groups={row[0]: StudentGroup._make((*row[:4], (), (), row[4])) for row in student_groups},
            outcomes={},
            user_ids={},
            containers={},
            findings=(),
        )
        self._student_groups = tuple(self.school.student_groups)

    def group_rows(self) -> tuple[GroupRow, ...]:
        sized = zip(self.snapshot.groups, self.group_sizes, strict=True)
        return tuple(GroupRow(group.key, group.email, group.name, size) for group, size in sized)

    def narrowed(self, row: Json) -> PersonPart:
        """The parts of one person's row, as ``encode_person`` wrote it."""
        person, memberships, outcome, user_id, user, employments, member_of, teaches, container = row
        made = Person._make((*person[:7], {path: tuple(values) for path, values in person[7].items()}))
        snapshot = replace(self.snapshot, people=(made,), groups=self._with_member(made.key, memberships))
        found = User._make((*user[:6], tuple(Enrolment(*each) for each in user[6]))) if user else None
        school = replace(
            self.school,
            users={found.id: found} if found else {},
            employments={each[0]: Employment(*each) for each in employments},
            student_groups=self._with_user(user_id, member_of, teaches),
            outcomes={made.key: Outcome(Fate(outcome[0]), *outcome[1:])},
            user_ids={made.key: user_id} if user_id else {},
            containers={user_id: container} if container is not None else {},
        )
        return PersonPart(snapshot, school)

    def _with_member(self, key: str, memberships: Json) -> tuple[Group, ...]:
        groups = list(self.snapshot.groups)
        for at, role in memberships:
            member = Member(key, MemberKind.PERSON, role)
            groups[at] = groups[at]._replace(members=(*groups[at].members, member))
        return tuple(groups)

    def _with_user(self, user_id: ResourceId, member_of: Json, teaches: Json) -> dict[ResourceId, StudentGroup]:
        groups = dict(self.school.student_groups)
        for at in member_of:
            groups[self._student_groups[at]] = groups[self._student_groups[at]]._replace(members=(user_id,))
        for at in teaches:
            groups[self._student_groups[at]] = groups[self._student_groups[at]]._replace(teachers=(user_id,))
        return groups


def _member(row: Json) -> Member:
    return Member(row[0], MemberKind(row[1]), row[2])


# What is one person's own


def encode_chunks(snapshot: Snapshot, school: School) -> Iterator[tuple[int, bytes]]:
    """(number of the chunk, {source key: row}) for everybody."""
    wanted = chunks_for(len(snapshot.people))
    chunks: list[list[Person]] = [[] for _ in range(wanted)]
    for person in snapshot.people:
        chunks[chunk_of(person.key, wanted)].append(person)
    about = _About(snapshot, school)
    for number, chunk in enumerate(chunks):  # one at a time: all of them would be the whole directory once more
        yield number, orjson.dumps({person.key: about.row(person) for person in chunk})


class _About:
    """Who is in what, looked up once for everybody."""

    def __init__(self, snapshot: Snapshot, school: School) -> None:
        self._school = school
        self._memberships: dict[str, list[tuple[int, str]]] = {}
        for at, group in enumerate(snapshot.groups):
            for key, kind, role in group.members:
                if kind is MemberKind.PERSON:
                    self._memberships.setdefault(key, []).append((at, role))
        self._employments: dict[ResourceId, list[tuple[object, ...]]] = {}
        for employment in school.employments.values():
            self._employments.setdefault(employment.user, []).append(tuple(employment))
        self._member_of = _places({at: each.members for at, each in enumerate(school.student_groups.values())})
        self._teaches = _places({at: each.teachers for at, each in enumerate(school.student_groups.values())})

    def row(self, person: Person) -> tuple[object, ...]:
        school = self._school
        user_id = school.user_ids.get(person.key)
        user = school.users.get(user_id) if user_id else None
        known = user_id or ResourceId("")
        return (
            (*person[:7], dict(person.fields)),
            self._memberships.get(person.key, ()),
            tuple(school.outcomes[person.key]),
            user_id,
            (*user[:6], [tuple(each) for each in user.enrolments]) if user else None,
            self._employments.get(known, ()),
            self._member_of.get(known, ()),
            self._teaches.get(known, ()),
            school.containers.get(known),
        )


def _places(groups: Mapping[int, tuple[ResourceId, ...]]) -> dict[ResourceId, list[int]]:
    found: dict[ResourceId, list[int]] = {}
    for at, people in groups.items():
        for person in people:
            found.setdefault(person, []).append(at)
    return found
