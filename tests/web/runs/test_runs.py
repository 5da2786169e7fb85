"""Runs as people look at them: progress, answers grouped by the vendor's words, and sending again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.connection import Mode
from skolsynk.egil.redis_bucket import BucketUnreachableError
from skolsynk.store import claims, load, save, sealing
from skolsynk.store import runs as rows
from skolsynk.store.models import AuditEvent, ReceiptRow, RefusalRow, Run
from skolsynk.store.proof import same_words
from skolsynk.sync import dispatch
from skolsynk.sync import run as walk
from skolsynk.sync.tasks import execute
from skolsynk.web.runs import said
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.browser import seen
from tests.web.conftest import member, signed_in
from tests.web.runs.pages import push, refuse, waiting

Address = Callable[..., str]
WORDS = "Unknown SchoolUnit 0b9f6a5e-3c1d-4f57-9a0e-52d1c7e84b30"


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nobody works here; ids of what a worker was given."""
    given: list[str] = []
    monkeypatch.setattr(execute, "delay", lambda *, run_id: given.append(run_id))
    return given


def shown(client: Client, path: str, language: str = "sv") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def refused(town: Theatre) -> list[str]:
    """Three people refused with the vendor's words, as a push records them; their ids."""
    refuse(town)
    key, run = load.tenant_key(town.tenant_id), push(town)["run"]
    found = list(ReceiptRow.objects.filter(run_id=run, answer="rejected"))
    for row in found:
        row.message = key.seal(WORDS.encode(), sealing.receipt(row.run_id, row.resource_id))
        row.words = same_words(key, row.status, WORDS)
        row.save(update_fields=["message", "words"])
        RefusalRow.objects.create(
            connection_id=row.connection_id, mode=row.mode, resource_type=row.resource_type,
            resource_id=row.resource_id, verb=row.verb, status=400, at=row.at, message=b"",
        )  # fmt: skip
    return [row.resource_id for row in found]


def test_the_list_shows_every_run_and_can_be_narrowed(town: Theatre, as_viewer: Client, address: Address) -> None:
    page = shown(as_viewer, address("runs"))
    assert "Läsning" in page
    assert "Sandbox" in page
    assert "Läsning</td>" not in shown(as_viewer, address("runs") + "?kind=push")
    assert "Ingen körning passar filtret" in shown(as_viewer, address("runs") + "?state=failed")
    assert "Ingen körning passar filtret" in shown(as_viewer, address("runs") + "?day=1999-01-01")


