"""What the held removals have in common: mostly an org unit that somebody moved, renamed or deleted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from skolsynk.core.codec import CodecError
from skolsynk.core.plan.places import shared_place
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import load


class Probable(NamedTuple):
    """``number`` of ``of`` were in ``container``; ``at`` is the read that found it so."""

    number: int
    of: int
    container: str
    vanished: bool  # the org unit itself is gone
    at: str  # ISO 8601


def probable(tenant_id: int, leaving: Collection[ResourceId], read_at: datetime | None) -> Probable | None:
    """What most of those ``leaving`` have in common; None when there is nothing to ask or nothing in common.

    They are looked for where they were in the read before the newest.
    """
    before = load.snapshot_before(tenant_id) if leaving and read_at else None
    if before is None or read_at is None:
        return None
    try:
        then, now = (load.snapshot(tenant_id, each) for each in before)
    except CodecError:
        return None
    ids = load.identity(tenant_id).people
    found = shared_place(leaving, {ids[one.key]: one.container for one in then.people if one.key in ids})
    if found is None:
        return None
    paths = {container.path.casefold() for container in now.containers}
    return Probable(*found, found.container.casefold() not in paths, read_at.isoformat())
