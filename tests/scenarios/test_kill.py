"""``kill -9`` of the worker at fifty random moments of pushes, then one run that is left in peace."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.sandbox.receiver.values import Client
from skolsynk.store import claims
from skolsynk.sync import dispatch
from tests.scenarios.theatre import Theatre, pupils, theatre

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KILLS = 50


@pytest.fixture
def mortal() -> Iterator[subprocess.Popen[str]]:
    """The forking worker, on this test's database."""
    at = connection.settings_dict
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "skolsynk.settings"}
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = f"postgres://{at['USER']}@/{at['NAME']}?host={at['HOST']}"
    else:
        environment["DATABASE_URL"] = f"sqlite:///{at['NAME']}"
    words = [sys.executable, "-m", "tests.scenarios.mortal"]
    process = subprocess.Popen(
        words, cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(20)
    process.stdout.close()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, "the worker's parent is gone"
    return line


def begin(process: subprocess.Popen[str], run_id: UUID) -> int:
    assert process.stdin is not None
    process.stdin.write(f"{run_id}\n")
    process.stdin.flush()
    return int(hear(process))


def new_work(stage: Theatre, number: int) -> None:
    """Every pupil of the largest school is renamed, so that there is something to send again."""
    for key in pupils(stage, 200):
        stage.stage.town.directory.rename_user(key, f"Namn{number}", "Ny")
    stage.pass_time(hours=1)
    assert stage.read().state == "done"


def next_run(stage: Theatre) -> UUID:
    """The run that the dead worker left, taken back from it; a new one when it was done or has died too often."""
    lost = dispatch.lost(timezone.now() + timedelta(minutes=5))
    return lost[0] if lost else dispatch.queue(stage.connection(), "push", stage.at)


def test_worker_is_killed_fifty_times_and_nothing_is_lost_or_doubled(mortal: subprocess.Popen[str]) -> None:
    rng = random.Random(20261122)
    with theatre(people=250) as stage:
        receiver = stage.stage.receivers[Mode.TEST]
        receiver.admit(Client("sandbox", stage.stage.keys["sandbox", Mode.TEST], latency_s=0.01))
        stage.read()
        struck = attempts = 0
        while struck < KILLS:
            attempts += 1
            assert attempts < 6 * KILLS, f"only {struck} of {attempts} kills struck a run under way"
            run_id = next_run(stage)
            pid = begin(mortal, run_id)
            time.sleep(rng.uniform(0.02, 0.5))
            if claims.facts(run_id).state == "running":
                os.kill(pid, signal.SIGKILL)
            told = hear(mortal)
            struck += told == f"ended {int(signal.SIGKILL)}"
            assert list(receiver.dangling("sandbox")) == []
            if claims.facts(run_id).state in ("done", "held", "partly"):
                stage.approve()
                new_work(stage, attempts)
        ended = stage.do(next_run(stage))
        if ended.state == "held":
            stage.approve()
            ended = stage.push()
        assert ended.state == "done", (ended.state, ended.error_args)
        stage.assert_equal()
