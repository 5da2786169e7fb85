"""What one client has at the receiver, its two temperaments, and its log."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import orjson

from skolsynk.sandbox.receiver.resources import (
    SHAPES,
    BodyError,
    Pointer,
    external_id,
    reference_check,
    strict_pointers,
)
from skolsynk.sandbox.receiver.values import Client, Fault, Logged

LOG_LENGTH = 200_000
SCIM = "application/scim+json"


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    content_type: str = SCIM
    headers: Mapping[str, str] = {}


class Stored(NamedTuple):
    raw: bytes  # exactly as received
    pointers: tuple[Pointer, ...]


class Tenant:
    """One client's objects. All ids of all endpoints share one name space, as they do at the sender."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.objects: dict[str, dict[str, Stored]] = {endpoint: {} for endpoint in SHAPES}
        self.referrers: dict[str, set[str]] = defaultdict(set)
        self.faults: list[Fault] = []
        self.fault_hits: dict[int, int] = defaultdict(int)
        self.log: deque[Logged] = deque(maxlen=LOG_LENGTH)
        self.tokens = float(client.burst)
        self.tokens_at = 0.0

    # Faults

    def next_fault(self, verb: str, endpoint: str, resource: str) -> Fault | None:
        """The first fault whose turn it is; every fault that matches counts this request."""
        found = None
        for place, fault in enumerate(self.faults):
            if not _matches(fault, verb, endpoint, resource):
                continue
            self.fault_hits[place] += 1
            last = fault.first + fault.times - 1 if fault.times else self.fault_hits[place]
            if found is None and fault.first <= self.fault_hits[place] <= last:
                found = fault
        return found

    def set_faults(self, faults: list[Fault]) -> None:
        self.faults = faults
        self.fault_hits.clear()

    # Changes

    def create(self, endpoint: str, raw: bytes) -> Answer:
        body = self._parse(endpoint, raw)
        if isinstance(body, Answer):
            return body
        resource = body[0]
        known = self._endpoint_of(resource)
        if known is not None and self._strict:
            return self._error(409, f"{known}/{resource} exists already", "uniqueness")
        return self._store(endpoint, resource, raw, body[1], 201)

    def replace(self, endpoint: str, resource: str, raw: bytes) -> Answer:
        """PUT; without an id in the address (old senders) the body's externalId names the object."""
        body = self._parse(endpoint, raw)
        if isinstance(body, Answer):
            return body
        wanted = resource or body[0]
        if self._strict and wanted != body[0]:
            return self._error(400, f"externalId {body[0]} is not the id of the address", "invalidValue")
        if wanted not in self.objects[endpoint]:
            return self._error(404, f"Resource missing: {wanted}")
        return self._store(endpoint, wanted, raw, body[1], 200)

    def delete(self, endpoint: str, resource: str) -> Answer:
        if resource not in self.objects[endpoint]:
            return self._error(404, f"Resource missing: {resource}")
        referrers = self.referrers.get(resource)
        if self._strict and referrers:
            some = ", ".join(sorted(f"{self._endpoint_of(one)}/{one}" for one in referrers)[:3])
            return self._error(409, f"{endpoint}/{resource} is still referred to by {some}", "mutability")
        self._forget(self.objects[endpoint].pop(resource), resource)
        return Answer(204)

    def listing(self, endpoint: str, resource: str, start: int, count: int | None) -> Answer:
        if resource and self._strict:
            stored = self.objects[endpoint].get(resource)
            return (
                self._error(404, f"Resource missing: {resource}") if stored is None else Answer(200, _with_id(stored))
            )
        every = [] if resource else list(self.objects[endpoint].values())
        size = self.client.page_size or len(every)
        size = size if count is None else min(size, max(0, count))
        page = every[start - 1 : start - 1 + size]
        head = orjson.dumps(
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": len(every),
                "startIndex": start,
                "itemsPerPage": len(page),
            }
        )
        body = head[:-1] + b',"Resources":[' + b",".join(_with_id(stored) for stored in page) + b"]}"
        return Answer(200, body, SCIM if self._strict else "text/plain; charset=utf-8")

    def clear(self) -> None:
        for held in self.objects.values():
            held.clear()
        self.referrers.clear()
        self.log.clear()

    # Looking

    def held(self) -> dict[str, dict[str, object]]:
        """``{endpoint: {id: body}}`` with endpoints that hold something."""
        return {
            endpoint: {resource: orjson.loads(stored.raw) for resource, stored in held.items()}
            for endpoint, held in self.objects.items()
            if held
        }

    def raw(self) -> dict[str, bytes]:
        """``{id: body}`` byte by byte as received."""
        return {resource: stored.raw for held in self.objects.values() for resource, stored in held.items()}

    def export(self) -> bytes:
        """All objects as canonical JSON: keys sorted, no white space."""
        return orjson.dumps(self.held(), option=orjson.OPT_SORT_KEYS)

    def dangling(self) -> Iterator[tuple[str, Pointer]]:
        """References to what is not there; only the reference temperament lets them happen."""
        for held in self.objects.values():
            for resource, stored in held.items():
                for pointer in stored.pointers:
                    if pointer.id not in self.objects[pointer.endpoint]:
                        yield resource, pointer

    @property
    def _strict(self) -> bool:
        return self.client.temperament == "strict"

    def _parse(self, endpoint: str, raw: bytes) -> tuple[str, tuple[Pointer, ...]] | Answer:
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return self._error(400 if self._strict else 500, "Failed to parse resource: not JSON", "invalidSyntax")
        try:
            if self._strict:
                pointers = strict_pointers(endpoint, body)
                self._all_known(pointers)
            else:
                reference_check(endpoint, body)
                pointers = _pointers_if_readable(endpoint, body)
            return external_id(body), pointers
        except BodyError as error:
            return self._error(400, f"Failed to parse resource: {error}", "invalidValue")

    def _all_known(self, pointers: tuple[Pointer, ...]) -> None:
        for pointer in pointers:
            if pointer.id not in self.objects[pointer.endpoint]:
                raise BodyError(f"{pointer.where} refers to {pointer.endpoint}/{pointer.id}, which is unknown")

    def _store(self, endpoint: str, resource: str, raw: bytes, pointers: tuple[Pointer, ...], status: int) -> Answer:
        old = self.objects[endpoint].get(resource)
        if old is not None:
            self._forget(old, resource)
        self.objects[endpoint][resource] = Stored(raw, pointers)
        for pointer in pointers:
            self.referrers[pointer.id].add(resource)
        return Answer(status, raw)

    def _forget(self, old: Stored, resource: str) -> None:
        for pointer in old.pointers:
            referrers = self.referrers[pointer.id]
            referrers.discard(resource)
            if not referrers:
                del self.referrers[pointer.id]

    def _endpoint_of(self, resource: str) -> str | None:
        return next((endpoint for endpoint, held in self.objects.items() if resource in held), None)

    def _error(self, status: int, detail: str, scim_type: str = "") -> Answer:
        return error_answer(self.client, status, detail, scim_type)


def error_answer(client: Client | None, status: int, detail: str, scim_type: str = "") -> Answer:
    """RFC 7644 section 3.12 from a strict receiver, plain text from a reference one or before the key is known."""
    if client is None or client.temperament == "reference":
        return Answer(status, detail.encode(), "text/plain; charset=utf-8")
    error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(status), "detail": detail}
    if scim_type:
        error["scimType"] = scim_type
    return Answer(status, orjson.dumps(error))


def _matches(fault: Fault, verb: str, endpoint: str, resource: str) -> bool:
    return (
        fault.verb in ("", verb)
        and fault.endpoint in ("", endpoint)
        and (not fault.resource or fault.resource == resource)
    )


def _pointers_if_readable(endpoint: str, body: object) -> tuple[Pointer, ...]:
    try:
        return strict_pointers(endpoint, body)
    except BodyError:
        return ()  # the reference receiver does not read references


def _with_id(stored: Stored) -> bytes:
    body = orjson.loads(stored.raw)
    return orjson.dumps({**body, "id": body["externalId"]})
