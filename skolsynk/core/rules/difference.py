"""What differs between two versions of a tenant's rules: rules that came, went, changed, or changed places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import orjson

from skolsynk.core.rules.ruleset import KINDS, Rules, rules_of
from skolsynk.core.rules.shape import Rule, rule_to_json

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"

Placed = tuple[int, Rule]


class Change(NamedTuple):
    """One difference. Places count from 0 in the section, before and after."""

    section: str
    verb: str  # ADDED | REMOVED | CHANGED | MOVED
    before: Rule | None
    after: Rule | None
    was_at: int | None
    is_at: int | None


def differences(before: Rules, after: Rules) -> tuple[Change, ...]:
    """Section by section, in the order of the later version; what went stands first."""
    return tuple(change for section in KINDS for change in _of(section, before, after))


def _of(section: str, before: Rules, after: Rules) -> Iterator[Change]:
    gone, come = _unlike(rules_of(before, section), rules_of(after, section))
    pairs = [
        *_paired(gone, come, _text, MOVED),
        *_paired(gone, come, lambda rule: rule.label, CHANGED),
        *_paired(gone, come, lambda rule: rule.kind, CHANGED),
    ]
    yield from (Change(section, REMOVED, rule, None, at, None) for at, rule in gone)
    found = [Change(section, verb, was[1], now[1], was[0], now[0]) for verb, was, now in pairs]
    found += [Change(section, ADDED, None, rule, None, at) for at, rule in come]
    yield from sorted(found, key=lambda change: change.is_at or 0)


def _unlike(before: Sequence[Rule], after: Sequence[Rule]) -> tuple[list[Placed], list[Placed]]:
    """Those of each that do not stand in the other in the same order."""
    gone, come = list(enumerate(before)), list(enumerate(after))
    same = SequenceMatcher(None, [*map(_text, before)], [*map(_text, after)], autojunk=False)
    for was, now, size in same.get_matching_blocks():
        gone = [each for each in gone if not was <= each[0] < was + size]
        come = [each for each in come if not now <= each[0] < now + size]
    return gone, come


def _text(rule: Rule) -> bytes:
    """The same for equal rules, in whatever order their keys were written."""
    return orjson.dumps(rule_to_json(rule), option=orjson.OPT_SORT_KEYS)


def _paired(
    gone: list[Placed], come: list[Placed], mark: Callable[[Rule], object], verb: str
) -> Iterator[tuple[str, Placed, Placed]]:
    """Takes out of both lists, pair by pair, what has the same mark."""
    for now in list(come):
        was = next((each for each in gone if mark(each[1]) == mark(now[1])), None)
        if was:
            gone.remove(was)
            come.remove(now)
            yield verb, was, now
