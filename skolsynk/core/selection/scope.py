"""One selection laid over one school: what is looked up again and again, looked up once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from skolsynk.core.connection import Selection
from skolsynk.core.filters import SelectionError
from skolsynk.core.rules.problems import Problem
from skolsynk.core.school import School
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import UserFields
from skolsynk.core.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Scope:
    """``units`` are the selected school units; ``groups`` those that may be sent, by id, with all their people."""

    school: School
    selection: Selection
    vendor: Vendor
    codes: Mapping[ResourceId, str]  # school unit -> code, of the whole tenant
    units: frozenset[ResourceId]
    roles: frozenset[str]
    fields: UserFields
    employments: Mapping[ResourceId, tuple[Employment, ...]]  # user -> hers, by unit code
    groups: tuple[StudentGroup, ...]
    excluded: Mapping[str, str]  # source key or address -> reason, of exclusions in force


def scope_of(school: School, selection: Selection, vendor: Vendor, today: date | None) -> Scope:
    """``today`` decides which exclusions have run out; None: the school's own day.

    Raises SelectionError naming the school units that the selection names and the school lacks.
    """
    codes = {unit.id: unit.school_unit_code for unit in school.school_units.values()}
    _refuse_unknown_units(selection, frozenset(codes.values()))
    wanted = frozenset(selection.school_units)
    units = frozenset(unit for unit, code in codes.items() if code in wanted) if _takes(vendor, "SchoolUnit") else ()
    return Scope(
        school,
        selection,
        vendor,
        codes,
        frozenset(units),
        frozenset(selection.roles),
        selection.fields._replace(**dict.fromkeys(vendor.required_fields, True)),
        _employments(school, codes),
        _groups(school, selection, vendor, frozenset(units)),
        _excluded(selection, today or school.at.date()),
    )


def _takes(vendor: Vendor, *types: str) -> bool:
    return all(name in vendor.types for name in types)


def _refuse_unknown_units(selection: Selection, known: frozenset[str]) -> None:
    unknown = [(path, code) for path, code in _named_units(selection) if code not in known]
    if unknown:
        problems = [Problem(path, "unit_not_chosen", (code,)) for path, code in unknown]
        raise SelectionError(problems, tuple(dict.fromkeys(code for _, code in unknown)))


def _named_units(selection: Selection) -> Iterator[tuple[str, str]]:
    for index, code in enumerate(selection.school_units):
        yield f"school_units[{index}]", code
    for index, block in enumerate(selection.filters):
        for place, each in enumerate(block):
            yield from ((f"filters[{index}][{place}]", code) for code in each.names_units)
    for index, each in enumerate(selection.not_filters):
        yield from ((f"not_filters[{index}]", code) for code in each.names_units)


def _employments(school: School, codes: Mapping[ResourceId, str]) -> dict[ResourceId, tuple[Employment, ...]]:
    found: dict[ResourceId, list[Employment]] = {}
    for employment in school.employments.values():
        found.setdefault(employment.user, []).append(employment)
    return {
        user: tuple(sorted(hers, key=lambda each: (codes[each.employed_at], each.id))) for user, hers in found.items()
    }


def _groups(
    school: School, selection: Selection, vendor: Vendor, units: frozenset[ResourceId]
) -> tuple[StudentGroup, ...]:
    if not _takes(vendor, "StudentGroup", "User"):
        return ()
    types = frozenset(selection.group_types) & frozenset(vendor.group_types)
    found = (group for group in school.student_groups.values() if group.student_group_type in types)
    return tuple(sorted((group for group in found if group.owner in units), key=lambda group: group.id))


def _excluded(selection: Selection, today: date) -> dict[str, str]:
    return {
        spelt: each.reason
        for each in selection.exclusions
        if each.until is None or today <= each.until
        for spelt in (each.person, each.person.lower())
    }
