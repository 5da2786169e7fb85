"""Who works on what: runs are queued, claimed by a conditional UPDATE, kept alive by heartbeats, and ended.

The run row is the truth, not the broker: a message may come twice, late or never. One run a connection, and one
read a tenant, is under way at a time; unique partial indexes hold that even when two workers claim at once.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from skolsynk.store.facts import RunFacts as RunFacts
from skolsynk.store.models import Run

UNFINISHED = ("queued", "running")
FINDING = ("read", "patch")  # the kinds that make a snapshot
EVER = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_RUN = timedelta(days=1)
QUICK, LONG = "sync", "long"  # queues: what sends for more than minutes has workers of its own


def create_run(
    tenant_id: int,
    kind: str,
    *,
    at: datetime,
    today: date,
    connection_id: int | None = None,
    mode: str = "",
    trigger: str = "operator",
    asked_by: str = "",
) -> UUID:
    """A queued run. ``at`` is its logical instant, which may lie in another day than now."""
    run = Run(tenant_id=tenant_id, kind=kind, at=at, today=today, connection_id=connection_id, mode=mode)
    run.trigger, run.asked_by, run.created_at = trigger, asked_by, timezone.now()
    run.save(force_insert=True)
    return run.pk


def facts(run_id: UUID) -> RunFacts:
    """Raises Run.DoesNotExist."""
    return RunFacts(*Run.objects.values_list(*RunFacts._fields).get(pk=run_id))


def claim(run_id: UUID, worker: str, at: datetime) -> RunFacts | None:
    """Take a queued run; None when somebody else has it, it is over, or its connection is busy."""
    try:
        with transaction.atomic():
            taken = Run.objects.filter(pk=run_id, state="queued").update(
                state="running",
                worker=worker,
                heartbeat_at=at,
                started_at=Coalesce(F("started_at"), at),
                attempts=F("attempts") + 1,
            )
    except IntegrityError:  # another run of the same connection, or another read of the same tenant
        return None
    return facts(run_id) if taken else None


def beat(run_id: UUID, at: datetime, phase: str, done: int, total: int | None, rate: float, worker: str = "") -> bool:
    """Say that the run is alive and how far it is; False when it is no longer ours (with ``worker``) or running.

    A tenant that went to sleep between the claim and the run's first step is found here.
    """
    ours = Run.objects.filter(pk=run_id, state="running", tenant__status="active")
    if worker:
        ours = ours.filter(worker=worker)
    return bool(ours.update(heartbeat_at=at, phase=phase, done=done, total=total, rate=rate))


def carries_from(run_id: UUID, connection_id: int, mode: str, read_before: datetime | None) -> datetime | None:
    """Note on a push that begins when the oldest change that it carries was made after, at most once; that instant.

    Every read or patch since the last sound push began says when its changes were made; where none does it is
    ``read_before``, the read before the newest. What pushes that failed since the last sound one did not send is sent
    now too: then it is theirs, if that is earlier.
    """
    pushes = Run.objects.filter(connection_id=connection_id, mode=mode, kind="push").exclude(pk=run_id)
    sound = pushes.filter(state__in=("done", "held", "partly")).exclude(trigger="rehearsal").order_by("-created_at")
    last = sound.values_list("created_at", "started_at").first()
    unsent = pushes.filter(created_at__gt=last[0]) if last else pushes
    earliest = unsent.aggregate(earliest=Min("changed_after"))["earliest"]
    found = _found_since(Run.objects.values_list("tenant_id", flat=True).get(pk=run_id), last[1] if last else None)
    instant = min((at for at in (earliest, found or read_before) if at), default=None)
    mine = Run.objects.filter(pk=run_id)
    mine.filter(changed_after=None).update(changed_after=instant)
    return mine.values_list("changed_after", flat=True).get()


def _found_since(tenant_id: int, since: datetime | None) -> datetime | None:
    """When the earliest was made of the changes that were found after an instant; None where nobody can tell."""
    found = Run.objects.filter(tenant_id=tenant_id, kind__in=FINDING, state="done", finished_at__gt=since or EVER)
    if since:
        found = found.filter(created_at__gt=since - LONGEST_RUN)  # by an index
    instants = list(found.values_list("changed_after", flat=True)) if since else []
    return min((at for at in instants if at), default=None) if None not in instants else None


def found_changes(run_id: UUID, changed_after: datetime | None) -> None:
    """Note on a read or patch when the oldest change that it found can have been made."""
    Run.objects.filter(pk=run_id).update(changed_after=changed_after)


def finish(
    run_id: UUID,
    at: datetime,
    state: str,
    *,
    counts: Mapping[str, object] | None = None,
    timings: Mapping[str, float] | None = None,
    error_code: str = "",
    error_args: Sequence[str] = (),
) -> bool:
    """End a run that has not ended; False when it had."""
    words: dict[str, Any] = {"error_code": error_code, "error_args": list(error_args)}
    if counts is not None:
        words["counts"] = dict(counts)
    if timings is not None:
        words["timings"] = dict(timings)
    open_still = Run.objects.filter(pk=run_id, state__in=UNFINISHED)
    return bool(open_still.update(state=state, finished_at=at, heartbeat_at=at, **words))


def requeue(run_id: UUID, at: datetime) -> bool:
    """Give a running run back to the queue; False when it was not running."""
    return bool(Run.objects.filter(pk=run_id, state="running").update(state="queued", worker="", heartbeat_at=at))


def move_to_long(run_id: UUID) -> None:
    """From now on only workers of the long queue take this run."""
    Run.objects.filter(pk=run_id).update(queue=LONG)


def queue_of(run_id: UUID) -> str:
    """Where to hand the run over."""
    return Run.objects.values_list("queue", flat=True).get(pk=run_id)


def stale_runs(silent_since: datetime, attempts: int) -> tuple[UUID, ...]:
    """Running, silent, and tried less than ``attempts`` times."""
    return _ids(Q(state="running", heartbeat_at__lt=silent_since, attempts__lt=attempts))


def worn_out(silent_since: datetime, attempts: int) -> tuple[UUID, ...]:
    """Running, silent, and tried ``attempts`` times already."""
    return _ids(Q(state="running", heartbeat_at__lt=silent_since, attempts__gte=attempts))


def waiting(queued_before: datetime) -> tuple[UUID, ...]:
    """Queued that long and not taken: the message was lost, or the connection is busy."""
    never_tried = Q(heartbeat_at=None, created_at__lt=queued_before)
    return _ids(Q(state="queued") & (never_tried | Q(heartbeat_at__lt=queued_before)))


def queued(connection_id: int) -> bool:
    """Does a push of this connection wait already?"""
    return Run.objects.filter(connection_id=connection_id, kind="push", state="queued").exists()


def reading(tenant_id: int) -> bool:
    """Is a read of this tenant queued or under way?"""
    return Run.objects.filter(tenant_id=tenant_id, kind="read", state__in=UNFINISHED).exists()


def busy(tenant_id: int) -> bool:
    """Is a read, a patch or a school of this tenant queued or under way?"""
    return Run.objects.filter(tenant_id=tenant_id, connection=None, state__in=UNFINISHED).exists()


def waits_for_the_same(done: RunFacts) -> tuple[UUID, ...]:
    """Queued runs that could not begin while this one was under way: of its connection, or its tenant's directory."""
    return _ids(Q(tenant_id=done.tenant_id, connection_id=done.connection_id, state="queued"))


