"""The fake Google as one HTTP server on loopback: who is asked, what may go wrong, who answers."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google import customer_api, groups_api, people_api, watch
from skolsynk.sandbox.google.accounts import READ_SCOPES, Consumer, OAuthClient, ServiceAccount
from skolsynk.sandbox.google.calls import Call, Route
from skolsynk.sandbox.google.faults import Fault, FaultScript, fault_from_json, instead, safe_path, spoilt
from skolsynk.sandbox.google.iam import SIGN_BLOB, sign_blob
from skolsynk.sandbox.google.oidc import SignIn
from skolsynk.sandbox.google.quota import Gauge, Quota
from skolsynk.sandbox.google.tenancy import Tenancy
from skolsynk.sandbox.google.tokens import JWT_BEARER, Grant, TokenDesk
from skolsynk.sandbox.google.wire import (
    Answer,
    Refusal,
    Request,
    compressed,
    html_answer,
    json_answer,
    oauth_error,
    refuse,
)

LICENCE = re.compile(r"/appsmarket/v2/(customerLicense|userLicense)/([^/]+)/([^/]+)$")
CONTROL = "/_fake/"


class Logged(NamedTuple):
    """One call as the log keeps it: nothing personal."""

    method: str
    path: str  # addresses and user ids replaced by *
    status: int
    at: float  # the fake's clock


class FakeGoogle:
    """Google's token endpoint, sign-in and Admin SDK for the directories given.

    ``directories`` {customer id: Directory} may change while it runs. ``delegated`` grants every service account the
    read scopes at every customer; without it, call ``delegate``. ``clock`` is Unix time; ``controls`` are extra
    verbs under ``/_fake/`` for a demo in another process: {name: function of a JSON object that returns one}.
    """

    def __init__(
        self,
        directories: dict[str, Directory],
        service_accounts: Iterable[Mapping[str, str]] = (),
        *,
        clients: Iterable[OAuthClient] = (),
        consumers: Iterable[Consumer] = (),
        quota: Quota | None = None,
        delegated: bool = True,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        latency_s: float = 0.0,
        controls: Mapping[str, Callable[[dict[str, Any]], object]] | None = None,
    ) -> None:
        self.directories = directories
        self.clock, self.latency_s = clock, latency_s
        self.tenancy = Tenancy(directories)
        self.desk = TokenDesk(self.tenancy, {}, clock)
        self.sign_in = SignIn(self.tenancy, {one.client_id: one for one in clients}, tuple(consumers), self.desk, clock)
        self.gauge = Gauge(quota or Quota(), monotonic)
        self.faults = FaultScript()
        self.switchboard = watch.Switchboard(self.tenancy, clock)
        self.log: deque[Logged] = deque(maxlen=100_000)
        self.not_installed: set[str] = set()  # customers without the app: no licence
        self.api_off: set[str] = set()  # customers that have switched API access off
        self.controls = dict(controls or {})
        self.url = ""
        self._server: _Server | None = None
        self._routes = compiled(
            (
                *self.switchboard.routes(),
                *people_api.ROUTES,
                *groups_api.ROUTES,
                *customer_api.ROUTES,
                *watch.REPORTS,
            )
        )
        for key_file in service_accounts:
            self.add_service_account(key_file, delegated)

    # Running

    def start(self, port: int = 0) -> FakeGoogle:
        """Serve on 127.0.0.1; ``url`` tells where, without a slash at the end."""
        self._server = _Server(("127.0.0.1", port), self)
        self.url = self.switchboard.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake-google", daemon=True).start()
        return self

    def stop(self) -> None:
        self.switchboard.stop()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> FakeGoogle:
        return self if self._server else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def token_uri(self) -> str:
        return f"{self.url}/token"

    # Setting it up

    def add_service_account(self, key_file: Mapping[str, str], delegated: bool = True) -> None:
        account = ServiceAccount.of(key_file)
        self.desk.accounts[account.email] = account
        if delegated:
            for customer in self.directories:
                self.delegate(account.email, customer)

    def delegate(self, account: str, customer: str, scopes: Iterable[str] = READ_SCOPES) -> None:
        """Let the account (its e-mail) use exactly these scopes at the customer; () takes the delegation away."""
        self.desk.accounts[account].delegated[customer] = set(scopes)

    def fault(self, path: str, **how: Any) -> Fault:
        """Add a fault (see ``faults.Fault``) to the script."""
        made = Fault(path, **how)
        self.faults.add(made)
        return made

    def calls(self, part: str = "") -> list[Logged]:
        """The log, or those of it whose "METHOD /path" holds ``part``."""
        return [one for one in list(self.log) if part in f"{one.method} {one.path}"]

    # Answering

    def answer(self, request: Request) -> Answer | None:
        """The answer, or None where the connection is to be cut."""
        if request.path.startswith(CONTROL):
            return self._guarded(request, self._control)
        if self.latency_s:
            time.sleep(self.latency_s)
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        fault = self.faults.striking(f"{request.method} {request.path}", query)
        answer = self._under_fault(request, fault) if fault else self._guarded(request, self._sort)
        status = answer.status if answer else 0
        self.log.append(Logged(request.method, safe_path(request.path), status, self.clock()))
        return answer

    def _under_fault(self, request: Request, fault: Fault) -> Answer | None:
        if fault.seconds:
            time.sleep(fault.seconds)
        if fault.kind == "cut":
            return None
        return instead(fault) or spoilt(fault, self._guarded(request, self._sort))

    def _guarded(self, request: Request, answering: Callable[[Request], Answer]) -> Answer:
        try:
            return answering(request)
        except Refusal as refusal:
            return refusal.answer

    def _sort(self, request: Request) -> Answer:
        call = f"{request.method} {request.path}"
        if call == "POST /token":
            return self._token(request)
        if call in ("GET /authorize", "GET /o/oauth2/v2/auth", "GET /o/oauth2/auth"):
            return self.sign_in.authorize(request)
        if call in ("GET /certs", "GET /oauth2/v1/certs"):
            return json_answer({self.sign_in.signer.kid: self.sign_in.signer.certificate})
        if call == "GET /oauth2/v3/certs":
            return json_answer({"keys": [self.sign_in.signer.jwk()]})
        if call == "GET /.well-known/openid-configuration":
            return self.sign_in.discovery(self.url)
        if call in ("GET /v1/userinfo", "POST /v1/userinfo"):
            return self.sign_in.userinfo(request)
        return self._api(request)

    def _token(self, request: Request) -> Answer:
        kind = request.form().get("grant_type", "")
        if kind == JWT_BEARER:
            return self.desk.bearer(request)
        if kind == "authorization_code":
            return self.sign_in.exchange(request)
        raise oauth_error(400, "unsupported_grant_type", "Invalid grant_type: " + kind)

    def _api(self, request: Request) -> Answer:
        found = LICENCE.match(request.path)
        if found is not None and request.method == "GET":
            return self._licence(self.desk.holder(request.headers), found[1], found[2], unquote(found[3]))
        found = SIGN_BLOB.match(request.path)
        if found is not None and request.method == "POST":
            return sign_blob(request, self.desk.holder(request.headers), self.desk.accounts, unquote(found[1]))
        for method, pattern, route in self._routes:
            match = pattern.fullmatch(request.path) if method == request.method else None
            if match is not None:
                parts = {name: unquote(text) for name, text in match.groupdict().items()}
                return self._allowed(request, route, parts)
        raise refuse(404, "notFound", "Not Found")

    def _allowed(self, request: Request, route: Route, parts: Mapping[str, str]) -> Answer:
        grant = self.desk.holder(request.headers)
        directory = self.directories.get(grant.customer)
        if directory is None:
            raise refuse(403, "forbidden", "Not Authorized to access this resource/api")
        if not grant.scopes & route.scopes:
            message = "Request had insufficient authentication scopes."
            raise refuse(403, "insufficientPermissions", message, status="PERMISSION_DENIED")
        if directory.customer_id in self.api_off:
            raise refuse(403, "domainCannotUseApis", "Domain cannot use apis.")
        if not may_read(directory, grant, request):
            raise refuse(403, "forbidden", "Not Authorized to access this resource/api")
        with self.gauge.call(grant.customer, grant.subject):
            return route.answer(Call(request, parts, grant, directory, self.tenancy, self.clock()))

    def _licence(self, grant: Grant, kind: str, application: str, key: str) -> Answer:
        if kind == "userLicense":
            found = self.tenancy.of_address(key)
            directory, user = found if found else (None, {})
        else:
            user = None
            names = ((one, {d["domainName"] for d in one.domains} | {one.customer_id}) for one in self.tenancy.all())
            directory = next((one for one, called in names if key in called), None)
        if directory is not None and directory.customer_id in self.not_installed:
            directory = None
        return customer_api.licence(grant.scopes, application, key, directory, user)

    def _control(self, request: Request) -> Answer:
        """``GET log``, ``POST faults`` (one fault), ``DELETE faults``, ``POST NAME`` for each of ``controls``."""
        verb = f"{request.method} {request.path.removeprefix(CONTROL)}"
        if verb == "GET log":
            return json_answer([one._asdict() for one in list(self.log)])
        if verb == "POST faults":
            try:
                self.faults.add(fault_from_json(request.json()))
            except ValueError as wrong:
                return json_answer({"error": str(wrong)}, 400)
            return json_answer({})
        if verb == "DELETE faults":
            self.faults.clear()
            return json_answer({})
        control = self.controls.get(verb.removeprefix("POST "))
        if control is None:
            return html_answer("no such control", 404)
        return json_answer(control(request.json()) or {})


def may_read(directory: Directory, grant: Grant, request: Request) -> bool:
    """Administrators may; others only what ``viewType=domain_public`` shows."""
    user = directory.find_user(grant.subject)
    if user is None or user.get("suspended"):
        return False
    return bool(user.get("isAdmin") or user.get("isDelegatedAdmin")) or request.query.get("viewType") == "domain_public"


def compiled(routes: Iterable[Route]) -> list[tuple[str, re.Pattern[str], Route]]:
    return [(one.method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", one.pattern)), one) for one in routes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], google: FakeGoogle) -> None:
        self.google = google
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def stop(self) -> None:
        """Stop listening and close every connection that clients keep alive."""
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one segment

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query, True)), headers, body)
        answer = self.server.google.answer(request)
        if answer is None:
            self._cut()
            return
        answer = compressed(answer, headers.get("accept-encoding", ""))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _cut(self) -> None:
        """Promise more than is sent, and hang up."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"kind":')
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_DELETE = do_PUT = _answer  # noqa: N815 - names that http.server looks up

    def log_message(self, *_: object) -> None:
        """Nothing: paths hold addresses; ``FakeGoogle.log`` keeps what may be kept."""
