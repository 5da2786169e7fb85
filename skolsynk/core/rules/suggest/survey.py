"""What is in a snapshot, counted once: every suggestion is made from this. Linear in people."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.membership import Membership
from skolsynk.core.rules.text import clean, fold, fold_path
from skolsynk.core.snapshot import Group, Person, Snapshot
from skolsynk.core.ss12000.codes import SCHOOL_UNIT_CODE

_SHORTEST = 4  # letters of a text that may stand for a longer name


class FoundUnit(NamedTuple):
    code: str
    sure: bool  # the rules find it too, without an alias


class UnitFinder:
    """Which of a tenant's school units a text means, exactly or probably."""

    def __init__(self, units: Sequence[RegisteredUnit]) -> None:
        self._codes = {unit.code for unit in units}
        named: dict[str, list[str]] = defaultdict(list)
        for unit in units:
            named[fold(unit.name)].append(unit.code)
        self._by_name = {name: codes[0] for name, codes in named.items() if len(codes) == 1 and name}
        self._names = sorted(self._by_name)
        self._known: dict[str, FoundUnit | None] = {}

    @property
    def alone(self) -> str:
        """The code of the only unit, "" where there are more or none."""
        return next(iter(self._codes)) if len(self._codes) == 1 else ""

    def find(self, text: str) -> FoundUnit | None:
        """By code or name; else by a name that begins as the text does, or the other way round, if only one does."""
        if text not in self._known:
            self._known[text] = self._look(text)
        return self._known[text]

    def exact(self, text: str) -> str:
        """The code of the unit that a text names exactly, or ""."""
        if text.strip() in self._codes:
            return text.strip()
        return self._by_name.get(fold(text), "")

    def _look(self, text: str) -> FoundUnit | None:
        code = self.exact(text)
        if code:
            return FoundUnit(code, sure=True)
        within = [word for word in text.split() if SCHOOL_UNIT_CODE.match(word) and word in self._codes]
        if len(within) == 1:
            return FoundUnit(within[0], sure=False)
        folded = fold(text)
        names = {*self._longer(folded), *self._shorter(folded)} if len(folded) >= _SHORTEST else set()
        return FoundUnit(self._by_name[names.pop()], sure=False) if len(names) == 1 else None

    def _longer(self, folded: str) -> Iterable[str]:
        first = bisect_left(self._names, folded)
        return (name for name in self._names[first : first + 2] if name.startswith(folded))

    def _shorter(self, folded: str) -> Iterable[str]:
        starts = (folded[:length] for length in range(len(folded) - 1, _SHORTEST, -1))
        found = next((start for start in starts if start in self._by_name), "")
        return (found,) if found else ()


class Node(NamedTuple):
    """One container with people in or below it."""

    path: str  # cleaned, as spelt
    name: str
    parts: tuple[str, ...]  # names from the top down to its own
    direct: tuple[str, ...]  # keys of people in it


class Survey:
    """The people who can be sent, and how they are arranged."""

    def __init__(self, snapshot: Snapshot, units: Sequence[RegisteredUnit]) -> None:
        self.snapshot = snapshot
        self.school_units = tuple(units)
        self.units = UnitFinder(units)
        self.today: date = snapshot.at.date()
        self.people: list[Person] = [each for each in snapshot.people if not (each.suspended or each.archived)]

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """{folded path: node}, ordered by path, the root and empty branches left out."""
        direct: dict[str, list[str]] = defaultdict(list)
        for person in self.people:
            direct[person.container].append(person.key)
        nodes: dict[str, Node] = {}
        for path, keys in sorted(direct.items()):
            parts = tuple(part for part in clean(path).split("/") if part)
            for length in range(1, len(parts)):
                above = "/" + "/".join(parts[:length])
                nodes.setdefault(fold_path(above), Node(above, parts[length - 1], parts[:length], ()))
            if parts:
                spelt = "/" + "/".join(parts)
                known = nodes.get(fold_path(spelt))
                nodes[fold_path(spelt)] = Node(spelt, parts[-1], parts, (*(known.direct if known else ()), *keys))
        return dict(sorted(nodes.items()))

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        gathered: dict[str, set[str]] = defaultdict(set)
        for node in self.nodes.values():
            for length in range(len(node.parts) + 1):
                gathered[fold_path("/" + "/".join(node.parts[:length]))].update(node.direct)
        return {path: frozenset(keys) for path, keys in gathered.items()}

    def below(self, path: str) -> frozenset[str]:
        """Keys of the people in a container or under it."""
        return self._below.get(fold_path(path), frozenset())

    @cached_property
    def fields(self) -> dict[str, dict[tuple[str, ...], list[str]]]:
        """{field path: {values: keys of the people who have just these}}."""
        found: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
        for person in self.people:
            for path, values in person.fields.items():
                found[path][values].append(person.key)
        return {path: dict(found[path]) for path in sorted(found)}

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(person.key for person in self.people)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        return tuple(sorted(self.snapshot.groups, key=lambda group: (group.email, group.key)))

    @cached_property
    def _membership(self) -> Membership:
        return Membership(self.snapshot.groups)

    def members(self, groups: Iterable[Group]) -> frozenset[str]:
        """Keys of everybody in some of the groups, nested ones followed."""
        return frozenset(key for group in groups for key in self._membership.of(group)) & self.keys

    def owners(self, group: Group) -> set[str]:
        """Keys of the group's owners and managers."""
        return {key for key, owns in self._membership.of(group).items() if owns}
