"""The tree of org units with what became of the people in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from skolsynk.core.bare_tree import bare_tree
from skolsynk.core.mapping import IGNORED, IGNORED_ABOVE, INHERITED, OWN, PATTERN, Standing, standings
from skolsynk.core.readmodel.values import Heads, TreeNode
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.role import NOBODY
from skolsynk.core.rules.ruleset import Rules
from skolsynk.core.rules.text import fold_path
from skolsynk.core.rules.tree import Tree
from skolsynk.core.rules.units import Units
from skolsynk.core.school import Fate, Outcome
from skolsynk.core.snapshot import Snapshot

_PLACES = {"pupil": 0, "teacher": 1, "staff": 2, "nobody": 3, "unplaced": 4, "suspended": 5}
_HOW = {OWN: "own", INHERITED: "inherited", PATTERN: "pattern", IGNORED: "ignored", IGNORED_ABOVE: "ignored"}


def tree(
    snapshot: Snapshot, outcomes: Mapping[str, Outcome], rules: Rules, units: Mapping[str, RegisteredUnit]
) -> tuple[TreeNode, ...]:
    """Every org unit, parents before children, in Swedish order. ``outcomes``: {source key: outcome}."""
    bare = bare_tree(snapshot)
    heads = _heads(snapshot, outcomes)
    below = _summed(heads)
    said, places = standings([node.path for node in bare], rules, units), Tree(rules, Units(units))
    made = []
    for node in bare:
        folded, (how, rule) = fold_path(node.path), _how(said[node.path], places, node.path)
        own, all_below = heads.get(folded, Heads()), below.get(folded, Heads())
        unit = "" if how == "ignored" else said[node.path].unit
        made.append(
            TreeNode(node.path, node.name, node.depth, node.parent, own, all_below, node.outside, unit, how, rule)
        )
    return tuple(made)


def _how(standing: Standing, places: Tree, path: str) -> tuple[str, str]:
    """Where the school unit of a path comes from, and the rule that says so."""
    role = places.at(path).role
    if standing.how not in (IGNORED, IGNORED_ABOVE) and role and role.value.name == NOBODY:
        return "ignored", role.rule
    return _HOW.get(standing.how, "none"), standing.rule


def standing_of(outcome: Outcome) -> str:
    """Which of the heads somebody with this outcome is."""
    if outcome.fate is Fate.PLACED:
        return outcome.role
    if outcome.fate is Fate.BROKEN:
        return "unplaced"
    if outcome.fate is Fate.DECIDED and outcome.reason in ("suspended", "archived"):
        return "suspended"
    return "nobody"


def _heads(snapshot: Snapshot, outcomes: Mapping[str, Outcome]) -> dict[str, Heads]:
    """{folded path: those directly in it}"""
    counted = Counter((person.container, outcomes[person.key]) for person in snapshot.people)
    found: dict[str, list[int]] = {}
    for (path, outcome), number in counted.items():
        found.setdefault(fold_path(path), [0] * len(_PLACES))[_PLACES[standing_of(outcome)]] += number
    return {folded: Heads(*numbers) for folded, numbers in found.items()}


def _summed(own: Mapping[str, Heads]) -> dict[str, Heads]:
    """{folded path: those in it and below}"""
    summed: dict[str, Heads] = {}
    for folded, heads in own.items():
        for above in _upwards(folded):
            summed[above] = summed.get(above, Heads()) + heads
    return summed


def _upwards(folded: str) -> Iterable[str]:
    yield folded
    while folded:
        folded = folded.rpartition("/")[0]
        yield folded
