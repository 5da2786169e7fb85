"""Trouble is told once, and its end once: to people by letter, to systems by a signed call."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from pytest_django.fixtures import Settings

from skolsynk.store import load, notices, save
from skolsynk.store.models import Member, Notice, Webhook
from skolsynk.sync import delivery
from skolsynk.sync.notices import Alarm, follow
from tests.scenarios.theatre import SOME_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant_id() -> int:
    return save.tenant("C1notice1", "Björkviks kommun", at=SOME_DAY)


def alarm(cause: str = "held", connection_id: int | None = None) -> Alarm:
    return Alarm(
        connection_id, cause, SOME_DAY, "48 ändringar väntar på beslut", "48 changes wait for a decision",
        "Granska dem.", "Review them.", "changes",
    )  # fmt: skip


def wants_letters(tenant_id: int, email: str, language: str = "sv", **words: object) -> None:
    Member.objects.create(
        tenant_id=tenant_id, email=email, role="viewer", language=language, created_at=SOME_DAY, notices=True, **words
    )


class Listener:
    """What a receiver of webhooks was sent; it answers ``status``."""

    def __init__(self, status: int) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(status)
                self.send_header("location", "http://127.0.0.1:9/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@contextmanager
def listening(status: int = 204) -> Iterator[Listener]:
    made = Listener(status)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


def test_one_letter_when_it_begins_and_one_when_it_is_over(tenant_id: int, settings: Settings) -> None:
    settings.SITE_URL = "https://skolsynk.example"
    wants_letters(tenant_id, "ann@bjorkvik.example")
    Member.objects.create(tenant_id=tenant_id, email="tyst@bjorkvik.example", role="owner", created_at=SOME_DAY)
    for minute in range(3):
        follow(tenant_id, [alarm()], SOME_DAY + timedelta(minutes=minute))
    assert [letter.to for letter in mail.outbox] == [["ann@bjorkvik.example"]]
    assert mail.outbox[0].subject == "Skolsynk: 48 ändringar väntar på beslut"
    assert "Granska dem." in mail.outbox[0].body
    assert "https://skolsynk.example/h/C1notice1/oversikt/" in mail.outbox[0].body
    for minute in range(3, 6):
        follow(tenant_id, [], SOME_DAY + timedelta(minutes=minute))
    assert [letter.subject for letter in mail.outbox[1:]] == ["Skolsynk: Över: 48 ändringar väntar på beslut"]
    assert follow(tenant_id, [alarm()], SOME_DAY + timedelta(hours=1)).begun == 1


def test_each_cause_is_told_on_its_own_and_in_the_readers_language(tenant_id: int) -> None:
    wants_letters(tenant_id, "ann@bjorkvik.example", "en")
    wants_letters(tenant_id, "slutat@bjorkvik.example", ended_at=SOME_DAY)
    done = follow(tenant_id, [alarm("held"), alarm("silent")], SOME_DAY)
    assert (done.begun, done.ended) == (2, 0)
    assert {letter.subject for letter in mail.outbox} == {"Skolsynk: 48 changes wait for a decision"}
    assert len(mail.outbox) == 2
    assert follow(tenant_id, [alarm("held")], SOME_DAY).ended == 1


def test_a_webhook_is_signed_with_the_tenants_own_secret(tenant_id: int) -> None:
    secret = delivery.new_secret()
    with listening() as hook:
        webhook_id = notices.add_webhook(tenant_id, hook.url, secret, SOME_DAY)
        connection_id = save.connection(tenant_id, "ne", selection={}, guards={}, schedule={}, at=SOME_DAY)
        follow(tenant_id, [alarm(connection_id=connection_id)], SOME_DAY)
        follow(tenant_id, [], SOME_DAY)
    (headers, body), (_, recovered) = hook.got
    assert webhook_id
    assert secret.encode() not in bytes(Webhook.objects.get().secret)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    told = json.loads(body)
    assert (told["type"], told["data"]["vendor"], told["data"]["cause"]) == ("skolsynk.trouble", "ne", "held")
    assert json.loads(recovered)["type"] == "skolsynk.recovered"
    assert notices.webhooks(tenant_id)[0].last_status == 204


@pytest.mark.parametrize(("status", "error"), [(500, "refused"), (302, "")])
def test_a_webhook_that_refuses_or_points_elsewhere_is_recorded_and_not_followed(
    tenant_id: int, status: int, error: str
) -> None:
    with listening(status) as hook:
        notices.add_webhook(tenant_id, hook.url, delivery.new_secret(), SOME_DAY)
        follow(tenant_id, [alarm()], SOME_DAY)
    assert len(hook.got) == 1
    found = notices.webhooks(tenant_id)[0]
    assert (found.last_status, found.last_error) == (status, error)


def test_nobody_there_is_recorded_and_nothing_else_stops(tenant_id: int) -> None:
    notices.add_webhook(tenant_id, "http://127.0.0.1:9/hook", delivery.new_secret(), SOME_DAY)
    wants_letters(tenant_id, "ann@bjorkvik.example")
    assert follow(tenant_id, [alarm()], SOME_DAY).begun == 1
    assert notices.webhooks(tenant_id)[0].last_error == "ConnectionError"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("address", "fault"),
    [("ftp://x.example/", "address"), ("http://x.example/", "address"), ("https://user:pw@x.example/", "address"),
     ("https://10.0.0.8/hook", "internal"), ("https://[fd00::1]/hook", "internal"),
     ("https://169.254.169.254/", "internal"),
     ("http://127.0.0.1:8000/", "")],
)  # fmt: skip
def test_webhooks_reach_nothing_inside_the_deployment(address: str, fault: str) -> None:
    assert delivery.webhook_fault(address) == fault


def test_letters_that_cannot_be_sent_are_not_tried_for_ever(
    tenant_id: int, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    wants_letters(tenant_id, "ann@bjorkvik.example")
    follow(tenant_id, [alarm()], SOME_DAY)
    follow(tenant_id, [alarm()], SOME_DAY)
    failed = [record for record in caplog.records if "letters_failed" in record.getMessage()]
    assert len(failed) == 1
    assert "bjorkvik" not in caplog.text


def test_tenants_do_not_see_each_others_notices(tenant_id: int) -> None:
    other = save.tenant("C1notice2", "Annan kommun", at=SOME_DAY)
    follow(tenant_id, [alarm()], SOME_DAY)
    assert notices.current(other) == ()
    assert follow(other, [], SOME_DAY).ended == 0
    assert not notices.end(other, Notice.objects.get().pk, SOME_DAY)
    hook = notices.add_webhook(tenant_id, "https://x.example/", delivery.new_secret(), SOME_DAY)
    assert hook
    assert notices.add_webhook(tenant_id, "https://x.example/", delivery.new_secret(), SOME_DAY) is None
    assert not notices.drop_webhook(other, hook)
    assert notices.drop_webhook(tenant_id, hook)


def test_two_who_look_at_once_tell_it_once(tenant_id: int) -> None:
    wants_letters(tenant_id, "ann@bjorkvik.example")
    assert notices.begin(tenant_id, None, "held", {}, SOME_DAY)
    assert notices.begin(tenant_id, None, "held", {}, SOME_DAY) is None
    assert load.tenant(tenant_id).name == "Björkviks kommun"
