"""A connection's selection and guards as JSON: what is stored, and what the configuration file holds.

Keys are the field names of ``core.connection``. Reading gathers every problem with its path before it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

from skolsynk.core.connection import Exclusion, Guards, Limit, Selection
from skolsynk.core.filters import ROLES, Filter, SelectionError, filter_to_json, take_blocks, take_filters
from skolsynk.core.filters.take import share, some_of, unit_codes_or_none, whole_number
from skolsynk.core.rules.problems import At, Problem
from skolsynk.core.rules.shape import Take, day, flag, mapping, members_to_json, text
from skolsynk.core.ss12000.codes import STUDENT_GROUP_TYPES
from skolsynk.core.ss12000.user import UserFields

Takes = Mapping[str, Take[Any]]
MOST_CHANGES = 1_000_000
MOST_FREEZE_DAYS = 365


def _read(takes: Takes, required: tuple[str, ...], value: object, at: At) -> dict[str, Any]:
    """The values of the keys that are given; a key that is unknown, missing or null is refused."""
    given = mapping(value, at)
    for name in given:
        if name not in takes:
            (at / name).refuse_unknown("unknown_key", name, takes)
    for name in required:
        if name not in given and isinstance(value, Mapping):
            (at / name).refuse("missing")
    return {name: take(given[name], at / name) for name, take in takes.items() if name in given}


def _exclusion(value: object, at: At) -> Exclusion:
    found = _read({"person": text, "reason": text, "until": _day_or_none}, ("person", "reason"), value, at)
    return Exclusion(**{"person": "", "reason": "", **found})


def _day_or_none(value: object, at: At) -> Any:
    return None if value is None else day(value, at)


def _exclusions(value: object, at: At) -> tuple[Exclusion, ...]:
    if not isinstance(value, list | tuple):
        at.refuse("not_list")
        return ()
    return tuple(_exclusion(entry, at[index]) for index, entry in enumerate(value))


def _user_fields(value: object, at: At) -> UserFields:
    return UserFields(**_read(dict.fromkeys(UserFields._fields, flag), (), value, at))


_SELECTION: Takes = {
    "school_units": unit_codes_or_none,
    "roles": some_of(ROLES, empty=True),
    "group_types": some_of(STUDENT_GROUP_TYPES, empty=True),
    "filters": take_blocks,
    "not_filters": take_filters,
    "exclusions": _exclusions,
    "fields": _user_fields,
    "organisation": flag,
    "school_unit_groups": flag,
    "include_protected": flag,
}


def _limit(default: Limit, value: object, at: At) -> Limit:
    """A limit; what it does not say stays as the default has it."""
    takes: Takes = {"share": share, "count": whole_number(0, MOST_CHANGES)}
    return replace(default, **_read(takes, (), value, at))


_GUARDS: Takes = {
    each.name: partial(_limit, each.default) if isinstance(each.default, Limit) else flag for each in fields(Guards)
} | {"freeze_days": whole_number(0, MOST_FREEZE_DAYS)}


def selection_from_json(json: object) -> Selection:
    """The selection that a JSON object (or YAML mapping) describes; only ``school_units`` must be given.

    Raises SelectionError with every problem and its path.
    """
    problems: list[Problem] = []
    found = _read(_SELECTION, ("school_units",), json, At("", problems))
    if problems:
        raise SelectionError(problems)
    return Selection(**found)


def selection_to_json(selection: Selection) -> dict[str, object]:
    """What ``selection_from_json`` reads back as an equal selection; what is as by default is left out.

    Fields of users are always written: which of them a vendor gets must not change with a default.
    """
    plain = members_to_json(replace(selection, filters=(), not_filters=(), fields=UserFields()))
    found: dict[str, object] = {**plain, "fields": selection.fields._asdict()}
    if selection.filters:
        found["filters"] = [[_filter(each) for each in block] for block in selection.filters]
    if selection.not_filters:
        found["not_filters"] = [_filter(each) for each in selection.not_filters]
    return {key: found[key] for key in _SELECTION if key in found}


def _filter(each: Filter) -> dict[str, object]:
    return filter_to_json(each)


def guards_from_json(json: object) -> Guards:
    """The guards that a JSON object describes; what is left out is as by default.

    A share is a number from 0 to 1, or text such as "5 %". Raises SelectionError with every problem and its path.
    """
    problems: list[Problem] = []
    found = _read(_GUARDS, (), json, At("", problems))
    if problems:
        raise SelectionError(problems)
    return Guards(**found)


def guards_to_json(guards: Guards) -> dict[str, object]:
    """What ``guards_from_json`` reads back as equal guards; guards that are as by default are left out."""
    differing = {each.name: getattr(guards, each.name) for each in fields(Guards)}
    return {
        name: {"share": value.share, "count": value.count} if isinstance(value, Limit) else value
        for name, value in differing.items()
        if value != getattr(Guards(), name)
    }
