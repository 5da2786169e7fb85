"""Read models without a database, and what drafts do by the long way: the whole school, built anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

from skolsynk.core.connection import Selection
from skolsynk.core.identity import Identity
from skolsynk.core.readmodel.effect_of_rules import AtVendor
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.parts import Source, counts, parts
from skolsynk.core.readmodel.survey import subject
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Rules, build, parse_rules
from skolsynk.core.school import Fate, School
from skolsynk.core.selection import SelectionError, select
from skolsynk.core.selection.people import choose
from skolsynk.core.selection.scope import scope_of
from skolsynk.core.snapshot import Snapshot
from skolsynk.core.vendor import ALL_TYPES, Vendor
from tests.core.rules.directory import NAMESPACE

T = TypeVar("T")
GROUP_TYPES = ("Klass", "Undervisning", "Mentor", "Övrigt")
OPEN = Vendor("prov", "Prov", "", ("invented",), types=ALL_TYPES, group_types=GROUP_TYPES)


class Stored(NamedTuple):
    """A read model, and what it was made from."""

    model: Opened
    snapshot: Snapshot
    school: School
    rules: Rules
    units: Mapping[str, RegisteredUnit]
    today: date


def school_of(snapshot: Snapshot, rules: Rules, units: Mapping[str, RegisteredUnit], today: date) -> School:
    return build(snapshot, rules, units, Identity(NAMESPACE), "Provkommun", today).school


def stored(snapshot: Snapshot, rules: Mapping[str, Any], units: Mapping[str, RegisteredUnit], today: date) -> Stored:
    parsed = parse_rules(rules)
    school = school_of(snapshot, parsed, units, today)
    return Stored(model_of(Source(snapshot, school, parsed, units, today)), snapshot, school, parsed, units, today)


def model_of(source: Source) -> Opened:
    kept = {(part.name, part.number): part.encoded for part in parts(source)}
    opened: dict[tuple[str, int], Any] = {}

    def opens(name: str, decode: Callable[[bytes], T], number: int = 0) -> T:
        if (name, number) not in opened:
            opened[name, number] = decode(kept[name, number])
        found: T = opened[name, number]
        return found

    return Opened(opens, counts(source), source.today)


# The long way


class Whole(NamedTuple):
    """What becomes of everybody in one whole school, by source key."""

    placed: dict[str, tuple[str, frozenset[str]]]  # role, school unit codes
    main: dict[str, str]  # main school unit code
    findings: frozenset[tuple[str, str, str]]
    fates: dict[str, Fate]


def whole(school: School) -> Whole:
    codes = {unit.id: unit.school_unit_code for unit in school.school_units.values()}
    places: dict[str, list[str]] = {}
    for user in school.users.values():
        places[user.source_key] = [codes[each.school_unit] for each in user.enrolments]
    for employment in school.employments.values():
        places[school.users[employment.user].source_key].append(codes[employment.employed_at])
    placed = {key: outcome.role for key, outcome in school.outcomes.items() if outcome.fate is Fate.PLACED}
    return Whole(
        {key: (role, frozenset(places[key])) for key, role in placed.items()},
        {key: places[key][0] for key in placed},
        frozenset(subject(finding) for finding in school.findings),
        {key: outcome.fate for key, outcome in school.outcomes.items()},
    )


def sent_to(school: School, connection: AtVendor, today: date) -> frozenset[str] | None:
    """Source keys of the people in a roster; None where the selection cannot be used."""
    try:
        roster = select(school, connection.selection, connection.vendor, today)
        positions = choose(scope_of(school, connection.selection, connection.vendor, today)).positions
    except SelectionError:
        return None
    assert {key for key, item in roster.items.items() if item.type == "User"} == set(positions)
    return frozenset(school.users[user].source_key for user in positions)


def counted(codes: Iterable[tuple[str, str, str]]) -> dict[str, int]:
    """{finding code: subjects}"""
    found: dict[str, int] = {}
    for code, _, _ in codes:
        found[code] = found.get(code, 0) + 1
    return found


def at_all_units(units: Iterable[str], **more: Any) -> Selection:
    return Selection(tuple(sorted(units)), **more)