def test_answers_are_grouped_by_the_vendors_words_with_who_must_act(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    refused(town)
    page = shown(as_viewer, address("run", **push(town)))
    assert WORDS in page
    assert "3 ändringar" in page
    assert "Be leverantören registrera den." in page
    assert "<strong>Leverantören</strong>" in page
    english = shown(as_viewer, address("run", **push(town)), "en")
    assert "Ask the vendor to register it." in english
    group = rows.groups(town.tenant_id, push(town)["run"])[0]
    assert WORDS in shown(as_viewer, address("run_group", **push(town), key=group.key))


def test_one_two_or_all_are_sent_again(town: Theatre, as_editor: Client, address: Address, queued: list[str]) -> None:
    ids = refused(town)
    one = ReceiptRow.objects.get(resource_id=ids[0], answer="rejected")
    path = address("run_retry", **push(town))
    assert as_editor.post(path, {"receipt": one.pk}).status_code == 303
    assert RefusalRow.objects.count() == 2
    again = as_editor.post(path, {"receipt": one.pk}, follow=True)
    assert "Inget av det väntar på att skickas igen" in again.content.decode()
    assert as_editor.post(path, {"group": "nonsense"}).status_code == 303
    assert RefusalRow.objects.count() == 2
    as_editor.post(path)
    assert RefusalRow.objects.count() == 0
    assert len(queued) == 2
    assert Run.objects.get(pk=queued[0]).asked_by.startswith("member:")
    assert [event.about["count"] for event in AuditEvent.objects.filter(what="retry_asked").order_by("at")] == [1, 2]


def test_people_limited_to_a_unit_send_theirs_only(town: Theatre, address: Address) -> None:
    refused(town)
    limited = signed_in(member(town.tenant_id, "editor", ("99999999",)))
    limited.post(address("run_retry", **push(town)))
    assert RefusalRow.objects.count() == 3
    assert WORDS not in shown(limited, address("run", **push(town)))


def test_one_object_shows_request_and_response_and_is_recorded(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    refused(town)
    row = ReceiptRow.objects.filter(answer="rejected").first()
    assert row
    page = shown(as_viewer, address("run_receipt", **push(town), receipt=row.pk))
    assert "&quot;userName&quot;" in page
    assert WORDS in page
    assert AuditEvent.objects.get(what="answer_seen").about["resource"] == row.resource_id
    assert as_viewer.get(address("run_receipt", run=uuid4(), receipt=row.pk)).status_code == 404


def test_a_run_under_way_tells_how_far_and_ends_by_itself(
    town: Theatre, as_viewer: Client, address: Address, browser: Browser
) -> None:
    run_id = dispatch.queue(town.connection(), "push", town.at)
    path = address("run", run=run_id)
    assert "köad" in shown(as_viewer, path)
    claims.claim(run_id, "w", town.at)
    claims.beat(run_id, town.at, "pushing", 312, 402, 30.0)
    found = seen(browser, as_viewer, path)
    found.page.get_by_text("skickar 312/402").wait_for()
    claims.finish(run_id, town.at, "done")
    found.page.get_by_role("link", name="Visa hela körningen").wait_for(timeout=8000)
    assert found.complaints == []
    assert found.axe() == []
    found.page.context.close()


def test_a_failed_run_tells_its_own_words_in_the_readers_language(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    run_id = dispatch.queue(town.connection(), "push", town.at)
    texts = ["Nyckeln godtas inte.", "The key is not accepted."]
    claims.finish(run_id, town.at, "failed", error_code="credentials", error_args=texts)
    assert texts[0] in shown(as_viewer, address("run", run=run_id))
    assert texts[1] in shown(as_viewer, address("run", run=run_id), "en")


def test_a_read_and_a_push_can_be_asked_for_once(
    town: Theatre, as_editor: Client, address: Address, queued: list[str]
) -> None:
    for _ in range(2):
        assert as_editor.post(address("runs_read")).status_code == 303
        assert as_editor.post(address("runs_push", vendor="sandbox")).status_code == 303
    assert len(queued) == 2
    assert as_editor.post(address("runs_push", vendor="nobody")).status_code == 404


def test_a_vendor_that_is_off_is_not_pushed_to(
    town: Theatre, as_editor: Client, address: Address, queued: list[str]
) -> None:
    save.mode(town.connection("binogi").id, Mode.OFF)
    assert as_editor.post(address("runs_push", vendor="binogi")).status_code == 303
    assert queued == []


def test_what_waits_can_be_taken_back_and_what_runs_cannot(town: Theatre, as_editor: Client, address: Address) -> None:
    run = waiting(town)["run"]
    assert "Inget skickades." in as_editor.post(address("run_cancel", run=run), follow=True).content.decode()
    assert Run.objects.get(pk=run).state == "stopped"
    said_again = as_editor.post(address("run_cancel", run=run), follow=True).content.decode()
    assert "stoppades inte" in said_again


def test_another_tenants_run_is_not_found(town: Theatre, as_viewer: Client, address: Address) -> None:
    other = save.tenant("C9runs", "Annan kommun", at=SOME_DAY)
    theirs = claims.create_run(other, "read", at=SOME_DAY, today=SOME_DAY.date())
    for name in ("run", "run_progress"):
        assert as_viewer.get(address(name, run=theirs)).status_code == 404


def test_the_file_has_every_answer(town: Theatre, as_viewer: Client, address: Address) -> None:
    answer = as_viewer.get(address("run_file", **push(town), ending="csv"))
    table = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert len(table) == ReceiptRow.objects.filter(run_id=push(town)["run"]).count() + 1
    assert as_viewer.get(address("run_file", **push(town), ending="pdf")).status_code == 404


def test_questions_stay_as_few_however_much_there_is(
    town: Theatre, as_viewer: Client, address: Address, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    refused(town)
    for _ in range(20):
        dispatch.queue(town.connection(), "plan", town.at)
    with django_assert_max_num_queries(12):
        shown(as_viewer, address("runs"))
    with django_assert_max_num_queries(20):
        shown(as_viewer, address("run", **push(town)))


@pytest.mark.parametrize(
    ("answer", "status", "words", "who"),
    [("rejected", 409, "userName already exists", "Leverantören"), ("rejected", 400, "no licence left", "Ni"),
     ("rejected", 422, "", "Ni"), ("rejected", 403, "", "Leverantören"), ("rejected", 415, "", "Driften"),
     ("rejected", 418, "", "Leverantören"), ("blocked", 0, "", "Ingen"), ("unknown", 0, "", "Ingen"),
     ("rejected", 400, "invalid e-mail", "Ni"), ("rejected", 400, "schoolYear out of range", "Ni")],
)  # fmt: skip
def test_every_answer_has_a_meaning_and_somebody_who_acts(answer: str, status: int, words: str, who: str) -> None:
    found = said.meaning(rows.Group("", answer, status, 1, {}, 1, words))
    assert found.who == who
    assert found.text


def test_redis_away_in_a_push_ends_it_in_words(
    town: Theatre, as_viewer: Client, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise BucketUnreachableError("redis")

    monkeypatch.setattr(walk, "push", away)
    ended = town.push()
    assert (ended.state, ended.error_code) == ("failed", "bucket_unreachable")
    assert "Den gemensamma hastighetsgränsen (Redis) går inte att nå." in shown(as_viewer, address("run", run=ended.id))
