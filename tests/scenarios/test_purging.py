"""The app was removed for so long that everything about people is erased; and then it comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from skolsynk.core.connection import Mode
from skolsynk.core.installation import Event, State
from skolsynk.sources.google.oidc import Identity
from skolsynk.store import load, members, purging, save
from skolsynk.sync import housekeeping, installation, rebuild, rehearsal, signin, tenants
from skolsynk.sync.configuration import write_yaml
from tests.scenarios.away import (
    identities,
    install,
    look,
    neighbour,
    now,
    purged,
    quarantined,
    save_owner,
    sealed_of,
    texts_of,
    two_vendors,
    whats,
)
from tests.scenarios.theatre import Theatre, pupils, resource
from tests.web.conftest import signed_in


@pytest.fixture
def town(db: None) -> Iterator[Theatre]:
    with two_vendors() as made:
        yield made


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