def waited(run_id: UUID, now: datetime) -> timedelta:
    """How long ago a run was asked for."""
    return max(now - Run.objects.values_list("created_at", flat=True).get(pk=run_id), timedelta(0))


class Failures(NamedTuple):
    number: int
    newest: datetime | None  # when it ended


def failed_patches(tenant_id: int) -> Failures:
    """The unbroken failures of patching since the last patch or read that was sound."""
    rows = Run.objects.filter(tenant_id=tenant_id, kind__in=FINDING).order_by("-created_at")
    sound = rows.filter(state="done").values_list("created_at", flat=True).first()
    failed = rows.filter(kind="patch", state="failed", created_at__gt=sound or EVER)
    found = failed.aggregate(number=Count("pk"), newest=Max("finished_at"))
    return Failures(found["number"], found["newest"])


def last_sound_read_at(tenant_id: int) -> datetime | None:
    """The instant of the newest whole read that was complete."""
    reads = Run.objects.filter(tenant_id=tenant_id, kind="read", state="done").order_by("-created_at")
    return reads.values_list("at", flat=True).first()


def last_push_at(connection_id: int) -> datetime | None:
    """The instant of the newest push, however it ended."""
    pushes = Run.objects.filter(connection_id=connection_id, kind="push").exclude(trigger="rehearsal")
    return pushes.order_by("-created_at").values_list("at", flat=True).first()


def last_school_at(tenant_id: int) -> datetime | None:
    """The instant of the newest run that put school and pages together anew, however it ended."""
    schools = Run.objects.filter(tenant_id=tenant_id, kind="school").order_by("-created_at")
    return schools.values_list("at", flat=True).first()


def last_read_at(tenant_id: int) -> datetime | None:
    """When a read of this tenant was last asked for, however it ended."""
    reads = Run.objects.filter(tenant_id=tenant_id, kind="read").order_by("-created_at")
    return reads.values_list("created_at", flat=True).first()


@contextmanager
def tenant_lock(tenant_id: int) -> Iterator[None]:
    """One process at a time for one tenant; the others wait. Ends with the process that held it."""
    if connection.vendor == "postgresql":
        number = int.from_bytes(hashlib.blake2b(f"tenant {tenant_id}".encode(), digest_size=7).digest())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return
    # SQLite means one machine: a file locks without keeping other writers out of the database.
    folder = settings.SKOLSYNK_VAR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"tenant-{tenant_id}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _ids(which: Q) -> tuple[UUID, ...]:
    return tuple(Run.objects.filter(which).order_by("created_at").values_list("pk", flat=True))


def runs_at(tenant_id: int, at: datetime, kind: str) -> tuple[UUID, ...]:
    """Runs of one kind that belong to one logical instant, oldest first."""
    return _ids(Q(tenant_id=tenant_id, at=at, kind=kind))


def progress(run_id: UUID) -> tuple[str, int, int | None, float]:
    """(phase, done, total, rate a second) as last told."""
    row = Run.objects.values_list("phase", "done", "total", "rate").get(pk=run_id)
    return row[0] or "waiting", row[1], row[2], row[3]
