"""A strict receiver in memory, on its own code path, and a store that settles answers as the product does."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skolsynk.core.ledger import Answer, Held, Settled, Verb, settle
from skolsynk.core.plan import Change, Refused
from skolsynk.core.roster import Item
from skolsynk.core.ss12000.base import ResourceId


class DanglingError(AssertionError):
    """A request that a receiver with referential integrity refuses."""


def ids_referred_to(payload: bytes) -> set[str]:
    """Whatever stands beside a ``$ref``, however deep."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["value"]
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    return set(walk(json.loads(payload)))


@dataclass
class Receiver:
    """What a vendor holds; each request is checked before it changes anything."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    healed: int = 0  # 409 -> PUT and 404 -> POST, as the client does

    def apply(self, change: Change) -> None:
        if change.payload is None:
            self._delete(change.id)
            return
        if (change.verb is Verb.CREATE) == (change.id in self.bodies):
            self.healed += 1
        missing = ids_referred_to(change.payload) - self.bodies.keys()
        if missing:
            raise DanglingError(f"{change.verb} {change.type} refers to {sorted(missing)}, not here")
        self.bodies[change.id] = change.payload

    def _delete(self, resource_id: str) -> None:
        users = [
            key for key, body in self.bodies.items() if key != resource_id and resource_id in ids_referred_to(body)
        ]
        if users and resource_id in self.bodies:
            raise DanglingError(f"delete of {resource_id}, still used by {sorted(users)}")
        self.bodies.pop(resource_id, None)

    def apply_all(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.apply(change)


@dataclass
class Books:
    """Ledger rows with payloads, and refusals, moved by answers exactly as ``core.ledger.settle`` says."""

    rows: dict[ResourceId, Held] = field(default_factory=dict)
    payloads: dict[ResourceId, bytes] = field(default_factory=dict)
    refused: dict[ResourceId, Refused] = field(default_factory=dict)
    calls: list[list[ResourceId]] = field(default_factory=list)

    def payloads_of(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, bytes]:
        self.calls.append(list(ids))
        return {key: self.payloads[key] for key in ids if key in self.payloads}

    def note(self, change: Change, answer: Answer) -> None:
        key = change.id
        self.refused.pop(key, None)
        if answer is Answer.REJECTED:
            self.refused[key] = Refused(change.type, change.verb, change.fingerprint)
        outcome = settle(change.verb, answer)
        if outcome is Settled.HOLD:
            assert change.payload is not None
            self.rows[key] = Held(change.type, change.fingerprint, change.unit)
            self.payloads[key] = change.payload
        elif outcome is Settled.UNSURE:
            self.rows[key] = Held(change.type, None, change.unit)
        elif outcome is Settled.DROP:
            self.rows.pop(key, None)
            self.payloads.pop(key, None)


def push(
    changes: Iterable[Change], receiver: Receiver, books: Books, answer_for: Callable[[], tuple[Answer, bool]]
) -> None:
    """Sends in order. ``answer_for`` gives an answer and, for UNKNOWN, whether the request arrived."""
    for change in changes:
        answer, arrived = answer_for()
        if arrived:
            try:
                receiver.apply(change)
            except DanglingError:
                answer = Answer.BLOCKED
        books.note(change, answer)


def done() -> tuple[Answer, bool]:
    return Answer.DONE, True


def contents(items: Mapping[ResourceId, Item]) -> dict[str, bytes]:
    return {str(key): item.payload for key, item in items.items()}
