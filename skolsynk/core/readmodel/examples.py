"""What one rule sees when it looks at the directory: org units, groups, field values or class names, with people.

For whoever writes the rule: it shows what a pattern catches, which texts no school unit answers to, and what there is
instead of something that is misspelt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from skolsynk.core.readmodel.values import ClassRow, FieldRow, GroupRow, TreeNode
from skolsynk.core.rules.classes import FieldClass, LeafClass
from skolsynk.core.rules.exclusion import ProtectedField
from skolsynk.core.rules.placement import FieldPlacement
from skolsynk.core.rules.role import FieldRole
from skolsynk.core.rules.school_year import ClassNameYear, FieldYear, StartYear
from skolsynk.core.rules.selectors import ByField, ByGroup, ByOrgUnitPattern, InOrgUnit
from skolsynk.core.rules.text import fold, fold_case, fold_path
from skolsynk.core.rules.units import Units

NEAREST = 3
FEW = 100
PARTS = ("unit", "name", "year")


class Example(NamedTuple):
    """One thing that the rule looks at."""

    text: str  # an org unit's path, a group's address or name, a field's value, a class's name
    part: str  # what the rule reads there: the named part, a school year, a role
    people: int
    unit: str  # code of the school unit that the part means, "" for none
    lost: bool  # it should mean a school unit and does not, or should be a value that the rule knows and is not


class Examples(NamedTuple):
    found: tuple[Example, ...]  # the most people first
    missing: tuple[str, ...]  # what the rule names and the directory lacks
    near: tuple[str, ...]  # what may have been meant instead

    @property
    def lost(self) -> tuple[Example, ...]:
        return tuple(each for each in self.found if each.lost)


class Seen(NamedTuple):
    """What there is to look at."""

    tree: Sequence[TreeNode]
    groups: Sequence[GroupRow]
    fields: Sequence[FieldRow]
    classes: Sequence[ClassRow]
    units: Units
    today: date


def examples(rule: object, seen: Seen) -> Examples | None:
    """None for rules that look at none of these: suspended accounts, single people."""
    for cls, look in LOOKS:
        if isinstance(rule, cls):
            return look(rule, seen)
    return None


def _sorted(found: Iterable[Example]) -> tuple[Example, ...]:
    return tuple(sorted(found, key=lambda each: (-each.people, each.text)))


def _near(wanted: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """The nearest known texts to each wanted one, whatever their case."""
    folded = {fold(text): text for text in known}
    close = (get_close_matches(each, _alike(each, folded), n=NEAREST, cutoff=0.6) for each in map(fold, wanted))
    return tuple(dict.fromkeys(folded[text] for found in close for text in found))


def _alike(wanted: str, known: Collection[str]) -> list[str]:
    """Those worth comparing letter by letter: all of few, and of many those that begin and end most alike."""
    if len(known) <= FEW:
        return list(known)
    return sorted(known, key=lambda text: -_common(wanted, text) - _common(wanted[::-1], text[::-1]))[:FEW]


def _common(one: str, other: str) -> int:
    """How many letters they have in common from the beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


# The tree


def _people(node: TreeNode) -> int:
    return sum(node.below)


def _inside(rule: InOrgUnit, seen: Seen) -> Examples:
    return _below(rule.org_unit, seen)


def _below(path: str, seen: Seen) -> Examples:
    node = _node(path, seen)
    if node is None:
        return _no_node(path, seen)
    return Examples((Example(node.path, "", _people(node), "", False),), (), ())


def _node(path: str, seen: Seen) -> TreeNode | None:
    folded = fold_path(path)
    return next((node for node in seen.tree if fold_path(node.path) == folded), None)


def _no_node(path: str, seen: Seen) -> Examples:
    return Examples((), (path,), _near([path], (node.path for node in seen.tree)))


def _paths(rule: ByOrgUnitPattern, seen: Seen) -> Examples:
    """Org units where the pattern is found and that are not below one where it gives the same."""
    found: dict[str, str] = {}
    shown: list[Example] = []
    for node in seen.tree:
        match = rule.pattern.search(node.path)
        part = _part(match)
        said = found.get(fold_path(node.parent))
        if match:
            found[fold_path(node.path)] = part
        if match and said != part:
            shown.append(_meaning(rule, node.path, part, _people(node), seen))
    return Examples(_sorted(shown), (), ())


def _leaves(rule: LeafClass, seen: Seen) -> Examples:
    if _node(rule.under, seen) is None:
        return _no_node(rule.under, seen)
    told = ((node, rule.name_of(node.path, fold_path(node.path))) for node in seen.tree)
    return Examples(_sorted(Example(node.path, name, sum(node.own), "", False) for node, name in told if name), (), ())


# Groups


