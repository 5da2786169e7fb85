"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skolsynk.core.mapping import node_id
from skolsynk.sandbox.municipality.units import FIRST_CODE
from skolsynk.sync import units
from tests.scenarios.theatre import Theatre
from tests.web.examples import Example

CODE = str(FIRST_CODE)


def version(town: Theatre) -> str:
    return units.version(town.tenant_id)


def removing(town: Theatre) -> Mapping[str, Any]:
    people = sum(use.people for use in units.uses(town.tenant_id, [CODE]))
    return {"code": CODE, "version": version(town), "people": str(people)}


PAGES = {
    "units": Example(
        write="editor",
        post=lambda town: {"action": "group", "code": CODE, "group": "Norra området", "version": version(town)},
    ),
    "units_add": Example(
        write="editor",
        post=lambda town: {"code": CODE, "version": version(town)},
        query="?q=ekskolan",
        limited=False,
    ),
    "units_remove": Example(read="editor", write="editor", post=removing, query=f"?code={CODE}", limited=False),
    "unit": Example({"code": CODE}),
    "mapping": Example(
        write="editor",
        post={"action": "ignore", "node": node_id("/Elever"), "reason": "bara för provet", "version": "0"},
        limited=False,
    ),
    "mapping_branch": Example({"node": node_id("/Elever")}, limited=False),
    "mapping_effect": Example(limited=False),
}
