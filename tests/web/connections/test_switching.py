"""Switching modes in the browser, and versions: the list, the owner's word, the typed number, and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from skolsynk.core.connection import Guards, Mode
from skolsynk.store import save, trust
from skolsynk.store.models import AuditEvent, ConnectionVersion, Run
from skolsynk.sync import connections
from tests.scenarios.theatre import Theatre

Address = Callable[..., str]
SANDBOX = {"vendor": "sandbox"}
LIVE = {"before": "test", "to": "live", "leave": "keep", "reason": "Terminen börjar"}


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def path(address: Address) -> str:
    return address("connection_mode", **SANDBOX)


def test_the_list_shows_what_is_left(town: Theatre, path: str, as_owner: Client, as_viewer: Client) -> None:
    page = body(as_owner.get(path))
    assert "punkter kvar" in page
    assert "Vi har gått igenom felen" in page
    viewed = body(as_viewer.get(path))
    assert "punkter kvar" in viewed
    assert "Vi har gått igenom felen" not in viewed
    assert 'name="to"' not in viewed


def test_an_owner_goes_live_with_a_reason(town: Theatre, path: str, address: Address, as_owner: Client) -> None:
    refused = as_owner.post(path, LIVE | {"reason": " "})
    assert refused.status_code == 422
    assert "Säg varför ni går vidare ändå" in body(refused)
    assert town.connection().mode is Mode.TEST
    assert as_owner.post(path, LIVE).status_code == 303
    assert town.connection().mode is Mode.LIVE
    run = Run.objects.latest("created_at")
    assert (run.kind, run.mode, run.state) == ("plan", "live", "queued")
    assert "Skarpt läge" in body(as_owner.get(address("connection", **SANDBOX)))


def test_sending_it_twice_switches_once(town: Theatre, path: str, as_owner: Client) -> None:
    for _ in range(2):
        assert as_owner.post(path, LIVE).status_code == 303
    assert AuditEvent.objects.filter(what="mode_switched", about__after="live").count() == 1
    assert Run.objects.filter(kind="plan", mode="live").count() == 1


def test_an_editor_does_not_go_live(town: Theatre, path: str, as_editor: Client) -> None:
    assert as_editor.post(path, LIVE).status_code == 403
    assert town.connection().mode is Mode.TEST
    assert as_editor.post(path, {"before": "test", "to": "off", "leave": "keep"}).status_code == 303
    assert town.connection().mode is Mode.OFF


def test_what_is_needed_stops_everybody(town: Theatre, path: str, as_owner: Client) -> None:
    save.endpoint(town.connection().id, Mode.LIVE, api_key="")
    answer = as_owner.post(path, LIVE)
    assert answer.status_code == 422
    assert "Nyckeln till Sandbox" in body(answer)
    assert town.connection().mode is Mode.TEST


def test_removing_all_wants_the_number_typed(town: Theatre, path: str, as_editor: Client) -> None:
    people, _ = trust.people_held(town.connection().id, "test")
    off = {"before": "test", "to": "off", "leave": "remove"}
    assert f"uppgifter om {people} personer" in body(as_editor.get(path))
    for typed in ("", "0", str(people + 1), "alla"):
        answer = as_editor.post(path, off | {"people": typed})
        assert answer.status_code == 422
        assert town.connection().mode is Mode.TEST
    assert as_editor.post(path, off | {"people": f" {people} "}).status_code == 303
    assert town.connection().mode is Mode.OFF
    run = Run.objects.get(kind="unprovision")
    assert (run.mode, run.state) == ("test", "queued")


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "king"},
        {"to": ""},
        {"before": ""},
        {"before": "king"},
        {"leave": ""},
        {"leave": "sell"},
        {"reason": "x" * 501},
    ],
)
def test_garbage_switches_nothing(town: Theatre, path: str, as_owner: Client, wrong: dict[str, str]) -> None:
    assert as_owner.post(path, LIVE | wrong).status_code == 422
    assert town.connection().mode is Mode.TEST


def test_a_mode_that_moved_on_is_told(town: Theatre, path: str, as_editor: Client) -> None:
    town.switch(Mode.LIVE)
    answer = as_editor.post(path, {"before": "test", "to": "off", "leave": "keep"})
    assert answer.status_code == 409
    assert "Läget ändrades under tiden" in body(answer)
    assert town.connection().mode is Mode.LIVE


def test_points_are_confirmed_once(town: Theatre, address: Address, path: str, as_editor: Client) -> None:
    confirm = address("connection_confirm", **SANDBOX)
    for code in ("findings", "guards", "guards"):
        assert as_editor.post(confirm, {"code": code}).status_code == 303
    assert AuditEvent.objects.filter(what__in=("findings_reviewed", "guards_confirmed")).count() == 2
    assert "Vi har gått igenom felen" not in body(as_editor.get(path))
    for code in ("", "test_clean", "nonsense"):
        assert as_editor.post(confirm, {"code": code}).status_code == 422


# Versions


def second(town: Theatre, **more: Any) -> None:
    selection = replace(connections.saved(town.connection()).selection, roles=("pupil",), **more)
    connections.save_connection(
        town.tenant_id, "sandbox", selection=selection, guards=Guards(freeze_days=2), who="operator",
        reason="Bara elever", expected_version=1, at=town.at,
    )  # fmt: skip


def test_a_version_says_what_it_changed(town: Theatre, address: Address, as_viewer: Client) -> None:
    second(town)
    page = body(as_viewer.get(address("connection_version", number=2, **SANDBOX)))
    assert "Roller tas bort: lärare och annan personal." in page
    assert "Dagar som trasiga uppgifter fryses: 14 → 2." in page
    assert "Bara elever" in page
    assert "gäller nu" in page
    older = body(as_viewer.get(address("connection_version", number=1, **SANDBOX)))
    assert "Det är den första versionen" in older
    assert "Roller tillkommer: lärare och annan personal." in older
    assert "<form" not in older.split('id="content"')[1].split("<footer")[0]


def test_an_old_version_is_restored_as_a_new_one(town: Theatre, address: Address, as_editor: Client) -> None:
    before = connections.saved(town.connection())
    second(town)
    path = address("connection_version", number=1, **SANDBOX)
    assert as_editor.post(path, {"version": 2, "reason": ""}).status_code == 422
    for _ in range(2):
        assert as_editor.post(path, {"version": 2, "reason": "Blev fel"}).status_code == 303
    assert connections.saved(town.connection()) == before
    assert ConnectionVersion.objects.filter(connection_id=town.connection().id).count() == 3


def test_restoring_on_top_of_something_newer_is_told(town: Theatre, address: Address, as_editor: Client) -> None:
    second(town)
    path = address("connection_version", number=1, **SANDBOX)
    answer = as_editor.post(path, {"version": 1, "reason": "Blev fel"})
    assert answer.status_code == 409
    assert "Blev fel" in body(answer)
    assert connections.saved(town.connection()).guards == Guards(freeze_days=2)


def test_restoring_protected_people_takes_an_owner(
    town: Theatre, address: Address, as_editor: Client, as_owner: Client
) -> None:
    second(town, include_protected=True)
    selection = replace(connections.saved(town.connection()).selection, include_protected=False)
    connections.save_connection(
        town.tenant_id, "sandbox", selection=selection, who="x", reason="", expected_version=2, at=town.at
    )
    path = address("connection_version", number=2, **SANDBOX)
    assert as_editor.post(path, {"version": 3, "reason": "tillbaka"}).status_code == 422
    assert as_owner.post(path, {"version": 3, "reason": "tillbaka"}).status_code == 303


def test_a_version_of_another_program_is_shown_but_not_restored(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    second(town)
    ConnectionVersion.objects.filter(number=1, connection_id=town.connection().id).update(
        document={"selection": {"roles": ["king"]}, "guards": {}, "schedule": {}}
    )
    path = address("connection_version", number=1, **SANDBOX)
    assert "går inte att läsa längre" in body(as_editor.get(path))
    assert as_editor.post(path, {"version": 2, "reason": "x"}).status_code == 422


def test_a_version_that_never_was_is_not_found(town: Theatre, address: Address, as_editor: Client) -> None:
    assert as_editor.get(address("connection_version", number=99, **SANDBOX)).status_code == 404
