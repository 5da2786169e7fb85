"""Addresses of the changes, for the walk of every page. The stage has sent its first push; a plan waits here."""

from __future__ import annotations

from dataclasses import replace

from skolsynk.core.connection import Exclusion
from skolsynk.core.connection_json import selection_from_json, selection_to_json
from skolsynk.store.models import Connection
from skolsynk.sync import plans
from tests.scenarios.theatre import Theatre, pupils
from tests.web.examples import Example

WHERE = {"vendor": "sandbox", "mode": "test"}


def hold(town: Theatre, number: int = 12) -> plans.StoredPlan:
    """Pupils of one unit become excluded by a selection: held, as it is over the limit."""
    row = Connection.objects.get(tenant_id=town.tenant_id, vendor="sandbox")
    selection = selection_from_json(row.selection)
    gone = tuple(Exclusion(key, "prov") for key in pupils(town, number))
    row.selection = selection_to_json(replace(selection, exclusions=gone))
    row.save(update_fields=["selection"])
    town.plan()
    found = plans.newest(town.tenant_id, row.pk, "test")
    assert found is not None
    assert found.held
    return found


def approving(town: Theatre) -> dict[str, object]:
    connection = town.connection()
    plan = plans.newest(town.tenant_id, connection.id, "test")
    assert plan is not None
    return {"plan": plan.facts.id, "by": "all"}


PAGES = {
    "changes": Example(),
    "changes_of": Example(WHERE, prepare=hold),
    "changes_line": Example({**WHERE, "number": 0}, prepare=hold),
    "changes_file": Example({**WHERE, "ending": "csv"}, prepare=hold, whole_page=False),
    "changes_approve": Example(WHERE, read=None, write="editor", post=approving, prepare=hold),
    "changes_discard": Example(
        WHERE,
        read="editor",
        limited=False,
        write="editor",
        prepare=hold,
        post=lambda town: {**approving(town), "reason": "prov"},
    ),
    "changes_retry": Example(WHERE, read=None, limited=False, write="editor"),
    "changes_plan": Example({"vendor": "sandbox"}, read=None, limited=False, write="editor", post={"mode": "test"}),
}
