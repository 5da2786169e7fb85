"""Names of classes: sorted naturally, and made unique for vendors that need it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from skolsynk.core.rules.text import fold_case
from skolsynk.core.school import School
from skolsynk.core.ss12000.base import ResourceId

_DIGITS = re.compile(r"(\d+)")
_SWEDISH = str.maketrans("åäöæø", "{|}|}")  # å, ä and ö come after z, in this order


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Sort key: numbers by value (7A before 10A) and before letters, these in Swedish order without case."""
    parts = _DIGITS.split(name.casefold().translate(_SWEDISH))
    return tuple((False, int(part), "") if part.isdecimal() else (True, 0, part) for part in parts if part)


def extended_names(school: School, codes: Mapping[ResourceId, str]) -> dict[ResourceId, str]:
    """New names of classes whose name another class of the tenant has: {group id: name}.

    The first by school unit code keeps its name; later ones get their school unit's name added, and its code where
    that is not enough. All classes of the tenant count, selected or not: choosing one more school unit renames nobody.
    """
    classes = [group for group in school.student_groups.values() if group.is_class]
    classes.sort(key=lambda group: (codes[group.owner], natural(group.display_name), group.id))
    taken = {fold_case(group.display_name) for group in classes}
    kept: set[str] = set()
    extended: dict[ResourceId, str] = {}
    for group in classes:
        folded = fold_case(group.display_name)
        if folded not in kept:
            kept.add(folded)
            continue
        unit = school.school_units[group.owner]
        name = _free(group.display_name, unit.display_name, unit.school_unit_code, taken)
        taken.add(fold_case(name))
        extended[group.id] = name
    return extended


def _free(name: str, unit: str, code: str, taken: set[str]) -> str:
    number = 1
    found = f"{name} ({unit})"
    while fold_case(found) in taken:
        found = f"{name} ({unit} {code})" if number == 1 else f"{name} ({unit} {code}, {number})"
        number += 1
    return found
