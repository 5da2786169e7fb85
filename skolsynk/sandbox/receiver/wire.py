"""HTTP/1.1 with keep-alive, as little as a receiver needs: requests in, replies out, one at a time per connection.

Source: RFC 9112. Bodies come with Content-Length; chunked requests are refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

LONGEST_HEAD = 32 * 1024
LONGEST_BODY = 4 * 1024 * 1024
TRICKLE_S = 0.05  # between two bytes
REASONS = {status.value: status.phrase for status in HTTPStatus}


class Request(NamedTuple):
    verb: str
    path: str
    query: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    peer: str  # address of the other side


class Reply(NamedTuple):
    """Bytes for the wire. ``cut`` breaks the connection after them, ``trickle`` writes them one by one."""

    content: bytes
    delay_s: float = 0.0
    cut: bool = False
    trickle: bool = False


def render(status: int, body: bytes, content_type: str, headers: Mapping[str, str]) -> bytes:
    """One response. An answer without a body has no Content-Type."""
    head = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}"]
    if status != 204:
        head.append(f"Content-Length: {len(body)}")
    if body:
        head.append(f"Content-Type: {content_type}")
    head.extend(f"{name}: {value}" for name, value in headers.items())
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body


class Connection(asyncio.Protocol):
    """One connection; ``answer`` is asked for each complete request."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        answer: Callable[[Request], Reply],
        all_connections: set[Connection],
    ) -> None:
        self._loop = loop
        self._answer = answer
        self._all = all_connections
        self._waiting = bytearray()
        self._busy = False
        self._peer = ""
        self._wire: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._wire = transport
        self._peer = str((transport.get_extra_info("peername") or ("",))[0])
        self._all.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire = None
        self._all.discard(self)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        self._continue()

    def abort(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    def _continue(self) -> None:
        while not self._busy and self._wire is not None:
            request = self._next()
            if request is None:
                return
            if isinstance(request, int):
                self._send(Reply(render(request, b"", "", {"Connection": "close"}), cut=True))
                return
            self._busy = True
            reply = self._answer(request)
            if reply.delay_s > 0:
                self._loop.call_later(reply.delay_s, self._send, reply)
            else:
                self._send(reply)

    def _send(self, reply: Reply) -> None:
        if self._wire is None:
            return
        if reply.trickle and reply.content:
            self._wire.write(reply.content[:1])
            self._loop.call_later(TRICKLE_S, self._send, reply._replace(content=reply.content[1:]))
            return
        if reply.content:
            self._wire.write(reply.content)
        if reply.cut:
            self._wire.close()
            return
        self._busy = False
        if self._waiting:
            self._loop.call_soon(self._continue)

    def _next(self) -> Request | int | None:
        """The next complete request, None when more bytes are needed, or the status that refuses it."""
        if self._waiting and not self._waiting[:1].isupper():
            return 400  # such as the first byte of TLS
        end = self._waiting.find(b"\r\n\r\n")
        if end < 0:
            return 431 if len(self._waiting) > LONGEST_HEAD else None
        lines = self._waiting[:end].decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        length = headers.get("content-length", "0")
        if len(words) != 3 or not length.isdecimal():
            return 400
        if "transfer-encoding" in headers:
            return 411
        size = end + 4 + int(length)
        if int(length) > LONGEST_BODY:
            return 413
        if len(self._waiting) < size:
            return None
        body = bytes(self._waiting[end + 4 : size])
        del self._waiting[:size]
        path, _, query = words[1].partition("?")
        return Request(words[0], unquote(path), query, headers, body, self._peer)
