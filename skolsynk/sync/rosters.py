"""Exactly what one vendor would get now, for people to look at: the very selection that a run makes.

People with protected identity are absent even where the vendor gets them; who is limited to some school units gets the
resources of these alone. References to what is left out stay, as ids.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.filters import SelectionError
from skolsynk.core.readmodel.listed import protected_ids
from skolsynk.core.roster import Item, Roster
from skolsynk.core.school import School
from skolsynk.core.selection import select
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import load
from skolsynk.sync import schools, targets
from skolsynk.sync.errors import bad_selection


def shown(
    connection: load.ConnectionFacts, today: date, *, kind: str = "", only: Collection[str] | None = None
) -> Roster:
    """The roster as it may be shown; ``kind``: resources of one type only.

    Raises: Misconfigured without a read or rules, or when the selection names what is gone.
    """
    made = schools.make(connection.tenant_id, today)
    vendor = targets.vendor(connection.vendor)
    try:
        roster = select(made.school, selection_from_json(connection.selection), vendor, today)
    except SelectionError as error:
        raise bad_selection(vendor.name, error) from error
    hidden = _hidden(made.school)
    items = {
        each: item
        for each, item in roster.items.items()
        if each not in hidden and kind in ("", item.type) and _theirs(item, only)
    }
    return replace(roster, items=items)


def _hidden(school: School) -> frozenset[ResourceId]:
    """Users and employments of people with protected identity."""
    users = protected_ids(school)
    return users | {each.id for each in school.employments.values() if each.user in users}


def _theirs(item: Item, only: Collection[str] | None) -> bool:
    return only is None or item.unit in only
