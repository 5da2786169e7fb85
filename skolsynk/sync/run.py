"""The whole walk of a sync, read from top to bottom; the only file that knows it.

    read    directory -> Snapshot, kept; then School and read model, for pages
    patch   the last Snapshot + what Google told of -> Snapshot, kept
    school  Snapshot -> School and read model, when rules or units have changed
    plan    Snapshot -> School -> Roster -> Plan; what is held is kept, nothing is sent
    push    plans anew from the newest facts, then sends what flows and settles every answer

Celery tasks, commands and pages call ``execute`` with a queued run's id; none of them holds a rule. What
stops a run is stored on it, in words, before anybody is told.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.core.connection_json import guards_from_json, selection_from_json
from skolsynk.core.health import freshness
from skolsynk.core.ledger import Answer, Receipt
from skolsynk.core.patch import apply, same
from skolsynk.core.plan import Facts, Plan, make_plan, make_unprovision_plan, summary
from skolsynk.core.plan.leaving import decided_in
from skolsynk.core.roster import Roster
from skolsynk.core.school import School
from skolsynk.core.selection import SelectionError, select
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.egil.push import push
from skolsynk.egil.values import PushProgress, PushSummary, StopReason
from skolsynk.sources.google import WholeRead
from skolsynk.store import claims, installations, load, people, proof, realtime, save
from skolsynk.sync import directory, dispatch, hinted, plans, readmodel, schools, targets
from skolsynk.sync.errors import (
    Later,
    Lost,
    Misconfigured,
    RunError,
    Stopped,
    asleep,
    bad_selection,
    connection_off,
    rehearsal_live,
    vendor_stopped,
)
from skolsynk.sync.progress import Progress, Step, Watcher

log = logging.getLogger(__name__)
MOMENT = timedelta(microseconds=1)


@dataclass
class Running:
    """One claimed run: its facts, its stopwatch and who watches."""

    facts: claims.RunFacts
    should_stop: Callable[[], bool]
    progress: Progress
    longest_s: float | None = None  # a push that would send for longer belongs elsewhere
    counts: dict[str, object] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a phase and say that it began."""
        self.progress(name, 0, None)
        began = time.monotonic()
        try:
            yield
        finally:
            self.timings[name] = round(time.monotonic() - began, 3)


def execute(
    run_id: UUID,
    *,
    worker: str,
    should_stop: Callable[[], bool],
    watchers: Sequence[Watcher] = (),
    longest_s: float | None = None,
) -> tuple[UUID, ...]:
    """Do one queued run; give the ids of the runs that follow from it.

    With ``longest_s`` a push that would send for longer at the vendor's rate is left to the workers for such.

    A run that somebody else has claimed, or whose connection is busy, is left alone: ``reap`` and the
    schedule find it again. Raises only what is a mistake of ours, after storing it.
    """
    facts = claims.claim(run_id, worker, timezone.now())
    if facts is None:
        return ()
    if not installations.is_active(facts.tenant_id):
        _finish(Running(facts, should_stop, Progress(())), "failed", asleep())
        return ()

    def beat(step: Step) -> None:
        if not claims.beat(run_id, timezone.now(), step.phase, step.done, step.total or 0, step.rate, worker):
            raise Lost

    running = Running(facts, should_stop, Progress((beat, *watchers)), longest_s)
    log.info(
        "run_began run=%s tenant=%s connection=%s kind=%s", run_id, facts.tenant_id, facts.connection_id, facts.kind
    )
    try:
        state = KINDS[facts.kind](running)
    except Lost:
        log.warning("run_lost run=%s", run_id)
        return ()
    except Stopped:
        state = "stopped"
    except RunError as error:
        _finish(running, "failed", error)
        return claims.waits_for_the_same(facts)
    except Exception:
        _finish(running, "failed", _mistake())
        raise
    if state == "stopped":
        claims.requeue(run_id, timezone.now())
        log.info("run_stopped run=%s", run_id)
        return (run_id,)  # for the next worker
    _finish(running, state)
    following = AFTER[facts.kind](facts) if facts.kind in AFTER else ()
    # What came while this run was under way was left alone; it need not be looked for.
    return tuple(dict.fromkeys((*following, *claims.waits_for_the_same(facts))))


def _finish(running: Running, state: str, error: RunError | None = None) -> None:
    facts = running.facts
    texts = [error.text_sv, error.text_en] if error else []
    claims.finish(
        facts.id, timezone.now(), state, counts=running.counts, timings=running.timings,
        error_code=error.code if error else "", error_args=texts,
    )  # fmt: skip
    log.info(
        "run_ended run=%s tenant=%s state=%s error=%s", facts.id, facts.tenant_id, state, error.code if error else ""
    )


def _mistake() -> RunError:
    return Later(
        "internal",
        "Något gick fel hos oss och körningen avbröts. Det som hann skickas är bokfört; nästa körning tar vid.",
        "Something went wrong on our side and the run ended. What was sent is recorded; the next run goes on.",
    )


