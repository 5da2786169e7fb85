"""A tenant's school units: which it has chosen, which it may choose, and what a choice would do.

The register is public and changes seldom, so each process keeps it; whatever is a tenant's is asked for each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from skolsynk.core import mapping, swedish
from skolsynk.core import register as core
from skolsynk.core.connection import Selection
from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.register import Match, RegisteredUnit
from skolsynk.core.rules import Rules, parse_rules
from skolsynk.core.ss12000.codes import SCHOOL_TYPES, school_types_from_register
from skolsynk.store import chosen as rows
from skolsynk.store import load, save
from skolsynk.store.chosen import Chosen
from skolsynk.sync import mapping as directories
from skolsynk.sync import readmodel, targets

REGISTER_S = 300  # an edit that the version does not see is seen after this
LONGEST_GROUP = 200
LONGEST_REASON = 200
FOUND, CLOSED, VANISHED, UNKNOWN = "found", "closed", "vanished", "unknown"


class Register(NamedTuple):
    """Every school unit there is, and what lists of them can be narrowed by."""

    units: tuple[RegisteredUnit, ...]  # sorted by name
    folded: tuple[tuple[str, str], ...]  # of each unit, what ``core.search`` looks in
    by_code: Mapping[str, RegisteredUnit]
    municipalities: tuple[tuple[str, str], ...]  # (code, name), sorted by name
    organizers: tuple[str, ...]  # kinds of organizers, as the register spells them
    forms: tuple[str, ...]  # SS12000 school types


class Line(NamedTuple):
    """One chosen school unit."""

    code: str
    unit: RegisteredUnit | None  # None: the register lacks it
    group: str
    state: str  # FOUND | CLOSED | VANISHED | UNKNOWN
    since: datetime | None  # of VANISHED
    counts: readmodel.UnitCount | None
    places: int  # org units where it begins
    reason: str  # why it was added

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else self.code


class Use(NamedTuple):
    """What a school unit is used for, and so what taking it away would do."""

    line: Line
    people: int
    rules: tuple[str, ...]  # labels of placement rules that name it
    vendors: tuple[str, ...]  # names of vendors whose selection names it
    sends: tuple[str, ...]  # those of them that are not off


class Changed(NamedTuple):
    """The choice as it became."""

    codes: tuple[str, ...]  # whom the change concerned
    runs: tuple[UUID, ...]  # queued because of it


class Moved(NamedTuple):
    """Somebody else changed the choice in between: nothing was done."""

    version: str


# The register


_kept: dict[str, tuple[float, tuple[object, ...], Register]] = {}


def register() -> Register:
    """The whole register, from this process's memory while nothing has changed."""
    version, now = rows.register_version(), time.monotonic()
    kept = _kept.get("register")
    if kept and kept[1] == version and now - kept[0] < REGISTER_S:
        return kept[2]
    made = _arranged(load.register())
    _kept["register"] = (now, version, made)
    return made


def _arranged(units: Iterable[RegisteredUnit]) -> Register:
    listed = tuple(sorted(units, key=core.sort_key))
    places = {unit.municipality_code: unit.municipality for unit in listed if unit.municipality_code}
    forms = {form for unit in listed for form in forms_of(unit)}
    return Register(
        listed,
        tuple(_folded(unit) for unit in listed),
        {unit.code: unit for unit in listed},
        tuple(sorted(places.items(), key=lambda each: swedish.sort_key(each[1]))),
        tuple(sorted({unit.organizer_type for unit in listed if unit.organizer_type}, key=swedish.sort_key)),
        tuple(form for form in SCHOOL_TYPES if form in forms),
    )


def _folded(unit: RegisteredUnit) -> tuple[str, str]:
    return swedish.folded_both_ways(f"{unit.code}\n{unit.name}\n{unit.municipality}\n{unit.organizer_name}")


@lru_cache(maxsize=4096)
def _forms(codes: tuple[str, ...]) -> tuple[str, ...]:
    return school_types_from_register(codes)


def forms_of(unit: RegisteredUnit) -> tuple[str, ...]:
    """SS12000 school types."""
    return _forms(unit.school_types)


def search(query: str, *, municipality: str = "", organizer: str = "", form: str = "") -> tuple[RegisteredUnit, ...]:
    """As ``core.search`` finds them, narrowed by filters: sorted by name, those that have ended last.

    The order and the folded texts are made once for all searches: sorting 8,000 names takes longer than looking.
    """
    asked, known = swedish.Query(query), register()
    found = [
        unit
        for unit, folded in zip(known.units, known.folded, strict=True)
        if asked.finds_folded(folded)
        and (not municipality or unit.municipality_code == municipality)
        and (not organizer or unit.organizer_type == organizer)
        and (not form or form in forms_of(unit))
    ]
    return tuple(sorted(found, key=lambda unit: unit.status == core.ENDED))


# The tenant's choice


def version_of(choice: Collection[Chosen]) -> str:
    """Names one choice of units and groups; forms carry it."""
    told = "\n".join(f"{each.code}\t{each.group}" for each in sorted(choice))
    return blake2b(told.encode(), digest_size=8).hexdigest()


def version(tenant_id: int) -> str:
    return version_of(rows.chosen(tenant_id))


def lines(tenant_id: int, only: Collection[str] | None = None) -> tuple[Line, ...]:
    """The chosen units, sorted by name; ``only`` these codes."""
    choice = [each for each in rows.chosen(tenant_id) if only is None or each.code in only]
    known, states = load.units(tenant_id), rows.states([each.code for each in choice])
    model = readmodel.of(tenant_id)
    counts = model.unit_counts if model else {}
    places = begins(model.tree) if model else {}
    made = [
        _line(each, known.get(each.code), states.get(each.code), counts.get(each.code), places.get(each.code, 0))
        for each in choice
    ]
    return tuple(sorted(made, key=lambda line: (swedish.sort_key(line.name), line.code)))


