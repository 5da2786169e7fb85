from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core import codec
from skolsynk.core.school import Fate, Finding, Outcome, School, Severity
from skolsynk.core.snapshot import Container, Domain, Group, Member, MemberKind, Person, Snapshot
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User

AT = datetime(2026, 1, 30, 7, 15, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ONE_OR_MORE = st.lists(TEXT, min_size=1, max_size=3).map(tuple)
PERSON = st.builds(
    Person, TEXT, TEXT, TEXT, TEXT, TEXT, st.booleans(), st.booleans(), st.dictionaries(TEXT, ONE_OR_MORE)
)
MEMBER = st.builds(Member, TEXT, st.sampled_from(MemberKind), st.sampled_from(["OWNER", "MEMBER"]))
GROUP = st.builds(Group, TEXT, TEXT, TEXT, TEXT, st.lists(MEMBER, max_size=3).map(tuple))
SNAPSHOT = st.builds(
    Snapshot,
    source=TEXT,
    tenant_key=TEXT,
    at=st.datetimes(timezones=st.just(UTC)),
    people=st.lists(PERSON, max_size=5).map(tuple),
    containers=st.lists(st.builds(Container, TEXT, TEXT, TEXT), max_size=3).map(tuple),
    groups=st.lists(GROUP, max_size=3).map(tuple),
    domains=st.lists(st.builds(Domain, TEXT, st.booleans(), st.booleans()), max_size=3).map(tuple),
    outside=st.dictionaries(TEXT, st.integers(0, 10**6)),
)
ID = st.uuids().map(str).map(ResourceId)
IDS = st.lists(ID, max_size=3).map(tuple)
YEAR = st.none() | st.integers(0, 10)
ENROLMENTS = st.lists(st.builds(Enrolment, ID, YEAR, TEXT, TEXT), max_size=2).map(tuple)


def by_id(resource: st.SearchStrategy[tuple[object, ...]]) -> st.SearchStrategy[dict[object, object]]:
    return st.lists(resource, max_size=4).map(lambda made: {one[0]: one for one in made})


SCHOOL = st.builds(
    School,
    at=st.datetimes(timezones=st.just(UTC)),
    organisation=st.builds(Organisation, ID, TEXT),
    school_unit_groups=by_id(st.builds(SchoolUnitGroup, ID, TEXT)),
    school_units=by_id(st.builds(SchoolUnit, ID, TEXT, TEXT, ONE_OR_MORE, TEXT, st.none() | ID, st.none() | ID)),
    users=by_id(st.builds(User, ID, TEXT, TEXT, TEXT, TEXT, TEXT, ENROLMENTS)),
    employments=by_id(st.builds(Employment, ID, ID, ID, TEXT, TEXT)),
    student_groups=by_id(st.builds(StudentGroup, ID, TEXT, ID, TEXT, IDS, IDS, YEAR)),
    outcomes=st.dictionaries(TEXT, st.builds(Outcome, st.sampled_from(Fate), TEXT, TEXT)),
    user_ids=st.dictionaries(TEXT, ID),
    containers=st.dictionaries(ID, TEXT),
    findings=st.lists(
        st.builds(Finding, TEXT, st.sampled_from(Severity), TEXT, TEXT, TEXT, ONE_OR_MORE), max_size=3
    ).map(tuple),
)


@given(SNAPSHOT)
def test_snapshot_comes_back_as_it_was(snapshot: Snapshot) -> None:
    assert codec.decode_snapshot(codec.encode_snapshot(snapshot)) == snapshot


@given(SCHOOL)
def test_school_comes_back_as_it_was(school: School) -> None:
    decoded = codec.decode_school(codec.encode_school(school))
    assert decoded == school
    assert all(isinstance(user, User) for user in decoded.users.values())


@given(SNAPSHOT)
def test_equal_snapshots_give_equal_bytes(snapshot: Snapshot) -> None:
    encoded = codec.encode_snapshot(snapshot)
    assert codec.encode_snapshot(codec.decode_snapshot(encoded)) == encoded


def test_equal_field_values_become_one_object() -> None:
    fields = [{"organizations.department": (f"{word}skolan",)} for word in ("Ek", "Ek")]
    people = tuple(Person(str(n), "a@b.example", "A", "B", "/", False, False, one) for n, one in enumerate(fields))
    decoded = codec.decode_snapshot(codec.encode_snapshot(Snapshot("google", "C1", AT, people, (), (), (), {})))
    first, second = (person.fields["organizations.department"] for person in decoded.people)
    assert first is second


@pytest.mark.parametrize("stored", [b"", b"{", b"{}", b"[]", b'["Person(key)"]'])
def test_bytes_of_another_version_are_refused(stored: bytes) -> None:
    for decode in (codec.decode_snapshot, codec.decode_school):
        with pytest.raises(codec.CodecError):
            decode(stored)