def _read(running: Running) -> str:
    """Directory -> Snapshot. A read that is not complete raises and leaves the last snapshot as it was."""
    facts = running.facts
    hints, read_before = realtime.hints(facts.tenant_id), claims.last_sound_read_at(facts.tenant_id)
    previous = load.latest_snapshot(facts.tenant_id)
    # Clocks of several machines: what is read last is the newest, whatever they say.
    at = max(facts.at, previous[1].at + MOMENT) if previous else facts.at
    with running.phase("reading"):
        snapshot = directory.read(
            facts.tenant_id, at, previous[1] if previous else None, running.progress, running.should_stop
        )
    with running.phase("storing"):
        save.snapshot(facts.tenant_id, snapshot)
    claims.found_changes(facts.id, hinted.changed_after(facts.trigger, hints, read_before))
    realtime.drop(facts.tenant_id, hints)
    running.counts = {
        "people": len(snapshot.people), "groups": len(snapshot.groups), "org_units": len(snapshot.containers),
        "outside": sum(snapshot.outside.values()),
    }  # fmt: skip
    del snapshot, previous  # a school takes room too
    if load.rules(facts.tenant_id):
        with running.phase("school"):
            _make_school(running)
    return "done"


def _patch(running: Running) -> str:
    """The last Snapshot + what Google told of -> Snapshot. What fails keeps nothing: the hints wait for the next try.

    Where Google told of nothing that matters to us, no new snapshot is made of it.
    """
    facts = running.facts
    hints, previous = hinted.taken(facts.tenant_id), schools.snapshot_of(facts.tenant_id)[1]
    if not hints:  # another patch has taken them
        return "done"
    with running.phase("reading"):
        found = directory.reread(
            facts.tenant_id, hinted.told(hints), previous, facts.at, running.progress, running.should_stop
        )
    running.counts = {"hints": len(hints)}
    if isinstance(found, WholeRead):
        hinted.ask_for_everything(facts.tenant_id, hints, timezone.now())
        return "done"
    # As late as it is kept: a push that was asked for earlier has not seen it, and another follows.
    kept_at = max(facts.at + claims.waited(facts.id, timezone.now()), previous.at + MOMENT)
    patched = replace(apply(previous, found), at=kept_at)
    if not same(previous, patched):
        with running.phase("storing"):
            claims.found_changes(facts.id, hinted.changed_after(facts.trigger, hints, None))
            save.snapshot(facts.tenant_id, patched)
        running.counts |= hinted.counted(found)
    realtime.drop(facts.tenant_id, hints)
    return "done"


def _make_school(running: Running) -> None:
    """The school and what pages read of it. The read is done, whatever comes of this: its words are kept beside."""
    try:
        readmodel.make(running.facts.tenant_id, running.facts.today)
    except RunError as error:
        running.counts["school"] = {"error": error.code, "sv": error.text_sv, "en": error.text_en}


def _school(running: Running) -> str:
    """Snapshot -> School and read model, after rules or units changed."""
    with running.phase("school"):
        model = readmodel.make(running.facts.tenant_id, running.facts.today)
    running.counts = dict(model.counts)
    return "done"


def _plan(running: Running) -> str:
    """Snapshot -> Plan; kept for people to look at, nothing sent."""
    plan = planned(running)
    return "held" if plan.held else "done"


def _push(running: Running) -> str:
    """Plan anew, send what flows, settle each answer."""
    changed_after = _changed_after(running.facts)
    plan = planned(running)
    if _takes_too_long(running, plan):
        claims.move_to_long(running.facts.id)
        return "stopped"
    sent = _send(running, plan, changed_after)
    if sent.stopped is StopReason.ASKED:
        return "stopped"
    if sent.stopped:
        raise vendor_stopped(sent)
    if (
        sent.counts.get("rejected")
        or sent.counts.get("blocked")
        or sent.counts.get("failed")
        or sent.counts.get("unknown")
    ):
        return "partly"
    return "held" if plan.held else "done"


def _takes_too_long(running: Running, plan: Plan) -> bool:
    rate = targets.rate_of(*_connection(running.facts))
    return bool(running.longest_s and rate and len(plan.flowing) > rate * running.longest_s)


def planned(running: Running) -> Plan:
    """The plan of a run's connection and mode from the newest facts, counted and stored on the run."""
    facts = running.facts
    connection, mode = _connection(facts)
    with running.phase("planning"):
        plan = plan_of(connection, mode, facts, unprovision=facts.kind == "unprovision")
    newly_held = save.plan(facts.id, connection.id, mode, plan, facts.at) if not facts.rehearsal else 0
    running.counts = {**summary(plan), "newly_held": newly_held}
    if not facts.rehearsal:
        plans.keep(facts, connection, mode, plan, running.counts)
    return plan


