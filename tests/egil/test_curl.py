"""What goes over the wire, byte for byte, and what the transport reads from an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from skolsynk.egil.curl import CurlTransport
from skolsynk.egil.listing import ask
from skolsynk.egil.transport import Request, Response
from skolsynk.sandbox.receiver import Client, Fault, ReceiverServer
from tests.egil.builders import create, school, send, target


class Listener:
    """Takes one connection, keeps what was sent on it and answers each request with 204."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        self.connections += 1
        with connection:
            while received := connection.recv(65536):
                self.heads.append(received.decode())
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def close(self) -> None:
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def exchange(transport: CurlTransport, request: Request) -> Response:
    transport.submit(request)
    while True:
        for response in transport.poll(1.0):
            return response


def headers_of(head: str) -> dict[str, str]:
    lines = head.partition("\r\n\r\n")[0].split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_each_verb_has_the_headers_and_body_of_the_profile_on_one_connection(listener: Listener) -> None:
    transport = CurlTransport(target(listener.url), lines=1)
    for verb, body in (("POST", b'{"a":"\xc3\xa5"}'), ("PUT", b"{}"), ("DELETE", None), ("GET", None), ("POST", b"[]")):
        exchange(transport, Request(1, verb, f"{listener.url}/Users/7", body))
    transport.close()
    listener.close()

    post, put, delete, get, again = listener.heads
    assert post.startswith("POST /Users/7 HTTP/1.1\r\n")
    assert post.endswith('\r\n\r\n{"a":"å"}')
    assert (put[:4], delete[:7], get[:4], again[-2:]) == ("PUT ", "DELETE ", "GET ", "[]")
    for head in (post, put, again):
        sent = headers_of(head)
        assert (sent["content-type"], sent["accept"]) == ("application/scim+json", "application/scim+json")
        assert "expect" not in sent
    assert {"accept", "content-type", "content-length"}.isdisjoint(headers_of(delete))
    assert headers_of(get)["accept"] == "application/scim+json"
    assert {headers_of(head)["x-api-key"] for head in listener.heads} == {"right"}
    assert all(headers_of(head)["user-agent"].startswith("Skolsynk/") for head in listener.heads)
    assert listener.connections == 1


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    with ReceiverServer([Client("strict", "right")]) as server:
        server.set_faults(
            "strict",
            Fault(status=429, retry_after="17"),
            Fault(first=2, status=503, retry_after=at),
            Fault(first=3, status=429),
            Fault(first=4, status=429, retry_after="soon"),
        )
        transport = CurlTransport(target(server.url), lines=1)
        asked = [ask(transport, f"{server.url}/Users").retry_after_s for _ in range(4)]
        transport.close()

    assert asked[0] == 17
    assert 30 < (asked[1] or 0) <= 41
    assert asked[2:] == [None, None]


def test_connections_are_reused() -> None:
    with ReceiverServer([Client("strict", "right")]) as server:
        most: list[int] = []
        send(
            [create(body) for body in school(300)],
            target(server.url, concurrency=8),
            settle=lambda receipts: most.append(len(server._connections)),
        )

    assert max(most) <= 8
