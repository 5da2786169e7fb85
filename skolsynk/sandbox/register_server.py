"""Skolverket's school unit register, API version 2, on loopback over given units.

Units are rows of the register's CSV form: ``school_unit_code name school_types organizer_type organization_number
organizer_name municipality_code municipality email_domain web_host``, and optionally ``status``.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Row = Mapping[str, str]
Json = dict[str, Any]
ORGANIZER_TYPES = {"Kommunal": "KOMMUN", "Enskild": "ENSKILD", "Region": "REGION", "Statlig": "STAT"}
FILTERS = {"status": "status", "municipality_code": "municipality_code", "organization_number": "organization_number"}
ONE_UNIT = re.compile(r"/v2/school-units/([^/]+)$")


@dataclass
class Instead:
    """What a path answers ``times`` times instead of what it should; ``delay_s`` before it, None to hang up."""

    path: str  # how the path begins
    status: int | None = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    delay_s: float = 0.0
    claims: int | None = None  # Content-Length to tell, when it shall not be true


class RegisterServer:
    """Serves while it is a context; ``url`` is the API's base address. ``log`` has the paths that were asked for."""

    def __init__(
        self,
        rows: Iterable[Row],
        extracted: str = "2025-11-30",
        latency_s: float = 0.0,
        certificate: str = "",
        key: str = "",
    ) -> None:
        """``certificate`` and ``key`` are PEM files; with them it speaks TLS only."""
        self.rows = {row["school_unit_code"]: row for row in rows}
        self.extracted, self.latency_s = extracted, latency_s
        self.instead: list[Instead] = []
        self.log: deque[str] = deque(maxlen=100_000)
        self.under_way = self.most_under_way = 0
        self.url = ""
        self._certificate, self._key = certificate, key
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    def start(self, port: int = 0) -> RegisterServer:
        """Serve on 127.0.0.1."""
        self._server = _Server(("127.0.0.1", port), _answering(self))
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate, self._key or None)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if self._certificate else 'http'}://127.0.0.1:{self._server.server_address[1]}/skolenhetsregistret"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="register", daemon=True).start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> RegisterServer:
        return self if self._server else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, target: str) -> tuple[int, Json] | Instead:
        """What a path with its query answers now."""
        path = urlsplit(target).path.removeprefix("/skolenhetsregistret")
        with self._lock:
            self.log.append(target)
            for fault in self.instead:
                if fault.times > 0 and path.startswith(fault.path):
                    fault.times -= 1
                    return fault
        if path == "/v2/school-units":
            return 200, self._list(parse_qs(urlsplit(target).query))
        one = ONE_UNIT.match(path)
        row = self.rows.get(one[1]) if one else None
        return (200, self._detail(row)) if row else (404, {"status": 404, "message": "Not found"})

    def count(self, step: int) -> None:
        """Keep count of the requests under way."""
        with self._lock:
            self.under_way += step
            self.most_under_way = max(self.most_under_way, self.under_way)

    def _meta(self) -> Json:
        return {"extractDate": self.extracted}

    def _list(self, query: Mapping[str, list[str]]) -> Json:
        rows = [row for row in self.rows.values() if _passes(row, query)]
        listed = [
            {"schoolUnitCode": row["school_unit_code"], "name": row["name"], "status": _status(row)} for row in rows
        ]
        return {"meta": self._meta(), "data": {"type": "schoolunit", "attributes": listed}}

    def _detail(self, row: Row) -> Json:
        domain, host = row["email_domain"], row["web_host"]
        attributes = {
            "displayName": row["name"],
            "status": _status(row),
            "url": f"https://www.{host}" if host else None,
            "email": f"skola@{domain}" if domain else None,
            "municipalityCode": row["municipality_code"],
            "schoolTypes": row["school_types"].split(),
        }
        code = row["school_unit_code"]
        return {
            "meta": self._meta(),
            "links": {"href": f"{self.url}/v2/school-units/{code}", "rel": "self", "method": "GET"},
            "data": {"type": "schoolunit", "schoolUnitCode": code, "attributes": attributes},
            "included": {
                "type": "organization",
                "organizationNumber": row["organization_number"],
                "attributes": {
                    "displayName": row["organizer_name"],
                    "organizerType": ORGANIZER_TYPES.get(row["organizer_type"], row["organizer_type"]),
                },
            },
        }


def _status(row: Row) -> str:
    return row.get("status") or "AKTIV"


def _passes(row: Row, query: Mapping[str, list[str]]) -> bool:
    full = {**row, "status": _status(row)}
    if any(full[column] not in query[name] for name, column in FILTERS.items() if name in query):
        return False
    return "school_type" not in query or not set(query["school_type"]).isdisjoint(row["school_types"].split())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing on stderr: a caller that hangs up is no news here."""


def _answering(register: RegisterServer) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:  # the name that http.server calls
            register.count(1)
            try:
                answer = register.answer(self.path)
                if isinstance(answer, Instead):
                    self._spoil(answer)
                else:
                    time.sleep(register.latency_s)
                    self._send(answer[0], json.dumps(answer[1], ensure_ascii=False).encode(), {})
            finally:
                register.count(-1)

        def _spoil(self, fault: Instead) -> None:
            time.sleep(fault.delay_s)
            if fault.status is None:
                self.close_connection = True
            else:
                self._send(fault.status, fault.body, fault.headers, fault.claims)

        def _send(self, status: int, body: bytes, headers: Mapping[str, str], claims: int | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if claims is None else claims))
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the caller has had enough
            if claims is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            """Nothing on stderr: ``RegisterServer.log`` has it."""

    return Answering
