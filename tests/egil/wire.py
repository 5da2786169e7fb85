"""A transport without a network and a clock without time, for what must not take real seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skolsynk.egil.push import Clockwork
from skolsynk.egil.transport import Fault, FaultKind, Request, Response

Script = Callable[[Request, float], Response]


class FakeTime:
    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def work(self) -> Clockwork:
        return Clockwork(self.clock, self.sleep, lambda: 1.0)


class ScriptedTransport:
    """Answers every open request at the next poll, as the script says; each poll takes ``seconds``."""

    def __init__(self, time: FakeTime, script: Script, seconds: float = 0.01) -> None:
        self._time = time
        self._script = script
        self._seconds = seconds
        self._open: list[Request] = []
        self.sent: list[tuple[float, Request]] = []
        self.closed = False

    def submit(self, request: Request) -> None:
        self.sent.append((self._time.at, request))
        self._open.append(request)

    def poll(self, timeout_s: float) -> Sequence[Response]:
        self._time.at += self._seconds
        waiting, self._open = self._open, []
        return [self._script(request, self._time.at) for request in waiting]

    def close(self) -> None:
        self.closed = True


def good(request: Request) -> Response:
    return Response(request.token, {"POST": 201, "PUT": 200, "DELETE": 204}[request.method], b"{}")


def says(request: Request, status: int, body: str = "", retry_after_s: float | None = None) -> Response:
    return Response(request.token, status, body.encode(), None, retry_after_s)


def broken(request: Request, kind: FaultKind = FaultKind.CONNECT, *, sent: bool = False) -> Response:
    return Response(request.token, 0, b"", Fault(kind, f"it said {kind}", sent))
