"""Everybody of one tenant as columns, to be searched and listed quickly."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import orjson

from skolsynk.core import swedish
from skolsynk.core.readmodel.values import Found, PersonRow
from skolsynk.core.rules.text import fold_path
from skolsynk.core.school import Fate

_OWN_LETTERS = frozenset("åäö")
PROTECTED = Fate.PROTECTED.value


class Facts(NamedTuple):
    """What many people have in common of a row."""

    role: str
    fate: str
    reason: str
    units: tuple[str, ...]
    school_year: int | None
    suspended: bool
    archived: bool


def encode_people(rows: Sequence[PersonRow]) -> bytes:
    """Rows in the order in which they are to be listed; what repeats is written once and numbered."""
    facts: dict[Facts, int] = {}
    classes: dict[tuple[str, ...], int] = {}
    places: dict[str, int] = {}
    facts_of = [facts.setdefault(_facts(row), len(facts)) for row in rows]
    classes_of = [classes.setdefault(row.classes, len(classes)) for row in rows]
    place_of = [places.setdefault(row.container, len(places)) for row in rows]
    shown = [f"{row.name} {row.email}" if row.fate != PROTECTED else "" for row in rows]
    folded = [swedish.folded_both_ways(text) for text in shown]
    columns = (
        [row.key for row in rows],
        [row.id for row in rows],
        [row.name for row in rows],
        [row.email for row in rows],
        list(map(tuple, facts)),
        facts_of,
        list(classes),
        classes_of,
        list(places),
        place_of,
        "\n".join(exact for exact, _ in folded),
        "\n".join(loose for _, loose in folded),
    )
    return orjson.dumps(columns)


def _facts(row: PersonRow) -> Facts:
    return Facts(row.role, row.fate, row.reason, row.units, row.school_year, row.suspended, row.archived)


class PeopleIndex:
    """Lists come in Swedish order of names; people with protected identity stand last and are shown without."""

    def __init__(self, encoded: bytes) -> None:
        columns: Any = orjson.loads(encoded)
        self.keys: list[str] = columns[0]
        self._ids: list[str] = columns[1]
        self._names: list[str] = columns[2]
        self.emails: list[str] = columns[3]
        self._facts = [Facts._make((*row[:3], tuple(row[3]), *row[4:])) for row in columns[4]]
        self._facts_of = array("I", columns[5])
        self._classes: list[tuple[str, ...]] = list(map(tuple, columns[6]))
        self._classes_of = array("I", columns[7])
        self._places: list[str] = columns[8]
        self._place_of = array("I", columns[9])
        self._exact: str = columns[10]
        self._loose: str = columns[11]
        lengths = map(len, self._exact.split("\n"))
        self._starts = array("I", accumulate((length + 1 for length in lengths), initial=0))

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, key: str) -> PersonRow | None:
        at = self.place(key)
        return None if at is None else self.row_at(at)

    def by_id(self, resource_id: str) -> PersonRow | None:
        at = self._by_id.get(resource_id)
        return None if at is None else self.row_at(at)

    def place(self, key: str) -> int | None:
        """The place in every list of this model of one source key."""
        return self._by_key.get(key)

    def row_at(self, at: int) -> PersonRow:
        facts = self._facts[self._facts_of[at]]
        return PersonRow(
            self.keys[at],
            self._ids[at],
            self._names[at],
            self.emails[at],
            facts.role,
            facts.fate,
            facts.reason,
            facts.units,
            self._classes[self._classes_of[at]],
            facts.school_year,
            self._places[self._place_of[at]],
            facts.suspended,
            facts.archived,
        )

    def find(self, text: str, only: Collection[str] | None = None, offset: int = 0, limit: int = 50) -> Found:
        """By name, address, source key or UUID; case and accents do not count. ``only``: at these units.

        People with protected identity are found by their exact source key or UUID alone, and shown without a name.
        """
        typed = text.strip()
        exact = self.place(typed)
        if exact is None:
            exact = self._by_id.get(typed.lower())
        if exact is not None:
            return self._window([exact], only, offset, limit)
        words = swedish.fold(typed).split()
        if not words:
            return self.rows_where(only=only, offset=offset, limit=limit)
        return self._window(self._matching(words, swedish.Query(typed)), only, offset, limit)

    def rows_where(
        self,
        *,
        unit: str = "",
        role: str = "",
        fate: str = "",
        class_name: str = "",
        container: str = "",
        only: Collection[str] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> Found:
        """Everybody for whom each given condition holds; ``container``: in it or below.

        People with protected identity are listed only where ``fate`` asks for them.
        """

        def holds(facts: Facts) -> bool:
            asked = facts.fate == fate if fate else facts.fate != PROTECTED
            return asked and role in ("", facts.role) and (not unit or unit in facts.units)

        found: Sequence[int] = self._rows(self._facts_of, _numbers(self._facts, holds))
        if class_name:
            wanted = _numbers(self._classes, lambda names: class_name in names)
            found = [at for at in found if self._classes_of[at] in wanted]
        if container:
            root = f"{fold_path(container)}/"
            inside = _numbers(self._places, lambda path: bool(path) and f"{fold_path(path)}/".startswith(root))
            found = [at for at in found if self._place_of[at] in inside]
        return self._window(found, only, offset, limit)

    @cached_property
    def _by_key(self) -> dict[str, int]:
        return {key: at for at, key in enumerate(self.keys)}

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {each: at for at, each in enumerate(self._ids) if each}

    def _rows(self, column: Sequence[int], wanted: frozenset[int]) -> list[int]:
        return [at for at, number in enumerate(column) if number in wanted]

    def _window(self, found: Sequence[int], only: Collection[str] | None, offset: int, limit: int) -> Found:
        if only is not None:
            seen = _numbers(self._facts, lambda facts: not only_none_of(only, facts.units))
            found = [at for at in found if self._facts_of[at] in seen]
        return Found(tuple(self.row_at(at) for at in found[offset : offset + limit]), len(found))

    def _matching(self, words: Sequence[str], query: swedish.Query) -> list[int]:
        """Places of the rows that have every word; the longest word is looked for in all of the text at once."""
        rarest = max(words, key=len)
        found = self._lines_with(rarest)
        if len(words) == 1:
            return list(found)
        return [at for at in found if query.finds_folded((self._line(self._exact, at), self._line(self._loose, at)))]

    def _line(self, text: str, at: int) -> str:
        return text[self._starts[at] : self._starts[at + 1] - 1]

    def _lines_with(self, word: str) -> Iterator[int]:
        text = self._loose if _OWN_LETTERS.isdisjoint(word) else self._exact
        starts = self._starts
        at = text.find(word)
        while at >= 0:
            row = bisect_right(starts, at) - 1
            yield row
            at = text.find(word, starts[row + 1])


def only_none_of(only: Collection[str], units: Collection[str]) -> bool:
    """Whether none of these school units is among those that somebody is limited to."""
    return not any(unit in only for unit in units)


def _numbers(table: Sequence[Any], holds: Callable[[Any], bool]) -> frozenset[int]:
    return frozenset(number for number, row in enumerate(table) if holds(row))
