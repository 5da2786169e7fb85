"""Addresses of the first steps, for the walk of every page."""

from __future__ import annotations

from typing import Any

from skolsynk.store import load
from tests.scenarios.theatre import Theatre
from tests.web.examples import Example


def choice(town: Theatre) -> dict[str, Any]:
    source = load.source(town.tenant_id)
    return {"path": "/Elever", "was": list(source.school_containers if source else ())}


PAGES = {
    "start": Example(),
    "start_connect": Example(limited=False, write="editor", post=choice),
}
