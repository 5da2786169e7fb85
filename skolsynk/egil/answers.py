"""What one response means for one change: a pure verdict, and the vendor's words as people read them.

Source: SS12000/EGIL practice (docs of the reference receiver and sender), RFC 7644 section 3.12, RFC 9110.
"""

from __future__ import annotations

import html
import re
from enum import Enum, auto
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from skolsynk.egil.transport import Fault, FaultKind, Response

LONGEST_MESSAGE = 500  # characters
_NOT_SHOWN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Verdict(Enum):
    DONE = auto()
    SEND_PUT = auto()  # it exists already: replace it
    SEND_POST = auto()  # it does not exist: create it
    REJECTED = auto()
    CONFLICT = auto()  # a delete that the vendor does not take now
    MISSING = auto()  # no such collection
    LIMITED = auto()  # asked to slow down
    ILL = auto()  # 5xx and the like
    NETWORK = auto()  # no complete answer
    CREDENTIALS = auto()
    TLS = auto()
    REDIRECT = auto()
    ADDRESS = auto()


class Judged(NamedTuple):
    verdict: Verdict
    unsure: bool = False  # the vendor may have done it although it did not say so


GATEWAY = frozenset({502, 504})  # said by somebody in between, who does not know
BY_STATUS = {
    ("DELETE", 404): Verdict.DONE,
    ("DELETE", 410): Verdict.DONE,
    ("DELETE", 409): Verdict.CONFLICT,
    ("PUT", 404): Verdict.SEND_POST,
    ("PUT", 410): Verdict.SEND_POST,
    ("POST", 409): Verdict.SEND_PUT,
    ("POST", 404): Verdict.MISSING,
    ("POST", 405): Verdict.MISSING,
}
BY_CODE = {
    401: Verdict.CREDENTIALS,
    403: Verdict.CREDENTIALS,
    408: Verdict.ILL,
    425: Verdict.ILL,
    429: Verdict.LIMITED,
    501: Verdict.REJECTED,
    503: Verdict.LIMITED,
    505: Verdict.REJECTED,
}


def judge(method: str, response: Response) -> Judged:
    """The verdict on one response to a POST, PUT or DELETE."""
    fault = response.fault
    # An answer that never ended still began with a status: that is the vendor's word.
    if fault is not None and not (fault.kind is FaultKind.TOO_LARGE and response.status):
        return _without_answer(fault)
    status = response.status
    if 200 <= status < 300:
        # A page where SCIM was expected comes from somebody else than the receiver.
        return Judged(Verdict.ILL, unsure=True) if is_html(response.body) else Judged(Verdict.DONE)
    if 300 <= status < 400:
        return Judged(Verdict.REDIRECT)
    by_rule = BY_STATUS.get((method, status)) or BY_CODE.get(status)
    if by_rule is not None:
        return Judged(by_rule)
    if 400 <= status < 500:
        return Judged(Verdict.REJECTED)
    return Judged(Verdict.ILL, unsure=status in GATEWAY)


def _without_answer(fault: Fault) -> Judged:
    if fault.kind in (FaultKind.TLS, FaultKind.PIN):
        return Judged(Verdict.TLS)
    if fault.kind is FaultKind.ADDRESS:
        return Judged(Verdict.ADDRESS)
    return Judged(Verdict.NETWORK, unsure=fault.sent)


def is_html(body: bytes) -> bool:
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def words_of(response: Response) -> str:
    """The message of one response, at most 500 characters: the vendor's own, else the library's."""
    if response.fault is not None and response.fault.kind is not FaultKind.TOO_LARGE:
        return response.fault.message[:LONGEST_MESSAGE]
    if response.location:
        return f"redirect to {urlsplit(response.location).netloc}"
    return message_in(response.body)


def message_in(body: bytes) -> str:
    """SCIM detail, plain text or the visible text of a page; told apart by content, never by header."""
    text = _CONTROL.sub("", body.decode("utf-8", "replace")).strip("\ufeff \t\r\n")
    if text.startswith("{"):
        text = _detail(body) or text
    elif text.startswith("<"):
        text = _visible(text)
    return text[:LONGEST_MESSAGE]


def _detail(body: bytes) -> str:
    try:
        error = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    for name in ("detail", "message", "error_description", "error", "title"):
        value = error.get(name)
        if isinstance(value, str) and value.strip():
            return _CONTROL.sub("", value).strip()
    return ""


def _visible(page: str) -> str:
    title = _TITLE.search(page)
    text = _TAG.sub(" ", _NOT_SHOWN.sub(" ", page))
    words = " ".join(html.unescape(text).split())
    return words or (" ".join(html.unescape(title[1]).split()) if title else "")
