"""Addresses of the vendors' pages, for the walk over all pages."""

from __future__ import annotations

from typing import Any

from skolsynk.sync import connections
from skolsynk.web.connections.forms import trace
from tests.scenarios.theatre import Theatre
from tests.web.examples import Example

SANDBOX = {"vendor": "sandbox"}


def chosen(town: Theatre) -> dict[str, Any]:
    """A sound form of a selection."""
    units = connections.saved(town.connection()).selection.school_units
    return {"do": "save", "version": 1, "school_units": list(units), "roles": ["pupil"], "group_types": ["Klass"]}


def guards(town: Theatre) -> dict[str, Any]:
    limits = ("removed", "added", "changed", "removed_in_all")
    shares = {f"{name}_share": "5" for name in limits}
    return {"version": 1, "freeze_days": 14, **shares, **{f"{name}_count": 10 for name in limits}}


def relation(town: Theatre) -> dict[str, Any]:
    return {"was": trace(connections.relation(town.tenant_id, "sandbox")), "state": "asked"}


PAGES = {
    "connections": Example(write="editor", post={"vendor": "gleerups"}),
    "connection": Example(SANDBOX),
    "connection_people": Example(SANDBOX, whole_page=False),
    "connection_selection": Example(SANDBOX, read="editor", write="editor", post=chosen, limited=False),
    "connection_effect": Example(SANDBOX, read=None, write="editor", post=chosen, limited=False),
    "connection_exclusions": Example(SANDBOX, read=None, write="editor", post={"remove": "nobody"}, limited=False),
    "connection_relation": Example(SANDBOX, read=None, write="editor", post=relation, limited=False),
    "connection_key": Example(
        {**SANDBOX, "mode": "test"}, read=None, write="owner", post={"api_key": "new-key-1"}, limited=False
    ),
    "connection_test": Example({**SANDBOX, "mode": "test"}, read=None, write="editor", limited=False),
    "connection_guards": Example(SANDBOX, read=None, write="editor", post=guards, limited=False),
    "connection_schedule": Example(
        SANDBOX, read=None, write="editor", limited=False,
        post={"version": 1, "every_minutes": 30, "from_hour": 6, "to_hour": 18},
    ),
    "connection_pause": Example(SANDBOX, read=None, write="editor", post={"until": "2099-12-31"}, limited=False),
    "connection_confirm": Example(SANDBOX, read=None, write="editor", post={"code": "guards"}, limited=False),
    "connection_mode": Example(
        SANDBOX, write="editor", post={"before": "test", "to": "off", "leave": "keep"},
    ),
    "connection_version": Example(
        {**SANDBOX, "number": 1}, write="editor", post={"version": 1, "reason": "prov"}, limited=False
    ),
}  # fmt: skip
