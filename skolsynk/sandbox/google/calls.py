"""One API call with what it was allowed, and the paging that all lists share."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import orjson

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google.masks import masked, parse_mask
from skolsynk.sandbox.google.tenancy import Row, Tenancy
from skolsynk.sandbox.google.tokens import Grant
from skolsynk.sandbox.google.wire import Answer, Request, json_answer, refuse

PAGE_TOKEN_LIFE_S = 3 * 24 * 3600


class Call(NamedTuple):
    """``parts`` are the named parts of the path, decoded."""

    request: Request
    parts: Mapping[str, str]
    grant: Grant
    directory: Directory
    tenancy: Tenancy
    now: float

    def query(self, name: str) -> str:
        return self.request.query.get(name, "")


class Route(NamedTuple):
    """``scopes``: any one of them will do. ``open_to_all``: users who are not administrators may ask too."""

    method: str
    pattern: str
    scopes: frozenset[str]
    answer: Callable[[Call], Answer]
    open_to_all: bool = False


def scope(*names: str) -> frozenset[str]:
    """Full names of Admin SDK scopes, each with and without ``.readonly``."""
    prefix = "https://www.googleapis.com/auth/"
    return frozenset(prefix + name + ending for name in names for ending in ("", ".readonly"))


def reply(call: Call, value: Row) -> Answer:
    """The value under the call's ``fields`` mask."""
    mask = call.query("fields")
    return json_answer(masked(value, parse_mask(mask)) if mask else value)


def listed(call: Call, kind: str, key: str, rows: Sequence[Row], shape: Callable[[Row], Row], page: int) -> Answer:
    """One page of ``rows``; ``page`` = its size. An empty page has no ``key``, as with Google."""
    start = _start(call)
    body: Row = {"kind": kind, "etag": f'"{start}"'}
    chosen = [shape(row) for row in rows[start : start + page]]
    if chosen:
        body[key] = chosen
    if start + page < len(rows):
        body["nextPageToken"] = _token(call, start + page)
    return reply(call, body)


def page_size(call: Call, usual: int, most: int) -> int:
    text = call.query("maxResults") or str(usual)
    if not text.isdigit() or not 1 <= int(text) <= most:
        message = f"Invalid value '{text}'. Values must be within the range: [1, {most}]"
        raise refuse(400, "invalidParameter", message)
    return int(text)


def _question(call: Call) -> int:
    asked = sorted(
        (k, v) for k, v in call.request.query.items() if k not in ("pageToken", "maxResults", "fields", "alt")
    )
    return crc32(orjson.dumps([call.request.path, asked]))


def _token(call: Call, start: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([start, int(call.now) + PAGE_TOKEN_LIFE_S, _question(call)])).decode()


def _start(call: Call) -> int:
    token = call.query("pageToken")
    if not token:
        return 0
    try:
        start, expires, question = orjson.loads(base64.urlsafe_b64decode(token))
    except ValueError as broken:
        raise refuse(400, "invalid", "Invalid Input: INVALID_PAGE_TOKEN") from broken
    if expires < call.now or question != _question(call):
        raise refuse(400, "invalid", "Invalid Input: INVALID_PAGE_TOKEN")
    return int(start)


def check_customer(call: Call, key: str) -> None:
    """Only the caller's own customer, by id or as ``my_customer``."""
    if key not in ("my_customer", call.directory.customer_id):
        raise refuse(403, "forbidden", "Not Authorized to access this resource/api")


def not_found(what: str) -> Exception:
    return refuse(404, "notFound", f"Resource Not Found: {what}")
