"""Small directories for rule tests: people, groups and containers in one line each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from skolsynk.core.identity import Identity, IdentityNews
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Built, build, parse_rules
from skolsynk.core.school import Finding, School
from skolsynk.core.snapshot import Container, Group, Member, MemberKind, Person, Snapshot
from skolsynk.core.ss12000.student_group import StudentGroup

EK, BJORK, GYMNASIUM = "12345671", "12345672", "12345673"
TODAY = date(2026, 9, 1)
NAMESPACE = uuid.UUID("6f0f4b8e-2f7f-4c80-9d4e-0c5f5d2f6a11")


def unit(code: str, name: str, *types: str, group: str = "") -> RegisteredUnit:
    return RegisteredUnit(code, name, "AKTIV", types or ("FKLASS", "GR", "FTH"), "", "", "", "0180", "", "", "", group)


UNITS = {
    EK: unit(EK, "Ekskolan", group="Ek och Björk"),
    BJORK: unit(BJORK, "Björkskolan", "GR", group="Ek och Björk"),
    GYMNASIUM: unit(GYMNASIUM, "Sjögymnasiet", "GY"),
}


def person(key: str, container: str = "/Elever/Ekskolan/7A", **fields: str | tuple[str, ...]) -> Person:
    """Field paths are written with __ for the dot: ``organizations__department="Ekskolan"``."""
    said = {path.replace("__", "."): (value,) if isinstance(value, str) else value for path, value in fields.items()}
    return Person(key, f"{key}@skola.example", f"Förnamn {key}", f"Efternamn {key}", container, False, False, said)


def group(key: str, *members: str | Member, email: str = "", name: str = "") -> Group:
    """Members: "anna" a person, "anna!" an owner, "&klubb" a group."""
    email = email or f"{key}@skola.example"
    return Group(key, email, name or key, "", tuple(_member(each) for each in members))


def _member(text: str | Member) -> Member:
    if isinstance(text, Member):
        return text
    kind = MemberKind.GROUP if text.startswith("&") else MemberKind.PERSON
    return Member(text.strip("&!"), kind, "OWNER" if text.endswith("!") else "MEMBER")


def snapshot(people: Iterable[Person], groups: Iterable[Group] = ()) -> Snapshot:
    people = tuple(people)
    paths = sorted({each.container for each in people})
    containers = tuple(Container(f"id:{path}", path, path.rsplit("/", 1)[-1]) for path in paths)
    at = datetime(2026, 9, 1, 6, tzinfo=UTC)
    return Snapshot("google", "C01", at, people, containers, tuple(groups), (), {})


TREE: dict[str, object] = {
    "placement": [{"kind": "org_unit_pattern", "pattern": "^/(?:Elever|Personal)/(?P<unit>[^/]+)"}],
    "role": [
        {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
        {"kind": "org_unit", "org_unit": "/Personal", "role": "teacher"},
    ],
    "classes": [{"kind": "org_unit_leaf", "under": "/Elever", "pattern": "^(?P<name>[^/]{1,5})$"}],
    "school_year": [{"kind": "class_name"}],
}
"""The commonest arrangement: /Elever/<school unit>/<class> and /Personal/<school unit>."""


def run(
    people: Iterable[Person],
    groups: Iterable[Group] = (),
    rules: Mapping[str, object] | None = None,
    identity: Identity | None = None,
    today: date = TODAY,
    units: Mapping[str, RegisteredUnit] = UNITS,
) -> Built:
    """``rules`` replace sections of ``TREE``."""
    parsed = parse_rules({**TREE, **(rules or {})})
    return build(snapshot(people, groups), parsed, units, identity or Identity(NAMESPACE), "Björkviks kommun", today)


def remember(identity: Identity, news: IdentityNews) -> Identity:
    """What a store makes of the news."""
    classes = {record.id: record for record in (*identity.classes, *news.classes)}
    return Identity(
        identity.namespace,
        {**identity.people, **news.people},
        {**identity.groups, **news.groups},
        {**identity.units, **news.units},
        tuple(classes.values()),
        news.organisation or identity.organisation,
        {**identity.unit_groups, **news.unit_groups},
    )


def fate(built: Built, key: str) -> tuple[str, str, str]:
    outcome = built.school.outcomes[key]
    return str(outcome.fate), outcome.reason, outcome.role


def told(built: Built, code: str) -> list[Finding]:
    return [finding for finding in built.school.findings if finding.code == code]


def codes(built: Built) -> set[str]:
    return {finding.code for finding in built.school.findings}


def unit_code(school: School, unit_id: str | None) -> str:
    return next(each.school_unit_code for each in school.school_units.values() if each.id == unit_id)


def placements(built: Built, key: str) -> list[str]:
    """School unit codes that somebody is enrolled or employed at, sorted."""
    school = built.school
    user = school.user_ids[key]
    employed = [each.employed_at for each in school.employments.values() if each.user == user]
    enrolled = [each.school_unit for each in school.users[user].enrolments]
    return sorted(unit_code(school, each) for each in (*employed, *enrolled))


def groups_of(built: Built) -> dict[tuple[str, str], StudentGroup]:
    """{(school unit code, name): group}"""
    school = built.school
    return {(unit_code(school, each.owner), each.display_name): each for each in school.student_groups.values()}


def keys(built: Built, users: Iterable[str]) -> set[str]:
    """Source keys of users."""
    by_id = {user: key for key, user in built.school.user_ids.items()}
    return {by_id[user] for user in users if user in by_id}  # type: ignore[index]  # ids are plain text here
