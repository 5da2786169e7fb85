"""Channels of the fake Google call back for real; its admin log can be read."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.sandbox.google_caller import Caller
from tests.sources.google.build import ADMIN, Scene, scene, user

WATCH = "/admin/directory/v1/users/watch"
STOP = "/admin/directory_v1/channels/stop"
Seen = list[tuple[dict[str, str], dict[str, Any]]]


@contextmanager
def listener(statuses: list[int] | None = None) -> Iterator[tuple[str, Seen]]:
    """An address that notes what it is told; ``statuses`` are its first answers, 200 follows."""
    seen: Seen = []
    left = list(statuses or ())

    class Noting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body or b"{}")))
            self.send_response(left.pop(0) if left else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def channel(address: str, **more: Any) -> dict[str, Any]:
    return {"id": "channel-1", "type": "web_hook", "address": address, "token": "t", **more}


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end, "nothing came within five seconds"
        time.sleep(0.005)


def opened(at: Scene, address: str, **query: str) -> dict[str, Any]:
    path = f"{WATCH}?customer=my_customer" + "".join(f"&{name}={value}" for name, value in query.items())
    got: dict[str, Any] = Caller(at.google)(path, body=channel(address)).json()
    return got


def states(seen: Seen) -> list[str]:
    return [headers["x-goog-resource-state"] for headers, _ in seen]


def test_a_channel_says_sync_and_then_every_change() -> None:
    with scene() as at, listener() as (address, seen):
        answer = opened(at, address)
        assert (answer["kind"], answer["id"], answer["token"]) == ("api#channel", "channel-1", "t")
        until(lambda: states(seen) == ["sync"])
        at.directory.rename_user("u1", "Ny", "Ek")
        at.directory.add_user(user(9))
        at.directory.delete_user("u2")
        at.directory.set_members("g1", [])
        until(lambda: len(seen) == 4)
    assert states(seen) == ["sync", "update", "add", "delete"]
    headers, body = seen[1]
    assert headers["x-goog-channel-token"] == "t"
    assert headers["x-goog-resource-id"] == answer["resourceId"]
    assert headers["x-goog-message-number"] == "2"
    assert (body["id"], body["kind"]) == ("u1", "admin#directory#user")
    assert [body["id"] for _, body in seen[2:]] == ["u9", "u2"]


def test_a_channel_for_one_event_hears_of_that_alone() -> None:
    with scene() as at, listener() as (address, seen):
        opened(at, address, event="delete")
        at.directory.rename_user("u1", "Ny", "Ek")
        at.directory.delete_user("u2")
        until(lambda: len(seen) == 2)
    assert states(seen) == ["sync", "delete"]


def test_a_message_is_sent_again_after_503_and_dropped_after_404() -> None:
    with scene() as at, listener([503, 200, 404]) as (address, seen):
        opened(at, address)
        until(lambda: len(seen) == 2)
        at.directory.rename_user("u1", "Ny", "Ek")
        until(lambda: len(at.google.switchboard.delivered) == 2)
    assert [status for _, _, status in at.google.switchboard.delivered] == [200, 404]
    assert len(seen) == 3


def test_nobody_listening_does_no_harm() -> None:
    with scene() as at:
        with listener() as (address, _):
            pass
        opened(at, address)
        until(lambda: at.google.switchboard.delivered == [("channel-1", "sync", 0)])


def test_a_stopped_channel_is_silent() -> None:
    with scene() as at, listener() as (address, seen):
        answer = opened(at, address)
        until(lambda: len(seen) == 1)
        call = Caller(at.google)
        assert call(STOP, body={"id": "channel-1", "resourceId": "wrong"}).status == 404
        assert call(STOP, body={"id": "channel-1", "resourceId": answer["resourceId"]}).status == 204
        at.directory.rename_user("u1", "Ny", "Ek")
        time.sleep(0.15)
        assert call(STOP, body={"id": "channel-1", "resourceId": answer["resourceId"]}).status == 404
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("more", "hours"), [({}, 6), ({"params": {"ttl": "3600"}}, 1), ({"params": {"ttl": "999999"}}, 6)]
)
def test_a_channel_lives_six_hours_at_most(more: dict[str, Any], hours: int) -> None:
    with scene() as at, listener() as (address, _):
        got = Caller(at.google)(f"{WATCH}?customer=my_customer", body=channel(address, **more)).json()
        until(lambda: bool(at.google.switchboard.delivered))
    assert abs(int(got["expiration"]) / 1000 - time.time() - hours * 3600) < 60


def test_an_expired_channel_hears_nothing() -> None:
    now = [time.time()]
    with scene(clock=lambda: now[0]) as at, listener() as (address, seen):
        body = channel(address, expiration=int((now[0] + 60) * 1000))
        Caller(at.google)(f"{WATCH}?customer=my_customer", body=body)
        until(lambda: len(seen) == 1)
        now[0] += 61
        at.directory.rename_user("u1", "Ny", "Ek")
        time.sleep(0.15)
    assert states(seen) == ["sync"]


@pytest.mark.parametrize(
    "wrong",
    [{"address": "https://outside.example/hook"}, {"type": "mail"}, {"id": ""}, {"token": "t" * 257}],
)
def test_a_channel_that_google_would_refuse_is_refused(wrong: dict[str, Any]) -> None:
    with scene() as at:
        body = {**channel("http://127.0.0.1:9/hook"), **wrong}
        assert Caller(at.google)(f"{WATCH}?customer=my_customer", body=body).status == 400


def test_a_channel_id_is_used_once() -> None:
    with scene() as at, listener() as (address, _):
        opened(at, address)
        assert (
            Caller(at.google)(f"{WATCH}?customer=my_customer", body=channel(address)).reason() == "channelIdNotUnique"
        )
        until(lambda: bool(at.google.switchboard.delivered))


def test_the_admin_log_is_told_newest_first() -> None:
    path = "/admin/reports/v1/activity/users/all/applications/admin"
    with scene() as at:
        at.directory.log.clear()
        at.directory.set_members("g1", [])
        at.directory.move_user("u1", "/Kontor")
        call = Caller(at.google)
        items = call(path).json()["items"]
        assert items[0]["events"][0]["name"] == "MOVE_USER_TO_ORG_UNIT"
        assert len(items) == 4
        since = items[0]["id"]["time"]
        assert call(path, startTime=since).json()["items"]
        assert "items" not in call(path, startTime="2999-01-01T00:00:00.000Z").json()
        assert "items" not in call(path, endTime="2000-01-01T00:00:00.000Z").json()
        moved = call(path, eventName="MOVE_USER_TO_ORG_UNIT").json()["items"]
        assert len(moved) == 1
        assert "items" not in call(path.replace("all", ADMIN)).json()
        assert "items" not in call(path.replace("applications/admin", "applications/drive")).json()
        first = call(path, maxResults=3).json()
        assert len(call(path, maxResults=3, pageToken=first["nextPageToken"]).json()["items"]) == 1
