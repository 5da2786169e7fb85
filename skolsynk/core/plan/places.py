"""Where held people were: the org unit that says most about why all of them are held at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.ss12000.base import ResourceId

FEW = 10  # a place where more than ten times as many stay says nothing about those who go


class Shared(NamedTuple):
    """``number`` of ``of`` held people were in ``container`` or below it."""

    number: int
    of: int
    container: str


def shared_place(held: Collection[ResourceId], where: Mapping[ResourceId, str]) -> Shared | None:
    """The org unit that fits best, that more than half of ``held`` were in; None when there is none.

    ``where`` {user id: container path} of everybody, those who are not held too: of two org units the one that fewer
    others were in fits better. Held people whose place is unknown are not counted.
    """
    known = [where[key] for key in held if key in where]
    inside = Counter(place for path in known for place in _upwards(path))
    likely = {place for place, number in inside.items() if 2 * number > len(known)}
    everybody = Counter(place for path in where.values() for place in _upwards(path) if place in likely)
    fitting = [
        (inside[place] / (len(known) + everybody[place]), len(place), place)
        for place in likely
        if everybody[place] <= FEW * inside[place]
    ]
    if not fitting:
        return None
    best = max(fitting)[2]
    return Shared(inside[best], len(known), best)


def _upwards(path: str) -> Iterator[str]:
    """/a/b and /a of /a/b; the top itself is no place."""
    while path.strip("/"):
        yield path
        path = path.rpartition("/")[0]
