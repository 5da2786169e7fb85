"""Ledger against what should be there: the changes, each with its cause and what it removes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skolsynk.core.ledger import Held, Ledger, Verb
from skolsynk.core.plan.freeze import Frozen, employments_of
from skolsynk.core.plan.links import Payloads, body_of, listed
from skolsynk.core.plan.refuse import Items, Sendable
from skolsynk.core.plan.values import Change, Facts, Refused
from skolsynk.core.roster import Item, Roster
from skolsynk.core.ss12000.base import ResourceId, changed_attributes, fingerprint

Marks = dict[ResourceId, bytes]  # id -> fingerprint of what should be there


@dataclass(frozen=True, slots=True)
class Diff:
    """``changes`` {id: Change} is all that differs; ``stuck`` differs too and is refused."""

    changes: Mapping[ResourceId, Change]
    stuck: Mapping[ResourceId, Refused]


def diff(roster: Roster, sendable: Sendable, frozen: Frozen, ledger: Ledger, facts: Facts, payloads: Payloads) -> Diff:
    """Reads payloads of what changed and of what is stuck at the vendor; of nothing else."""
    marks = _marks_that_differ(sendable.items, ledger, facts.key)
    gone = [key for key in ledger if key not in sendable.items and key not in sendable.stuck and key not in frozen.kept]
    stays_stuck = [key for key in sendable.stuck if key in ledger]
    payloads.read(key for keys in (marks, gone, stays_stuck) for key in keys if key in ledger)
    causes = _causes(gone, roster, frozen, ledger, facts, payloads)
    stuck = dict(sendable.stuck)
    for key in gone:
        refused = facts.refused.get(key)
        if refused is not None and refused.verb is Verb.DELETE and causes[key] != "protected":
            stuck[key] = refused
            del causes[key]
    leaving = frozenset(key for key in gone if ledger[key].type == "User")
    changes = {}
    for key, mark in marks.items():
        changes[key] = _arriving(key, sendable.items[key], mark, ledger.get(key), payloads.get(key), leaving)
    for key, cause in causes.items():
        changes[key] = _leaving(key, ledger[key], cause, payloads.get(key), leaving)
    return Diff(changes, stuck)


def _marks_that_differ(items: Items, ledger: Ledger, key: bytes) -> Marks:
    marks: Marks = {}
    for resource_id, item in items.items():
        mark = fingerprint(item.payload, key)
        row = ledger.get(resource_id)
        if row is None or row.fingerprint != mark:
            marks[resource_id] = mark
    return marks


def _causes(
    gone: Iterable[ResourceId], roster: Roster, frozen: Frozen, ledger: Ledger, facts: Facts, payloads: Payloads
) -> dict[ResourceId, str]:
    """Why each of those that go does: id -> cause."""
    firm = dict.fromkeys(frozen.too_long, "broken_too_long") | dict.fromkeys(roster.protected, "protected")
    if firm:
        firm |= employments_of(firm, ledger, roster.items, payloads)
    return {key: firm.get(key) or facts.decided.get(key, "gone") for key in gone}


def _arriving(
    key: ResourceId,
    item: Item,
    mark: bytes,
    row: Held | None,
    before: bytes | None,
    leaving: frozenset[ResourceId],
) -> Change:
    if row is None:
        return Change(Verb.CREATE, item.type, key, item.unit, item.payload, mark, None, (), 0, "new")
    cause = "retry" if row.fingerprint is None else "data"
    attributes = () if before is None else changed_attributes(body_of(before), body_of(item.payload))
    lost = 0
    if item.type == "StudentGroup":
        lost = len(listed(item.type, before) - listed(item.type, item.payload) - leaving)
    return Change(Verb.UPDATE, item.type, key, item.unit, item.payload, mark, before, attributes, lost, cause)


def _leaving(key: ResourceId, row: Held, cause: str, before: bytes | None, leaving: frozenset[ResourceId]) -> Change:
    lost = len(listed(row.type, before) - leaving) if row.type == "StudentGroup" else 0
    return Change(Verb.DELETE, row.type, key, row.unit, None, None, before, (), 1 + lost, cause)
