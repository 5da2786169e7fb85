"""The app is removed in Google, and comes back: soon, after a while, or when everything about people is erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from skolsynk.core.connection import Mode
from skolsynk.core.installation import Event, State
from skolsynk.sandbox.google.accounts import READ_SCOPES
from skolsynk.sources.google.oidc import Identity
from skolsynk.store import claims, installations, load, members, purging, save
from skolsynk.store.models import AuditEvent, Channel, Hint, IdentityRow, Member, Notice, Run, Tenant
from skolsynk.sync import dispatch, housekeeping, installation, modes, rebuild, rehearsal, signin, tenants, watching
from skolsynk.sync.configuration import write_yaml
from tests.scenarios.theatre import SOME_DAY, Theatre, pupils, resource, theatre
from tests.web.conftest import member, signed_in

DAY = timedelta(hours=24)


@pytest.fixture
def town(db: None) -> Iterator[Theatre]:
    """Read, and pushed to the sandbox in test; Binogi is live and has got everything."""
    with theatre(people=60, vendors=("sandbox", "binogi")) as made:
        made.sync()
        made.switch(Mode.LIVE, "binogi")
        made.push("binogi")
        made.approve(vendor="binogi")
        made.push("binogi")
        assert made.held("binogi")
        installation.look(made.tenant_id, made.at)
        yield made


def look(town: Theatre, **later: int) -> Event:
    town.pass_time(**later)
    return installation.look(town.tenant_id, town.at).event


def delegate(town: Theatre, *scopes: str) -> None:
    town.stage.google.delegate(town.stage.account["client_email"], town.stage.town.directory.customer_id, scopes)


def remove(town: Theatre) -> None:
    delegate(town)


def install(town: Theatre) -> None:
    delegate(town, *READ_SCOPES)


def quarantined(town: Theatre) -> None:
    remove(town)
    assert look(town) is Event.MISSED
    assert look(town, hours=25) is Event.QUARANTINED


def purged(town: Theatre) -> None:
    quarantined(town)
    town.pass_time(days=31)
    assert installation.purge(town.at) == 1


def now(town: Theatre) -> installations.InstallationFacts:
    found = installations.of(town.tenant_id)
    assert found is not None
    return found


def calls(town: Theatre) -> int:
    """Everything that any vendor has been sent, ever."""
    return sum(len(one.log(vendor)) for one in town.stage.receivers.values() for vendor in town.stage.vendors)


def whats(tenant_id: int) -> list[str]:
    return list(AuditEvent.objects.filter(tenant_id=tenant_id).order_by("pk").values_list("what", flat=True))


def neighbour() -> int:
    """Somebody else who is read and sent."""
    with theatre(people=60, seed=2) as other:
        other.sync()
        installation.look(other.tenant_id, other.at)
        return other.tenant_id


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


# The purge


def test_after_the_agreed_time_nothing_about_people_is_left(town: Theatre) -> None:
    save_owner(town)
    people = town.stage.town.directory.users.values()
    personal = {str(user["primaryEmail"]) for user in people} | {str(user["name"]["familyName"]) for user in people}
    ids, namespace = identities(town.tenant_id), load.tenant(town.tenant_id).namespace
    quarantined(town)
    town.pass_time(days=29)
    housekeeping.prune(town.at)
    assert now(town).state == State.QUARANTINED
    mail.outbox.clear()
    town.pass_time(days=2)
    housekeeping.prune(town.at)
    assert now(town).state == State.PURGED
    assert [letter.to for letter in mail.outbox] == [["owner@bjorkvik.example"]]
    assert "raderade" in mail.outbox[0].subject
    assert identities(town.tenant_id) == ids
    assert load.tenant(town.tenant_id).namespace == namespace
    left = texts_of(town.tenant_id)
    assert not [word for word in personal if word in left]
    assert "owner@bjorkvik.example" not in left
    assert sealed_of(town.tenant_id) == {}
    assert whats(town.tenant_id)[-1] == "app_purged"
    assert {one.mode for one in load.connections(town.tenant_id)} == {Mode.OFF}


def test_another_tenant_is_untouched(town: Theatre) -> None:
    other = neighbour()
    before = (texts_of(other), sealed_of(other), load.latest_snapshot(other))
    purged(town)
    assert load.active_tenants() == (other,)
    assert (texts_of(other), sealed_of(other), load.latest_snapshot(other)) == before


def test_whoever_was_inside_is_shown_to_the_door(town: Theatre) -> None:
    owner = signed_in(save_owner(town))
    purged(town)
    answer = owner.get(reverse("overview", kwargs={"customer": town.stage.town.directory.customer_id}))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/logga-in/")


def test_a_key_that_is_erased_by_hand_breaks_no_page(town: Theatre) -> None:
    owner = signed_in(save_owner(town))
    save.erase_tenant_key(town.tenant_id)
    customer = {"customer": town.stage.town.directory.customer_id}
    for name in ("overview", "start", "persons", "settings_source", "rules", "quality"):
        answer = owner.get(reverse(name, kwargs=customer))
        assert answer.status_code in (200, 302), name
    assert installation.look(town.tenant_id, town.at).event is Event.NONE


# Back after the purge


def come_in(town: Theatre) -> signin.Entered:
    """The administrator, as Google names her."""
    user = town.stage.town.directory.find_user(town.stage.town.admin_email)
    assert user is not None
    who = Identity(str(user["id"]), town.stage.town.admin_email, "Anna Admin", "x.example")
    with override_settings(GOOGLE_SERVICE_ACCOUNT=json.dumps(town.stage.account)):
        return signin.enter(who, town.at)


def configured_again(town: Theatre) -> None:
    """As the administrator does it, page by page."""
    wanted = tenants.check(write_yaml(rehearsal.configuration_of(town.stage.town, town.stage.vendors)))
    tenants.apply(wanted, author="member", reason="again", at=town.at)
    for (vendor, mode), key in town.stage.keys.items():
        save.endpoint(town.connection(vendor).id, mode, api_key=key)


@pytest.mark.parametrize("by_hand", [False, True])
def test_back_after_the_purge_everybody_is_who_they_were(town: Theatre, by_hand: bool) -> None:
    ids, held = identities(town.tenant_id), dict(town.stage.receivers[Mode.TEST].raw("sandbox"))
    if by_hand:
        save.erase_tenant_key(town.tenant_id)
    else:
        purged(town)
    install(town)
    entered = come_in(town)
    assert (entered.how, entered.member.tenant_id, entered.member.role) == ("first", town.tenant_id, "owner")
    assert not purging.is_erased(town.tenant_id)
    assert load.tenant(town.tenant_id).status == "active"
    assert sealed_of(town.tenant_id) == {}
    with override_settings(GOOGLE_SERVICE_ACCOUNT=json.dumps(town.stage.account)):
        assert look(town) is Event.ACTIVATED
        assert town.read().state == "done"
        configured_again(town)
        town.switch(Mode.TEST, leave=None)
        gone = leaver(town)
        assert town.sync().state == "done"
        assert identities(town.tenant_id).items() >= ids.items()
        # What the vendor still had was met with 409 and written over; nobody is there twice.
        town_roster, town_held = town.roster(), town.held()
        assert {key for key in town_roster if town_held[key] != town_roster[key]} == set()
        left_over = town_held.keys() - town_roster.keys()
        assert left_over == {key for key in held if key not in town_roster}
        assert gone in left_over
        # Who left meanwhile is known by id: the vendor's own lists tell, and the next push removes.
        drift = rebuild.compare(town.connection(), Mode.TEST)
        assert set(drift.found) == left_over
        rebuild.apply(town.connection(), Mode.TEST, drift, who="operator", at=town.at)
        town.push()
        town.approve()
        town.push()
        town.assert_equal()


def leaver(town: Theatre) -> str:
    """A pupil who left while the app was away; her resource id at vendors."""
    [key] = pupils(town)
    town.stage.town.directory.delete_user(key)
    return resource(town, key)


def test_nothing_goes_live_by_itself_after_the_purge(town: Theatre) -> None:
    purged(town)
    install(town)
    come_in(town)
    with override_settings(GOOGLE_SERVICE_ACCOUNT=json.dumps(town.stage.account)):
        look(town)
        town.read()
        configured_again(town)
        assert {one.mode for one in load.connections(town.tenant_id)} == {Mode.OFF}
        before = dict(town.stage.receivers[Mode.LIVE].raw("binogi"))
        town.switch(Mode.LIVE, "binogi")
        ended = town.sync("binogi")
        assert ended.state == "held", "the first push to a vendor is a person's to release"
        assert dict(town.stage.receivers[Mode.LIVE].raw("binogi")) == before


def test_who_cannot_prove_anything_gets_no_key_back(town: Theatre) -> None:
    purged(town)
    install(town)
    pupil = next(user for user in town.stage.town.directory.users.values() if not user.get("isAdmin"))
    who = Identity(str(pupil["id"]), str(pupil["primaryEmail"]), "Någon", "x.example")
    with override_settings(GOOGLE_SERVICE_ACCOUNT=json.dumps(town.stage.account)), pytest.raises(signin.Refusal) as no:
        signin.enter(who, town.at)
    assert no.value.code == "no_owner_yet"
    assert purging.is_erased(town.tenant_id)


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


# Small words


def save_owner(town: Theatre) -> Member:
    return member(town.tenant_id, "owner")


def identities(tenant_id: int) -> dict[tuple[str, str, int], str]:
    rows = IdentityRow.objects.filter(tenant_id=tenant_id)
    return {(kind, key, gen): made for kind, key, gen, made in rows.values_list(
        "kind", "source_key", "generation", "resource_id"
    )}  # fmt: skip


def rows_of(tenant_id: int) -> Iterator[Any]:
    """Every row of every table that belongs to the tenant, however far away."""
    ways = ("tenant_id", "connection__tenant_id", "run__tenant_id", "snapshot__tenant_id", "read_model__tenant_id",
            "plan__connection__tenant_id")  # fmt: skip
    for model in apps.get_app_config("store").get_models():
        names = {field.name for field in model._meta.get_fields()}
        way = next((one for one in ways if one.partition("_")[0] in {name.partition("_")[0] for name in names}
                    and one.split("__")[0].removesuffix("_id") in names), None)  # fmt: skip
        if way is not None:
            yield from model._default_manager.filter(**{way: tenant_id})
    yield from Tenant.objects.filter(pk=tenant_id)


def texts_of(tenant_id: int) -> str:
    rows = [{name: str(value) for name, value in vars(row).items() if name != "_state"} for row in rows_of(tenant_id)]
    return json.dumps(rows, ensure_ascii=False)


def sealed_of(tenant_id: int) -> dict[str, int]:
    """{table.column: rows} of everything that a key has sealed; members of classes are ids, and no secret."""
    found: dict[str, int] = {}
    for row in rows_of(tenant_id):
        for name, value in vars(row).items():
            if isinstance(value, bytes | memoryview) and bytes(value) and name not in ("members", "wrapped_key"):
                found[f"{type(row).__name__}.{name}"] = found.get(f"{type(row).__name__}.{name}", 0) + 1
    return found


def test_the_search_for_what_is_left_finds_what_is_there(town: Theatre) -> None:
    save_owner(town)
    known = {
        "SnapshotRow.blob", "SchoolRow.blob", "LedgerRow.payload", "Endpoint.api_key", "Source.credentials",
        "PlanRow.head", "PlanPart.blob", "ReadModelPart.blob",
    }  # fmt: skip
    assert known <= sealed_of(town.tenant_id).keys()
    assert "owner@bjorkvik.example" in texts_of(town.tenant_id)
    assert str(uuid4()) not in texts_of(town.tenant_id)
    assert members.listed(town.tenant_id)
    assert Client().get("/healthz/").status_code in (200, 503)
