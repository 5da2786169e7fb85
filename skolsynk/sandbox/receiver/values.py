"""What a sandbox receiver is made of: clients with their keys and temperaments, and faults by appointment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

Temperament = Literal["strict", "reference"]
FaultKind = Literal[
    "answer",  # the given status, body and headers instead of the real answer
    "html",  # the given status with an HTML page
    "huge",  # the given status with 10 MB of body
    "truncate",  # the real answer, cut in the middle of its body
    "trickle",  # the real answer, one byte at a time
    "drop",  # nothing is stored, the connection breaks
    "accept_then_cut",  # stored as asked, then the connection breaks before the answer
    "redirect",  # 301 to ``location``
    "delay",  # the real answer, later
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and when: from the ``first`` matching request, ``times`` of them (0: for ever)."""

    kind: FaultKind = "answer"
    endpoint: str = ""  # "Users"; "" matches all
    verb: str = ""  # "POST"; "" matches all
    resource: str = ""  # id; "" matches all
    first: int = 1
    times: int = 1
    status: int = 500
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: str = ""  # seconds or an HTTP date
    location: str = "https://elsewhere.example/egil"
    delay_s: float = 0.0


@dataclass(slots=True)
class Client:
    """One tenant of the receiver. Settings may change while it runs."""

    name: str
    key: str
    temperament: Temperament = "strict"
    header: str = "X-API-Key"
    latency_s: float = 0.0
    limit_per_s: float = 0.0  # 0: none
    burst: int = 50
    longest_delay_s: float = 30.0  # reference: a limited request waits so long before 429
    page_size: int = 0  # of lists; 0: everything in one answer


class Logged(NamedTuple):
    """One request; no body and no key."""

    at: float  # seconds since 1970
    verb: str
    path: str
    status: int  # 0: the connection was cut
    seconds: float


def client_from_json(value: Mapping[str, object]) -> Client:
    """A Client from a JSON object. Raises ValueError that names unknown or missing keys."""
    return Client(**_known(Client, value, ("name", "key")))  # type: ignore[arg-type]  # names were checked, values are the sandbox operator's


def fault_from_json(value: Mapping[str, object]) -> Fault:
    """A Fault from a JSON object. Raises ValueError that names unknown keys."""
    return Fault(**_known(Fault, value, ()))  # type: ignore[arg-type]  # names were checked, values are the sandbox operator's


def _known(kind: type[Client] | type[Fault], value: Mapping[str, object], needed: tuple[str, ...]) -> dict[str, object]:
    names = {item.name for item in fields(kind)}
    unknown = sorted(value.keys() - names)
    missing = sorted(set(needed) - value.keys())
    if unknown or missing:
        raise ValueError(f"{kind.__name__}: unknown keys {unknown}, missing keys {missing}")
    return dict(value)