@load.without_collecting()
def plan_of(connection: load.ConnectionFacts, mode: Mode, facts: claims.RunFacts, *, unprovision: bool = False) -> Plan:
    """School -> Roster -> Plan for one connection in one mode. Sends and stores nothing of the plan."""
    ledger = load.ledger(connection.id, mode)
    about = _facts(connection, mode, facts)
    if unprovision:
        return make_unprovision_plan(ledger, about)
    school = schools.make(facts.tenant_id, facts.today, rehearsal=facts.rehearsal).school
    roster = _selected(school, connection, facts)

    def payloads_of(ids: Collection[ResourceId]) -> Mapping[ResourceId, bytes]:
        return load.payloads(connection.id, mode, ids)

    return make_plan(roster, ledger, replace(about, decided=decided_in(school, roster, ledger)), payloads_of)


def roster_of(connection: load.ConnectionFacts, facts: claims.RunFacts) -> Roster:
    """What this vendor should hold on the run's day, by the newest snapshot, rules and selection."""
    school = schools.make(facts.tenant_id, facts.today, rehearsal=facts.rehearsal).school
    return _selected(school, connection, facts)


def _selected(school: School, connection: load.ConnectionFacts, facts: claims.RunFacts) -> Roster:
    vendor = targets.vendor(connection.vendor)
    try:
        return select(school, selection_from_json(connection.selection), vendor, facts.today)
    except SelectionError as error:
        raise bad_selection(vendor.name, error) from error


def _facts(connection: load.ConnectionFacts, mode: Mode, facts: claims.RunFacts) -> Facts:
    return Facts(
        at=facts.at,
        today=facts.today,
        key=load.tenant_key(connection.tenant_id).mac_key,
        live=mode is Mode.LIVE,
        guards=guards_from_json(connection.guards),
        approvals=load.approvals(connection.id, mode, facts.at),
        refused=load.refused(connection.id, mode),
        spent_day=load.spent(connection.id, mode, facts.at - timedelta(hours=24), facts.id),
        spent_week=load.spent(connection.id, mode, facts.at - timedelta(days=7), facts.id),
        broken_since=load.broken_since(connection.tenant_id),
        first_push=people.first_push_open(connection.id, mode),
    )


def _changed_after(facts: claims.RunFacts) -> datetime | None:
    """When what this push sends changed after; None for a first push, which sends what has always been so."""
    if facts.kind != "push" or facts.rehearsal or facts.connection_id is None:
        return None
    if people.first_push_open(facts.connection_id, facts.mode):
        return None
    return claims.carries_from(facts.id, facts.connection_id, facts.mode, load.read_before(facts.tenant_id))


def _send(running: Running, plan: Plan, changed_after: datetime | None) -> PushSummary:
    facts = running.facts
    connection, mode = _connection(facts)
    key = load.tenant_key(connection.tenant_id)
    waited: list[float] = []

    def settle(receipts: Sequence[Receipt]) -> None:
        if not proof.receipts(facts.id, connection.id, mode, receipts, key, facts.worker):
            raise Lost
        if changed_after:
            sent_by_itself = (each for each in receipts if each.answer is Answer.DONE and not each.approved)
            waited.extend((each.at - changed_after).total_seconds() for each in sent_by_itself)

    def tell(step: PushProgress) -> None:
        running.progress("pushing", step.done, step.total)

    with running.phase("pushing"), targets.bucket_told():
        sent = push(
            plan.flowing, targets.target(connection, mode), targets.pace(connection, mode), settle,
            running.should_stop, tell, _now(facts), key.mac_key, patience=targets.patience(),
        )  # fmt: skip
    running.counts = {**running.counts, "sent": dict(sent.counts), "unsent": sent.unsent, "requests": sent.requests}
    if waited:
        running.counts["freshness"] = freshness(waited)
    return sent


def _now(facts: claims.RunFacts) -> Callable[[], datetime]:
    """Receipts are stamped in the run's own time, which may be a day that has not come yet."""
    began, waited = time.monotonic(), claims.waited(facts.id, timezone.now())
    return lambda: facts.at + waited + timedelta(seconds=time.monotonic() - began)


def _connection(facts: claims.RunFacts) -> tuple[load.ConnectionFacts, Mode]:
    """The run's connection and mode. Raises: Misconfigured when it was switched off or over meanwhile."""
    if facts.connection_id is None:
        raise Misconfigured("no_connection", "Körningen har ingen anslutning.", "The run has no connection.")
    connection = load.connection(facts.connection_id)
    mode = Mode(facts.mode)
    if facts.kind == "push" and connection.mode is not mode:
        raise connection_off(connection.vendor)
    if facts.rehearsal and mode is Mode.LIVE and facts.kind == "push":
        raise rehearsal_live(connection.vendor)
    return connection, mode


KINDS: Mapping[str, Callable[[Running], str]] = {
    "read": _read,
    "patch": _patch,
    "school": _school,
    "plan": _plan,
    "push": _push,
    "unprovision": _push,
}

AFTER: Mapping[str, Callable[[claims.RunFacts], tuple[UUID, ...]]] = {
    "read": dispatch.after_read,
    "patch": dispatch.after_patch,
    "school": dispatch.after_school,
}
