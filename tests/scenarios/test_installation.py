"""The app is removed in Google, and comes back before anything is erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings
from django.urls import reverse

from skolsynk.core.connection import Mode
from skolsynk.core.installation import Event, State
from skolsynk.store import claims, installations, load, save
from skolsynk.store.models import Channel, Hint, Notice, Run, Tenant
from skolsynk.sync import dispatch, installation, modes, watching
from tests.scenarios.away import (
    DAY,
    calls,
    install,
    look,
    now,
    quarantined,
    remove,
    save_owner,
    two_vendors,
    whats,
)
from tests.scenarios.theatre import SOME_DAY, Theatre, theatre
from tests.web.conftest import member, signed_in


@pytest.fixture
def town(db: None) -> Iterator[Theatre]:
    with two_vendors() as made:
        yield made


# Seen once, seen twice


def test_seen_once_stops_nothing_and_says_so(town: Theatre) -> None:
    save_owner(town)
    remove(town)
    assert look(town) is Event.MISSED
    assert look(town, hours=23) is Event.NONE
    assert (now(town).state, now(town).missing_since) == (State.ACTIVE, town.at - timedelta(hours=23))
    assert town.push().state in ("done", "held"), "what was read before may still be sent"
    watching.follow(town.at)
    assert Notice.objects.get(tenant_id=town.tenant_id, cause="installation:missing").ended_at is None
    assert [letter.subject for letter in mail.outbox if "installerat" in letter.subject]


def test_one_sighting_clears_it_and_the_end_is_told(town: Theatre) -> None:
    save_owner(town)
    remove(town)
    look(town)
    watching.follow(town.at)
    install(town)
    assert look(town, hours=30) is Event.FOUND
    assert now(town).missing_since is None
    watching.follow(town.at)
    assert any(letter.subject.startswith("Skolsynk: Över") for letter in mail.outbox)
    remove(town)
    assert look(town, hours=1) is Event.MISSED, "the clock begins anew"
    assert look(town, hours=23) is Event.NONE


def test_an_outage_between_neither_proves_nor_clears(town: Theatre) -> None:
    remove(town)
    look(town)
    fault = town.stage.google.fault("POST /token", status=503, repeat=None)
    assert look(town, hours=25) is Event.NONE
    assert fault.seen
    assert now(town).capabilities["users"]["code"] == "google_down"
    town.stage.google.faults.clear()
    assert look(town, hours=1) is Event.QUARANTINED


def test_the_second_look_stops_everything(town: Theatre) -> None:
    waiting = dispatch.queue(town.connection(), "push", town.at)
    running = dispatch.queue_read(town.tenant_id, town.at)
    assert claims.claim(running, "somebody", town.at)
    channel = Channel.objects.create(
        tenant_id=town.tenant_id, token=b"x", state="open", created_at=town.at, expires_at=town.at + DAY
    )
    Hint.objects.create(tenant_id=town.tenant_id, kind="user", key="1", changed_at=town.at, noted_at=town.at)
    save_owner(town)
    quarantined(town)
    assert (now(town).state, dict(now(town).was)) == (State.QUARANTINED, {"sandbox": "test", "binogi": "live"})
    assert now(town).purge_at == town.at + timedelta(days=30)
    assert load.tenant(town.tenant_id).status == "quarantined"
    channel.refresh_from_db()
    assert channel.state == "stopped"
    assert not Hint.objects.exists()
    for run_id in (waiting, running):
        ended = claims.facts(run_id)
        assert (ended.state, ended.error_code) == ("failed", "quarantined")
        assert "Inget har lästs och inget har skickats" in ended.error_args[0]
    assert not claims.beat(running, town.at, "reading", 1, None, 0.0, "somebody")
    mail.outbox.clear()
    watching.follow(town.at)
    watching.follow(town.at)
    letters = [letter for letter in mail.outbox if "allt har stannat" in letter.subject]
    assert [letter.to for letter in letters] == [["owner@bjorkvik.example"]], "an owner, who had chosen no letters"
    assert "Inget har tagits bort hos någon leverantör" in letters[0].body
    assert not [letter for letter in mail.outbox if "Över" in letter.subject]


def test_a_push_under_way_ends_between_two_groups_of_answers(db: None) -> None:
    with theatre(people=150) as made:
        made.read()
        asked: list[int] = []

        def meanwhile() -> bool:
            asked.append(1)
            if len(asked) == 3:
                installations.ensure(made.tenant_id, made.at)
                installations.quarantine(made.tenant_id, made.at, made.at + DAY, ("allt stannar", "all stops"))
            return False

        ended = made.do(dispatch.queue(made.connection(), "push", made.at), should_stop=meanwhile)
        assert (ended.state, ended.error_code, list(ended.error_args)) == (
            "failed", "quarantined", ["allt stannar", "all stops"]
        )  # fmt: skip
        assert 0 < len(made.held()) < len(made.roster())
        installations.resume(made.tenant_id)
        assert made.push().state == "done"
        made.assert_equal()


def test_no_door_leads_to_a_vendor_or_to_google(town: Theatre) -> None:
    quarantined(town)
    before, asked = calls(town), len(town.stage.google.calls("/admin/directory"))
    install(town)  # even where Google would let us in, nobody has looked yet
    assert dispatch.due(town.at) == ()
    for kind in ("push", "plan", "unprovision"):
        run_id = dispatch.queue(town.connection("binogi"), kind, town.at)
        assert town.do(run_id).error_code == "quarantined"
    assert town.read().error_code == "quarantined"
    removal = modes.switch(town.connection(), Mode.OFF, "remove", who="test", at=town.at).removal_run
    assert town.do(removal).error_code == "quarantined"
    assert (calls(town), len(town.stage.google.calls("/admin/directory"))) == (before, asked)
    assert town.stage.receivers[Mode.LIVE].raw("binogi")


def test_pages_show_what_happened_and_take_no_forms(town: Theatre) -> None:
    quarantined(town)
    owner = signed_in(member(town.tenant_id, "owner"))
    address = {"customer": town.stage.town.directory.customer_id}
    page = owner.get(reverse("overview", kwargs=address)).content.decode()
    assert "Skolsynk är borttaget i Google, och allt har stannat" in page
    runs = Run.objects.count()
    for name in ("start_connect", "settings_people", "settings_source_try"):
        answer = owner.post(reverse(name, kwargs=address), {"path": "/Elever"})
        assert answer.status_code == 409, name
        assert "Inget har ändrats och inget har skickats" in answer.content.decode()
    assert Run.objects.count() == runs


def test_owners_may_choose_another_day_for_the_purge_and_look_again(town: Theatre) -> None:
    quarantined(town)
    owner = signed_in(member(town.tenant_id, "owner"))
    address = {"customer": town.stage.town.directory.customer_id}
    form = {"receipt_days": "180", "run_days": "400", "event_days": "730", "purge_days": "7", "was": "180 400 730 30 "}
    assert owner.post(reverse("settings_retention", kwargs=address), form).status_code == 303
    began = now(town).quarantined_at
    assert began
    assert now(town).purge_at == began + timedelta(days=7)
    install(town)
    assert owner.post(reverse("installation", kwargs=address)).status_code == 303
    assert now(town).state == State.ACTIVE
    assert whats(town.tenant_id)[-2:] == ["app_looked", "app_resumed"]


# Back before the purge


def test_back_in_time_everything_goes_on_in_test_mode(town: Theatre) -> None:
    save_owner(town)
    quarantined(town)
    watching.follow(town.at)
    mail.outbox.clear()
    live = dict(town.held("binogi"))
    install(town)
    town.pass_time(days=3)
    done = installation.look(town.tenant_id, town.at)
    assert done.event is Event.RESUMED
    assert town.connection("binogi").mode is Mode.TEST
    assert town.connection().mode is Mode.TEST
    assert (now(town).state, now(town).purge_at, now(town).missing_since) == (State.ACTIVE, None, None)
    letters = [letter for letter in mail.outbox if "installerat igen" in letter.subject]
    assert len(letters) == 1
    assert "skarpa förut: Binogi" in letters[0].body
    watching.follow(town.at)
    assert not [letter for letter in mail.outbox if "Över: Skolsynk" in letter.subject], "told once"
    [read] = done.runs
    following = dispatch.after_read(claims.facts(read))
    assert town.do(read).state == "done"
    assert {claims.facts(run).mode for run in following} == {"test"}
    assert town.push("binogi").state == "done"
    assert dict(town.stage.receivers[Mode.LIVE].raw("binogi")) == live, "nothing live was touched"
    town.assert_equal("binogi")


def test_only_looks_bring_it_back_and_only_once(town: Theatre) -> None:
    quarantined(town)
    install(town)
    assert look(town, days=1) is Event.RESUMED
    assert look(town, days=1) is Event.NONE
    assert whats(town.tenant_id).count("app_resumed") == 1


def test_two_looks_at_once_settle_it_one_after_the_other(town: Theatre) -> None:
    before = now(town)
    found = installations.Looked({}, "", "", State.ACTIVE, town.at)
    assert installations.looked(before, found, town.at + timedelta(seconds=1))
    assert not installations.looked(before, found, town.at + timedelta(seconds=2))


# Which tenants are looked at


def test_looks_are_spread_and_those_that_wait_go_first(db: None) -> None:
    Tenant.objects.all().delete()
    ids = [save.tenant(f"C9l{number}", f"Kommun {number}", at=SOME_DAY) for number in range(30)]
    for tenant_id in ids[:20]:
        found = installations.ensure(tenant_id, SOME_DAY)
        ago = SOME_DAY - timedelta(days=2, minutes=tenant_id)
        installations.looked(found, installations.Looked({}, "", "", State.ACTIVE, None), ago)
    first = installation.due(SOME_DAY)
    assert set(ids[20:]) <= set(first)
    assert len(set(ids[:20]) & set(first)) == 5
    assert ids[19] in first, "the longest unseen"


def test_a_tenant_without_anybody_to_read_as_is_no_reason_to_stop(db: None) -> None:
    tenant_id = save.tenant("C9nobody", "Ingens kommun", at=SOME_DAY)
    for hours in (0, 25, 50):
        assert installation.look(tenant_id, SOME_DAY + timedelta(hours=hours)).event is Event.NONE
    found = installations.of(tenant_id)
    assert found is not None
    assert found.capabilities["users"] == {"works": False, "code": "no_credentials"}


def test_another_customers_administrator_does_not_count(town: Theatre) -> None:
    save.source_credentials(town.tenant_id, "")
    Tenant.objects.filter(pk=town.tenant_id).update(customer_id="C9theirs9")
    with override_settings(GOOGLE_SERVICE_ACCOUNT=json.dumps(town.stage.account)):
        assert look(town) is Event.NONE
    assert now(town).capabilities["customer"] == {"works": False, "code": "other_customer"}
    assert now(town).capabilities["users"]["works"], "Google answers, about somebody else"
