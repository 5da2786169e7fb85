"""Who does what: a push that takes hours is done by workers of its own, and what follows from a run does not wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from skolsynk.celery import app
from skolsynk.core.connection import Mode
from skolsynk.store import claims, save
from skolsynk.store.models import Run
from skolsynk.sync import dispatch, tasks
from tests.scenarios.theatre import Theatre, theatre

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Iterator[Theatre]:
    with theatre() as made:
        yield made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(run id, queue) of everything handed to workers."""
    handed: list[tuple[str, str]] = []

    def keep(*, kwargs: dict[str, str], queue: str) -> None:
        handed.append((kwargs["run_id"], queue))

    monkeypatch.setattr(tasks.execute, "apply_async", keep)
    return handed


def taken(run_id: object, queue: str) -> None:
    """As a worker of that queue does it."""
    tasks.execute.push_request(delivery_info={"routing_key": queue})
    try:
        tasks.execute.run(run_id=str(run_id))
    finally:
        tasks.execute.pop_request()


def queued_push(stage: Theatre, per_second: float) -> Any:
    stage.read()
    save.endpoint(stage.connection().id, Mode.TEST, limits={"requests_per_second": per_second, "concurrency": 4})
    return dispatch.queue(stage.connection(), "push", stage.at)


def test_a_push_that_would_take_minutes_moves_to_workers_of_its_own(
    stage: Theatre, sent: list[tuple[str, str]]
) -> None:
    run_id = queued_push(stage, per_second=1.0)
    taken(run_id, claims.QUICK)
    assert stage.held() == {}
    assert claims.facts(run_id).state == "queued"
    assert sent == [(str(run_id), claims.LONG)]

    # Whoever finds it lost, or restarted, hands it to the same workers.
    Run.objects.filter(pk=run_id).update(heartbeat_at=stage.at)
    tasks.reap()
    assert sent == [(str(run_id), claims.LONG)] * 2

    save.endpoint(stage.connection().id, Mode.TEST, limits={"requests_per_second": 0, "concurrency": 4})
    taken(run_id, claims.LONG)
    assert claims.facts(run_id).state == "done"
    stage.assert_equal()


@pytest.mark.parametrize("per_second", [0.0, 10_000.0])
def test_a_push_that_is_soon_done_stays(stage: Theatre, sent: list[tuple[str, str]], per_second: float) -> None:
    run_id = queued_push(stage, per_second)
    taken(run_id, claims.QUICK)
    assert claims.facts(run_id).state == "done"
    assert sent == []


def test_what_follows_is_done_at_once_and_the_rest_by_others(sent: list[tuple[str, str]]) -> None:
    with theatre(vendors=("sandbox", "gleerups")) as stage:
        taken(dispatch.queue_read(stage.tenant_id, stage.at), claims.QUICK)
        pushes = {str(one.pk): one.state for one in Run.objects.filter(kind="push")}
    assert sorted(pushes.values()) == ["done", "queued"]
    assert [(pushes[run_id], queue) for run_id, queue in sent] == [("queued", claims.QUICK)]


def test_the_procfile_has_workers_for_every_queue() -> None:
    lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
    served = [line.partition("--queues ")[2].split()[0] for line in lines if "--queues " in line]
    assert sorted(served) == sorted((claims.QUICK, claims.LONG))
    assert app.conf.task_default_queue == claims.QUICK
