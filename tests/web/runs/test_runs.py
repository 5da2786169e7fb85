"""Runs as people look at them: progress, answers grouped by the vendor's words, and sending again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from playwright.sync_api import Browser
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.connection import Mode
from skolsynk.egil.redis_bucket import BucketUnreachableError
from skolsynk.store import claims, load, save, sealing
from skolsynk.store import runs as rows
from skolsynk.store.models import AuditEvent, ReadModelRow, ReceiptRow, RefusalRow, Run
from skolsynk.store.proof import same_words
from skolsynk.sync import dispatch, readmodel
from skolsynk.sync import run as walk
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.tasks import execute
from skolsynk.web.runs.vendor_words import meaning
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
    stopped = as_editor.post(address("run_cancel", run=run), follow=True).content.decode()
    assert "Inget skickades." in stopped
    assert "av Editor" in stopped.replace("<span>", "").replace("</span>", "")
    assert Run.objects.get(pk=run).state == "stopped"
    said_again = as_editor.post(address("run_cancel", run=run), follow=True).content.decode()
    assert "stoppades inte" in said_again


def test_a_run_that_had_begun_once_is_not_said_to_have_sent_nothing(
    town: Theatre, as_editor: Client, address: Address
) -> None:
    run = waiting(town)["run"]
    Run.objects.filter(pk=run).update(attempts=1, heartbeat_at=town.at)
    assert "väntar på nytt försök" in shown(as_editor, address("run", run=run))
    page = as_editor.post(address("run_cancel", run=run), follow=True).content.decode()
    assert "Det som redan hade skickats är bokfört" in page
    assert "Inget skickades" not in page


@pytest.mark.parametrize(
    "query",
    ["day=0001-01-01", "day=9999-12-31", "day=9999-99-99", "day=%00", "vendor=%00", "kind=%00", "state=%00",
     "page=99999999999999999999", "page=-1", "vendor=nobody&kind=nothing&state=nowhere"],
)  # fmt: skip
def test_the_list_survives_garbage(as_viewer: Client, address: Address, query: str) -> None:
    assert "Körningar" in shown(as_viewer, f"{address('runs')}?{query}")


@pytest.mark.parametrize(
    "key",
    ["rejected:99999999999999999999999:00", "\x00:1:00", "rejected:-5:zz", "a", "rejected:400:00:00", "done:200:"],
)
def test_a_group_that_is_none_is_not_found_and_sends_nothing(
    town: Theatre, as_editor: Client, address: Address, key: str, queued: list[str]
) -> None:
    refused(town)
    page = address("run_group", **push(town), key="KEY").replace("KEY", quote(key))
    assert as_editor.get(page).status_code == 404
    assert as_editor.post(address("run_retry", **push(town)), {"group": key}).status_code == 303
    assert RefusalRow.objects.count() == 3
    assert queued == []
    table = as_editor.get(address("run_file", **push(town), ending="csv"), {"group": key})
    assert len(table.getvalue().decode().splitlines()) == 1


def test_sending_again_in_test_leaves_what_was_refused_in_live(
    town: Theatre, as_editor: Client, address: Address
) -> None:
    ids = refused(town)
    row = RefusalRow.objects.get(resource_id=ids[0])
    row.pk, row.mode = None, "live"
    row.save()
    as_editor.post(address("run_retry", **push(town)))
    assert [(left.mode, left.resource_id) for left in RefusalRow.objects.all()] == [("live", ids[0])]


def protect(town: Theatre, ids: list[str]) -> None:
    """These people come into the group of those whose identity is protected; read and put together anew."""
    model = readmodel.of(town.tenant_id)
    rules = load.rules(town.tenant_id)
    assert model
    assert rules
    directory = town.stage.town.directory
    group = directory.find_group(json.loads(json.dumps(rules.json))["protected"][0]["group"])
    assert group
    rows_of = [row for row in map(model.people.by_id, ids) if row]
    directory.members[group["id"]] = [
        *directory.members[group["id"]], *({"id": row.key, "type": "USER", "role": "MEMBER"} for row in rows_of)
    ]  # fmt: skip
    town.pass_time(minutes=1)
    town.read()
    readmodel.make(town.tenant_id, today_at(town.at))


def test_of_those_who_became_protected_after_the_run_nothing_is_shown_but_ids(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    ids = refused(town)
    model = readmodel.of(town.tenant_id)
    assert model
    people = [row for row in map(model.people.by_id, ids) if row]
    assert len(people) == 3
    group = rows.groups(town.tenant_id, push(town)["run"])[0]
    one = ReceiptRow.objects.get(resource_id=ids[0], answer="rejected")
    pages = (
        address("run", **push(town)), address("run_group", **push(town), key=group.key),
        address("run_receipt", **push(town), receipt=one.pk), address("run_file", **push(town), ending="csv"),
    )  # fmt: skip
    assert WORDS in as_viewer.get(pages[0]).content.decode()
    assert people[0].name in shown(as_viewer, pages[2])
    protect(town, ids)
    for path in pages:
        answer = as_viewer.get(path)
        page = answer.getvalue().decode() if answer.streaming else answer.content.decode()
        for secret in (WORDS, *(text for row in people for text in (row.name, row.email))):
            assert secret not in page, path
        assert "userName" not in page
    assert "personuppgifterna är skyddade" in shown(as_viewer, pages[2])
    assert "skyddade personuppgifter" in shown(as_viewer, pages[1])
    looks = AuditEvent.objects.filter(what="answer_seen").order_by("at")
    assert [look.about["protected"] for look in looks] == [False, True, True]


def test_while_nobody_can_tell_who_is_protected_nobody_is_shown(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    refused(town)
    ReadModelRow.objects.all().delete()
    one = ReceiptRow.objects.filter(answer="rejected").first()
    assert one
    page = shown(as_viewer, address("run_receipt", **push(town), receipt=one.pk))
    assert "userName" not in page
    assert WORDS not in page


def test_people_limited_to_a_unit_see_no_figures_of_the_whole_run(
    town: Theatre, as_limited: Client, as_viewer: Client, address: Address
) -> None:
    run_id = dispatch.queue(town.connection(), "push", town.at)
    claims.claim(run_id, "w", town.at)
    claims.beat(run_id, town.at, "pushing", 312, 402, 30.0)
    for path in (address("runs"), address("run", run=run_id), address("run_progress", run=run_id)):
        assert "312/402" in shown(as_viewer, path)
        page = shown(as_limited, path)
        assert not re.search(r"\b312\b", page)  # ids hold it too, now and then
        assert "skickar" in page
    claims.finish(run_id, town.at, "failed", error_code="busy", error_args=["402 ändringar.", "402 changes."])
    assert not re.search(r"\b402\b", shown(as_limited, address("run", run=run_id)))
    assert "kan se varför" in shown(as_limited, address("run", run=run_id))


def test_what_is_read_aloud_leaves_room_to_listen(town: Theatre, as_viewer: Client, address: Address) -> None:
    run_id = dispatch.queue(town.connection(), "push", town.at)
    path = address("run_progress", run=run_id)
    aloud = ['id="told"' in shown(as_viewer, f"{path}?n={look}") for look in range(7)]
    assert aloud == [True, False, False, True, False, False, True], "looks are two seconds apart"
    assert 'hx-get="' in shown(as_viewer, f"{path}?n=garbage")
    claims.finish(run_id, town.at, "done")
    ended = shown(as_viewer, f"{path}?n=1")
    assert 'id="told"' in ended
    assert "hx-trigger" not in ended


def test_a_run_says_which_read_and_which_rules_it_was_made_of(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    page = shown(as_viewer, address("run", **push(town)))
    assert "Ur läsningen" in page
    assert "regler version 1." in page


def test_bars_are_of_the_last_thirty_however_long_ago_and_whoever_else_ran(town: Theatre) -> None:
    long_ago = SOME_DAY - timedelta(days=400)
    for days in range(35):
        run_id = dispatch.queue(town.connection("binogi"), "push", town.at)
        claims.finish(run_id, town.at, "done")
        Run.objects.filter(pk=run_id).update(created_at=long_ago - timedelta(days=days))
    found = rows.latest_pushes(town.tenant_id)
    assert len(found["binogi"]) == 30
    assert [run.created_at for run in found["binogi"]] == [long_ago - timedelta(days=days) for days in range(30)]
    assert len(found["sandbox"]) == 1


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
     ("rejected", 418, "", "Leverantören"),
     ("rejected", 409, "", "Leverantören"), ("blocked", 0, "", "Ingen"), ("unknown", 0, "", "Ingen"),
     ("rejected", 400, "invalid e-mail", "Ni"), ("rejected", 400, "schoolYear out of range", "Ni")],
)  # fmt: skip
def test_every_answer_has_a_meaning_and_somebody_who_acts(answer: str, status: int, words: str, who: str) -> None:
    found = meaning(answer, status, words)
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


def test_a_broker_that_is_away_does_not_lose_the_run(
    town: Theatre, as_editor: Client, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(execute, "delay", away)
    answer = as_editor.post(address("runs_push", vendor="sandbox"))
    assert answer.status_code in (302, 303)
    assert AuditEvent.objects.filter(tenant_id=town.tenant_id, what="push_asked").exists()
    waiting = Run.objects.get(state="queued", kind="push")
    later = timezone.now() + timedelta(minutes=2)
    assert waiting.pk in dispatch.lost(later)
