"""What the rules say of each container: worked out once for each path, however many people live there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from skolsynk.core.rules.answer import Answer
from skolsynk.core.rules.classes import LeafClass
from skolsynk.core.rules.placement import OrgUnitPlacement, PatternPlacement
from skolsynk.core.rules.role import OrgUnitRole, PatternRole, Role
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.school_year import PatternYear
from skolsynk.core.rules.selectors import InOrgUnit
from skolsynk.core.rules.text import clean, fold_path
from skolsynk.core.rules.units import Units

T = TypeVar("T")
R = TypeVar("R")


class Place(NamedTuple):
    """One container as the rules see it."""

    path: str
    role: Answer[Role] | None
    unit: Answer[str] | None  # school unit code
    only_unit: tuple[Answer[str], ...]  # the same as a tuple of one or none, made once
    unknown: Answer[str] | None  # what a nearer rule calls a unit that nobody has chosen
    classes: tuple[tuple[int, Answer[str]], ...]  # (place of the rule, class name)
    years: tuple[tuple[int, Answer[int]], ...]  # (place of the rule, school year)
    never: Answer[str] | None
    protected: Answer[str] | None


def _nearest(found: Iterable[tuple[int, Answer[T]]]) -> list[Answer[T]]:
    """Answers by depth, the deepest first; equally deep ones as the tenant listed them."""
    return [answer for _, answer in sorted(found, key=lambda each: -each[0])]


class Near(Generic[R]):
    """The rules of one section that can say something of a path: a town has a rule for each of its schools, and a
    path lies under few of them, so those of an org unit are found by it and not tried one by one."""

    def __init__(self, rules: Iterable[tuple[int, str, R]]) -> None:
        self._rooted: dict[str, list[tuple[int, str, R]]] = {}
        self._others: list[tuple[int, str, R]] = []
        for each in rules:
            rule = each[2]
            place = self._rooted.setdefault(rule.root, []) if isinstance(rule, InOrgUnit) else self._others
            place.append(each)

    def to(self, folded: str) -> list[tuple[int, str, R]]:
        """In the order in which the tenant listed them. ``folded``: a folded path."""
        found = [*self._others, *self._rooted.get(folded, ())]
        while folded:
            folded = folded.rpartition("/")[0]
            found += self._rooted.get(folded, ())
        return sorted(found, key=itemgetter(0)) if len(found) > 1 else found


class Tree:
    def __init__(self, rules: Rules, units: Units) -> None:
        self._units = units
        self._role = Near[OrgUnitRole | PatternRole](labelled(rules, "role", OrgUnitRole, PatternRole))
        self._placement = Near[OrgUnitPlacement | PatternPlacement](
            labelled(rules, "placement", OrgUnitPlacement, PatternPlacement)
        )
        self._classes = list(labelled(rules, "classes", LeafClass))
        self._years = list(labelled(rules, "school_year", PatternYear))
        self._never = list(labelled(rules, "never", InOrgUnit))
        self._protected = list(labelled(rules, "protected", InOrgUnit))
        self._places: dict[str, Place] = {}

    def at(self, path: str) -> Place:
        place = self._places.get(path)
        if place is None:
            place = self._places[path] = self._look(path)
        return place

    def _look(self, path: str) -> Place:
        spelt = clean(path)
        folded = fold_path(spelt)
        roles, units = _nearest(self._roles(spelt, folded)), _nearest(self._texts(spelt, folded))
        unit, unknown = self._unit(units)
        return Place(
            path,
            roles[0] if roles else None,
            unit,
            (unit,) if unit else (),
            unknown,
            tuple(self._class_names(spelt, folded)),
            tuple(self._school_years(spelt)),
            _inside(self._never, "excluded", path, folded),
            _inside(self._protected, "protected", path, folded),
        )

    def _roles(self, path: str, folded: str) -> Iterator[tuple[int, Answer[Role]]]:
        for _, label, rule in self._role.to(folded):
            depth = rule.depth(path, folded)
            if depth is not None:
                yield depth, Answer(rule.answer, label, path)

    def _texts(self, path: str, folded: str) -> Iterator[tuple[int, Answer[tuple[str, str]]]]:
        for _, label, rule in self._placement.to(folded):
            found = rule.place(path, folded)
            if found and found[0]:
                text, depth = found
                aliases = rule.units if isinstance(rule, PatternPlacement) else {}
                yield depth, Answer((text, self._units.find(text, aliases)), label, path)

    def _unit(self, texts: Iterable[Answer[tuple[str, str]]]) -> tuple[Answer[str] | None, Answer[str] | None]:
        unknown = None
        for (text, code), label, path in texts:
            if code:
                return Answer(code, label, path), unknown
            unknown = unknown or Answer(text, label, path)
        return None, unknown

    def _class_names(self, path: str, folded: str) -> Iterator[tuple[int, Answer[str]]]:
        for index, label, rule in self._classes:
            name = rule.name_of(path, folded)
            if name:
                yield index, Answer(name, label, path)

    def _school_years(self, path: str) -> Iterator[tuple[int, Answer[int]]]:
        for index, label, rule in self._years:
            year = rule.year_of(path)
            if year is not None:
                yield index, Answer(year, label, path)


def _inside(rules: Iterable[tuple[int, str, InOrgUnit]], code: str, path: str, folded: str) -> Answer[str] | None:
    for _, label, rule in rules:
        if rule.depth_at(folded) is not None:
            return Answer(code, label, path)
    return None
