"""Switching between off, test and live: what must be there first, and what happens to what the vendor holds."""

from __future__ import annotations

import pytest

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load, save
from skolsynk.sync.errors import Misconfigured
from tests.scenarios.theatre import Theatre


def refused(stage: Theatre, mode: Mode, leave: str | None = None, vendor: str = "sandbox") -> str:
    before = stage.connection(vendor).mode
    with pytest.raises(Misconfigured) as caught:
        stage.switch(mode, vendor, leave)
    assert stage.connection(vendor).mode is before
    assert caught.value.text("sv") != caught.value.text("en")
    return caught.value.code


def test_the_same_mode_again_is_nothing(stage: Theatre) -> None:
    assert stage.switch(Mode.TEST, leave=None) == (Mode.TEST, Mode.TEST, None)


def test_leaving_what_holds_something_must_say_how(stage: Theatre) -> None:
    assert refused(stage, Mode.OFF) == "leave_how"


def test_leaving_what_holds_nothing_need_not(stage: Theatre) -> None:
    assert stage.switch(Mode.OFF, "binogi", None) == (Mode.TEST, Mode.OFF, None)


def test_keep_leaves_the_ledger_for_another_time(stage: Theatre) -> None:
    held = load.ledger_size(stage.connection().id, Mode.TEST)
    assert stage.switch(Mode.OFF, leave="keep").removal_run is None
    assert load.ledger_size(stage.connection().id, Mode.TEST) == held > 0


def test_remove_queues_a_plan_of_deletions_in_the_mode_that_is_left(stage: Theatre) -> None:
    switched = stage.switch(Mode.LIVE, leave="remove")
    assert switched.removal_run
    run = claims.facts(switched.removal_run)
    assert (run.kind, run.mode) == ("unprovision", "test")
    ended = stage.do(switched.removal_run)
    assert ended.state == "held"
    assert ended.counts["total"]["deleted"] == 0
    assert stage.connection().mode is Mode.LIVE


def test_without_an_address_there_is_no_live_mode(stage: Theatre) -> None:
    save.endpoint(stage.connection().id, Mode.LIVE, address="")
    assert refused(stage, Mode.LIVE, "keep") == "no_address"


def test_without_a_key_there_is_no_live_mode(stage: Theatre) -> None:
    save.endpoint(stage.connection().id, Mode.LIVE, api_key="")
    assert refused(stage, Mode.LIVE, "keep") == "no_key"


def test_an_address_that_cannot_be_one_is_told_of(stage: Theatre) -> None:
    save.endpoint(stage.connection().id, Mode.LIVE, address="ftp://receiver.example")
    assert refused(stage, Mode.LIVE, "keep") == "bad_address"


def test_a_stage_of_its_own_starts_without_a_ledger(own_stage: Theatre) -> None:
    assert own_stage.switch(Mode.OFF, leave=None).after is Mode.OFF
