"""The receiver's own levers over HTTP, for tests and demos in other processes. Loopback only, JSON only.

``GET /_admin/clients`` · ``POST /_admin/clients`` (a Client) · ``GET /_admin/clients/<name>/state|log|raw`` ·
``PUT /_admin/clients/<name>/faults`` (a list of Faults) · ``PATCH /_admin/clients/<name>`` (some settings) ·
``DELETE /_admin/clients/<name>/objects``
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from skolsynk.sandbox.receiver.tenant import Answer, Tenant
from skolsynk.sandbox.receiver.values import client_from_json, fault_from_json
from skolsynk.sandbox.receiver.wire import Request

if TYPE_CHECKING:  # the desk makes its Admin
    from skolsynk.sandbox.receiver.desk import Desk

JSON = "application/json"


class Admin:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, request: Request) -> Answer:
        # A web page elsewhere cannot send this type to us without being asked first (CORS): no cross-site levers.
        if request.verb != "GET" and not request.headers.get("content-type", "").startswith(JSON):
            return _said(415, error=f"send {JSON}")
        parts = request.path.strip("/").split("/")[1:]
        try:
            return self._route(request, parts)
        except (ValueError, TypeError) as error:
            return _said(400, error=str(error))

    def _route(self, request: Request, parts: list[str]) -> Answer:
        if parts == ["clients"]:
            return self._clients(request)
        tenant = self._desk.tenants.get(parts[1]) if len(parts) in (2, 3) and parts[0] == "clients" else None
        if tenant is None:
            return _said(404, error="no such client or lever")
        match (request.verb, parts[2] if len(parts) == 3 else ""):
            case ("GET", "state"):
                return Answer(200, tenant.export(), JSON)
            case ("GET", "log"):
                return Answer(200, orjson.dumps([entry._asdict() for entry in tenant.log]), JSON)
            case ("PUT", "faults"):
                tenant.set_faults([fault_from_json(value) for value in orjson.loads(request.body)])
                return _said(200, faults=len(tenant.faults))
            case ("DELETE", "objects"):
                tenant.clear()
                return _said(200)
            case ("PATCH", ""):
                return self._change(tenant, request)
        return _said(405, error="this lever does not take that verb")

    def _clients(self, request: Request) -> Answer:
        if request.verb == "POST":
            client = client_from_json(orjson.loads(request.body))
            self._desk.admit(client)
            return _said(201, name=client.name)
        known = [
            {"name": tenant.client.name, "temperament": tenant.client.temperament, "held": len(tenant.raw())}
            for tenant in self._desk.tenants.values()
        ]
        return Answer(200, orjson.dumps(known), JSON)

    def _change(self, tenant: Tenant, request: Request) -> Answer:
        wanted = {**asdict(tenant.client), **orjson.loads(request.body), "name": tenant.client.name}
        self._desk.admit(client_from_json(wanted))
        return _said(200, name=tenant.client.name)


def _said(status: int, **words: object) -> Answer:
    return Answer(status, orjson.dumps(words), JSON)
