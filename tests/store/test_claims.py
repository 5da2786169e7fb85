from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load
from skolsynk.store.buckets import DbBucket
from tests.store.builders import AT, TEST, TODAY, world

LATER = AT + timedelta(minutes=5)


def threads(number: int, work: object) -> None:
    def run(index: int) -> None:
        try:
            work(index)  # type: ignore[operator]  # a function of one number
        finally:
            connections.close_all()

    started = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


@pytest.mark.django_db
def test_one_run_of_a_connection_at_a_time() -> None:
    w = world()
    second = claims.create_run(w.tenant, "push", at=AT, today=TODAY, connection_id=w.connection, mode=TEST)
    assert claims.claim(second, "worker-2", AT) is None
    assert claims.facts(second).state == "queued"
    assert claims.queued(w.connection)
    assert claims.finish(w.run, LATER, "done", counts={"total": 1}, timings={"pushing": 1.5})
    claimed = claims.claim(second, "worker-2", LATER)
    assert claimed is not None
    assert (claimed.worker, claimed.attempts, claimed.state) == ("worker-2", 1, "running")
    assert not claims.queued(w.connection)


@pytest.mark.django_db
def test_a_run_cannot_be_claimed_twice_or_after_its_end() -> None:
    w = world()
    assert claims.claim(w.run, "worker-2", AT) is None
    assert claims.finish(w.run, LATER, "failed", error_code="tls", error_args=["sv", "en"])
    assert not claims.finish(w.run, LATER, "done")
    assert claims.claim(w.run, "worker-2", AT) is None
    ended = claims.facts(w.run)
    assert (ended.state, ended.error_code, list(ended.error_args)) == ("failed", "tls", ["sv", "en"])


@pytest.mark.django_db
def test_one_read_of_a_tenant_at_a_time_beside_its_pushes() -> None:
    w = world()
    assert not claims.reading(w.tenant)
    first, second = (claims.create_run(w.tenant, "read", at=AT, today=TODAY) for _ in range(2))
    assert claims.claim(first, "worker-2", AT)
    assert claims.claim(second, "worker-3", AT) is None
    assert claims.reading(w.tenant)


@pytest.mark.django_db
def test_a_silent_run_is_found_and_given_back_and_one_that_died_often_is_told_apart() -> None:
    w = world()
    assert claims.stale_runs(AT, 10) == ()
    assert claims.stale_runs(LATER, 10) == (w.run,)
    assert claims.worn_out(LATER, 10) == ()
    assert claims.worn_out(LATER, 1) == (w.run,)
    assert claims.requeue(w.run, LATER)
    assert not claims.requeue(w.run, LATER)
    again = claims.claim(w.run, "worker-2", LATER)
    assert again is not None
    assert again.attempts == 2


@pytest.mark.django_db
def test_a_heartbeat_tells_progress_and_a_lost_run() -> None:
    w = world()
    assert claims.beat(w.run, LATER, "pushing", 10, None, 9.5, "worker-1")
    assert claims.stale_runs(LATER, 10) == ()
    assert not claims.beat(w.run, LATER, "pushing", 10, 20, 9.5, "worker-2")
    claims.finish(w.run, LATER, "done")
    assert not claims.beat(w.run, LATER, "pushing", 11, 20, 9.5)


@pytest.mark.django_db
def test_queued_runs_that_nobody_took_are_found() -> None:
    w = world()
    waiting = claims.create_run(w.tenant, "read", at=AT, today=TODAY)
    created = claims.facts(waiting)
    assert created.state == "queued"
    assert claims.waiting(timezone.now() + timedelta(minutes=1)) == (waiting,)
    assert claims.waiting(timezone.now() - timedelta(minutes=1)) == ()
    claims.requeue(w.run, AT)
    assert claims.waiting(LATER) == (w.run,)


@pytest.mark.django_db
def test_a_look_is_a_run_that_no_table_knows() -> None:
    w = world()
    look = claims.RunFacts.unstored(load.connection(w.connection), Mode.TEST, at=AT, today=TODAY)
    assert (look.connection_id, look.mode, look.rehearsal) == (w.connection, "test", False)
    assert look._replace(trigger="rehearsal").rehearsal
    assert load.last_run_at(w.connection) is not None


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_run() -> None:
    w = world()
    claims.requeue(w.run, AT)
    got: list[int] = []

    def claim(index: int) -> None:
        if claims.claim(w.run, f"worker-{index}", AT):
            got.append(index)

    threads(6, claim)
    assert len(got) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_runs_of_one_connection_one_is_claimed() -> None:
    w = world()
    claims.finish(w.run, AT, "done")
    runs = [
        claims.create_run(w.tenant, "push", at=AT, today=TODAY, connection_id=w.connection, mode=TEST) for _ in range(6)
    ]
    got: list[int] = []

    def claim(index: int) -> None:
        if claims.claim(runs[index], f"worker-{index}", AT):
            got.append(index)

    threads(6, claim)
    assert len(got) == 1


@pytest.mark.django_db(transaction=True)
def test_one_process_at_a_time_holds_a_tenants_lock() -> None:
    w = world()
    inside: list[int] = []
    seen: list[int] = []

    def enter(index: int) -> None:
        with claims.tenant_lock(w.tenant):
            inside.append(index)
            seen.append(len(inside))
            load.tenant(w.tenant)
            inside.remove(index)

    threads(5, enter)
    assert seen == [1] * 5


@pytest.mark.django_db
def test_a_bucket_grants_its_rate_and_no_more() -> None:
    clock = [1000.0]
    bucket = DbBucket("ne:0011", 10.0, lambda: clock[0])
    granted = 0
    for _ in range(1000):
        if bucket.take(1, 0.0) == 0.0:
            granted += 1
        clock[0] += 0.01
    assert 100 <= granted <= 102


@pytest.mark.django_db
def test_a_bucket_says_how_long_to_wait_and_is_shared_by_name() -> None:
    clock = [1000.0]
    one, other = (DbBucket("ne:0011", 2.0, lambda: clock[0]) for _ in range(2))
    while one.take(1, 0.0) == 0.0:
        pass
    assert 0 < other.take(1, 0.0) <= 0.5
    other.pause(60, 0.0)
    assert one.take(1, 0.0) == pytest.approx(60, abs=0.01)
    assert DbBucket("gleerups:0011", 2.0, lambda: clock[0]).take(1, 0.0) == 0.0


def test_a_bucket_without_a_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        DbBucket("x", 0)
