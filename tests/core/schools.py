"""Builders: one person, one group, and whole schools of every shape or of any size."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from skolsynk.core.school import Fate, Finding, Outcome, School
from skolsynk.core.ss12000.base import ResourceId, derived_id, new_id
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.school_unit_group import SchoolUnitGroup
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User

NAMESPACE = uuid.UUID("0b9f6a5e-3c1d-4f57-9a0e-52d1c7e84b30")
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
ORGANISATION = Organisation(new_id(NAMESPACE, "organisation"), "Provkommun")
GROUP_TYPES = ("Klass", "Undervisning", "Mentor")


def code(unit: int) -> str:
    return str(10000000 + unit)


def unit_id(unit: int) -> ResourceId:
    return new_id(NAMESPACE, f"schoolunit:{code(unit)}")


def user_id(key: str) -> ResourceId:
    return new_id(NAMESPACE, f"user:{key}")


def unit(number: int, name: str = "", *, types: tuple[str, ...] = ("GR",), group: str = "") -> SchoolUnit:
    belongs = new_id(NAMESPACE, f"unitgroup:{group}") if group else None
    return SchoolUnit(unit_id(number), name or f"Skola {number}", code(number), types, "9999", ORGANISATION.id, belongs)


def pupil(key: str, *places: tuple[int, int | None], email: str | None = None, school_type: str = "") -> User:
    """``places`` are (unit, school year)."""
    address = f"{key}@elev.prov.example"
    enrolments = tuple(Enrolment(unit_id(at), year, school_type) for at, year in places)
    return User(user_id(key), address, "Alva", "Ek", address if email is None else email, key, enrolments)


def staff(key: str) -> User:
    return User(user_id(key), f"{key}@prov.example", "Ask", "Lind", f"{key}@prov.example", key)


def employment(key: str, at: int, role: str = "Lärare") -> Employment:
    return Employment(derived_id(unit_id(at), user_id(key)), user_id(key), unit_id(at), role)


def group(
    name: str,
    at: int,
    members: Iterable[str] = (),
    teachers: Iterable[str] = (),
    *,
    kind: str = "Klass",
    year: int | None = None,
    number: int = 0,
) -> StudentGroup:
    """``number`` tells groups of one name and unit apart."""
    identifier = new_id(NAMESPACE, f"group:{name}:{at}:{kind}:{number}")
    users = tuple(sorted(map(user_id, members)))
    return StudentGroup(identifier, name, unit_id(at), kind, users, tuple(sorted(map(user_id, teachers))), year)


def school(
    units: Iterable[SchoolUnit],
    users: Iterable[User] = (),
    employments: Iterable[Employment] = (),
    groups: Iterable[StudentGroup] = (),
    *,
    outcomes: dict[str, Outcome] | None = None,
    containers: dict[str, str] | None = None,
    unit_groups: Iterable[str] = (),
) -> School:
    """``outcomes`` and ``containers`` by source key; users without an outcome are placed by what they have."""
    users, employments = list(users), list(employments)
    employed = {each.user for each in employments}
    fates = {each.source_key: Outcome(Fate.PLACED, "", "teacher" if each.id in employed else "pupil") for each in users}
    fates.update(outcomes or {})
    named = [SchoolUnitGroup(new_id(NAMESPACE, f"unitgroup:{name}"), name) for name in unit_groups]
    findings: tuple[Finding, ...] = ()
    return School(
        AT,
        ORGANISATION,
        {each.id: each for each in named},
        {each.id: each for each in units},
        {each.id: each for each in users},
        {each.id: each for each in employments},
        {each.id: each for each in groups},
        fates,
        {key: user_id(key) for key in fates},
        {user_id(key): path for key, path in (containers or {}).items()},
        findings,
    )


ROLES = ("Lärare", "Lärare", "Rektor", "Annan personal", "Förskollärare")
FATES = (Fate.PLACED,) * 12 + (Fate.PROTECTED, Fate.BROKEN, Fate.DECIDED)


def any_school(dice: random.Random, people: int = 14) -> School:
    """Small and of every shape: several units, classes of one name, pupils in many, people who are both."""
    units = [unit(number, f"Skola {dice.randint(0, 1)}", group=dice.choice(("", "Väst"))) for number in range(1, 4)]
    users: list[User] = []
    employments: list[Employment] = []
    outcomes: dict[str, Outcome] = {}
    places: dict[str, str] = {}
    for number in range(dice.randint(0, people)):
        key = f"p{number}"
        places[key] = dice.choice(("/Elever/Norr", "/Elever", "/Personal", "/elever/norr/7A"))
        kind = dice.choice(("pupil", "pupil", "pupil", "teacher", "both"))
        if kind != "teacher":
            at = dice.sample((1, 2, 3), dice.choice((1, 1, 1, 2)))
            email = dice.choice((None, None, None, ""))
            users.append(pupil(key, *((place, dice.choice((None, 0, 7, 8))) for place in at), email=email))
        else:
            users.append(staff(key))
        if kind != "pupil":
            at = dice.sample((1, 2, 3), dice.choice((1, 1, 2, 3)))
            employments += [employment(key, place, dice.choice(ROLES)) for place in at]
        fate = dice.choice(FATES)
        role = dice.choice(("teacher", "staff")) if kind != "pupil" else "pupil"
        outcomes[key] = Outcome(fate, "" if fate is Fate.PLACED else "reason", role)
    outcomes["gone"] = Outcome(dice.choice((Fate.BROKEN, Fate.PROTECTED)), "no_school_unit", dice.choice(("", "pupil")))
    everyone = [each.source_key for each in users]
    enrolled = [each.source_key for each in users if each.enrolments]
    groups = [
        group(
            dice.choice(("7A", "7a", "8B", "10C")),
            dice.randint(1, 3),
            dice.sample(enrolled, dice.randint(0, min(5, len(enrolled)))),
            dice.sample(everyone, dice.randint(0, min(2, len(everyone)))),
            kind=dice.choice(GROUP_TYPES),
            year=dice.choice((None, 7, 8)),
            number=number,
        )
        for number in range(dice.randint(0, 6))
    ]
    return school(units, users, employments, groups, outcomes=outcomes, containers=places, unit_groups=("Väst",))


def large_school(people: int) -> School:
    """As a municipality is: units of 400, classes of 22, two teaching groups each, one in eight is staff."""
    units = [unit(number) for number in range(1, max(2, people // 400) + 1)]
    users, employments, groups = [], [], []
    pupils: list[str] = []
    for number in range(people):
        key, at = f"{number:021d}", number * len(units) // people + 1
        if number % 8 == 0:
            users.append(staff(key))
            employments.append(employment(key, at))
            continue
        users.append(pupil(key, (at, 7)))
        pupils.append(key)
        if len(pupils) == 22:
            teacher = f"{number - number % 8:021d}"
            groups.append(group(f"{number % 9}A", at, pupils, (teacher,), number=number))
            half = [pupils[:11], pupils[11:]]
            groups += [
                group("Svenska", at, each, (teacher,), kind="Undervisning", number=number + place)
                for place, each in enumerate(half)
            ]
            pupils = []
    paths = {each.source_key: "/Elever" for each in users}
    return school(units, users, employments, groups, containers=paths)
