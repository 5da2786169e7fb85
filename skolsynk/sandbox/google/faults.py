"""A script of things that go wrong: which call, how, and how often."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

import orjson

from skolsynk.sandbox.google.wire import Answer, api_error, html_answer

Kind = Literal["status", "html", "text", "drop_key", "empty", "lose_token", "truncate", "slow", "cut"]
USAGE_REASONS = {"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded"}
PAGE = "<!DOCTYPE html><html><title>Error {status}</title><p>The service is currently unavailable.</p></html>"


@dataclass
class Fault:
    """From the ``nth`` call that matches ``path`` (a glob over "METHOD /path"), ``repeat`` calls go wrong (None: all).

    Kinds: ``status`` = an API error; ``html``, ``text`` = an error that is not JSON (status 200 is allowed);
    ``drop_key`` = a right answer without ``key``; ``empty`` = with ``key`` as [];
    ``lose_token`` = without nextPageToken; ``truncate`` = half of the JSON;
    ``slow`` = a right answer after ``seconds``; ``cut`` = the connection is closed inside the body.
    """

    path: str
    kind: Kind = "status"
    nth: int = 1
    repeat: int | None = 1
    status: int = 503
    reason: str = "backendError"
    message: str = "The service is currently unavailable."
    key: str = ""
    seconds: float = 0.0
    retry_after: str = ""
    query: str = ""  # a part that the query string must hold, e.g. "showDeleted=true"
    seen: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"fault kind {self.kind!r} is none of {', '.join(get_args(Kind))}")

    def strikes(self, call: str, query: str) -> bool:
        """Whether this call is one of those that go wrong; counts it."""
        if not fnmatchcase(call, self.path) or self.query not in query:
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.repeat is None or self.seen < self.nth + self.repeat)


def fault_from_json(value: dict[str, Any]) -> Fault:
    """A fault from JSON with the names above; raises ValueError for a name or kind that is not there."""
    unknown = set(value) - {one.name for one in fields(Fault)} | ({"path"} - set(value))
    if unknown:
        raise ValueError(f"fault with wrong or missing keys: {', '.join(sorted(unknown))}")
    return Fault(**value)


class FaultScript:
    """All faults in force; asked once per call."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def striking(self, call: str, query: str) -> Fault | None:
        """The first fault that strikes; all that match are counted."""
        if not self._faults:
            return None
        with self._lock:
            return next((one for one in [f for f in self._faults if f.strikes(call, query)]), None)


def instead(fault: Fault) -> Answer | None:
    """The answer given without asking the API at all, or None where the right answer is needed first."""
    retry = (("Retry-After", fault.retry_after),) if fault.retry_after else ()
    if fault.kind == "status":
        domain = "usageLimits" if fault.reason in USAGE_REASONS else "global"
        return api_error(fault.status, fault.reason, fault.message, domain)._replace(headers=retry)
    if fault.kind == "html":
        return html_answer(PAGE.format(status=fault.status), fault.status)._replace(headers=retry)
    if fault.kind == "text":
        return Answer(fault.status, fault.message.encode(), "text/plain", retry)
    return None


def spoilt(fault: Fault, answer: Answer) -> Answer:
    """The right answer, damaged as the fault says."""
    if fault.kind == "truncate":
        return answer._replace(body=answer.body[: len(answer.body) // 2])
    if fault.kind in ("drop_key", "empty", "lose_token") and answer.status == 200:
        value = orjson.loads(answer.body)
        value.pop("nextPageToken", None)
        if fault.kind == "empty":
            value[fault.key] = []
        elif fault.kind == "drop_key":
            value.pop(fault.key, None)
        return answer._replace(body=orjson.dumps(value))
    return answer


def safe_path(path: str) -> str:
    """The path with e-mail addresses and long numbers replaced: a request log holds nothing personal."""
    return re.sub(r"[^/]+(?:@|%40)[^/]+|\b[0-9]{15,}\b", "*", path)
