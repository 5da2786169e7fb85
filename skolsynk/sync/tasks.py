"""Celery's doors into the walk: an id in, one call, nothing else.

A message may come twice, late or never: the run row is the truth, and claiming it is a conditional
UPDATE. What fails is stored on the run; what dies without a word is found by ``reap``.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from celery import Task
from celery.signals import worker_init, worker_shutting_down
from django.utils import timezone
from kombu.exceptions import OperationalError

from skolsynk.celery import app
from skolsynk.store import claims
from skolsynk.sync import (
    dispatch,
    following,
    hinted,
    housekeeping,
    installation,
    listening,
    register,
    run,
    stopping,
    watching,
)
from skolsynk.sync.errors import RunError

log = logging.getLogger(__name__)
QUICK_S = 120.0  # a push that would send for longer leaves the workers that changes within a minute need
LISTEN_S, FOLLOW_S = 60, 180  # until the next tick asks again: behind long reads nothing may pile up


def _worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@worker_init.connect
def _prepare(**_: Any) -> None:
    stopping.prepare()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    stopping.ask()


@app.task
def schedule(**_: Any) -> None:
    """Every minute: queue what is due."""
    housekeeping.beat("beat", at=timezone.now())
    _hand(dispatch.due(timezone.now()))


@app.task(bind=True)
def execute(self: Task[Any, Any], /, *, run_id: str, **_: Any) -> None:
    """Do one queued run, whatever its kind, and queue what follows from it.

    But the first that follows is done here and now: a push that a patch leads to has waited in the queue once.
    """
    housekeeping.beat("worker", at=timezone.now())
    taken_from = (self.request.delivery_info or {}).get("routing_key")
    longest_s = QUICK_S if taken_from == claims.QUICK else None

    def do(which: UUID) -> tuple[UUID, ...]:
        return run.execute(which, worker=_worker(), should_stop=stopping.asked, longest_s=longest_s)

    mine = UUID(run_id)
    following = do(mine)
    if not following or mine in following:  # stopped, or moved to others
        _hand(following)
        return
    _hand(following[1:])
    _hand(do(following[0]))


def _hand(runs: Iterable[UUID]) -> None:
    for run_id in runs:
        execute.apply_async(kwargs={"run_id": str(run_id)}, queue=claims.queue_of(run_id))


def start(run_id: UUID) -> None:
    """Hand a queued run to a worker now. While the broker is away the run waits in its row, where ``reap`` finds it."""
    try:
        execute.delay(run_id=str(run_id))
    except OperationalError:
        log.warning("broker_unreachable run=%s", run_id)


@app.task
def patch(**_: Any) -> None:
    """Every few seconds: queue what Google has told of."""
    _hand(hinted.due(timezone.now()))


@app.task
def listen(**_: Any) -> None:
    """Every minute: see to the channels that Google calls on."""
    for tenant_id in listening.tenants():
        listen_to.apply_async(kwargs={"tenant_id": tenant_id}, expires=LISTEN_S)


@app.task
def listen_to(*, tenant_id: int, **_: Any) -> None:
    listening.listen(tenant_id, timezone.now())


@app.task
def follow_logs(**_: Any) -> None:
    """Every three minutes: look in the admin logs for what nobody calls about."""
    for tenant_id in following.tenants():
        follow_log.apply_async(kwargs={"tenant_id": tenant_id}, expires=FOLLOW_S)


@app.task
def follow_log(*, tenant_id: int, **_: Any) -> None:
    following.follow(tenant_id, timezone.now())


@app.task
def reap(**_: Any) -> None:
    """Every half minute: runs whose worker died are queued again."""
    lost = dispatch.lost(timezone.now())
    for run_id in lost:
        log.warning("run_lost run=%s", run_id)
    _hand(lost)


@app.task
def watch(**_: Any) -> None:
    """Every five minutes: tell people what has begun to go wrong, and what is over."""
    watching.follow(timezone.now())


@app.task
def look(**_: Any) -> None:
    """Every ten minutes: which customers to look at, each in a task of its own."""
    for tenant_id in installation.due(timezone.now()):
        look_at.delay(tenant_id=tenant_id)


@app.task
def look_at(*, tenant_id: int, **_: Any) -> None:
    """Ask Google whether the app still works at one customer."""
    _hand(installation.look(tenant_id, timezone.now()).runs)


@app.task
def refresh_register(*, asked: bool = False, **_: Any) -> None:
    """Every hour, or when an operator asks: the school unit register, when a week has passed."""
    try:
        register.refresh(timezone.now(), asked=asked)
    except RunError as error:
        log.warning("register_failed error=%s", error.code)


@app.task
def prune(**_: Any) -> None:
    """Four times a day: forget what has been kept long enough."""
    housekeeping.prune(timezone.now())
