"""Values of filters that nothing in the directory has, and what they may have meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import NamedTuple

from skolsynk.core.filters.kinds import AddressDomain, ClassNamed, ContainerUnder, Filter, InGroup
from skolsynk.core.rules.text import fold_case, fold_path

NEAREST = 3
ALIKE = 0.5


class Known(NamedTuple):
    """What there is."""

    classes: Collection[str]
    groups: Collection[str]  # of all types, classes among them
    org_units: Collection[str]  # paths
    domains: Collection[str]


class Lost(NamedTuple):
    """One value that nothing has; ``near`` are those most alike, the best first."""

    value: str
    near: tuple[str, ...]


def without_match(filters: Iterable[Filter], known: Known) -> Iterator[Lost]:
    """Every value of these filters that is not there, in their order."""
    for each in filters:
        if isinstance(each, ClassNamed):
            yield from _named(each.pattern, known.classes)
        elif isinstance(each, InGroup):
            yield from _named(each.group, known.groups)
        elif isinstance(each, ContainerUnder):
            if fold_path(each.org_unit) not in {fold_path(path) for path in known.org_units}:
                yield _lost(each.org_unit, known.org_units)
        elif isinstance(each, AddressDomain):
            yield from (_lost(domain, known.domains) for domain in each.domains if domain not in known.domains)


def _named(pattern: str, names: Collection[str]) -> Iterator[Lost]:
    wanted = fold_case(pattern)
    if not any(fnmatchcase(fold_case(name), wanted) for name in names):
        yield _lost(pattern, names)


def _lost(value: str, there: Collection[str]) -> Lost:
    folded = {fold_case(name): name for name in sorted(there, reverse=True)}
    typed = fold_case(value).strip("*?")
    close = get_close_matches(typed, list(folded), n=NEAREST, cutoff=ALIKE)
    return Lost(value, tuple(folded[name] for name in close))
