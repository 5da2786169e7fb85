"""Kept plans: what somebody looks at is what they approve, or they are told what moved meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from skolsynk.core.connection import Mode
from skolsynk.core.plan import Plan, choose
from skolsynk.core.plan.stored import Bodies, Head, Line, StoredPlanError, hold_of
from skolsynk.core.plan.values import GuardTrip
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import claims, decisions, load, save
from skolsynk.store import plans as rows
from skolsynk.store.plans import PlanFacts
from skolsynk.sync import causes

NOTHING = Bodies(None, None)
LAPSE = timedelta(days=7)


class Which(NamedTuple):
    """``by`` is one of ``core.plan.CHOICES``."""

    by: str
    values: tuple[str, ...] = ()


class Given(NamedTuple):
    approved: int
    held: int


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
        return tuple(line for line in self.lines if line.reason)

    @cached_property
    def signature(self) -> str:
        """The same for plans that hold exactly the same changes."""
        made = hashlib.blake2b(digest_size=16)
        for line in sorted(self.held, key=lambda one: one.id):
            made.update(f"{line.verb} {line.id} ".encode() + (line.fingerprint or b""))
        return made.hexdigest()


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
    bare = {
        plan.lines[number].id: number
        for number in numbers
        if plan.lines[number].verb == "delete" and plan.lines[number].cause != "protected" and not any(found[number])
    }
    held = load.payloads(plan.facts.connection_id, plan.facts.mode, bare) if bare else {}
    return found | {bare[key]: Bodies(payload, None) for key, payload in held.items()}


def keep(
    facts: claims.RunFacts, connection: load.ConnectionFacts, mode: Mode, plan: Plan, counts: Mapping[str, object]
) -> None:
    """Keep what a run planned, unless nothing is to change."""
    if not (plan.flowing or plan.held):
        return
    rules = load.rules(facts.tenant_id)
    counts = {**counts, "probable": causes.probable(facts.tenant_id, plan)}
    rows.keep(
        facts.tenant_id, facts.id, connection.id, mode.value, facts.kind, plan, counts,
        snapshot_at=load.latest_read_at(facts.tenant_id), rules_version=rules.number if rules else 0,
        # Where the tenant lets protected people through, one cannot tell here whose name may be shown.
        named=not connection.selection.get("include_protected"),
    )  # fmt: skip


def approve(
    connection: load.ConnectionFacts, mode: Mode, plan_id: int, which: Which, *, who: str, comment: str, at: datetime
) -> Given | Moved:
    """A person's yes to held changes of exactly the plan that was seen; closed under what they need. Sends nothing."""
    seen = newest(connection.tenant_id, connection.id, mode.value)
    if seen is None or seen.facts.id != plan_id:
        return moved(connection.tenant_id, plan_id, seen)
    changes = choose(_held_plan(seen, whole=which.by == "all"), which.by, *which.values)
    decisions.approve(connection.id, mode, changes, by=who, comment=comment, at=at, lapses_at=at + LAPSE)
    about = {
        "vendor": connection.vendor, "mode": mode.value, "by": which.by, "values": list(which.values)[:50],
        "count": len(changes), "comment": comment, "plan": plan_id,
    }  # fmt: skip
    save.audit(connection.tenant_id, who, "changes_approved", about, at)
    return Given(len(changes), len(seen.held))


def covered(plan: StoredPlan, which: Which) -> frozenset[ResourceId]:
    """Ids of the held changes that an approval would cover, what they need included."""
    return frozenset(each.id for each in choose(_held_plan(plan, whole=which.by == "all"), which.by, *which.values))


def _held_plan(plan: StoredPlan, *, whole: bool) -> Plan:
    """The plan's held changes as values; for a yes to all of them nobody's body is opened."""
    found = {} if whole else rows.bodies(plan.tenant_id, plan.facts, [line.number for line in plan.held])
    held = tuple(hold_of(line, found.get(line.number, NOTHING)) for line in plan.held)
    return Plan(plan.facts.at, (), held, plan.trips, {}, {}, 0, 0)


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
    connection: load.ConnectionFacts, mode: Mode, plan_id: int, *, who: str, reason: str, at: datetime
) -> int | Moved:
    """A person's no: unused approvals are taken back, what is held stays held, and the reason is kept with it.

    How many held changes it was about. They are not announced again; a changed plan asks anew.
    """
    seen = newest(connection.tenant_id, connection.id, mode.value)
    if seen is None or seen.facts.id != plan_id:
        return moved(connection.tenant_id, plan_id, seen)
    taken = decisions.discard_approvals(connection.id, mode)
    about = {
        "vendor": connection.vendor, "mode": mode.value, "count": len(seen.held), "taken_back": taken,
        "reason": reason, "plan": plan_id, "held": seen.signature,
    }  # fmt: skip
    save.audit(connection.tenant_id, who, "changes_discarded", about, at)
    return len(seen.held)


__all__ = [
    "Bodies", "Given", "Moved", "StoredPlan", "StoredPlanError", "Which", "approve", "bodies", "covered", "discard",
    "keep", "moved", "newest", "of_run",
]  # fmt: skip
