"""Whatever happens, in whatever order: in the end the receiver holds the roster, and nothing dangles on the way."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skolsynk.core.connection import Mode
from skolsynk.sandbox.municipality import CONVENTIONS
from skolsynk.sandbox.receiver.values import Client, Fault
from skolsynk.store import load, save
from tests.scenarios.theatre import Theatre, after, theatre

pytestmark = pytest.mark.django_db

FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(["answer", "html", "drop", "accept_then_cut", "truncate"]),
    endpoint=st.sampled_from(["", "Users", "StudentGroups", "Activities", "Employments"]),
    verb=st.sampled_from(["", "POST", "PUT", "DELETE"]),
    first=st.integers(1, 60),
    times=st.integers(1, 3),
    status=st.sampled_from([400, 404, 409, 422, 429, 500, 503]),
)
STEPS = st.one_of(
    st.tuples(st.just("day"), st.integers(0, 99)),
    st.tuples(st.just("school_year"), st.integers(0, 99)),
    st.tuples(st.just("faults"), st.lists(FAULTS, min_size=1, max_size=3)),
    st.tuples(st.just("stop"), st.integers(0, 40)),
    st.tuples(st.just("units"), st.integers(1, 3)),
    st.tuples(st.just("approve"), st.sampled_from(["all", "all_but_removals"])),
)


def act(stage: Theatre, vendor: str, step: str, how: object) -> None:
    """One thing happens, and a sync follows; whatever it ends with, no reference may dangle."""
    receiver = stage.stage.receivers[Mode.TEST]
    stop = stage.stopping
    if step in ("day", "school_year"):
        stage.evolve(step, seed=int(str(how)))
    elif step == "faults":
        receiver.set_faults(vendor, *how)  # type: ignore[misc]  # drawn as faults
    elif step == "stop":
        stop = after(int(str(how)))
    elif step == "units":
        units = [unit["code"] for unit in stage.stage.town.school_units][: int(str(how))]
        save.connection(stage.tenant_id, vendor, selection={"school_units": units}, guards={}, schedule={}, at=stage.at)
    elif step == "approve":
        stage.approve(str(how), vendor=vendor)
    before, stage.stopping = stage.stopping, stop
    try:
        _sync(stage, vendor)
    finally:
        stage.stopping = before
        receiver.set_faults(vendor)
    assert list(receiver.dangling(vendor)) == []
    stage.pass_time(hours=2)


def _sync(stage: Theatre, vendor: str) -> None:
    stopping, stage.stopping = stage.stopping, lambda: False
    stage.read()
    stage.stopping = stopping
    ended = stage.push(vendor)
    if ended.state == "queued":  # asked to stop: the next worker takes it up
        stage.stopping = lambda: False
        stage.do(ended.id)


def settle_down(stage: Theatre, vendor: str) -> None:
    """No more faults; somebody asks for what was refused and approves what is held, until nothing is left to do."""
    stage.pass_time(days=15)  # nobody is frozen for ever
    for _ in range(6):
        save.retry_refused(stage.connection(vendor).id, Mode.TEST)
        _sync(stage, vendor)
        stage.approve(vendor=vendor)
        ended = stage.push(vendor)
        if ended.counts["requests"] == 0 and not ended.counts["total"]["held"]:
            return
    raise AssertionError(f"still not settled: {ended.counts['total']}")


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    convention=st.sampled_from(sorted(CONVENTIONS)),
    seed=st.integers(20, 10_000),
    vendor=st.sampled_from(["sandbox", "binogi", "natur-och-kultur", "gleerups"]),
    reference=st.booleans(),
    steps=st.lists(STEPS, min_size=1, max_size=5),
)
def test_receiver_ends_equal_to_the_roster(
    convention: str, seed: int, vendor: str, reference: bool, steps: list[tuple[str, object]]
) -> None:
    with transaction.atomic(), theatre(people=90, convention=convention, seed=seed, vendors=(vendor,)) as stage:
        if reference:
            key = stage.stage.keys[vendor, Mode.TEST]
            stage.stage.receivers[Mode.TEST].admit(Client(vendor, key, temperament="reference"))
        _sync(stage, vendor)
        for step, how in steps:
            act(stage, vendor, step, how)
        settle_down(stage, vendor)
        stage.assert_equal(vendor)
        assert load.refused(stage.connection(vendor).id, Mode.TEST) == {}
        transaction.set_rollback(True)
