"""What a push has learnt about the vendor's side: which objects are not there, and which still point at others.

Bodies that refer to an object the vendor has not accepted are cut before they are sent; deletes of objects
that something at the vendor still refers to are not sent, so that nothing dangles there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import ResourceId, canonical, fingerprint, references_of, without


class Body(NamedTuple):
    """What will be sent; ``missing`` names the required references that make it impossible."""

    payload: bytes | None
    fingerprint: bytes | None
    missing: tuple[str, ...] = ()


class Standing:
    """Grows while a push goes on."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._gone: set[ResourceId] = set()  # not at the vendor, or not proven to be
        self._pointed_at: dict[ResourceId, ResourceId] = {}  # id -> who still refers to it

    def not_there(self, change: Change) -> None:
        """Its create was not accepted, or nobody knows."""
        self._gone.add(change.id)

    def still_as_before(self, change: Change) -> None:
        """Its update or delete did not happen for certain, so the old body's references stand."""
        if change.before:
            for _, target in references_of(BY_NAME[change.type], orjson.loads(change.before)):
                self._pointed_at[target] = change.id

    def who_refers_to(self, change: Change) -> ResourceId | None:
        return self._pointed_at.get(change.id)

    def body_for(self, change: Change) -> Body:
        """The planned body, cut where it refers to what is not there."""
        if not self._gone or change.payload is None:
            return Body(change.payload, change.fingerprint)
        kind = BY_NAME[change.type]
        planned = orjson.loads(change.payload)
        if not any(target in self._gone for _, target in references_of(kind, planned)):
            return Body(change.payload, change.fingerprint)
        cut = without(kind, planned, self._gone)
        if cut is None:
            return Body(None, None, tuple(self._missing(change, planned)))
        payload = canonical(cut)
        return Body(payload, fingerprint(payload, self._key))

    def _missing(self, change: Change, planned: dict[str, object]) -> Iterator[str]:
        for reference, target in references_of(BY_NAME[change.type], planned):
            if reference.required and target in self._gone:
                yield f"{reference.target}/{target}"
