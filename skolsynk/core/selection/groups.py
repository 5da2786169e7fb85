"""Groups with the people in them whom a vendor may see, and what the vendor's limits take out of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from skolsynk.core.selection.candidate import Position
from skolsynk.core.selection.names import natural
from skolsynk.core.selection.scope import Scope
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.student_group import StudentGroup


class Filled(NamedTuple):
    """A group with the selected pupils in it, and the selected staff who teach it (users)."""

    group: StudentGroup
    members: tuple[ResourceId, ...]
    teachers: tuple[ResourceId, ...]


class Cut(NamedTuple):
    """What a limit of the vendor took from one person."""

    user: ResourceId
    code: str  # "one_class" | "one_school_unit"
    unit: ResourceId  # where she stays
    kept: str
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limited:
    """``positions`` and ``groups`` as the vendor's limits leave them."""

    positions: Mapping[ResourceId, Position]
    groups: tuple[Filled, ...]
    cuts: tuple[Cut, ...]


def limit(scope: Scope, positions: Mapping[ResourceId, Position]) -> Limited:
    """Fills the groups and applies the vendor's limits. What is cut from a person depends on nobody else."""
    groups = tuple(_fill(scope.groups, positions))
    found = Limited(positions, groups, ())
    if scope.vendor.one_school_unit_per_person:
        found = _one_school_unit(scope, found)
    if scope.vendor.one_class_per_pupil:
        found = _one_class(scope, found)
    return found


def _fill(groups: Iterable[StudentGroup], positions: Mapping[ResourceId, Position]) -> Iterable[Filled]:
    pupils = {user for user, position in positions.items() if position.enrolments}.__contains__
    staff = {user for user, position in positions.items() if position.employments}.__contains__
    for group in groups:
        yield Filled(group, tuple(filter(pupils, group.members)), tuple(filter(staff, group.teachers)))


def _one_school_unit(scope: Scope, before: Limited) -> Limited:
    """Everybody stays at one unit; groups at other units go without her."""
    units = {user: position.units for user, position in before.positions.items()}
    homes = {user: hers[0] for user, hers in units.items()}
    several = {user: dict.fromkeys(hers, 0) for user, hers in units.items() if len(hers) > 1}
    for group, members, teachers in before.groups if several else ():
        for user in {*members, *teachers}:
            if group.owner in several.get(user, ()):
                several[user][group.owner] += 1
    for user, counts in several.items():
        homes[user] = min(counts, key=lambda unit: (-counts[unit], scope.codes[unit]))
    positions = {**before.positions, **{user: before.positions[user].only_at(homes[user]) for user in several}}
    lost: dict[ResourceId, set[ResourceId]] = {user: {*units[user]} - {homes[user]} for user in several}
    # Filled anew: somebody both enrolled and employed may have stopped being the one or the other.
    filled_anew = _fill(scope.groups, positions) if several else before.groups
    groups = tuple(_at_home(filled, homes, lost) for filled in filled_anew)
    cuts = (_unit_cut(scope, user, homes[user], lost[user]) for user in sorted(lost))
    return Limited(positions, groups, (*before.cuts, *cuts))


def _at_home(filled: Filled, homes: Mapping[ResourceId, ResourceId], lost: dict[ResourceId, set[ResourceId]]) -> Filled:
    owner = filled.group.owner
    away = {user for user in (*filled.members, *filled.teachers) if homes[user] != owner}
    for user in away:
        lost.setdefault(user, set()).add(owner)
    return _without(filled, away) if away else filled


def _without(filled: Filled, away: set[ResourceId]) -> Filled:
    return filled._replace(
        members=tuple(user for user in filled.members if user not in away),
        teachers=tuple(user for user in filled.teachers if user not in away),
    )


def _unit_cut(scope: Scope, user: ResourceId, home: ResourceId, lost: set[ResourceId]) -> Cut:
    gone = tuple(sorted(scope.codes[unit] for unit in lost))
    return Cut(user, "one_school_unit", home, scope.codes[home], gone)


def _one_class(scope: Scope, before: Limited) -> Limited:
    """Every pupil stays in one class: of her own unit, of her school year, first by name, then by id."""
    first: dict[ResourceId, StudentGroup] = {}
    several: dict[ResourceId, list[StudentGroup]] = {}
    for group, members, _ in before.groups:
        for user in members if group.is_class else ():
            if user in first:
                several.setdefault(user, [first[user]]).append(group)
            else:
                first[user] = group
    away: dict[ResourceId, set[ResourceId]] = {}
    cuts = []
    for user in sorted(several):
        kept, *gone = _best_first(several[user], before.positions[user])
        for group in gone:
            away.setdefault(group.id, set()).add(user)
        names = _told_apart(scope, [kept, *gone])
        cuts.append(Cut(user, "one_class", kept.owner, names[0], tuple(names[1:])))
    groups = tuple(
        filled._replace(members=tuple(user for user in filled.members if user not in away[filled.group.id]))
        if filled.group.id in away
        else filled
        for filled in before.groups
    )
    return Limited(before.positions, groups, (*before.cuts, *cuts))


def _best_first(classes: list[StudentGroup], position: Position) -> list[StudentGroup]:
    units = {each.school_unit for each in position.enrolments}
    years = {each.school_year for each in position.enrolments} - {None}

    def order(group: StudentGroup) -> tuple[object, ...]:
        return group.owner not in units, group.school_year not in years, natural(group.display_name), group.id

    return sorted(classes, key=order)


def _told_apart(scope: Scope, groups: list[StudentGroup]) -> list[str]:
    """Their names, with the school unit's code where two have the same."""
    names = [group.display_name for group in groups]
    return [
        f"{name} ({scope.codes[group.owner]})" if names.count(name) > 1 else name
        for name, group in zip(names, groups, strict=True)
    ]
