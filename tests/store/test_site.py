"""What the site shows before there are pages: health, headers, and the operator's admin."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from skolsynk.store import load, save
from skolsynk.store.models import Endpoint, RegisterUnit
from skolsynk.web.security import POLICY
from tests.store.builders import AT, TEST, World, receipt, snapshot, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("driften", password="x"))
    return client


def filled() -> World:
    made = world()
    save.endpoint(made.connection, TEST, api_key="hemlig-nyckel", address="https://scim.example")
    save.source(made.tenant, subject="admin@bjorkvik.example", school_containers=["/Elever"])
    save.source_credentials(made.tenant, "hemlig-fil")
    save.snapshot(made.tenant, snapshot())
    save.receipts(made.run, made.connection, TEST, [receipt(1)], made.key)
    save.audit(made.tenant, "command", "looked", {"count": 1}, AT)
    RegisterUnit.objects.create(code="12345678", name="Ekskolan")
    return made


def test_health_is_200_and_names_nobody(client: Client) -> None:
    filled()
    save.heartbeat("beat", AT)
    answer = client.get("/healthz/")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok", "migrations": "ok", "heartbeats": {"beat": AT.isoformat()},
        "google_notices": "no public https address (SITE_URL)",
    }  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


def test_health_tells_whether_google_can_call(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://skolsynk.example"
    assert client.get("/healthz/").json()["google_notices"] == "possible"


def test_health_takes_no_posts(client: Client) -> None:
    assert client.post("/healthz/").status_code == 405


def test_health_is_503_while_migrations_wait(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'store'")
    answer = client.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "pending"


def test_health_is_503_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise DatabaseError("no connection")

    monkeypatch.setattr("skolsynk.web.health._pending_migrations", broken)
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()) == (503, {"database": "unreachable"})


def test_every_answer_has_the_policy(client: Client) -> None:
    assert client.get("/healthz/")["Content-Security-Policy"] == POLICY
    assert client.get("/nowhere/")["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY


def test_admin_pages_open_for_the_operator_and_show_nothing_sealed(operator: Client) -> None:
    filled()
    index = operator.get("/admin/").content.decode()
    lists = sorted(set(re.findall(r'href="(/admin/store/\w+/)"', index)))
    assert len(lists) == 7
    for address in lists:
        page = operator.get(address).content.decode()
        links = re.findall(rf'href="({address}[^"?/]+/change/)', page)
        assert links, address
        details = operator.get(links[0])
        assert details.status_code == 200
        for words in (page, details.content.decode()):
            assert "hemlig" not in words
            assert "wrapped" not in words


def test_admin_is_closed_for_others(client: Client) -> None:
    assert client.get("/admin/store/tenant/").status_code == 302


def test_an_operator_can_give_a_key_but_never_read_it(operator: Client) -> None:
    made = world()
    form = {
        "connection": made.connection,
        "mode": TEST,
        "address": "https://scim.example",
        "header": "",
        "ca_file": "",
        "media_type": "",
        "limits": "{}",
        "new_api_key": "en nyckel",
    }
    assert operator.post("/admin/store/endpoint/add/", form).status_code == 302
    assert load.endpoint(made.connection, TEST).api_key == "en nyckel"
    stored = Endpoint.objects.get()
    change = f"/admin/store/endpoint/{stored.pk}/change/"
    assert operator.post(change, {**form, "header": "X-Key", "new_api_key": ""}).status_code == 302
    found = load.endpoint(made.connection, TEST)
    assert (found.header, found.api_key) == ("X-Key", "en nyckel")
    refused = operator.post(change, {**form, "address": "http://scim.example"})
    assert refused.status_code == 200
    assert "PLAIN_HTTP_HOSTS" in refused.content.decode()
