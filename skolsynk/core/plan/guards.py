"""Limits on changes, counted in identities: what exceeds one is held, all of its kind in its bucket.

A bucket is (school unit, type). What each count is compared with, as the ledger has it:

- added, changed, removed: the rows of that unit and type.
- removed StudentGroups, twice: groups that go against the unit's groups; and groups that go together with
  memberships lost by people who stay, against the unit's groups and all their memberships.
  Somebody who leaves the vendor counts once, as a removed User, and not again in each group.
- removed_in_all: everything removed, memberships included, against all rows.

A retry was inside the limits once and does not count as changed again; what it removes counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skolsynk.core.connection import Limit
from skolsynk.core.ledger import Ledger, Verb
from skolsynk.core.plan.links import Payloads, body_of, listed
from skolsynk.core.plan.values import NOTHING_SPENT, Change, Facts, GuardTrip, Spent
from skolsynk.core.roster import Roster
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.core.ss12000.user import SIS_USER

Bucket = tuple[str, str]  # school unit code, type
MONTHS_OF_NEW_YEARS = range(6, 10)  # June to September
MOST = 0.5


@dataclass(slots=True)
class Verdict:
    """``holds`` {id: (reason, window)}; the first reason found for a change is the one that stays."""

    holds: dict[ResourceId, tuple[str, str]] = field(default_factory=dict)
    trips: list[GuardTrip] = field(default_factory=list)

    def hold(self, changes: Iterable[Change], trip: GuardTrip) -> None:
        self.trips.append(trip)
        for change in changes:
            self.holds.setdefault(change.id, (trip.reason, trip.window))


def judge(
    changes: Mapping[ResourceId, Change], roster: Roster, ledger: Ledger, facts: Facts, payloads: Payloads
) -> Verdict:
    """Which of the changes that nobody has approved are held by a guard, and which limits they exceed."""
    verdict = Verdict()
    asked = [change for change in changes.values() if not change.approved]
    if not asked:
        return verdict
    if not ledger or not roster.items:
        reason = "empty" if ledger else "first_push"
        verdict.hold(asked, GuardTrip(reason, "", "", "now", len(asked), len(ledger), 0.0, 0))
        return verdict
    rows = Counter((row.unit, row.type) for row in ledger.values())
    _new_school_year(asked, roster, ledger, facts, verdict)
    _removed(asked, rows, ledger, facts, payloads, verdict)
    _removed_in_all(asked, ledger, facts, verdict)
    limits = facts.guards
    _each_bucket("added", limits.added, asked, _adds, rows, facts, lambda spent: spent.added, verdict)
    others = [change for change in asked if verdict.holds.get(change.id, ("",))[0] != "school_year"]
    _each_bucket("changed", limits.changed, others, _changes, rows, facts, lambda spent: spent.changed, verdict)
    return verdict


def _adds(change: Change) -> int:
    return change.verb is Verb.CREATE


def _changes(change: Change) -> int:
    return change.verb is Verb.UPDATE and change.cause != "retry"


def _group_deletes(change: Change) -> int:
    return change.type == "StudentGroup" and change.verb is Verb.DELETE


def _removes(change: Change) -> int:
    return change.removals


def _windows(facts: Facts) -> Iterator[tuple[str, Spent]]:
    yield "now", NOTHING_SPENT
    if facts.guards.cumulative:
        yield "24h", facts.spent_day
        yield "7d", facts.spent_week


def _each_bucket(
    reason: str,
    limit: Limit,
    asked: Iterable[Change],
    amount: Callable[[Change], int],
    rows: Mapping[Bucket, int],
    facts: Facts,
    spent_on: Callable[[Spent], Mapping[Bucket, int]],
    verdict: Verdict,
) -> None:
    """Holds every counted change of each bucket that exceeds the limit in some window; the shortest one is named."""
    buckets: dict[Bucket, list[Change]] = {}
    for change in asked:
        if amount(change):
            buckets.setdefault((change.unit, change.type), []).append(change)
    for bucket, members in sorted(buckets.items()):
        now, of = sum(amount(change) for change in members), rows.get(bucket, 0)
        for window, spent in _windows(facts):
            total = now + spent_on(spent).get(bucket, 0)
            if limit.exceeded(total, of):
                verdict.hold(members, GuardTrip(reason, *bucket, window, total, of, limit.share, limit.count))
                break


def _removed(
    asked: list[Change],
    rows: Mapping[Bucket, int],
    ledger: Ledger,
    facts: Facts,
    payloads: Payloads,
    verdict: Verdict,
) -> None:
    limit = facts.guards.removed
    _each_bucket("removed", limit, asked, _group_deletes, rows, facts, lambda spent: {}, verdict)
    removed: Counter[Bucket] = Counter()
    for change in asked:
        removed[change.unit, change.type] += change.removals
    spent = max(sum(spent.removed.values()) for _, spent in _windows(facts))
    suspects = {unit for (unit, kind), n in removed.items() if kind == "StudentGroup" and n and n + spent > limit.count}
    bases = {**rows, **_with_memberships(suspects, rows, ledger, payloads)}
    _each_bucket("removed", limit, asked, _removes, bases, facts, lambda spent: spent.removed, verdict)


def _with_memberships(
    units: set[str], rows: Mapping[Bucket, int], ledger: Ledger, payloads: Payloads
) -> Mapping[Bucket, int]:
    """Groups and memberships together, for these units; payloads are read only for them."""
    groups = [key for key, row in ledger.items() if row.type == "StudentGroup" and row.unit in units]
    payloads.read(groups)
    bases = Counter({(unit, "StudentGroup"): rows.get((unit, "StudentGroup"), 0) for unit in units})
    for key in groups:
        bases[ledger[key].unit, "StudentGroup"] += len(listed("StudentGroup", payloads.get(key)))
    return bases


def _removed_in_all(asked: list[Change], ledger: Ledger, facts: Facts, verdict: Verdict) -> None:
    limit = facts.guards.removed_in_all
    members = [change for change in asked if change.removals]
    now = sum(change.removals for change in members)
    for window, spent in _windows(facts) if now else ():
        total = now + sum(spent.removed.values())
        if limit.exceeded(total, len(ledger)):
            trip = GuardTrip("removed_in_all", "", "", window, total, len(ledger), limit.share, limit.count)
            verdict.hold(members, trip)
            return


def _new_school_year(asked: list[Change], roster: Roster, ledger: Ledger, facts: Facts, verdict: Verdict) -> None:
    """New school years for most pupils of a unit, in summer: one question a unit."""
    if facts.today.month not in MONTHS_OF_NEW_YEARS:
        return
    units: dict[str, list[Change]] = {}
    for change in asked:
        if change.attributes == ("enrolments",) and _only_school_year(change):
            units.setdefault(change.unit, []).append(change)
    pupils = _pupils_of(units, roster, ledger) if units else {}
    for unit, changes in sorted(units.items()):
        if len(changes) > MOST * pupils[unit]:
            trip = GuardTrip("school_year", unit, "User", "now", len(changes), pupils[unit], MOST, 0)
            verdict.hold(changes, trip)


def _pupils_of(units: Mapping[str, object], roster: Roster, ledger: Ledger) -> Counter[str]:
    return Counter(
        item.unit
        for key, item in roster.items.items()
        if item.type == "User" and item.unit in units and key in ledger and b'"enrolments":' in item.payload
    )


def _only_school_year(change: Change) -> bool:
    return _without_years(change.before) == _without_years(change.payload)


def _without_years(payload: bytes | None) -> object:
    extension = body_of(payload or b"{}").get(SIS_USER)
    entries = extension.get("enrolments", []) if isinstance(extension, dict) else []
    return [{name: value for name, value in entry.items() if name != "schoolYear"} for entry in entries]
