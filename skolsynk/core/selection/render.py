"""What is selected as the vendor should have it: canonical bytes in send order, each type by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.roster import Item
from skolsynk.core.selection.candidate import Position
from skolsynk.core.selection.groups import Filled, Limited
from skolsynk.core.selection.scope import Scope
from skolsynk.core.ss12000.activity import Activity
from skolsynk.core.ss12000.base import ResourceId, canonical, derived_id
from skolsynk.core.ss12000.school_unit import SchoolUnit

Rendered = Iterator[tuple[ResourceId, Item]]


class Lesson(NamedTuple):
    """A group that is sent, and the employments its activity names."""

    filled: Filled
    employments: tuple[ResourceId, ...]


def lessons(scope: Scope, limited: Limited) -> list[Lesson]:
    """Groups with somebody in them, or taught by somebody; an empty group would tell the vendor nothing."""
    taught = {"Employment", "Activity"} <= {*scope.vendor.types}
    found = (
        Lesson(filled, _employments(filled, limited.positions) if taught and filled.teachers else ())
        for filled in limited.groups
        if filled.members or filled.teachers
    )
    return [lesson for lesson in found if lesson.filled.members or lesson.employments]


def _employments(filled: Filled, positions: Mapping[ResourceId, Position]) -> tuple[ResourceId, ...]:
    """Each teacher's employment at the group's unit, else her first that is selected."""
    chosen = set()
    for teacher in filled.teachers:
        hers = positions[teacher].employments
        chosen.add(next((each.id for each in hers if each.employed_at == filled.group.owner), hers[0].id))
    return tuple(sorted(chosen))


def render(scope: Scope, limited: Limited, taught: list[Lesson], names: Mapping[ResourceId, str]) -> Rendered:
    """Every resource once; ``names`` replace groups' own. Bodies are made, spelt and dropped one by one."""
    if not scope.units:
        return
    yield from _frame(scope)
    yield from _users(scope, limited)
    yield from _staff(scope, limited)
    yield from _groups(scope, taught, names)
    yield from _activities(scope, taught, names)


def _frame(scope: Scope) -> Rendered:
    """Organisation, groups of units, units."""
    school, types = scope.school, scope.vendor.types
    with_organisation = scope.selection.organisation and "Organisation" in types
    with_groups = scope.selection.school_unit_groups and "SchoolUnitGroup" in types
    units = [school.school_units[unit] for unit in sorted(scope.units)]
    if with_organisation:
        yield school.organisation.id, Item("Organisation", canonical(school.organisation.body()), "")
    if with_groups:
        for group in sorted({unit.school_unit_group for unit in units if unit.school_unit_group}):
            yield group, Item("SchoolUnitGroup", canonical(school.school_unit_groups[group].body()), "")
    for unit in units:
        yield unit.id, _unit(unit, with_organisation, with_groups)


def _unit(unit: SchoolUnit, organisation: bool, group: bool) -> Item:
    body = unit.body(organisation=organisation, school_unit_group=group)
    return Item("SchoolUnit", canonical(body), unit.school_unit_code)


def _users(scope: Scope, limited: Limited) -> Rendered:
    users, fields, codes = scope.school.users, scope.fields, scope.codes
    for user, (enrolments, employments) in limited.positions.items():
        home = enrolments[0].school_unit if enrolments else employments[0].employed_at
        yield user, Item("User", canonical(users[user].body(fields, enrolments)), codes[home])


def _staff(scope: Scope, limited: Limited) -> Rendered:
    if "Employment" not in scope.vendor.types:
        return
    employments = (each for position in limited.positions.values() for each in position.employments)
    for each in sorted(employments):
        yield each.id, Item("Employment", canonical(each.body(signature=False)), scope.codes[each.employed_at])


def _groups(scope: Scope, taught: list[Lesson], names: Mapping[ResourceId, str]) -> Rendered:
    for (group, members, _), _ in taught:
        body = group.body(members, names.get(group.id, group.display_name))
        yield group.id, Item("StudentGroup", canonical(body), scope.codes[group.owner])


def _activities(scope: Scope, taught: list[Lesson], names: Mapping[ResourceId, str]) -> Rendered:
    """One for each group that is sent, also without teachers (profile: 0..n)."""
    if "Activity" not in scope.vendor.types:
        return
    made = (
        Activity(
            derived_id(group.id, group.owner),
            names.get(group.id, group.display_name),
            group.owner,
            group.id,
            employments,
        )
        for (group, _, _), employments in taught
    )
    for activity in sorted(made):
        yield activity.id, Item("Activity", canonical(activity.body()), scope.codes[activity.owner])