def _line(
    each: Chosen,
    unit: RegisteredUnit | None,
    state: rows.RegisterState | None,
    counts: readmodel.UnitCount | None,
    places: int,
) -> Line:
    gone = state.vanished_at if state else None
    if unit is None:
        how = UNKNOWN
    elif gone:
        how = VANISHED
    else:
        how = CLOSED if unit.status == core.ENDED else FOUND
    return Line(each.code, unit, each.group, how, gone, counts, places, each.reason)


def begins(tree: Iterable[readmodel.TreeNode]) -> dict[str, int]:
    """{school unit code: org units where it begins}. Parents come first."""
    units: dict[str, str] = {}
    found: dict[str, int] = {}
    for node in tree:
        units[node.path] = node.unit
        if node.unit and units.get(node.parent) != node.unit:
            found[node.unit] = found.get(node.unit, 0) + 1
    return found


def suggestions(tenant_id: int) -> tuple[Match, ...]:
    """Units that the directory's domains point at and that are not chosen, the surest first."""
    directory = directories.bare(tenant_id)
    if directory is None:
        return ()
    mine = {each.code for each in rows.chosen(tenant_id)}
    return tuple(match for match in _matches(directory.domains) if match.unit.code not in mine)


def _matches(domains: tuple[str, ...]) -> tuple[Match, ...]:
    """Kept with the register that they were found in."""
    found = register()
    kept = _matched.get(domains)
    if kept is None or kept[0] is not found:
        if len(_matched) > 50:
            _matched.clear()
        kept = _matched[domains] = (found, core.match_domains(domains, found.units))
    return kept[1]


_matched: dict[tuple[str, ...], tuple[Register, tuple[Match, ...]]] = {}


# What a choice does


def uses(tenant_id: int, codes: Collection[str]) -> tuple[Use, ...]:
    """For each of these chosen units: who and what depends on it."""
    stored = load.rules(tenant_id)
    rules = parse_rules(stored.json) if stored else Rules()
    connections = [(each, selection_from_json(each.selection)) for each in load.connections(tenant_id)]
    return tuple(_use(line, rules, connections) for line in lines(tenant_id, codes))


def _use(line: Line, rules: Rules, connections: Iterable[tuple[load.ConnectionFacts, Selection]]) -> Use:
    naming = [each for each, selection in connections if mapping.selects(selection, line.code)]
    people = sum((line.counts.pupils, line.counts.teachers, line.counts.staff)) if line.counts else 0
    return Use(
        line,
        people,
        mapping.rules_naming(rules, line.code),
        tuple(vendor_name(each.vendor) for each in naming),
        tuple(vendor_name(each.vendor) for each in naming if each.mode != "off"),
    )


def vendor_name(slug: str) -> str:
    found = targets.all_vendors().get(slug)
    return found.name if found else slug


def vendors_of(tenant_id: int, code: str) -> tuple[load.ConnectionFacts, ...]:
    """Connections whose selection names this school unit."""
    return tuple(
        each for each in load.connections(tenant_id) if mapping.selects(selection_from_json(each.selection), code)
    )


def add(tenant_id: int, reasons: Mapping[str, str], *, expected: str, who: str, at: datetime) -> Changed | Moved:
    """Choose these units: {code: why}. Codes that the register lacks, or that are chosen already, change nothing."""
    known = register().by_code

    def change(choice: Mapping[str, Chosen]) -> dict[str, Chosen]:
        new = {code: why for code, why in reasons.items() if code in known and code not in choice}
        return {code: Chosen(code, "", why[:LONGEST_REASON]) for code, why in new.items()} | dict(choice)

    return _change(tenant_id, "units_added", change, expected, who, at)


def remove(tenant_id: int, codes: Collection[str], *, expected: str, who: str, at: datetime) -> Changed | Moved:
    """No longer the tenant's. What was sent of them is for the plans that follow to say."""

    def change(choice: Mapping[str, Chosen]) -> dict[str, Chosen]:
        return {code: each for code, each in choice.items() if code not in codes}

    return _change(tenant_id, "units_removed", change, expected, who, at)


def put_in_group(
    tenant_id: int, codes: Collection[str], group: str, *, expected: str, who: str, at: datetime
) -> Changed | Moved:
    """Name the group of units (SchoolUnitGroup) of these; "" takes them out of theirs."""

    def change(choice: Mapping[str, Chosen]) -> dict[str, Chosen]:
        return {
            code: each._replace(group=group.strip()[:LONGEST_GROUP]) if code in codes else each
            for code, each in choice.items()
        }

    return _change(tenant_id, "units_grouped", change, expected, who, at)


def _change(
    tenant_id: int,
    what: str,
    change: Callable[[Mapping[str, Chosen]], dict[str, Chosen]],
    expected: str,
    who: str,
    at: datetime,
) -> Changed | Moved:
    before = rows.chosen(tenant_id)
    now = {each.code: each for each in before}
    after = change(now)
    changed = tuple(sorted(code for code in now.keys() | after.keys() if now.get(code) != after.get(code)))
    if not changed:
        return Changed((), ())
    if version_of(before) != expected or not rows.replace(tenant_id, before, sorted(after.values())):
        return Moved(version(tenant_id))
    save.forget_schools(tenant_id)
    save.audit(tenant_id, who, what, {"codes": list(changed)}, at)
    return Changed(changed, readmodel.queue_school(tenant_id, at, who))
