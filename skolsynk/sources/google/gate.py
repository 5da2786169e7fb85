"""When a read counts as complete. Everything here that decides is pure; asking Google is the caller's part.

A read passes when every list ended of itself, what was there last time and is not in the lists is known to be gone,
and nothing that must be there is empty. Whatever fails, no snapshot is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from skolsynk.core.snapshot import Container, Snapshot
from skolsynk.sources.google.texts import empty, incomplete, misconfigured, transient

MOST_CONFIRMED = 500
"""Of more that vanished, this many evenly spread ones are looked up: a page that was lost (500 users, 200 groups)
among 50,000 is then hit all but surely, and a school that closed does not cost an hour of quota."""


class Vanished(NamedTuple):
    """Keys read last time and not now; ``sample`` are those to look up."""

    total: int
    sample: tuple[str, ...]


def vanished(before: Iterable[str], now: Collection[str]) -> Vanished:
    missing = [key for key in before if key not in now]
    return Vanished(len(missing), spread(missing, MOST_CONFIRMED))


def spread(keys: Sequence[str], most: int) -> tuple[str, ...]:
    """At most ``most`` of the keys, in even steps: a lost page is a run of neighbours and cannot hide between them."""
    if len(keys) <= most:
        return tuple(keys)
    return tuple(keys[place * len(keys) // most] for place in range(most))


def check_gone(what: str, missing: Vanished, still_there: int) -> None:
    if still_there:
        raise incomplete("still_there", what=what, missing=str(missing.total), still=str(still_there))


def check_customer(customer: str, expected: str, previous: Snapshot | None) -> None:
    """The directory is the one that is connected, and the one that was read last time."""
    if (expected and customer != expected) or (previous is not None and previous.tenant_key != customer):
        raise misconfigured("other_customer")


def check_same_tree(before: Iterable[Container], after: Iterable[Container]) -> None:
    """Org units that moved while users were read leave some people at the old path and some at the new."""
    later = {one.key: one.path for one in after}
    if any(later.get(one.key) != one.path for one in before):
        raise transient("tree_moved")


def check_tree(containers: Collection[Container], paths: Iterable[str]) -> None:
    """A tree with only a root can hold nobody below it."""
    if all(one.path == "/" for one in containers) and any(path != "/" for path in paths):
        raise incomplete("key_missing", what="org units", key="organizationUnits")


def check_school(containers: Iterable[Container], school: Iterable[str]) -> None:
    """Every org unit marked as school is there. Renamed, all in it would otherwise seem to have left the school."""
    there = {one.path.casefold() for one in containers}
    for path in school:
        if path.casefold() not in there:
            raise misconfigured("container_missing", path=path)


def check_people(inside: int, outside: int, previous: Snapshot | None) -> None:
    if not inside + outside:
        raise empty("no_users")
    if not inside and previous is not None and previous.people:
        raise empty("no_school_users", before=str(len(previous.people)))


def check_groups(read: int, previous: Snapshot | None) -> None:
    if not read and previous is not None and previous.groups:
        raise empty("no_groups", before=str(len(previous.groups)))


def members_doubtful(read: int, count: int, before: Mapping[str, int], key: str) -> bool:
    """Fewer members in the list than by Google's count, and than last time: two of three say that the list is wrong.

    Where the group was as small last time too, the count alone (it lags, and counts in ways of its own) is no proof.
    """
    return read < count and read < before.get(key, 0)
