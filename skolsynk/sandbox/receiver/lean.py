"""A receiver that costs next to nothing: for benchmarks where the sender shall be what is measured.

It answers every POST with 201, every PUT with 200 and every DELETE with 204 after an optional fixed
delay, checks nothing and keeps only counts. Run as a process of its own:
``python -m skolsynk.sandbox.receiver.lean --delay-ms 20`` prints the address on the first line and, when
it is told to stop (SIGTERM or SIGINT), the counts as JSON on the last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import ssl
import sys
from collections import Counter
from functools import partial

ANSWERS = {
    b"POST": b"HTTP/1.1 201 Created\r\nContent-Type: application/scim+json\r\nContent-Length: 2\r\n\r\n{}",
    b"PUT ": b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: 2\r\n\r\n{}",
    b"DELE": b"HTTP/1.1 204 No Content\r\n\r\n",
}
REFUSAL = b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"
LENGTH = b"content-length:"


class LeanReceiver(asyncio.Protocol):
    """One connection. Requests are recognised by their first four bytes and their Content-Length."""

    def __init__(self, loop: asyncio.AbstractEventLoop, delay_s: float, counts: Counter[str]) -> None:
        self._loop = loop
        self._delay_s = delay_s
        self._counts = counts
        self._waiting = b""
        self._wire: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        received = self._waiting + data if self._waiting else data
        while (end := received.find(b"\r\n\r\n")) >= 0:
            size = end + 4 + _body_length(received[:end])
            if len(received) < size:
                break
            self._answer(received[:4])
            received = received[size:]
        self._waiting = received

    def _answer(self, verb: bytes) -> None:
        self._counts[verb.decode("latin-1").strip()] += 1
        answer = ANSWERS.get(verb, REFUSAL)
        if self._delay_s:
            self._loop.call_later(self._delay_s, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.write(answer)


def _body_length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(LENGTH)
    if start < 0:
        return 0
    end = lowered.find(b"\r\n", start)
    return int(lowered[start + len(LENGTH) : end if end > 0 else None])


async def serve(port: int, delay_s: float, certificate: str | None, key: str | None) -> Counter[str]:
    """Serve on loopback until SIGTERM or SIGINT; the counts by verb (first four letters)."""
    loop = asyncio.get_running_loop()
    counts: Counter[str] = Counter()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    server = await loop.create_server(
        partial(LeanReceiver, loop, delay_s, counts), "127.0.0.1", port, ssl=context, backlog=512
    )
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    host, bound = server.sockets[0].getsockname()[:2]
    sys.stdout.write(f"{'https' if context else 'http'}://{host}:{bound}\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description="A receiver that only counts, for benchmarks")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0.0, help="fixed delay before every answer")
    parser.add_argument("--certificate", help="PEM file; serve TLS")
    parser.add_argument("--key", help="PEM file of the certificate's key")
    chosen = parser.parse_args()
    counts = asyncio.run(serve(chosen.port, chosen.delay_ms / 1000, chosen.certificate, chosen.key))
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    main()
