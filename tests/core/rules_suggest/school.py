"""Small directories for tests of suggestions: people by the dozen, and what was suggested, by section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import parse_rules
from skolsynk.core.rules.suggest import ENOUGH, Suggestion, combine, suggest
from skolsynk.core.snapshot import Group, Person
from tests.core.rules.directory import UNITS, person, snapshot

ALL = tuple(UNITS.values())
Json = dict[str, object]


def crowd(container: str, number: int = 5, start: int = 0, **fields: str | tuple[str, ...]) -> list[Person]:
    """People alike in all but their keys, which tell the container and run from ``start``."""
    return [person(f"{container}#{start + each}", container, **fields) for each in range(number)]


def suggested(
    people: Iterable[Person], groups: Iterable[Group] = (), units: Sequence[RegisteredUnit] = ALL
) -> tuple[Suggestion, ...]:
    """All that is suggested; each rule is read to see that it can be."""
    found = suggest(snapshot(people, groups), units)
    for each in found:
        parse_rules({each.section: [each.rule]})
        assert 0 <= each.confidence <= 1
        assert each.reason("sv")
        assert each.reason("en")
    parse_rules(combine(found))
    return found


def rules(found: Iterable[Suggestion], section: str) -> list[Json]:
    """The rules of one section that are sure enough."""
    return [each.rule for each in found if each.section == section and each.confidence >= ENOUGH]


def only(found: Iterable[Suggestion], section: str) -> Suggestion:
    [one] = [each for each in found if each.section == section]
    return one
