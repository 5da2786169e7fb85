"""Kept plans: what somebody looks at is what they approve, or they are told what moved meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from skolsynk.core.connection import Mode
from skolsynk.core.ledger import Verb
from skolsynk.core.plan import ApprovedChange, Change, Plan, choose
from skolsynk.core.plan.links import refers_to
from skolsynk.core.plan.stored import Bodies, Head, Kind, Line, StoredPlanError, hold_of
from skolsynk.core.plan.values import GuardTrip
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import claims, decisions, load, save
from skolsynk.store import plans as rows
from skolsynk.store.plans import PlanFacts
from skolsynk.sync import causes

NOTHING = Bodies(None, None)
LAPSE = timedelta(days=7)
ABOUT_REMOVALS = ("removed", "removed_in_all", "empty", "unprovision")


class Which(NamedTuple):
    """``by`` is one of ``core.plan.CHOICES``."""

    by: str
    values: tuple[str, ...] = ()


class Given(NamedTuple):
    approved: int
    held: int


class Covered(NamedTuple):
    """What a yes would cover. ``typed``: so much is taken away, past a limit, that its number must be written."""

    ids: frozenset[ResourceId]
    removals: int  # as guards count: people, groups and memberships
    typed: bool


@dataclass
class StoredPlan:
    """One kept plan; its index is opened when asked for."""

    tenant_id: int
    facts: PlanFacts

    @cached_property
    def head(self) -> Head:
        """Raises StoredPlanError for a plan of another version of the program."""
        return rows.head(self.tenant_id, self.facts)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.head.lines

    @property
    def trips(self) -> tuple[GuardTrip, ...]:
        return self.head.trips

    @cached_property
    def held(self) -> tuple[Line, ...]:
        return self.held_of(None)

    def held_of(self, only: Collection[str] | None) -> tuple[Line, ...]:
        """What waits, of these school units or of all."""
        numbers = self.head.where(lambda kind: bool(kind.reason) and (only is None or kind.unit in only))
        return tuple(map(self.head.line, numbers))


class Moved(NamedTuple):
    """Another plan holds now; nothing was written."""

    plan_id: int | None  # None when nothing is held or planned any more
    came: int  # held now and not then
    went: int  # held then and not now
    differ: int  # held in both, with another content


def newest(tenant_id: int, connection_id: int, mode: str) -> StoredPlan | None:
    """The plan that holds now; None when the newest had no changes, or nothing was planned."""
    found = rows.newest(tenant_id, connection_id, mode)
    return StoredPlan(tenant_id, found) if found else None


def of_run(tenant_id: int, run_id: UUID) -> StoredPlan | None:
    found = rows.of_run(tenant_id, run_id)
    return StoredPlan(tenant_id, found) if found else None


def bodies(plan: StoredPlan, numbers: Collection[int]) -> Mapping[int, Bodies]:
    """{line number: before and after}, of what is kept; for a delete, before is what the vendor is proven to hold."""
    found = rows.bodies(plan.tenant_id, plan.facts, numbers)
    if not plan.facts.counts.get("named", True):
        return found
    deletes = (line for line in map(plan.head.line, numbers) if line.verb == Verb.DELETE and line.cause != "protected")
    bare = {line.id: line.number for line in deletes if not any(found[line.number])}
    held = load.payloads(plan.facts.connection_id, plan.facts.mode, bare) if bare else {}
    return found | {bare[key]: Bodies(payload, None) for key, payload in held.items()}


def keep(
    facts: claims.RunFacts, connection: load.ConnectionFacts, mode: Mode, plan: Plan, counts: Mapping[str, object]
) -> None:
    """Keep what a run planned, unless nothing is to change."""
    if not (plan.flowing or plan.held):
        return
    rules, read_at = load.rules(facts.tenant_id), load.latest_read_at(facts.tenant_id)
    # Where the tenant lets protected people through, one cannot tell here whose name may be shown.
    named = not connection.selection.get("include_protected")
    rows.keep(
        facts.tenant_id, facts.id, connection.id, mode.value, facts.kind, plan,
        {**counts, "probable": _probable(connection, mode, plan, read_at), "named": named},
        snapshot_at=read_at, rules_version=rules.number if rules else 0, named=named,
    )  # fmt: skip


def _probable(
    connection: load.ConnectionFacts, mode: Mode, plan: Plan, read_at: datetime | None
) -> Mapping[str, object] | None:
    """What the held removals have in common; as it was found when just these were first held."""
    leaving = {one.change.id for one in plan.held if _leaves(one.change)}
    if not leaving:
        return None
    before = rows.last(connection.tenant_id, connection.id, mode.value)
    with suppress(StoredPlanError):
        if before and leaving == _leaving(rows.head(connection.tenant_id, before)):
            kept = before.counts.get("probable")
            return kept if isinstance(kept, dict) else None
    found = causes.probable(connection.tenant_id, leaving, read_at)
    return found._asdict() if found else None


def _leaves(change: Change | Kind) -> bool:
    """Somebody whom the directory or the rules made leave; of those chosen away it is known why."""
    return change.type == "User" and change.verb == Verb.DELETE and change.cause != "selection"


def _leaving(head: Head) -> set[ResourceId]:
    return {head.ids[number] for number in head.where(lambda kind: bool(kind.reason) and _leaves(kind))}


def approve(
    connection: load.ConnectionFacts, mode: Mode, plan_id: int, which: Which, *, who: str, comment: str, at: datetime,
    only: Collection[str] | None = None,
) -> Given | Moved:  # fmt: skip
    """A person's yes to held changes of exactly the plan that was seen; closed under what they need. Sends nothing.

    ``only``: codes of the school units whose changes this person decides about.
    """
    seen = newest(connection.tenant_id, connection.id, mode.value)
    if seen is None or seen.facts.id != plan_id:
        return moved(connection.tenant_id, plan_id, seen)
    changes = _chosen(seen, which, only)
    decisions.approve(connection.id, mode, changes, by=who, comment=comment, at=at, lapses_at=at + LAPSE)
    about = {
        "vendor": connection.vendor, "mode": mode.value, "by": which.by, "values": list(which.values)[:50],
        "count": len(changes), "comment": comment, "plan": plan_id,
    }  # fmt: skip
    save.audit(connection.tenant_id, who, "changes_approved", about, at)
    return Given(len(changes), len(seen.held))


def covered(plan: StoredPlan, which: Which, only: Collection[str] | None = None) -> Covered:
    """What an approval would cover, what it needs included. A number is asked for where a limit held removals."""
    ids = frozenset(change.id for change in _chosen(plan, which, only))
    removing = [line for line in plan.held_of(only) if line.removals and line.id in ids]
    past_a_limit = any(line.reason in ABOUT_REMOVALS for line in removing)
    return Covered(ids, sum(line.removals for line in removing), past_a_limit)


def waits_for(plan: StoredPlan, line: Line, body: Bodies) -> tuple[Line, ...]:
    """The held changes of what a held change mentions: until they are decided, it would leave a gap or a stray."""
    named = refers_to(line.type, body.before) | refers_to(line.type, body.after)
    numbers = plan.head.where(lambda kind: bool(kind.reason)) if line.reason and named else []
    return tuple(plan.head.line(number) for number in numbers if plan.head.ids[number] in named)


def _chosen(plan: StoredPlan, which: Which, only: Collection[str] | None) -> frozenset[ApprovedChange]:
    """For a yes to everything nobody's body is opened."""
    lines = plan.held_of(only)
    found = {} if which.by == "all" else rows.bodies(plan.tenant_id, plan.facts, [line.number for line in lines])
    held = tuple(hold_of(line, found.get(line.number, NOTHING)) for line in lines)
    return choose(Plan(plan.facts.at, (), held, plan.trips, {}, {}, 0, 0), which.by, *which.values)


