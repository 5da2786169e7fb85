"""Which school unit each org unit of the directory is mapped to: read from the rules, and written into them.

A mapping is nothing but rules: ``placement`` of kind org_unit (the nearest one above wins) gives a subtree a school
unit, ``never`` of kind org_unit leaves a subtree out on purpose. Never, and not the role nobody: a field or a group
would go before the tree and give people in there a role after all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel.values import Heads, TreeNode
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.placement import FieldPlacement, GroupPlacement, OrgUnitPlacement
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.selectors import InOrgUnit
from skolsynk.core.rules.suggest.survey import UnitFinder
from skolsynk.core.rules.suggest.words import is_left_out, is_protected, role_of, shape_of
from skolsynk.core.rules.text import fold_path
from skolsynk.core.rules.tree import Tree
from skolsynk.core.rules.units import Units

OWN, INHERITED, PATTERN, OTHER = "own", "inherited", "pattern", "other"
IGNORED, IGNORED_ABOVE, OPEN, EMPTY = "ignored", "ignored_above", "open", "empty"
SETTLED = frozenset({IGNORED, IGNORED_ABOVE})
_PLACE = re.compile(r"placement\[(\d+)\]")
_ORG_UNIT = InOrgUnit.kind

Json = dict[str, Any]


class Standing(NamedTuple):
    """What the rules say of one org unit."""

    how: str  # OWN | INHERITED | PATTERN | IGNORED | IGNORED_ABOVE | OPEN
    unit: str = ""  # school unit code
    at: str = ""  # the org unit that the rule is on, "" for patterns
    rule: str = ""  # the rule's label
    unknown: str = ""  # what a nearer rule calls a school unit that nobody has chosen


class Row(NamedTuple):
    """One org unit as the page shows it."""

    id: str
    node: TreeNode
    standing: Standing
    state: str  # the standing's, or OTHER (a field or a group places everybody there), or EMPTY
    left: int  # people in it without a school unit
    left_below: int  # the same, in it and below


class Tally(NamedTuple):
    """Everybody in the tree who is to have a school unit."""

    people: int
    left: int
    ignored: int

    @property
    def mapped(self) -> int:
        return self.people - self.left


class Proposal(NamedTuple):
    """What an org unit's name says of it."""

    id: str
    path: str
    unit: str  # school unit code; "" means: leave it out
    sure: bool
    people: int
    reason_sv: str
    reason_en: str

    def reason(self, language: str) -> str:
        return self.reason_sv if language == "sv" else self.reason_en


# Reading


def node_id(path: str) -> str:
    """A short name of an org unit for addresses and forms: ten letters, the same however the path is spelt."""
    return blake2b(fold_path(path).encode(), digest_size=5).hexdigest()


def standings(paths: Iterable[str], rules: Rules, units: Mapping[str, RegisteredUnit]) -> dict[str, Standing]:
    """{path: what the rules say of it}. ``units``: {code: unit} that the tenant has chosen."""
    tree = Tree(rules, Units(units))
    ignored = {rule.root: rule for _, _, rule in labelled(rules, "never", InOrgUnit)}
    return {path: _standing(path, tree, rules, ignored) for path in paths}


def _standing(path: str, tree: Tree, rules: Rules, ignored: Mapping[str, InOrgUnit]) -> Standing:
    folded, place = fold_path(path), tree.at(path)
    if place.never:
        root = next(above for above in _upwards(folded) if above in ignored)
        how = IGNORED if root == folded else IGNORED_ABOVE
        return Standing(how, at=ignored[root].org_unit, rule=place.never.rule)
    unknown = place.unknown.value if place.unknown else ""
    if place.unit is None:
        return Standing(OPEN, rule=place.unknown.rule if place.unknown else "", unknown=unknown)
    rule = _rule_of(place.unit.rule, rules)
    if isinstance(rule, OrgUnitPlacement):
        how = OWN if rule.root == folded else INHERITED
        return Standing(how, place.unit.value, rule.org_unit, place.unit.rule, unknown)
    return Standing(PATTERN, place.unit.value, "", place.unit.rule, unknown)


