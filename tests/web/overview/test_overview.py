"""One look at how all fares: what needs a person stands first, and silence is an alarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from skolsynk.core.connection import Mode
from skolsynk.store import claims, save
from skolsynk.store.models import HoldRow, Member, ReceiptRow, Run
from skolsynk.sync import dispatch, tasks
from tests.scenarios.theatre import Theatre
from tests.web.changes.pages import hold

Address = Callable[..., str]


def shown(client: Client, address: Address, language: str = "sv") -> str:
    answer = client.get(address("overview"), headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture(autouse=True)
def _now(town: Theatre) -> None:
    """The stage's runs were of another day: as if they were of a minute ago."""
    minute = timezone.now() - timedelta(minutes=1)
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
    assert "Sandbox: ingen körning har skett" in page
    assert "tyst" in page
    assert "Allt är som det ska" not in page


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
    claims.finish(run_id, timezone.now(), "failed", error_code="unauthorized_client", error_args=["Nej.", "No."])
    assert "Katalogen går inte att läsa" in shown(as_viewer, address)


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


def test_questions_do_not_grow_with_vendors(
    town: Theatre, as_viewer: Client, address: Address, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for vendor in ("ne", "gleerups", "ilt", "studentlitteratur"):
        save.connection(town.tenant_id, vendor, selection={}, guards={}, schedule={}, at=town.at)
    shown(as_viewer, address)
    with django_assert_max_num_queries(24):
        shown(as_viewer, address)


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
    HoldRow.objects.all().delete()
    tasks.watch()
    assert len(mail.outbox) == 2
    assert "Över" in mail.outbox[1].subject