def moved(tenant_id: int, plan_id: int, now: StoredPlan | None) -> Moved:
    """What differs between the plan that was seen and the one that holds now."""
    then = rows.of_id(tenant_id, plan_id)
    before = _by_id(StoredPlan(tenant_id, then).held) if then else {}
    after = _by_id(now.held) if now else {}
    both = before.keys() & after.keys()
    return Moved(
        now.facts.id if now else None,
        len(after.keys() - both),
        len(before.keys() - both),
        sum(before[key].fingerprint != after[key].fingerprint or before[key].verb != after[key].verb for key in both),
    )


def _by_id(lines: Iterable[Line]) -> dict[ResourceId, Line]:
    return {line.id: line for line in lines}


def discard(
    connection: load.ConnectionFacts, mode: Mode, plan_id: int, *, who: str, reason: str, at: datetime,
    only: Collection[str] | None = None, ids: Collection[ResourceId] = (),
) -> int | Moved:  # fmt: skip
    """A person's no to what is held, all of it or ``ids``: unused approvals of it are taken back, and it stays held.

    How many changes it was about. They are not announced again; the reason stays with each until its content differs.
    """
    seen = newest(connection.tenant_id, connection.id, mode.value)
    if seen is None or seen.facts.id != plan_id:
        return moved(connection.tenant_id, plan_id, seen)
    about = [line.id for line in seen.held_of(only) if not ids or line.id in ids]
    everything = None if len(about) == len(seen.held) else about
    taken = decisions.discard_approvals(connection.id, mode, everything)
    decisions.discard_holds(connection.id, mode, everything, by=who, reason=reason, at=at)
    said = {
        "vendor": connection.vendor, "mode": mode.value, "count": len(about), "taken_back": taken, "reason": reason,
        "plan": plan_id,
    }  # fmt: skip
    save.audit(connection.tenant_id, who, "changes_discarded", said, at)
    return len(about)


__all__ = [
    "Bodies", "Covered", "Given", "Moved", "StoredPlan", "StoredPlanError", "Which", "approve", "bodies", "covered",
    "discard", "keep", "moved", "newest", "of_run", "waits_for",
]  # fmt: skip
