"""References between resources, read from payloads, and ledger payloads read in as few calls as possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import orjson

from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000 import BY_ENDPOINT, BY_NAME, RESOURCE_TYPES
from skolsynk.core.ss12000.base import JsonObject, ResourceId, references_of

PayloadsOf = Callable[[Collection[ResourceId]], Mapping[ResourceId, bytes]]
"""Ids -> canonical payloads the ledger keeps for them; ids without a payload are left out."""

RANK: Mapping[str, int] = {kind.name: kind.rank for kind in RESOURCE_TYPES}

TARGETS: Mapping[str, frozenset[str]] = {
    kind.name: frozenset(BY_ENDPOINT[reference.target].name for reference in kind.references) for kind in RESOURCE_TYPES
}
"""Type -> the types it may refer to."""

MEMBERS: Mapping[str, str] = {"StudentGroup": "studentMemberships", "Activity": "teachers"}
"""Type -> the attribute that lists the people of a group, or the employments that teach it."""


class Payloads:
    """What the ledger keeps, asked for once: ``read`` asks for what is not yet here, ``get`` never asks."""

    def __init__(self, payloads_of: PayloadsOf) -> None:
        self._payloads_of = payloads_of
        self._known: dict[ResourceId, bytes | None] = {}

    def read(self, ids: Iterable[ResourceId]) -> None:
        missing = sorted({resource_id for resource_id in ids if resource_id not in self._known})
        if missing:
            found = self._payloads_of(missing)
            self._known.update((resource_id, found.get(resource_id)) for resource_id in missing)

    def get(self, resource_id: ResourceId) -> bytes | None:
        return self._known.get(resource_id)


def body_of(payload: bytes) -> JsonObject:
    """A payload as the JSON object it is."""
    body: JsonObject = orjson.loads(payload)
    return body


def refers_to(type_name: str, payload: bytes | None) -> frozenset[ResourceId]:
    """Every id a payload refers to; nothing for no payload."""
    if payload is None or not TARGETS[type_name]:
        return frozenset()
    return frozenset(target for _, target in references_of(BY_NAME[type_name], body_of(payload)))


def listed(type_name: str, payload: bytes | None) -> frozenset[ResourceId]:
    """Members of a StudentGroup or teachers of an Activity; nothing for other types and for no payload."""
    attribute = MEMBERS.get(type_name)
    if payload is None or attribute is None:
        return frozenset()
    pairs = references_of(BY_NAME[type_name], body_of(payload))
    return frozenset(target for reference, target in pairs if reference.attribute == attribute)


def loses_members(change: Change) -> bool:
    """True for an update that takes somebody out of a StudentGroup."""
    if change.type != "StudentGroup" or change.payload is None:
        return False
    return not listed(change.type, change.before) <= listed(change.type, change.payload)


def in_send_order(change: Change) -> tuple[bool, int, ResourceId]:
    """Sort key: creates and updates from Organisation to Activity, then deletes from Activity to Organisation."""
    rank = RANK[change.type]
    deletes = change.payload is None
    return deletes, -rank if deletes else rank, change.id
