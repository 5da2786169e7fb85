"""The one seam between what a push decides and the HTTP library that carries it.

``push``, ``listing`` and ``check`` know only this Protocol; ``curl`` implements it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

KEPT_BYTES = 16 * 1024  # of an answer to a change: enough to find a message inside an HTML page
LARGEST_ANSWER = 1024 * 1024


class Request(NamedTuple):
    """One HTTP request. ``token`` comes back with its response; ``url`` is absolute."""

    token: int
    method: str  # POST, PUT, DELETE or GET
    url: str
    body: bytes | None = None
    keep: int = KEPT_BYTES  # bytes of the answer that are kept
    largest: int = LARGEST_ANSWER  # bytes of the answer after which it is cut off


class FaultKind(StrEnum):
    """Why there is no complete answer."""

    RESOLVE = "resolve"  # the host's name has no address
    CONNECT = "connect"
    TLS = "tls"  # certificate, CA set or handshake
    PIN = "pin"  # the server's public key is none of the pinned ones
    TIMEOUT = "timeout"
    CUT = "cut"  # the connection broke
    TOO_LARGE = "too_large"
    ADDRESS = "address"  # not an address that can be called


class Fault(NamedTuple):
    kind: FaultKind
    message: str  # the library's own words
    sent: bool  # at least a part of the request left us: it may have arrived


class Response(NamedTuple):
    """What came back. ``status`` is 0 when no status line came; ``body`` its first ``keep`` bytes."""

    token: int
    status: int
    body: bytes = b""
    fault: Fault | None = None
    retry_after_s: float | None = None
    location: str = ""  # absolute, of a 3xx


class Transport(Protocol):
    """Many requests in flight over few connections. Not thread safe."""

    def submit(self, request: Request) -> None:
        """Start one request; at most the transport's own number may be open."""

    def poll(self, timeout_s: float) -> Sequence[Response]:
        """Responses that are there, waiting at most so long for the first; at once when none is open."""

    def close(self) -> None:
        """Drop open requests and connections."""