def _rule_of(label: str, rules: Rules) -> object:
    found = _PLACE.match(label)
    return rules.placement[int(found[1])] if found else None


def _upwards(folded: str) -> Iterator[str]:
    """A folded path and those above it, the root ("") last."""
    yield folded
    while folded:
        folded = folded.rpartition("/")[0]
        yield folded


def rows(
    nodes: Sequence[TreeNode], rules: Rules, units: Mapping[str, RegisteredUnit], counted: Rules
) -> tuple[Row, ...]:
    """The tree under ``rules``. The nodes' heads were counted under the rules ``counted``, parents come first.

    Where the two differ, ``left`` is what the tree alone says: nobody is counted again.
    """
    paths = [node.path for node in nodes]
    now = standings(paths, rules, units)
    then = now if counted == rules else standings(paths, counted, units)
    left = {node.path: _left(node.own, now[node.path], then[node.path]) for node in nodes}
    below = _summed(left)
    places_people = any(isinstance(rule, FieldPlacement | GroupPlacement) for rule in rules.placement)
    return tuple(
        Row(
            node_id(node.path),
            node,
            now[node.path],
            _state(node, now[node.path], left[node.path], places_people),
            left[node.path],
            below[fold_path(node.path)],
        )
        for node in nodes
    )


def _left(own: Heads, now: Standing, then: Standing) -> int:
    if now.how != OPEN:
        return 0
    if then.how == OPEN:
        return own.unplaced
    return own.nobody if then.how in SETTLED else people_in(own)


def people_in(heads: Heads) -> int:
    """Those who are to have a school unit: suspended accounts and those with the role nobody are not among them."""
    return heads.pupils + heads.teachers + heads.staff + heads.unplaced


def _summed(left: Mapping[str, int]) -> dict[str, int]:
    """{folded path: the sum in it and below}"""
    summed: defaultdict[str, int] = defaultdict(int)
    for path, number in left.items():
        for above in _upwards(fold_path(path)):
            summed[above] += number
    return summed


def _state(node: TreeNode, standing: Standing, left: int, places_people: bool) -> str:
    if standing.how != OPEN or left:
        return standing.how
    return OTHER if places_people and people_in(node.own) else EMPTY


def tally(found: Iterable[Row]) -> Tally:
    people = left = ignored = 0
    for row in found:
        if row.state in SETTLED:
            ignored += people_in(row.node.own) + row.node.own.nobody
        else:
            people += people_in(row.node.own)
            left += row.left
    return Tally(max(people, left), left, ignored)


def waiting(found: Iterable[Row]) -> tuple[Row, ...]:
    """The org units that have people without a school unit, most people first."""
    return tuple(sorted((row for row in found if row.left), key=lambda row: (-row.left, row.node.path)))


def mapped_to(found: Collection[Row]) -> dict[str, tuple[int, int]]:
    """{school unit code: (org units where it begins, people that the tree gives it)}"""
    units = {fold_path(row.node.path): row.standing.unit for row in found}
    given: dict[str, tuple[int, int]] = {}
    for row in found:
        unit = row.standing.unit
        if unit:
            above = fold_path(row.node.path).rpartition("/")[0]
            places, people = given.get(unit, (0, 0))
            given[unit] = places + (units.get(above) != unit), people + people_in(row.node.own)
    return given


# Proposing


def proposals(found: Sequence[Row], units: Mapping[str, RegisteredUnit]) -> tuple[Proposal, ...]:
    """What the names of org units say, for those that have people left in them or below; the topmost only."""
    finder, said = UnitFinder(tuple(units.values())), set[str]()
    made = []
    for row in found:
        folded = fold_path(row.node.path)
        if row.left_below and row.standing.how == OPEN and said.isdisjoint(_upwards(folded)):
            proposal = _proposal(row, finder, units)
            if proposal:
                said.add(folded)
                made.append(proposal)
    return tuple(made)


