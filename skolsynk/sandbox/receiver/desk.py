"""Who asks, what for, and what goes wrong by appointment: from a request to a reply.

Source: EGIL profile (verbs and status codes), RFC 7644; limits and plain-text errors of the reference
temperament as the open-source reference receiver shows them.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

from skolsynk.sandbox.receiver.admin import Admin
from skolsynk.sandbox.receiver.page import page
from skolsynk.sandbox.receiver.resources import SHAPES
from skolsynk.sandbox.receiver.tenant import Answer, Tenant, error_answer
from skolsynk.sandbox.receiver.values import Client, Fault, Logged
from skolsynk.sandbox.receiver.wire import Reply, Request, render

MEDIA_TYPES = ("application/scim+json", "application/json")
HUGE = 10 * 1024 * 1024
HTML_PAGE = (
    "<!DOCTYPE html><html><head><title>Fel</title><style>body{color:#333}</style></head>"
    "<body><h1>Något gick fel</h1><p>Servern är &ouml;verbelastad.</p></body></html>"
)


class Desk:
    """All clients of one receiver."""

    def __init__(self, clients: Iterable[Client], base_path: str = "", clock: Callable[[], float] = time.time) -> None:
        self.tenants: dict[str, Tenant] = {}
        self._by_key: dict[tuple[str, str], Tenant] = {}
        self._headers: tuple[str, ...] = ()
        self._base = base_path.rstrip("/")
        self._clock = clock
        self._admin = Admin(self)
        for client in clients:
            self.admit(client)

    def admit(self, client: Client) -> Tenant:
        """Take a new client, or give a known one new settings; what it holds stays."""
        tenant = self.tenants.get(client.name) or Tenant(client)
        tenant.client = client
        tenant.tokens = float(client.burst)
        self.tenants[client.name] = tenant
        self._by_key = {(one.client.header.lower(), one.client.key): one for one in self.tenants.values()}
        self._headers = tuple(dict.fromkeys(header for header, _ in self._by_key))
        return tenant

    def answer(self, request: Request) -> Reply:
        """The reply to any request; logged under its client."""
        if request.path == "/" or request.path.startswith("/_admin"):
            return self._own_pages(request)
        path = self._inside_base(request.path)
        if path is None:
            return _reply(error_answer(None, 404, "404 page not found"))
        if "//" in path:
            location = request.path.replace("//", "/")
            return _reply(Answer(307, b"", "", {"Location": location}))
        tenant = self._who(request)
        if tenant is None:
            given = any(header in request.headers for header in self._headers)
            return _reply(error_answer(None, 403, "Invalid API key" if given else "No API key"))
        return self._serve(tenant, request, path)

    def _own_pages(self, request: Request) -> Reply:
        if not ipaddress.ip_address(request.peer).is_loopback:
            return _reply(error_answer(None, 403, "only from this machine"))
        if request.path == "/":
            return _reply(page(self.tenants.values(), english="lang=en" in request.query))
        return _reply(self._admin.answer(request))

    def _inside_base(self, path: str) -> str | None:
        if not self._base:
            return path
        return path[len(self._base) :] if path.startswith(self._base + "/") else None

    def _who(self, request: Request) -> Tenant | None:
        for header in self._headers:
            key = request.headers.get(header)
            if key is not None and (header, key) in self._by_key:
                return self._by_key[header, key]
        return None

    def _serve(self, tenant: Tenant, request: Request, path: str) -> Reply:
        started = self._clock()
        parts = path.split("/")  # "", endpoint[, id]
        endpoint, resource = parts[1], parts[2] if len(parts) > 2 else ""
        fault = tenant.next_fault(request.verb, endpoint, resource)
        wait, refusal = _limit(tenant, started)
        if refusal is None and (fault is None or fault.kind in ("truncate", "trickle", "accept_then_cut", "delay")):
            answer = _act(tenant, request, endpoint, resource, len(parts))
        else:
            answer = refusal or Answer(0)
        reply, status = _spoil(fault, answer)
        delay = wait + tenant.client.latency_s + reply.delay_s
        tenant.log.append(Logged(started, request.verb, path, status, delay))
        return reply._replace(delay_s=delay) if delay else reply


def _act(tenant: Tenant, request: Request, endpoint: str, resource: str, parts: int) -> Answer:
    client = tenant.client
    if endpoint not in SHAPES or parts > 3:
        return error_answer(client, 404, "404 page not found")
    verb = request.verb
    if verb == "GET":
        start, count = _paging(request.query)
        return tenant.listing(endpoint, resource, start, count)
    if verb in ("POST", "PUT"):
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in MEDIA_TYPES:
            return error_answer(client, 415, "Unsupported media type")
        if verb == "PUT":
            return tenant.replace(endpoint, resource, request.body)
        return tenant.create(endpoint, request.body) if not resource else error_answer(client, 405, "POST to an id")
    if verb == "DELETE" and resource:
        return tenant.delete(endpoint, resource)
    return error_answer(client, 501, f"{verb} is not implemented")


def _paging(query: str) -> tuple[int, int | None]:
    values = parse_qs(query)
    start = values.get("startIndex", ["1"])[0]
    count = values.get("count", [""])[0]
    return max(1, int(start)) if start.isdecimal() else 1, int(count) if count.isdecimal() else None


def _limit(tenant: Tenant, at: float) -> tuple[float, Answer | None]:
    """Token bucket: a reference receiver delays before it refuses, a strict one says when to come back."""
    client = tenant.client
    if not client.limit_per_s:
        return 0.0, None
    since = max(0.0, at - tenant.tokens_at) if tenant.tokens_at else 0.0
    tenant.tokens = min(float(client.burst), tenant.tokens + since * client.limit_per_s)
    tenant.tokens_at = at
    wait = max(0.0, (1.0 - tenant.tokens) / client.limit_per_s)
    if client.temperament == "strict" and wait > 0:
        return 0.0, Answer(429, b"", "", {"Retry-After": str(int(wait) + 1)})
    if wait > client.longest_delay_s:
        return 0.0, Answer(429)
    tenant.tokens -= 1.0
    return wait, None


def _spoil(fault: Fault | None, answer: Answer) -> tuple[Reply, int]:
    """The reply as the fault wants it, and the status for the log (0: cut)."""
    if fault is None:
        return _reply(answer), answer.status
    content = _reply(answer).content if answer.status else b""
    headers = dict(fault.headers)
    if fault.retry_after:
        headers["Retry-After"] = fault.retry_after
    if fault.kind in ("drop", "accept_then_cut"):
        return Reply(b"", fault.delay_s, cut=True), 0
    if fault.kind == "truncate":
        return Reply(content[: max(1, len(content) - 10)], fault.delay_s, cut=True), 0
    if fault.kind in ("trickle", "delay"):
        return Reply(content, fault.delay_s, trickle=fault.kind == "trickle"), answer.status
    told, status = _told(fault, headers)
    return Reply(told, fault.delay_s), status


def _told(fault: Fault, headers: dict[str, str]) -> tuple[bytes, int]:
    if fault.kind == "redirect":
        return render(301, b"", "", {**headers, "Location": fault.location}), 301
    if fault.kind == "html":
        return render(fault.status, HTML_PAGE.encode(), "text/html; charset=utf-8", headers), fault.status
    body = b"x" * HUGE if fault.kind == "huge" else fault.body.encode()
    return render(fault.status, body, "text/plain; charset=utf-8", headers), fault.status


def _reply(answer: Answer) -> Reply:
    return Reply(render(answer.status, answer.body, answer.content_type, answer.headers))
