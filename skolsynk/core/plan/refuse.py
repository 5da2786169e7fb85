"""What the vendor refused is not sent again until it changes, and what refers to it is sent without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skolsynk.core.ledger import Ledger, Verb
from skolsynk.core.plan.links import RANK, TARGETS, body_of
from skolsynk.core.plan.values import Facts, Refused
from skolsynk.core.roster import Item
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import ResourceId, canonical, fingerprint, without

Items = Mapping[ResourceId, Item]


@dataclass(frozen=True, slots=True)
class Sendable:
    """``items`` as they can be sent; ``stuck`` are those that cannot, and their place in the ledger stays as it is."""

    items: Items
    stuck: Mapping[ResourceId, Refused] = field(default_factory=dict)


def leave_out_refused(items: Items, ledger: Ledger, facts: Facts) -> Sendable:
    """Takes out refused items and, by rank, their references; what needs one of them is stuck too."""
    if not any(key in items for key in facts.refused):
        return Sendable(items)
    result: dict[ResourceId, Item] = {}
    stuck: dict[ResourceId, Refused] = {}
    missing: set[ResourceId] = set()  # stuck, and not proven to be at the vendor
    missing_types: set[str] = set()
    for key, item in sorted(items.items(), key=lambda pair: RANK[pair[1].type]):
        cut = _without(item, missing) if missing_types & TARGETS[item.type] else item
        why = _why_stuck(key, item, cut, ledger, facts)
        if cut is not None and why is None:
            result[key] = cut
            continue
        verb = Verb.UPDATE if key in ledger else Verb.CREATE
        stuck[key] = why or Refused(item.type, verb, None)
        row = ledger.get(key)
        if row is None or row.fingerprint is None:
            missing.add(key)
            missing_types.add(item.type)
    return Sendable(result, stuck)


def _without(item: Item, missing: set[ResourceId]) -> Item | None:
    body = body_of(item.payload)
    cut = without(BY_NAME[item.type], body, missing)
    if cut is None:
        return None
    return item if cut == body else item._replace(payload=canonical(cut))


def _why_stuck(key: ResourceId, item: Item, cut: Item | None, ledger: Ledger, facts: Facts) -> Refused | None:
    """The refusal that still holds for this very payload."""
    refused = facts.refused.get(key)
    if cut is None or refused is None or refused.verb is Verb.DELETE:
        return None
    mark = fingerprint(cut.payload, facts.key)
    if refused.fingerprint != mark or (key in ledger and ledger[key].fingerprint == mark):
        return None
    return refused
