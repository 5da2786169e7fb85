"""What stands in front of a site: takes TLS off, passes calls on, and may answer some by itself, as proxies do."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.egil.certificates import Issued

PATIENCE_S = 20.0


@dataclass
class Front:
    """``instead``: whole answers by path, "" for a connection that is cut."""

    port: int
    to_port: int
    instead: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"


def answer(status: str, kind: str = "text/html", body: str = "", **headers: str) -> str:
    more = "".join(f"{name.title()}: {value}\r\n" for name, value in headers.items())
    size = len(body.encode())
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{more}Connection: close\r\n\r\n{body}"
    )


@contextmanager
def front(certificate: Issued, to_port: int) -> Iterator[Front]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Front(listener.getsockname()[1], to_port)
        listener.settimeout(0.1)
        done = threading.Event()
        worker = threading.Thread(target=_serve, args=(made, listener, context, done))
        worker.start()
        try:
            yield made
        finally:
            done.set()
            worker.join()


def _serve(made: Front, listener: socket.socket, context: ssl.SSLContext, done: threading.Event) -> None:
    """One call at a time: the check asks one thing after another."""
    while not done.is_set():
        try:
            plain, _ = listener.accept()
        except TimeoutError:
            continue
        plain.settimeout(PATIENCE_S)
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as caller:
            _pass_on(made, caller)
        plain.close()


def _pass_on(made: Front, caller: ssl.SSLSocket) -> None:
    asked = b""
    while b"\r\n\r\n" not in asked:
        got = caller.recv(65536)
        if not got:
            return  # somebody who only looked at the certificate
        asked += got
    path = asked.split(b" ", 2)[1].decode()
    if path in made.instead:
        caller.sendall(made.instead[path].encode())
        return
    with socket.create_connection(("127.0.0.1", made.to_port), timeout=PATIENCE_S) as site:
        site.sendall(asked.replace(b"Connection: keep-alive", b"Connection: close"))
        while got := site.recv(65536):
            caller.sendall(got)
