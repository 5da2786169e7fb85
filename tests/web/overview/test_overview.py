"""One look at how all fares: what needs a person stands first, and silence is an alarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import claims, runs, save
from skolsynk.store.models import AuditEvent, HoldRow, Member, ReceiptRow, RefusalRow, Run
from skolsynk.sync import dispatch, health, readmodel, tasks
from tests.scenarios.theatre import Theatre
from tests.web.changes.pages import hold

Address = Callable[..., str]


def shown(client: Client, address: Address, language: str = "sv") -> str:
    answer = client.get(address("overview"), headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture(autouse=True)
def _now(town: Theatre) -> None:
    """The stage is of another day: as if it were of a minute ago. Binogi was switched on then, and has not run yet."""
    minute = timezone.now() - timedelta(minutes=1)
    AuditEvent.objects.filter(what="mode_switched", about__vendor="binogi").update(at=minute)
    Run.objects.update(created_at=minute, started_at=minute, finished_at=minute)


def test_all_is_well_when_it_is(town: Theatre, as_viewer: Client, address: Address) -> None:
    page = shown(as_viewer, address)
    assert "mår bra" in page
    assert "Sandbox" in page
    assert "Allt är som det ska" in page
    assert "All is well" in shown(as_viewer, address, "en")


def test_no_run_though_one_should_have_been_is_an_alarm(town: Theatre, as_viewer: Client, address: Address) -> None:
    Run.objects.filter(kind="push").update(created_at=timezone.now() - timedelta(hours=5))
    page = shown(as_viewer, address)
    assert "en körning borde ha börjat" in page
    assert "Sandbox: ingen körning har skett" in page
    assert "tyst" in page
    assert "Allt är som det ska" not in page


@pytest.mark.parametrize("days", [61, 900])
def test_silence_stays_an_alarm_however_long_it_lasts(
    town: Theatre, as_viewer: Client, address: Address, days: int
) -> None:
    long_ago = timezone.now() - timedelta(days=days)
    Run.objects.filter(kind="push").update(created_at=long_ago, finished_at=long_ago)
    assert "Sandbox: ingen körning har skett" in shown(as_viewer, address)


def test_a_vendor_that_is_on_and_has_never_run_falls_silent(town: Theatre, as_viewer: Client, address: Address) -> None:
    assert "Binogi: ingen körning har skett" not in shown(as_viewer, address)
    AuditEvent.objects.filter(what="mode_switched").update(at=timezone.now() - timedelta(hours=1))
    assert "Binogi: ingen körning har skett" in shown(as_viewer, address)


def test_a_run_that_nobody_takes_hides_no_silence(town: Theatre, as_viewer: Client, address: Address) -> None:
    Run.objects.filter(kind="push").update(created_at=timezone.now() - timedelta(hours=5))
    run_id = dispatch.queue(town.connection(), "push", town.at)
    assert "Sandbox: ingen körning har skett" not in shown(as_viewer, address)
    Run.objects.filter(pk=run_id).update(created_at=timezone.now() - timedelta(hours=4))
    assert "Sandbox: ingen körning har skett" in shown(as_viewer, address)


def failed(town: Theatre, minutes_ago: int, code: str = "unreachable") -> None:
    run_id = dispatch.queue(town.connection(), "push", town.at)
    at = timezone.now() - timedelta(minutes=minutes_ago)
    claims.finish(run_id, at, "failed", error_code=code, error_args=["Går inte att nå.", "Cannot be reached."])
    Run.objects.filter(pk=run_id).update(created_at=at)


def test_since_when_is_the_first_failure_however_many_came_after(town: Theatre) -> None:
    Run.objects.filter(kind="push").update(created_at=timezone.now() - timedelta(hours=9))
    for minutes in range(90, 0, -2):
        failed(town, minutes, "busy" if minutes % 4 else "unreachable")
    told = [alarm for alarm in health.alarms(town.tenant_id, timezone.now()) if alarm.cause.startswith("failed")]
    assert [alarm.cause for alarm in told] == ["failed:later"]
    assert timezone.now() - told[0].since > timedelta(minutes=89)


def test_a_run_that_somebody_stops_ends_no_trouble(town: Theatre, as_viewer: Client, address: Address) -> None:
    Run.objects.filter(kind="push").update(created_at=timezone.now() - timedelta(hours=9))
    failed(town, 80)
    run_id = dispatch.queue(town.connection(), "push", town.at)
    runs.cancel(town.tenant_id, run_id, "member:1", timezone.now())
    page = shown(as_viewer, address)
    assert "Sandbox: körningen misslyckas" in page
    assert "mår bra" not in page


def test_what_was_said_no_to_waits_no_longer(town: Theatre, as_viewer: Client, address: Address) -> None:
    hold(town)
    assert "väntar på beslut" in shown(as_viewer, address)
    HoldRow.objects.update(discarded_at=timezone.now())
    assert "väntar på beslut" not in shown(as_viewer, address)


def test_the_first_delivery_is_told_as_what_it_is(town: Theatre, as_viewer: Client, address: Address) -> None:
    hold(town)
    HoldRow.objects.update(reason="first_push", first_seen=timezone.now())
    page = shown(as_viewer, address)
    assert "Sandbox: den första leveransen väntar på ditt ja" in page
    assert "the first delivery waits for your yes" in shown(as_viewer, address, "en")


def test_a_refused_key_leads_to_where_it_is_put_right(town: Theatre, as_viewer: Client, address: Address) -> None:
    failed(town, 1, "credentials")
    alarm = shown(as_viewer, address).split("Sandbox: körningen misslyckas", 1)[1].split("</div>", 1)[0]
    assert f'href="{address("connection", vendor="sandbox")}"' in alarm


def test_refused_and_left_out_stand_in_the_vendors_row(town: Theatre, as_viewer: Client, address: Address) -> None:
    RefusalRow.objects.create(
        connection_id=town.connection().id, mode="test", resource_type="User", resource_id="1", verb="create",
        status=400, at=town.at,
    )  # fmt: skip
    page = shown(as_viewer, address)
    assert "Sandbox: leverantören avvisar 1 post<" in page
    assert "en del avvisas" in page
    model = readmodel.of(town.tenant_id)
    assert model
    left_out = sum(cause.released["sandbox"] for cause in model.causes)
    assert left_out
    assert f"{left_out} {'person' if left_out == 1 else 'personer'} utelämnas för fel i data" in page


def test_people_limited_to_a_unit_see_no_numbers_of_others(town: Theatre, as_limited: Client, address: Address) -> None:
    failed(town, 1, "credentials")
    page = shown(as_limited, address)
    assert "Går inte att nå." not in page
    assert "utelämnas" not in page
    assert "Avvisade" not in page


def test_a_refused_key_is_told_with_the_runs_own_words(town: Theatre, as_viewer: Client, address: Address) -> None:
    run_id = dispatch.queue(town.connection(), "push", timezone.now())
    texts = ["Leverantören godtar inte nyckeln.", "The vendor does not accept the key."]
    claims.finish(run_id, timezone.now(), "failed", error_code="credentials", error_args=texts)
    page = shown(as_viewer, address)
    assert "Sandbox: körningen misslyckas" in page
    assert texts[0] in page
    assert texts[1] in shown(as_viewer, address, "en")


def test_held_changes_stand_first_with_the_way_to_them(town: Theatre, as_viewer: Client, address: Address) -> None:
    plan = hold(town)
    HoldRow.objects.update(first_seen=timezone.now() - timedelta(hours=30))
    page = shown(as_viewer, address)
    assert "ändringar väntar på beslut i mer än ett dygn" in page
    assert address("changes_of", vendor="sandbox", mode="test") in page
    assert plan.held


def test_a_directory_that_cannot_be_read_is_told(town: Theatre, as_viewer: Client, address: Address) -> None:
    run_id = dispatch.queue_read(town.tenant_id, timezone.now())
    claims.finish(run_id, timezone.now(), "failed", error_code="not_delegated", error_args=["Nej.", "No."])
    page = shown(as_viewer, address)
    assert "Katalogen går inte att läsa" in page
    assert "Nej." in page


def test_workers_that_fell_silent_are_told(town: Theatre, as_viewer: Client, address: Address) -> None:
    save.heartbeat("beat", timezone.now() - timedelta(minutes=9))
    assert "Tjänsten arbetar inte just nu" in shown(as_viewer, address)
    save.heartbeat("beat", timezone.now())
    assert "Tjänsten arbetar inte just nu" not in shown(as_viewer, address)


def test_what_was_sent_today_is_counted(town: Theatre, as_viewer: Client, address: Address) -> None:
    ReceiptRow.objects.update(at=timezone.now())
    assert " nya" in shown(as_viewer, address)


def test_a_new_tenant_is_led_to_the_first_step(town: Theatre, as_stranger: Client) -> None:
    page = as_stranger.get("/h/C9other99/oversikt/").content.decode()
    assert "Katalogen är inte läst än." in page
    assert "Kom igång" in page


def questions(client: Client, address: Address) -> int:
    shown(client, address)  # what is kept between pages is made
    with CaptureQueriesContext(connection) as asked:
        shown(client, address)
    return len(asked)


def test_questions_do_not_grow_with_vendors(town: Theatre, as_viewer: Client, address: Address) -> None:
    before = questions(as_viewer, address)
    for vendor in ("ne", "gleerups", "ilt", "studentlitteratur"):
        made = save.connection(town.tenant_id, vendor, selection={}, guards={}, schedule={}, at=town.at)
        save.mode(made, Mode.TEST)
    assert questions(as_viewer, address) == before
    assert before <= 24


def test_people_who_asked_for_letters_get_one_when_it_goes_wrong_and_one_when_it_is_over(town: Theatre) -> None:
    Member.objects.create(
        tenant_id=town.tenant_id, email="ann@bjorkvik.example", role="viewer", created_at=town.at, notices=True
    )
    save.mode(town.connection("binogi").id, Mode.OFF)
    HoldRow.objects.all().delete()
    hold(town)
    HoldRow.objects.update(first_seen=timezone.now())
    for _ in range(3):
        tasks.watch()
    assert [letter.subject.split(": ", 1)[1][:8] for letter in mail.outbox] == ["Sandbox:"]
    HoldRow.objects.update(first_seen=timezone.now() - timedelta(hours=30))
    tasks.watch()
    assert ["i mer än ett dygn" in letter.subject for letter in mail.outbox] == [False, True]
    assert not any("Över" in letter.subject for letter in mail.outbox), "it waits still"
    HoldRow.objects.all().delete()
    tasks.watch()
    assert ["Över" in letter.subject for letter in mail.outbox] == [False, False, True, True]
