"""Filters: the sentences about people that a selection is made of. A kind is one class; JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from skolsynk.core.filters.errors import SelectionError
from skolsynk.core.filters.kinds import KINDS, ROLES, Filter
from skolsynk.core.filters.view import GroupView, UserView
from skolsynk.core.rules.problems import At, Problem
from skolsynk.core.rules.shape import read_rule, rule_to_json

FILTER_KINDS: Mapping[str, type[Any]] = {cls.kind: cls for cls in KINDS}
"""{kind: class}"""


def take_filter(value: object, at: At) -> Filter | None:
    """One filter by its ``kind``; None after a refusal."""
    return cast("Filter | None", read_rule(FILTER_KINDS, value, at))


def take_filters(value: object, at: At) -> tuple[Filter, ...]:
    """A list of filters."""
    if not isinstance(value, list | tuple):
        at.refuse("not_list")
        return ()
    read = (take_filter(entry, at[index]) for index, entry in enumerate(value))
    return tuple(each for each in read if each is not None)


def take_blocks(value: object, at: At) -> tuple[tuple[Filter, ...], ...]:
    """A list of blocks, each a list of at least one filter."""
    if not isinstance(value, list | tuple):
        at.refuse("not_list")
        return ()
    return tuple(_take_block(block, at[index]) for index, block in enumerate(value))


def _take_block(value: object, at: At) -> tuple[Filter, ...]:
    if value in ([], ()):
        at.refuse("empty_list")
    return take_filters(value, at)


def parse_filter(json: object) -> Filter:
    """The filter that a JSON object describes. Raises SelectionError with every problem and its path."""
    problems: list[Problem] = []
    found = take_filter(json, At("", problems))
    if problems or found is None:
        raise SelectionError(problems)
    return found


def filter_to_json(each: Filter) -> dict[str, object]:
    """What ``parse_filter`` reads back as an equal filter."""
    return rule_to_json(each)


__all__ = [
    "FILTER_KINDS",
    "ROLES",
    "Filter",
    "GroupView",
    "SelectionError",
    "UserView",
    "filter_to_json",
    "parse_filter",
    "take_blocks",
    "take_filter",
    "take_filters",
]
