"""The chain of conditions that a person must meet to be at a vendor: the same for selecting and for explaining."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from skolsynk.core.filters import blocks
from skolsynk.core.school import Fate
from skolsynk.core.selection.candidate import Candidate
from skolsynk.core.selection.scope import Scope
from skolsynk.core.selection.views import Views


class Miss(NamedTuple):
    """Why a condition is not met: which part of the selection says so, and what it saw."""

    rule: str  # "filters[0][1] school_year_between", or "" where the condition's name says all
    evidence: str


class Seen(NamedTuple):
    """One person under examination; ``views`` makes what filters see."""

    scope: Scope
    person: Candidate
    views: Views


def data(seen: Seen) -> Miss | None:
    if seen.person.fate in (Fate.BROKEN, Fate.DECIDED):
        return Miss("", seen.scope.school.outcomes[seen.person.user.source_key].reason)
    return None


def protected(seen: Seen) -> Miss | None:
    shown = seen.person.fate is not Fate.PROTECTED or seen.scope.selection.include_protected
    return None if shown else Miss("include_protected", "")


def excluded(seen: Seen) -> Miss | None:
    found, user = seen.scope.excluded, seen.person.user
    reason = found.get(user.source_key, found.get(user.user_name))
    return None if reason is None else Miss("exclusions", reason)


def role(seen: Seen) -> Miss | None:
    if not seen.scope.roles.isdisjoint(seen.person.roles):
        return None
    return Miss("roles", ", ".join(seen.person.roles))


def school_unit(seen: Seen) -> Miss | None:
    """At a selected unit, in a selected role; where no role is selected, in any."""
    if any(seen.person.position):
        return None
    if role(seen) and not seen.scope.units.isdisjoint(seen.person.units):
        return None
    return Miss("school_units", units_of(seen))


def in_filters(seen: Seen) -> Miss | None:
    found, view = seen.scope.selection.filters, seen.views.of(seen.person)
    if blocks.keeps(found, view):
        return None
    index, failing = blocks.nearest(found, view)
    rule = ", ".join(f"filters[{index}][{found[index].index(each)}] {each.kind}" for each in failing)
    return Miss(rule or "filters", ", ".join(each.saw(view) for each in failing))


def not_in_filters(seen: Seen) -> Miss | None:
    found, view = seen.scope.selection.not_filters, seen.views.of(seen.person)
    index = blocks.taking_out(found, view)
    return None if index is None else Miss(f"not_filters[{index}] {found[index].kind}", found[index].saw(view))


def required_field(seen: Seen) -> Miss | None:
    user, enrolments = seen.person.user, seen.person.position.enrolments
    missing = {
        "email": not user.email,
        "google_id": not user.source_key,
        "school_year": any(each.school_year is None for each in enrolments),
        "school_type": any(not each.school_type for each in enrolments),
    }
    lacking = ", ".join(name for name in seen.scope.vendor.required_fields if missing[name])
    return Miss("required_fields", lacking) if lacking else None


def _always(_: Scope) -> bool:
    return True


class Check(NamedTuple):
    name: str  # LeftOut.code and Step.name
    miss: Callable[[Seen], Miss | None]
    asked: Callable[[Scope], bool] = _always  # False: everybody passes, so that nobody needs to be asked


CHECKS = (
    Check("protected", protected),
    Check("data", data),
    Check("excluded", excluded, lambda scope: bool(scope.excluded)),
    Check("role", role),
    Check("school_unit", school_unit),
    Check("filter", in_filters, lambda scope: bool(scope.selection.filters)),
    Check("not_filter", not_in_filters, lambda scope: bool(scope.selection.not_filters)),
    Check("required_field", required_field, lambda scope: bool(scope.vendor.required_fields)),
)
"""In the order in which they are asked; the first that is not met names the reason."""


def units_of(seen: Seen) -> str:
    """All school unit codes of a person, for evidence."""
    return ", ".join(sorted(seen.scope.codes[unit] for unit in seen.person.units))