def _proposal(row: Row, finder: UnitFinder, units: Mapping[str, RegisteredUnit]) -> Proposal | None:
    name, path = row.node.name, row.node.path
    if finder.alone:
        told = "Ni har bara en skolenhet, så alla hör dit.", "You have only one school unit: everybody belongs there."
        return Proposal(row.id, path, finder.alone, True, row.left_below, *told)
    exact = finder.exact(name)
    if not exact and is_left_out(name):
        told = (
            f"”{name}” ser ut att rymma konton som inte ska skickas.",
            f"“{name}” seems to hold accounts that are not to be sent.",
        )
        return Proposal(row.id, path, "", False, row.left_below, *told)
    if not exact and (is_protected(name) or shape_of(name) or role_of(name)):
        return None
    unit = finder.find(name)
    if unit is None:
        return None
    told = _likeness(name, units[unit.code].name, unit.sure)
    return Proposal(row.id, path, unit.code, unit.sure, row.left_below, *told)


def _likeness(name: str, unit: str, sure: bool) -> tuple[str, str]:
    if sure:
        return f"”{name}” heter som {unit}.", f"“{name}” is named as {unit}."
    return (
        f"”{name}” heter nästan som {unit}. Kontrollera.",
        f"“{name}” is named nearly as {unit}. Check it.",
    )


# Writing


def place(document: Mapping[str, Any], paths: Collection[str], code: str) -> Json:
    """A copy of the rules as JSON in which these org units have this school unit, whatever they had."""
    wanted = {fold_path(path) for path in paths}
    made = _without(document, "never", wanted)
    before = made.get("placement") or ()
    kept = [{**entry, "school_unit": code} if _lies_at(entry, wanted) else entry for entry in before]
    there = {fold_path(entry["org_unit"]) for entry in before if _lies_at(entry, wanted)}
    new = [_at(path, school_unit=code) for path in paths if fold_path(path) not in there]
    return {**made, "placement": kept + new}


def inherit(document: Mapping[str, Any], paths: Iterable[str]) -> Json:
    """A copy in which these org units have no rule of their own: what is above decides, or a pattern."""
    gone = {fold_path(path) for path in paths}
    return _without(_without(document, "placement", gone), "never", gone)


def ignore(document: Mapping[str, Any], paths: Collection[str], reason: str) -> Json:
    """A copy in which these org units and all below are left out on purpose, with a reason."""
    made = inherit(document, paths)
    return {**made, "never": [*(made.get("never") or ()), *(_at(path, reason=reason) for path in paths)]}


def _at(path: str, **more: str) -> Json:
    return {"kind": _ORG_UNIT, "org_unit": path, **{key: value for key, value in more.items() if value}}


def _lies_at(entry: object, folded: Collection[str]) -> bool:
    """Whether a rule as JSON is of kind org_unit and on one of these org units."""
    if not isinstance(entry, Mapping) or entry.get("kind") != _ORG_UNIT:
        return False
    at = entry.get("org_unit")
    return isinstance(at, str) and fold_path(at) in folded


def _without(document: Mapping[str, Any], section: str, folded: Collection[str]) -> Json:
    if section not in document:
        return dict(document)
    return {**document, section: [entry for entry in document[section] or () if not _lies_at(entry, folded)]}


# Where a school unit is used


def rules_naming(rules: Rules, code: str) -> tuple[str, ...]:
    """Labels of the placement rules that give somebody this school unit by its code."""
    return tuple(
        label
        for _, label, rule in labelled(rules, "placement", object)
        if code == getattr(rule, "school_unit", "") or code in getattr(rule, "units", {}).values()
    )


def selects(selection: Selection, code: str) -> bool:
    """Whether a connection's selection names this school unit."""
    named = [*(each for block in selection.filters for each in block), *selection.not_filters]
    return code in selection.school_units or any(code in each.names_units for each in named)
