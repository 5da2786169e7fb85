"""Roster + ledger + facts -> Plan: what flows, what is held and why. Reads top to bottom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from skolsynk.core.ledger import Ledger, Verb
from skolsynk.core.plan.depend import wait_for
from skolsynk.core.plan.diff import Diff, diff
from skolsynk.core.plan.freeze import Frozen, freeze
from skolsynk.core.plan.guards import judge
from skolsynk.core.plan.links import TARGETS, Payloads, PayloadsOf, in_send_order
from skolsynk.core.plan.redact import redactions
from skolsynk.core.plan.refuse import Items, leave_out_refused
from skolsynk.core.plan.values import ApprovedChange, Change, Facts, GuardTrip, Hold, Plan
from skolsynk.core.roster import Roster
from skolsynk.core.ss12000 import RESOURCE_TYPES
from skolsynk.core.ss12000.base import ResourceId


def make_plan(roster: Roster, ledger: Ledger, facts: Facts, payloads_of: PayloadsOf) -> Plan:
    """The plan of one run. Applied in order, ``flowing`` leaves no dangling reference at a strict vendor.

    ``payloads_of`` is asked in few calls, only for what changed, what is frozen, and groups of units that lose
    many members; never when nothing differs. The roster must be closed under references.
    """
    payloads = Payloads(payloads_of)
    frozen = freeze(roster, ledger, facts, payloads)
    items = {**roster.items, **frozen.bodies} if frozen.bodies else roster.items
    sendable = leave_out_refused(items, ledger, facts)
    found = diff(roster, sendable, frozen, ledger, facts, payloads)
    yes = _said_yes(found.changes, facts)
    changes = _past_the_guards(found.changes, yes, ledger, facts)
    verdict = judge(changes, roster, ledger, facts, payloads)
    staying = _staying(found, frozen, ledger)
    waiting = wait_for(changes, verdict.holds, staying, ledger, payloads, yes)
    holds = verdict.holds | dict.fromkeys(waiting, ("depends", "now"))
    rows_that_stay = {*staying, *(key for key in holds if key in ledger)}
    cuts = list(redactions(changes, rows_that_stay, ledger, payloads, facts.key))
    flowing = _sorted([*(change for key, change in changes.items() if key not in holds), *cuts])
    cleared = {change.id for change in cuts if change.verb is Verb.DELETE}  # what waited for these begins anew
    standing = _standing(sendable.items, found, frozen, roster, ledger)
    return Plan(
        at=facts.at,
        flowing=flowing,
        held=_sorted_holds(Hold(changes[key], *why) for key, why in holds.items() if key not in cleared),
        trips=tuple(verdict.trips),
        frozen=frozen.kept,
        refused=found.stuck,
        unchanged=sum(standing["unchanged"].values()),
        unproven=sum(change.cause == "retry" for change in flowing),
        standing=standing,
    )


def make_unprovision_plan(ledger: Ledger, facts: Facts) -> Plan:
    """Everything the vendor holds is deleted: held with reason "unprovision" until approved.

    Payloads are not read, so an approved row waits ("depends") while any row of a type that can refer to it stays.
    """
    stuck = {key: refused for key, refused in facts.refused.items() if key in ledger and refused.verb is Verb.DELETE}
    deletes = {
        key: Change(Verb.DELETE, row.type, key, row.unit, None, None, None, (), 1, "decision")
        for key, row in ledger.items()
        if key not in stuck
    }
    yes = _said_yes(deletes, facts)
    holds = {key: "unprovision" for key in deletes if key not in yes}
    staying = {ledger[key].type for key in (*stuck, *holds)}
    for kind in reversed(RESOURCE_TYPES):
        if any(kind.name in TARGETS[other] for other in staying):
            waiting = [key for key, change in deletes.items() if change.type == kind.name]
            staying.update(kind.name for _ in waiting[:1])
            for key in waiting:
                holds.setdefault(key, "depends")
    changes = {key: change._replace(approved=key in yes) for key, change in deletes.items()}
    held = [Hold(changes[key], reason, "now") for key, reason in holds.items()]
    asked = sum(hold.reason == "unprovision" for hold in held)
    trips = (GuardTrip("unprovision", "", "", "now", asked, len(ledger), 0.0, 0),) if asked else ()
    return Plan(
        at=facts.at,
        flowing=_sorted(change for key, change in changes.items() if key not in holds),
        held=_sorted_holds(held),
        trips=trips,
        frozen={},
        refused=stuck,
        unchanged=0,
        unproven=0,
        standing={"refused": Counter((ledger[key].unit, ledger[key].type) for key in stuck)},
    )


def _said_yes(changes: Mapping[ResourceId, Change], facts: Facts) -> frozenset[ResourceId]:
    """Ids of the changes that a person approved, exactly as they are now."""
    if not facts.approvals:
        return frozenset()
    return frozenset(
        key
        for key, change in changes.items()
        if ApprovedChange(change.verb, change.type, key, change.fingerprint) in facts.approvals
    )


def _past_the_guards(
    changes: Mapping[ResourceId, Change], yes: frozenset[ResourceId], ledger: Ledger, facts: Facts
) -> dict[ResourceId, Change]:
    """Marks what guards do not look at: approved; protected; sent before without an answer; a free first push."""
    first = facts.first_push or not ledger
    free_first = first and not (facts.live and facts.guards.hold_first_live_push)

    def free(change: Change) -> bool:
        if change.verb is Verb.CREATE:
            return free_first
        return change.cause == "protected" or (change.cause == "retry" and not change.removals)

    return {
        key: change._replace(approved=True) if key in yes or free(change) else change for key, change in changes.items()
    }


def _staying(found: Diff, frozen: Frozen, ledger: Ledger) -> list[ResourceId]:
    """Rows at the vendor that no change touches though they differ, or may: refused, or frozen with unknown content."""
    unsure = [key for key in frozen.kept if ledger[key].fingerprint is None and key not in found.changes]
    return [*(key for key in found.stuck if key in ledger), *unsure]


def _standing(
    items: Items, found: Diff, frozen: Frozen, roster: Roster, ledger: Ledger
) -> dict[str, Counter[tuple[str, str]]]:
    def bucket(key: ResourceId) -> tuple[str, str]:
        row = roster.items.get(key) or ledger[key]
        return row.unit, row.type

    return {
        "frozen": Counter(map(bucket, frozen.kept)),
        "refused": Counter(map(bucket, found.stuck)),
        "unchanged": Counter(
            (item.unit, item.type) for key, item in items.items() if key not in found.changes and key not in frozen.kept
        ),
    }


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=in_send_order))


def _sorted_holds(holds: Iterable[Hold]) -> tuple[Hold, ...]:
    return tuple(sorted(holds, key=lambda hold: in_send_order(hold.change)))
