"""Who of a school is selected for one vendor, and why each of the others is not."""

from __future__ import annotations

from typing import NamedTuple

from skolsynk.core.roster import LeftOut
from skolsynk.core.school import Fate, Finding, Severity
from skolsynk.core.selection.candidate import Position, candidate
from skolsynk.core.selection.checks import CHECKS, Seen
from skolsynk.core.selection.scope import Scope
from skolsynk.core.selection.views import Views
from skolsynk.core.ss12000.base import ResourceId

REQUIRED = "required_field_missing"  # finding code: frozen where it was sent before, as other broken data is


class People(NamedTuple):
    positions: dict[ResourceId, Position]  # selected, in order of id
    left_out: list[LeftOut]
    lacking: dict[ResourceId, str]  # the vendor's required field is missing: id -> finding code
    findings: list[Finding]


def choose(scope: Scope) -> People:
    """Walks every user of the school through the checks, in order of id."""
    people = People({}, [], {}, [])
    if "User" not in scope.vendor.types:
        return people
    views = Views(scope)
    users = scope.school.users
    checks = [check for check in CHECKS if check.asked(scope)]
    for user_id in sorted(users):
        seen = Seen(scope, candidate(scope, users[user_id]), views)
        for check in checks:
            miss = check.miss(seen)
            if miss:
                people.left_out.append(LeftOut(user_id, check.name, miss.evidence or miss.rule))
                break
        else:
            people.positions[user_id] = seen.person.position
            continue
        if check.name == "required_field":
            people.lacking[user_id] = REQUIRED
            people.findings.append(_lacking(seen, miss.evidence))
    return people


def _lacking(seen: Seen, fields: str) -> Finding:
    unit = seen.scope.codes[seen.person.position.units[0]]
    return Finding(REQUIRED, Severity.ERROR, "person", seen.person.user.source_key, unit, (fields,))


def protected_of(scope: Scope) -> frozenset[ResourceId]:
    """Ids of people with protected identity whom this selection does not show.

    Those whom the tenant lets this vendor have are people like others; without resources they are gone all the same.
    """
    school = scope.school
    found = (school.user_ids.get(key) for key, outcome in school.outcomes.items() if outcome.fate is Fate.PROTECTED)
    shown = school.users if scope.selection.include_protected else ()
    return frozenset(user for user in found if user is not None and user not in shown)


def broken_of(scope: Scope) -> dict[ResourceId, str]:
    """People whose data broke and who might be selected: {id: finding code}. Their unit is not known."""
    selection, school = scope.selection, scope.school
    if not selection.school_units:
        return {}
    roles = {"", *selection.roles} if selection.roles else set()
    return {
        school.user_ids[key]: outcome.reason
        for key, outcome in school.outcomes.items()
        if outcome.fate is Fate.BROKEN
        and outcome.role in roles
        and key in school.user_ids
        and not _is_excluded(scope, key)
    }


def _is_excluded(scope: Scope, key: str) -> bool:
    user = scope.school.users.get(scope.school.user_ids[key])
    return key in scope.excluded or (user is not None and user.user_name in scope.excluded)
