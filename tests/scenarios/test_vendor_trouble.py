"""What happened at the vendor, what it said, and that the roster is there in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from skolsynk.core.connection import Mode
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.sandbox.receiver.values import Client, Fault
from skolsynk.store import load, proof, save
from skolsynk.store.models import LedgerRow, Run
from skolsynk.sync import dispatch, rebuild, run
from tests.scenarios.theatre import Theatre, after, pupils, resource, theatre

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Iterator[Theatre]:
    with theatre() as made:
        yield made


def faults(stage: Theatre, *script: Fault) -> None:
    stage.stage.receivers[Mode.TEST].set_faults("sandbox", *script)


def rename(stage: Theatre, key: str) -> None:
    stage.stage.town.directory.rename_user(key, "Åsa-Märta", "Öhrn")
    stage.pass_time(hours=1)


def test_first_push_reaches_the_roster(stage: Theatre) -> None:
    ended = stage.sync()
    assert ended.state == "done"
    assert len(stage.held()) > 150
    stage.assert_equal()


def test_nothing_changed_sends_nothing(stage: Theatre) -> None:
    stage.sync()
    stage.pass_time(hours=1)
    ended = stage.sync()
    assert ended.counts["requests"] == 0
    assert ended.counts["total"]["unchanged"] == len(stage.held())


def test_pupil_changes_name_vendor_says_404(stage: Theatre) -> None:
    stage.sync()
    key = pupils(stage)[0]
    rename(stage, key)
    faults(stage, Fault(endpoint="Users", verb="PUT", status=404, body="Resource missing"))
    assert stage.sync().state == "done"
    stage.assert_equal()
    assert json.loads(stage.held()[resource(stage, key)])["name"]["familyName"] == "Öhrn"


def test_everything_is_there_already_vendor_says_409(stage: Theatre) -> None:
    stage.sync()
    LedgerRow.objects.all().delete()  # a ledger that was lost with a restore from an old backup
    ended = stage.push()
    assert ended.state == "done"
    stage.assert_equal()


def test_vendor_says_429_for_a_while_with_retry_after(stage: Theatre) -> None:
    faults(stage, Fault(status=429, times=8, retry_after="0"))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_vendor_says_429_without_retry_after(stage: Theatre) -> None:
    faults(stage, Fault(status=429, times=5, first=20))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_vendor_says_503_now_and_then(stage: Theatre) -> None:
    faults(stage, Fault(status=503, first=10, times=2), Fault(status=503, first=60, times=2))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_key_is_wrong_vendor_says_403(stage: Theatre) -> None:
    connection = stage.connection()
    right = stage.stage.keys["sandbox", Mode.TEST]
    save.endpoint(connection.id, Mode.TEST, api_key="not-the-key")
    ended = stage.sync()
    assert (ended.state, ended.error_code) == ("failed", "credentials")
    assert stage.held() == {}
    assert "not-the-key" not in " ".join(ended.error_args)
    save.endpoint(connection.id, Mode.TEST, api_key=right)
    assert stage.push().state == "done"
    stage.assert_equal()


def test_vendor_is_down_then_up(stage: Theatre) -> None:
    receiver = stage.stage.receivers[Mode.TEST]
    receiver.stop()
    ended = stage.sync()
    assert (ended.state, ended.error_code) == ("failed", "unreachable")
    receiver.start()
    assert stage.push().state == "done"
    stage.assert_equal()


def test_vendor_redirects_elsewhere(stage: Theatre) -> None:
    faults(stage, Fault("redirect", times=0))
    ended = stage.sync()
    assert (ended.state, ended.error_code) == ("failed", "redirect")
    assert "elsewhere.example" in ended.error_args[0]
    faults(stage)
    assert stage.push().state == "done"
    stage.assert_equal()


def test_vendor_answers_with_an_html_page(stage: Theatre) -> None:
    faults(stage, Fault("html", status=502, first=5, times=3))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_vendor_answers_with_ten_megabytes(stage: Theatre) -> None:
    faults(stage, Fault("huge", status=500, first=5, times=1))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_vendor_stores_and_then_cuts_the_line(stage: Theatre) -> None:
    faults(stage, Fault("accept_then_cut", first=7, times=1), Fault("accept_then_cut", first=90, times=1))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_vendor_cuts_answers_in_the_middle(stage: Theatre) -> None:
    faults(stage, Fault("truncate", first=3, times=2))
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_vendor_refuses_one_pupil_and_the_class_comes_without_her(stage: Theatre) -> None:
    stage.read()
    wanted = stage.roster()
    # A POST has no id in its address: whoever is the 25th new user is the one that is refused.
    faults(stage, Fault(endpoint="Users", verb="POST", first=25, times=1, status=400, body="userName is taken"))
    assert stage.push().state == "partly"
    missing = [key for key in wanted.keys() - stage.held().keys() if b"core:2.0:User" in wanted[key]]
    assert len(missing) == 1
    assert list(stage.stage.receivers[Mode.TEST].dangling("sandbox")) == []
    faults(stage)
    assert stage.push().counts["requests"] == 0, "a refused payload is not sent again until it changes"
    key_of = {identifier: key for key, identifier in load.identity(stage.tenant_id).people.items()}
    rename(stage, key_of[ResourceId(missing[0])])
    assert stage.sync().state == "done"
    stage.assert_equal()


def test_somebody_retries_what_was_refused(stage: Theatre) -> None:
    faults(stage, Fault(endpoint="Users", verb="POST", first=4, times=1, status=422, body="no"))
    assert stage.sync().state == "partly"
    assert save.retry_refused(stage.connection().id, Mode.TEST) >= 1
    assert stage.push().state == "done"
    stage.assert_equal()


def test_reference_receiver_overwrites_in_silence_and_speaks_plain_text() -> None:
    with theatre(vendors=("ne",)) as stage:
        client = Client("ne", stage.stage.keys["ne", Mode.TEST], temperament="reference")
        stage.stage.receivers[Mode.TEST].admit(client)
        assert stage.sync("ne").state == "done"
        stage.assert_equal("ne")
        LedgerRow.objects.all().delete()
        assert stage.push("ne").state == "done"
        stage.assert_equal("ne")


def test_worker_killed_between_answer_and_commit(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, groups = proof.receipts, [3]

    def dies(*args: object, **words: object) -> bool:
        groups[0] -= 1
        if groups[0] < 0:
            raise KeyboardInterrupt  # what SIGKILL leaves behind: answers that nobody wrote down
        return honest(*args, **words)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(run.proof, "receipts", dies)  # type: ignore[attr-defined]  # where the walk finds it
    with pytest.raises(KeyboardInterrupt):
        stage.sync()
    monkeypatch.setattr(run.proof, "receipts", honest)  # type: ignore[attr-defined]  # as above
    Run.objects.filter(state="running").update(state="failed")
    assert stage.push().state == "done"
    stage.assert_equal()


def test_asked_to_stop_in_the_middle_goes_on_later(stage: Theatre) -> None:
    stage.read()
    run_id = dispatch.queue(stage.connection(), "push", stage.at)
    faults(stage, Fault("delay", delay_s=0.4, first=30, times=0))
    ended = stage.do(run_id, should_stop=after(12))
    assert ended.state == "queued"
    faults(stage)
    assert stage.do(run_id).state == "done"
    stage.assert_equal()


def test_vendor_loses_a_class_and_rebuild_finds_it(stage: Theatre) -> None:
    stage.sync()
    receiver = stage.stage.receivers[Mode.TEST]
    receiver.clear("sandbox")  # the vendor restored an empty database
    drift = rebuild.compare(stage.connection(), Mode.TEST)
    assert len(drift.missing) == len(stage.roster())
    rebuild.apply(stage.connection(), Mode.TEST, drift, who="test", at=stage.at)
    assert stage.push().state == "done"
    stage.assert_equal()
