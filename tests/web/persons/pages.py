"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skolsynk.store import connections
from tests.scenarios.theatre import Theatre, pupils
from tests.web.examples import Example


def somebody(town: Theatre) -> Mapping[str, Any]:
    return {"key": pupils(town)[0]}


def at_sandbox(town: Theatre) -> Mapping[str, Any]:
    return {**somebody(town), "scope": "sandbox"}


def excluding(town: Theatre) -> Mapping[str, Any]:
    stored = connections.stored(town.tenant_id, "sandbox")
    assert stored
    return {"reason": "bara för provet", "until": "", "version": str(stored.version)}


PAGES = {
    "persons": Example(write="viewer", post={"q": "an"}),
    "person": Example(somebody, write="editor", post={"action": "check"}),
    "person_extract": Example(somebody, read="editor", whole_page=False),
    "person_exclude": Example(at_sandbox, read="editor", write="editor", post=excluding),
}