def _groups(rule: ByGroup, seen: Seen) -> Examples:
    if rule.pattern is None:
        return _one_group(rule.group, seen)
    pattern, by_email = rule.pattern, rule.match == "email"
    texts = ((group, group.email if by_email else group.name) for group in seen.groups)
    hits = ((group, text, pattern.search(text)) for group, text in texts)
    return Examples(
        _sorted(_meaning(rule, text, _part(hit), group.members, seen) for group, text, hit in hits if hit), (), ()
    )


def _one_group(wanted: str, seen: Seen) -> Examples:
    group = next(
        (each for each in seen.groups if wanted == each.key or fold_case(wanted) == fold_case(each.email)), None
    )
    if group is None:
        return Examples((), (wanted,), _near([wanted], (each.email for each in seen.groups)))
    return Examples((Example(group.email, group.name, group.members, "", False),), (), ())


# Fields


def _field(rule: ByField, seen: Seen) -> Examples:
    row = next((row for row in seen.fields if row.path == rule.field), None)
    if row is None:
        return Examples((), (rule.field,), _near([rule.field], (row.path for row in seen.fields)))
    found = [_value(rule, text, people, seen) for text, people in row.values]
    named = _named(rule)
    there = {fold_case(text) for text, _ in row.values}
    missing = tuple(text for text in named if fold_case(text) not in there)
    unnamed = [text for text, _ in row.values if fold_case(text) not in {fold_case(each) for each in named}]
    return Examples(_sorted(each for each in found if each), missing, _near(missing, unnamed))


def _named(rule: ByField) -> Collection[str]:
    return tuple(rule.values) if isinstance(rule, FieldRole | ProtectedField) else ()


def _value(rule: ByField, text: str, people: int, seen: Seen) -> Example | None:
    """One value of the field, as the rule reads it; None where the rule is not about it."""
    if isinstance(rule, FieldPlacement):
        return _meaning(rule, text, text, people, seen)
    if isinstance(rule, FieldRole):
        said = rule.by_folded.get(fold_case(text))
        return Example(text, said[1].name if said else "", people, "", said is None)
    if isinstance(rule, FieldClass):
        name = next(rule.names_of([text]), "")
        return Example(text, name, people, "", not name)
    if isinstance(rule, FieldYear):
        return _dated(text, rule.year_of(text), people)
    return (
        Example(text, "", people, "", False) if fold_case(text) in {fold_case(each) for each in _named(rule)} else None
    )


def _dated(text: str, year: int | None, people: int) -> Example:
    return Example(text, "" if year is None else str(year), people, "", year is None)


# Classes


def _class_names(rule: ClassNameYear | StartYear, seen: Seen) -> Examples:
    classes = (row for row in seen.classes if row.type == "Klass")
    return Examples(
        _sorted(_dated(row.name, rule.year_of(row.name, seen.today), row.members) for row in classes), (), ()
    )


# What a part means


def _part(match: re.Match[str] | None) -> str:
    """What the pattern picks: its first named part of those that rules read."""
    if match is None:
        return ""
    return next((match[name] or "" for name in PARTS if name in match.re.groupindex), "")


def _meaning(rule: Any, text: str, part: str, people: int, seen: Seen) -> Example:
    """A text with the school unit that the rule, or the pattern's part in it, gives."""
    fixed = str(getattr(rule, "school_unit", ""))
    if fixed or not _asks_for_unit(rule):
        return Example(text, part, people, fixed, False)
    aliases: Mapping[str, str] = rule.units
    said = part if isinstance(rule, FieldPlacement) else _named_part(rule, text, "unit")
    code = seen.units.find(said, aliases, by_name=getattr(rule, "holds", "name") == "name")
    return Example(text, said, people, code, bool(said) and not code)


def _named_part(rule: Any, text: str, name: str) -> str:
    match = rule.pattern.search(text)
    return (match[name] or "") if match else ""


def _asks_for_unit(rule: Any) -> bool:
    if isinstance(rule, FieldPlacement):
        return True
    return hasattr(rule, "units") and rule.pattern is not None and "unit" in rule.pattern.groupindex


LOOKS: tuple[tuple[type[Any], Callable[[Any, Seen], Examples]], ...] = (
    (InOrgUnit, _inside),
    (LeafClass, _leaves),
    (ByOrgUnitPattern, _paths),
    (ByGroup, _groups),
    (ByField, _field),
    (ClassNameYear, _class_names),
    (StartYear, _class_names),
)


def lost_texts(found: Examples | None) -> Iterator[tuple[str, int]]:
    """(text that no school unit answers to, people), each once."""
    told: dict[str, int] = {}
    for each in found.lost if found else ():
        told[each.part] = told.get(each.part, 0) + each.people
    yield from sorted(told.items(), key=lambda each: (-each[1], each[0]))
