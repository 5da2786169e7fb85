"""Commands that send: what comes of it as exit codes, and that nothing goes without a yes where one is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.sandbox.receiver.values import Fault
from skolsynk.store import load, save
from skolsynk.store.models import AuditEvent, LedgerRow
from skolsynk.sync import dispatch
from skolsynk.sync.command import DONE, FAILED, HELD, REJECTED, WRONG_USE
from tests.scenarios.theatre import Theatre, pupils, resource
from tests.sync.said import Said

Call = Callable[..., Said]
VENDOR = ("--vendor", "sandbox")


def faults(stage: Theatre, *script: Fault) -> None:
    stage.stage.receivers[Mode.TEST].set_faults("sandbox", *script)


def other_day() -> str:
    return (dispatch.today_at(timezone.now()) + timedelta(days=1)).isoformat()


def test_sync_reads_and_pushes_and_says_what_it_did(own_stage: Theatre, command: Call) -> None:
    said = command("sync", "--json")
    assert said.code == DONE
    assert said.json["read"]["counts"]["people"] > 50
    [pushed] = said.json["connections"]
    assert (pushed["vendor"], pushed["state"]) == ("sandbox", "done")
    assert len(own_stage.held()) == pushed["counts"]["sent"]["created"]
    again = command("sync")
    assert again.code == DONE
    assert "created 0, updated 0, deleted 0" in again.out


def test_read_plan_push_in_steps(own_stage: Theatre, command: Call) -> None:
    read = command("read")
    assert (read.code, read.out[:5]) == (DONE, "Read ")
    plan = command("plan", *VENDOR, "--json")
    assert plan.code == DONE
    assert own_stage.held() == {}
    pushed = command("push", *VENDOR, "--json")
    assert pushed.code == DONE
    assert pushed.json["counts"]["total"] == plan.json["counts"]["total"]
    assert len(own_stage.held()) > 60
    assert "sandbox reading" not in pushed.out  # the bar is for standard error


def test_a_change_that_the_vendor_rejects_is_code_4(own_stage: Theatre, command: Call) -> None:
    faults(own_stage, Fault(endpoint="Users", verb="POST", status=400, body="no", times=1))
    said = command("sync")
    assert said.code == REJECTED
    assert "rejected 1" in said.out


def test_a_vendor_that_refuses_the_key_is_code_1_and_says_what_to_do(own_stage: Theatre, command: Call) -> None:
    save.endpoint(own_stage.connection().id, Mode.TEST, api_key="wrong-key")
    assert command("read").code == DONE
    said = command("push", *VENDOR)
    assert (said.code, said.out) == (FAILED, "")
    assert "set_secret" in said.err
    assert "wrong-key" not in said.err
    whole = command("sync", "--json")
    assert (whole.code, whole.json["connections"][0]["state"]) == (FAILED, "failed")


def test_a_read_that_fails_sends_nothing(own_stage: Theatre, command: Call) -> None:
    save.source_credentials(own_stage.tenant_id, "")
    for name in ("read", "sync"):
        said = command(name)
        assert (said.code, said.out) == (FAILED, ""), name
        assert "set_secret --google" in said.err
    assert own_stage.held() == {}


def test_first_live_push_is_held_until_somebody_approves(own_stage: Theatre, command: Call) -> None:
    command("sync")
    own_stage.switch(Mode.LIVE)
    held = command("push", *VENDOR)
    assert held.code == HELD
    assert "approve --vendor sandbox" in held.out
    assert own_stage.held() == {}
    assert command("sync").code == HELD
    assert command("plan", *VENDOR).code == HELD
    given = command("approve", *VENDOR, "--all", "--by", "anna", "--comment", "sett", "--json")
    assert given.json["approved"] == given.json["held_before"] > 60
    assert AuditEvent.objects.get(what="changes_approved").who == "anna"
    assert command("plan", *VENDOR).code == DONE
    assert command("push", *VENDOR).code == DONE
    assert len(own_stage.held()) == given.json["approved"]


def test_approvals_can_be_taken_back(own_stage: Theatre, command: Call) -> None:
    command("sync")
    own_stage.switch(Mode.LIVE)
    given = command("approve", *VENDOR, "--all", "--json").json["approved"]
    taken = command("discard", *VENDOR, "--reason", "för tidigt", "--json")
    assert (taken.code, taken.json) == (DONE, {"discarded": given})
    assert command("discard", *VENDOR, "--reason", "igen", "--json").json == {"discarded": 0}
    assert command("push", *VENDOR).code == HELD
    assert own_stage.held() == {}


@pytest.mark.parametrize("which", [("--all-but-removals",), ("--type", "SchoolUnit"), ("--reason", "first_push")])
def test_some_of_what_is_held_can_be_approved(own_stage: Theatre, command: Call, which: tuple[str, ...]) -> None:
    command("sync")
    own_stage.switch(Mode.LIVE)
    assert command("approve", *VENDOR, *which, "--json").json["approved"] > 0
    assert command("push", *VENDOR).code in (DONE, HELD)
    assert own_stage.held()


def test_one_unit_and_single_ids_can_be_approved_with_what_they_need(own_stage: Theatre, command: Call) -> None:
    command("sync")
    own_stage.switch(Mode.LIVE)
    wanted = resource(own_stage, pupils(own_stage)[0])
    given = command("approve", *VENDOR, "--id", wanted.upper(), "--json").json["approved"]
    assert given > 1  # the pupil's school unit too
    unit = sorted(load.units(own_stage.tenant_id))[0]
    assert command("approve", *VENDOR, "--unit", unit, "--json").json["approved"] > given
    command("push", *VENDOR)
    assert wanted in own_stage.held()


def test_nothing_held_means_nothing_to_approve(own_stage: Theatre, command: Call) -> None:
    command("sync")
    said = command("approve", *VENDOR, "--all")
    assert (said.code, said.out) == (WRONG_USE, "")
    assert "Nothing was approved" in said.err


def test_unprovision_waits_for_a_yes_and_then_removes_everything(own_stage: Theatre, command: Call) -> None:
    command("sync")
    waiting = command("unprovision", *VENDOR)
    assert waiting.code == HELD
    assert "approve --vendor sandbox --mode test --unprovision --all" in waiting.out
    assert len(own_stage.held()) > 60
    assert command("approve", *VENDOR, "--all").code == WRONG_USE  # the ordinary plan holds nothing
    assert command("approve", *VENDOR, "--unprovision", "--all").code == DONE
    done = command("unprovision", *VENDOR, "--json")
    assert (done.code, done.json["state"]) == (DONE, "done")
    assert own_stage.held() == {}
    assert not LedgerRow.objects.exists()


def test_a_mode_that_was_left_can_be_emptied_afterwards(own_stage: Theatre, command: Call) -> None:
    command("sync")
    assert command("mode", *VENDOR, "off", "--leave", "remove").code == HELD
    on_test = (*VENDOR, "--mode", "test")
    assert command("approve", *on_test, "--unprovision", "--all").code == DONE
    assert command("unprovision", *on_test).code == DONE
    assert own_stage.stage.receivers[Mode.TEST].raw("sandbox") == {}


def test_another_day_is_rehearsed_in_test_and_refused_live(own_stage: Theatre, command: Call) -> None:
    command("sync")
    minted = load.identity(own_stage.tenant_id)
    for words in (("plan", *VENDOR), ("push", *VENDOR), ("roster", *VENDOR), ("sync",)):
        assert command(*words, "--today", other_day()).code in (DONE, HELD), words
    assert load.identity(own_stage.tenant_id).people == minted.people
    own_stage.switch(Mode.LIVE)
    for name in ("push", "sync"):
        said = command(name, *VENDOR, "--today", other_day())
        assert said.code == FAILED, name
        assert "test mode" in said.err + said.out
    assert own_stage.held() == {}
    assert command("plan", *VENDOR, "--today", other_day()).code in (DONE, HELD)


def test_the_ledger_is_compared_and_corrected_only_when_told_to(own_stage: Theatre, command: Call) -> None:
    command("sync")
    gone = resource(own_stage, pupils(own_stage)[0])
    LedgerRow.objects.filter(resource_id=gone).delete()
    shown = command("rebuild_ledger", *VENDOR, "--json")
    assert (shown.code, shown.json["found_at_vendor"], shown.json["applied"]) == (DONE, 1, False)
    assert not LedgerRow.objects.filter(resource_id=gone).exists()
    assert "The ledger was corrected" in command("rebuild_ledger", *VENDOR, "--apply").out
    assert LedgerRow.objects.filter(resource_id=gone).exists()
    own_stage.assert_equal()


def test_a_vendor_that_cannot_list_leaves_the_ledger_as_it_is(own_stage: Theatre, command: Call) -> None:
    command("sync")
    before = LedgerRow.objects.count()
    faults(own_stage, Fault(endpoint="Users", verb="GET", status=500, body="ill", times=99))
    said = command("rebuild_ledger", *VENDOR, "--apply")
    assert (said.code, said.out) == (FAILED, "")
    assert said.err
    assert LedgerRow.objects.count() == before
