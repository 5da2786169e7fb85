"""Changing a tenant's rules one rule at a time, and carrying changes over to a newer version of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from skolsynk.core.rules.difference import ADDED, CHANGED, REMOVED, Change, differences
from skolsynk.core.rules.ruleset import Rules, rules_of
from skolsynk.core.rules.shape import Rule


class Merged(NamedTuple):
    """Changes on top of newer rules, and those that could not be carried over because their rule is gone."""

    rules: Rules
    lost: tuple[Change, ...]


def with_rule(rules: Rules, section: str, rule: Rule, at: int | None = None) -> Rules:
    """The rule in the place of number ``at``; last in its section without one."""
    found = list(rules_of(rules, section))
    if at is None:
        found.append(rule)
    else:
        found[at] = rule
    return _with(rules, section, found)


def without_rule(rules: Rules, section: str, at: int) -> Rules:
    found = list(rules_of(rules, section))
    del found[at]
    return _with(rules, section, found)


def moved_rule(rules: Rules, section: str, at: int, by: int) -> Rules:
    """The rule ``by`` places further down (up when negative), at most to the end."""
    found = list(rules_of(rules, section))
    rule = found.pop(at)
    found.insert(max(0, at + by), rule)
    return _with(rules, section, found)


def merged(base: Rules, draft: Rules, now: Rules) -> Merged:
    """What ``draft`` changed in ``base``, done to ``now``. A rule that others changed or took away is left as it is."""
    lost: list[Change] = []
    for change in differences(base, draft):
        done = _done(now, change)
        if done is None:
            lost.append(change)
        else:
            now = done
    return Merged(now, tuple(lost))


def _done(rules: Rules, change: Change) -> Rules | None:
    """One change done to other rules; None where the rule that it is about is not there any more."""
    there = rules_of(rules, change.section)
    if change.verb == ADDED and change.after is not None and change.is_at is not None:
        return _with(rules, change.section, [*there[: change.is_at], change.after, *there[change.is_at :]])
    if change.before not in there:
        return None
    at = there.index(change.before)
    if change.verb == REMOVED:
        return without_rule(rules, change.section, at)
    if change.verb == CHANGED and change.after is not None:
        return with_rule(rules, change.section, change.after, at)
    return moved_rule(rules, change.section, at, (change.is_at or 0) - at)


def _with(rules: Rules, section: str, found: Sequence[Rule]) -> Rules:
    changed: dict[str, Any] = {section: tuple(found)}  # each section has its own kinds of rules
    return replace(rules, **changed)
