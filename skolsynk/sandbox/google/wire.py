"""What goes over the wire of the fake Google: a request, an answer, and errors spelt as Google spells them."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

JSON_TYPE = "application/json; charset=UTF-8"
WORTH_GZIP = 20_000  # bytes; below this, compressing costs more than loopback does


class Request(NamedTuple):
    """``headers`` have lower-case names; of a query name given twice the last value counts."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; {} when it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


class Refusal(Exception):
    """Raised anywhere below the server; becomes its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(value))


def html_answer(markup: str, status: int = 200) -> Answer:
    return Answer(status, markup.encode(), "text/html; charset=utf-8", (("Cache-Control", "no-store"),))


def redirect(location: str) -> Answer:
    return Answer(302, b"", "text/plain", (("Location", location),))


def api_error(code: int, reason: str, message: str, domain: str = "global", status: str = "") -> Answer:
    """One error in the form of Google's JSON APIs."""
    error: dict[str, Any] = {
        "code": code,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
    }
    if status:
        error["status"] = status
    return json_answer({"error": error}, code)


def refuse(code: int, reason: str, message: str, domain: str = "global", status: str = "") -> Refusal:
    return Refusal(api_error(code, reason, message, domain, status))


def oauth_error(code: int, error: str, description: str) -> Refusal:
    """An error of the token endpoint (RFC 6749 §5.2)."""
    return Refusal(json_answer({"error": error, "error_description": description}, code))


def compressed(answer: Answer, accepted: str) -> Answer:
    if len(answer.body) < WORTH_GZIP or "gzip" not in accepted:
        return answer
    packed = gzip.compress(answer.body, compresslevel=1)
    return answer._replace(body=packed, headers=(*answer.headers, ("Content-Encoding", "gzip")))
