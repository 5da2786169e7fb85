"""A person's yes, turned into the changes it covers: named one by one and closed under what they need."""

from __future__ import annotations

from collections.abc import Mapping

from skolsynk.core.ledger import Verb
from skolsynk.core.plan.depend import Links
from skolsynk.core.plan.links import TARGETS, loses_members
from skolsynk.core.plan.values import ApprovedChange, Change, Hold, Plan
from skolsynk.core.ss12000.base import ResourceId

CHOICES = ("all", "all_but_removals", "unit", "reason", "cause", "type", "ids")


def choose(plan: Plan, by: str, *values: str) -> frozenset[ApprovedChange]:
    """The held changes that ``by`` and ``values`` name, and the held ones that these need in order to be sent.

    - ``"all"``; ``"all_but_removals"``: neither deletes nor updates that take somebody out of a group.
    - ``"unit"`` (codes), ``"reason"`` (of holds), ``"cause"`` (of changes), ``"type"`` or ``"ids"``, with values;
      without values they name nothing.

    A create brings those it refers to; a delete brings the updates and deletes that stop referring to it.
    Raises ValueError for another ``by``.
    """
    if by not in CHOICES:
        raise ValueError(f"cannot choose by {by!r}; one of {', '.join(CHOICES)}")
    held = {hold.change.id: hold.change for hold in plan.held}
    wanted = frozenset(values)
    chosen = {hold.change.id for hold in plan.held if _named(hold, by, wanted)}
    if len(chosen) < len(held):
        chosen = _closed(chosen, held)
    return frozenset(ApprovedChange(held[key].verb, held[key].type, key, held[key].fingerprint) for key in chosen)


def _named(hold: Hold, by: str, wanted: frozenset[str]) -> bool:
    change = hold.change
    if by == "all":
        return True
    if by == "all_but_removals":
        return change.verb is not Verb.DELETE and not loses_members(change)
    word = {"unit": change.unit, "reason": hold.reason, "cause": change.cause, "type": change.type, "ids": change.id}
    return word[by] in wanted


def _closed(chosen: set[ResourceId], held: Mapping[ResourceId, Change]) -> set[ResourceId]:
    links = Links(held)
    needed_by: dict[ResourceId, list[ResourceId]] = {key: list(holders) for key, holders in links.drops.items()}
    for target, dependents in links.needs.items():
        for key in dependents:
            needed_by.setdefault(key, []).append(target)
    # Nobody knows what an unanswered update left at the vendor: deletes of what it may hold wait for it.
    for retry in (change for change in held.values() if change.cause == "retry"):
        for key in links.deletes:
            if held[key].type in TARGETS[retry.type]:
                needed_by.setdefault(key, []).append(retry.id)
    closed = set(chosen)
    queue = list(chosen)
    while queue:
        for needed in needed_by.get(queue.pop(), ()):
            if needed not in closed:
                closed.add(needed)
                queue.append(needed)
    return closed
