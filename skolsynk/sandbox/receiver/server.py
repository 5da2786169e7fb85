"""The receiver as a running server: in a thread of one's own process, or as a process."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TypeVar

from skolsynk.sandbox.receiver.desk import Desk
from skolsynk.sandbox.receiver.tenant import Tenant
from skolsynk.sandbox.receiver.values import Client, Fault, Logged
from skolsynk.sandbox.receiver.wire import Connection

T = TypeVar("T")
PATIENCE_S = 10.0


class ReceiverServer:
    """Start, look, set faults, stop. Stopped and started again it keeps its port and what it holds.

    All methods may be called from any thread.
    """

    def __init__(
        self,
        clients: Iterable[Client],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        base_path: str = "",
        certificate: str | None = None,
        key: str | None = None,
    ) -> None:
        self._desk = Desk(clients, base_path)
        self._host = host
        self._port = port
        self._base_path = base_path.rstrip("/")
        self._context = _tls(certificate, key) if certificate else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connections: set[Connection] = set()

    @property
    def url(self) -> str:
        """The base address that a sender is given."""
        return f"{'https' if self._context else 'http'}://{self._host}:{self._port}{self._base_path}"

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> ReceiverServer:
        """Serve in a thread; returns when it accepts connections. Raises OSError when the port is taken."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="receiver", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.listen(), self._loop).result(PATIENCE_S)
        except OSError:
            self._end_loop()
            raise
        return self

    def stop(self) -> None:
        """Drop every connection and free the port."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self.hush(), self._loop).result(PATIENCE_S)
            self._end_loop()

    def __enter__(self) -> ReceiverServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def listen(self) -> None:
        """Bind and serve on the running loop."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            partial(Connection, loop, self._desk.answer, self._connections),
            self._host,
            self._port,
            ssl=self._context,
            backlog=512,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def hush(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    # Looking and setting

    def held(self, client: str) -> Mapping[str, Mapping[str, object]]:
        """``{endpoint: {id: body}}`` of one client."""
        return self._on(client, Tenant.held)

    def raw(self, client: str) -> Mapping[str, bytes]:
        """``{id: body}`` exactly as received."""
        return self._on(client, Tenant.raw)

    def export(self, client: str) -> bytes:
        """Everything one client has, as canonical JSON."""
        return self._on(client, Tenant.export)

    def dangling(self, client: str) -> Sequence[tuple[str, str]]:
        """``(referrer, missing id)``: empty when everything that is referred to is there."""
        return self._on(client, lambda tenant: [(one, pointer.id) for one, pointer in tenant.dangling()])

    def log(self, client: str) -> Sequence[Logged]:
        return self._on(client, lambda tenant: list(tenant.log))

    def set_faults(self, client: str, *faults: Fault) -> None:
        """Replace the fault script; counting starts anew."""
        self._on(client, lambda tenant: tenant.set_faults(list(faults)))

    def clear(self, client: str) -> None:
        self._on(client, Tenant.clear)

    def admit(self, client: Client) -> None:
        """A new client, or new settings for a known one."""
        self._run(lambda: self._desk.admit(client))

    def _on(self, client: str, act: Callable[[Tenant], T]) -> T:
        return self._run(lambda: act(self._desk.tenants[client]))

    def _run(self, act: Callable[[], T]) -> T:
        """In the server's own thread, so that nothing changes while it is read."""
        if self._loop is None:
            return act()

        async def acting() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acting(), self._loop).result(PATIENCE_S)

    def _end_loop(self) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()
        self._loop = None


def _tls(certificate: str, key: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
