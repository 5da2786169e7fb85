"""The tree of a directory before any rule says who anybody is: how many accounts are where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from skolsynk.core import swedish
from skolsynk.core.readmodel.values import Heads, TreeNode
from skolsynk.core.rules.text import fold_path
from skolsynk.core.snapshot import Snapshot


def bare_tree(snapshot: Snapshot) -> tuple[TreeNode, ...]:
    """Every org unit, parents before children, siblings in Swedish order; whoever is active is ``unplaced``."""
    spelt = _spelt(snapshot)
    active, resting = Counter[str](), Counter[str]()
    for person in snapshot.people:
        (resting if person.suspended or person.archived else active)[fold_path(person.container)] += 1
    outside = Counter({fold_path(path): number for path, number in snapshot.outside.items()})
    sums = _summed(active), _summed(resting)
    return tuple(
        TreeNode(
            spelt[folded],
            spelt[folded].rpartition("/")[2],
            folded.count("/"),
            spelt[folded.rpartition("/")[0]] if folded else "",
            Heads(unplaced=active[folded], suspended=resting[folded]),
            Heads(unplaced=sums[0][folded], suspended=sums[1][folded]),
            outside[folded],
            "",
            "none",
            "",
        )
        for folded in sorted(spelt, key=_order)
    )


def _spelt(snapshot: Snapshot) -> dict[str, str]:
    """{folded path: path as first met}, with all that is above."""
    spelt: dict[str, str] = {}
    containers = (each.path for each in snapshot.containers)
    for path in dict.fromkeys((*containers, *(each.container for each in snapshot.people), *snapshot.outside)):
        for above in _upwards(path):
            spelt.setdefault(fold_path(above), above)
    return spelt


def _order(folded: str) -> tuple[swedish.SortKey, ...]:
    return tuple(swedish.sort_key(part) for part in folded.split("/")[1:])


def _upwards(path: str) -> Iterator[str]:
    """A path and those above it, the root ("/") last."""
    path = path.rstrip("/")
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield "/"


def _summed(own: Counter[str]) -> Counter[str]:
    """{folded path: in it and below}"""
    summed = Counter[str]()
    for folded, number in own.items():
        for above in _upwards(folded):
            summed[above.rstrip("/")] += number
    return summed
