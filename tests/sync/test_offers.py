"""Every vendor, what the tenant has with it, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import LazySettings

from skolsynk.core.connection import Mode
from skolsynk.store import connections as rows
from skolsynk.store import load, save, trust
from skolsynk.store.models import AuditEvent, HoldRow, RefusalRow
from skolsynk.sync import connections, offers, reach, readmodel
from skolsynk.sync.connections import Relation
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.offers import Offer
from tests.scenarios.theatre import Theatre


@pytest.fixture
def town(stage: Theatre) -> Theatre:
    readmodel.make(stage.tenant_id, today_at(stage.at))
    return stage


def offer(stage: Theatre, vendor: str = "sandbox") -> Offer:
    return next(each for each in offers.offers(stage.tenant_id) if each.vendor.slug == vendor)


def stored(stage: Theatre, vendor: str = "sandbox") -> rows.Stored:
    found = rows.stored(stage.tenant_id, vendor)
    assert found
    return found


def test_all_vendors_are_there_the_tenants_first(town: Theatre) -> None:
    listed = [(each.vendor.slug, each.stored is not None) for each in offers.offers(town.tenant_id)]
    assert listed[:2] == [("binogi", True), ("sandbox", True)]
    assert len(listed) == 8
    assert not any(mine for _, mine in listed[2:])


def test_people_are_those_whom_the_saved_selection_takes(town: Theatre) -> None:
    with_all = offer(town).people
    assert with_all
    narrow = replace(connections.saved(town.connection()).selection, roles=("teacher",))
    connections.save_connection(
        town.tenant_id, "sandbox", selection=narrow, who="x", reason="", expected_version=1, at=town.at
    )
    taken = offer(town).people
    assert taken
    assert taken < with_all


def test_people_are_unknown_without_a_read_model(own_stage: Theatre) -> None:
    assert offer(own_stage).people is None


def test_a_selection_that_cannot_be_read_counts_nobody(town: Theatre) -> None:
    save.connection(town.tenant_id, "sandbox", selection={"roles": ["king"]}, guards={}, schedule={}, at=town.at)
    assert offer(town).people is None


def test_counting_the_same_again_asks_nobody(town: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    first = offers.of_saved(stored(town))
    assert first
    monkeypatch.setattr(readmodel, "effect_of_selection", None)
    assert offers.of_saved(stored(town)) is first


def test_the_memory_of_counts_is_bounded(town: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "KEPT", 2)
    monkeypatch.setattr(offers, "_kept", {})
    saved = connections.saved(town.connection()).selection
    for role in ("pupil", "teacher", "staff"):
        offers.effect(stored(town), replace(saved, roles=(role,)))
    assert len(offers._kept) == 2


def next_of(town: Theatre) -> str:
    return offer(town).next


def test_what_is_not_added_is_to_be_added(town: Theatre) -> None:
    assert offer(town, "gleerups").next == "add"


def test_an_added_vendor_wants_a_selection_first(town: Theatre) -> None:
    connections.add(town.tenant_id, "gleerups", "x", town.at)
    assert offer(town, "gleerups").next == "select"


def test_held_changes_come_before_refusals(town: Theatre) -> None:
    facts = town.connection()
    about = {"connection_id": facts.id, "mode": "test", "resource_type": "User", "resource_id": "x"}
    RefusalRow.objects.create(**about, verb="create", status=400, at=town.at)
    assert next_of(town) == "refused"
    HoldRow.objects.create(
        **about, verb="delete", reason="removed", window="now", cause="gone", unit="12345678", first_seen=town.at
    )
    assert (next_of(town), offer(town).held) == ("review", 1)
    others = offers.offers(town.tenant_id, frozenset({"87654321"}))
    assert {(each.held, each.refused) for each in others} == {(0, 0)}
    assert trust.held(town.tenant_id, {"12345678"}) == {facts.id: 1}


def test_the_vendor_is_asked_before_keys_and_modes(town: Theatre) -> None:
    assert offer(town, "binogi").next == "ask"
    connections.set_relation(town.tenant_id, "binogi", Relation("asked"), "x", town.at)
    assert offer(town, "binogi").next == "live"
    town.switch(Mode.OFF, "binogi")
    assert offer(town, "binogi").next == "test"
    save.endpoint(town.connection("binogi").id, Mode.TEST, api_key="")
    assert offer(town, "binogi").next == "key"


def test_a_first_push_takes_what_the_vendors_rate_allows(town: Theatre) -> None:
    facts = town.connection()
    save.endpoint(facts.id, Mode.TEST, limits={"requests_per_second": 2})
    found = offers.of_saved(stored(town))
    assert found
    made = offers.first_push(stored(town), Mode.TEST, found)
    assert made.resources > found.total
    assert (made.per_second, made.seconds) == (2.0, made.resources / 2)
    held = load.ledger_size(facts.id, Mode.TEST)
    assert abs(made.resources - held) <= held * 0.2, "about what was really pushed"


def test_a_vendor_without_a_limit_takes_no_time(town: Theatre) -> None:
    found = offers.of_saved(stored(town))
    assert found
    save.endpoint(town.connection().id, Mode.TEST, limits={"requests_per_second": 0})
    assert offers.first_push(stored(town), Mode.TEST, found).seconds == 0.0


def reached(town: Theatre, mode: Mode = Mode.TEST) -> reach.Reach:
    events = trust.events(town.tenant_id, "sandbox", reach.TOLD)
    return reach.reach(town.connection(), mode, rows.ways(town.tenant_id), events)


def test_where_an_address_comes_from_is_told(town: Theatre, settings: LazySettings) -> None:
    assert reached(town).origin == "connection"
    save.endpoint(town.connection().id, Mode.TEST, address="")
    settings.VENDOR_SETTINGS = {"sandbox": {"test": "https://receiver.example"}}
    assert (reached(town).origin, reached(town).address) == ("settings", "https://receiver.example")
    settings.VENDOR_SETTINGS = {}
    assert (reached(town).origin, reached(town).complete) == ("", False)


def test_a_published_address_is_for_test_only(town: Theatre) -> None:
    connections.add(town.tenant_id, "ne", "x", town.at)
    connection = town.connection("ne")
    assert reach.reach(connection, Mode.TEST, {}).origin == "vendor"
    assert reach.reach(connection, Mode.LIVE, {}).address == ""


def test_whose_key_it_is_and_when_it_was_set_is_told_but_never_the_key(town: Theatre, settings: LazySettings) -> None:
    connections.set_key(town.connection(), Mode.TEST, "very-secret", "x", town.at)
    found = reached(town)
    assert (found.key, found.key_at) == ("own", town.at)
    assert "very-secret" not in repr(found)
    assert "very-secret" not in str(list(AuditEvent.objects.values_list("about", flat=True)))
    connections.set_key(town.connection(), Mode.TEST, "", "x", town.at)
    settings.VENDOR_SETTINGS = {"sandbox": {"key": "shared"}}
    assert (reached(town).key, reached(town).key_at) == ("shared", None)
    settings.VENDOR_SETTINGS = {}
    assert reached(town).key == ""


def test_a_test_asks_the_receiver_and_is_remembered(town: Theatre) -> None:
    found = reach.test(town.connection(), Mode.TEST, "member:1", town.at)
    assert (found.ok, found.status) == (True, 200)
    tried = reached(town).tried
    assert tried
    assert tried.about == {"vendor": "sandbox", "mode": "test", "code": "ok", "ok": True, "status": 200}
    assert reached(town, Mode.LIVE).tried is None


def test_a_wrong_key_is_told_in_words(town: Theatre) -> None:
    connections.set_key(town.connection(), Mode.TEST, "wrong-key", "x", town.at)
    assert reach.test(town.connection(), Mode.TEST, "member:1", town.at).code == "credentials"


def test_nothing_is_asked_without_a_key(town: Theatre) -> None:
    save.endpoint(town.connection().id, Mode.TEST, api_key="")
    with pytest.raises(Misconfigured):
        reach.test(town.connection(), Mode.TEST, "member:1", town.at)
    assert not AuditEvent.objects.filter(what="connection_tested").exists()


def test_a_person_is_named_by_her_exact_address_or_key(town: Theatre) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    row = model.people.rows_where(role="pupil", limit=1).rows[0]
    assert connections.person_named(model, f" {row.email.upper()} ") == row
    assert connections.person_named(model, row.key) == row
    assert connections.person_named(model, row.name) is None
    assert connections.person_named(model, "nobody@bjorkvik.example") is None
