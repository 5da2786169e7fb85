"""What the held removals have in common: mostly an org unit that somebody moved, renamed or deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from skolsynk.core.codec import CodecError
from skolsynk.core.plan import Plan, probable_cause
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import load

FOUND = re.compile(r"(\d+) of (\d+) container=(.*)", re.DOTALL)


def probable(tenant_id: int, plan: Plan) -> list[dict[str, object]]:
    """``[{number, of, container, vanished}]``, empty when there is nothing to ask or nothing in common.

    People are looked for where they were in the read before the newest; asked only when removals are held.
    """
    held = [hold for hold in plan.held if hold.change.type == "User" and hold.change.removals]
    before = load.snapshot_before(tenant_id) if held else None
    if before is None:
        return []
    try:
        then, now = load.snapshot(tenant_id, before[0]), load.snapshot(tenant_id, before[1])
    except CodecError:
        return []
    ids = load.identity(tenant_id).people
    where: Mapping[ResourceId, Mapping[str, str]] = {
        ids[person.key]: {"container": person.container} for person in then.people if person.key in ids
    }
    match = FOUND.fullmatch(probable_cause(held, where))
    if match is None:
        return []
    vanished = match[3].casefold() not in {container.path.casefold() for container in now.containers}
    return [{"number": int(match[1]), "of": int(match[2]), "container": match[3], "vanished": vanished}]
