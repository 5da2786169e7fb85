"""Addresses of the runs, for the walk of every page. The stage has read once and pushed once."""

from __future__ import annotations

from typing import Any

from skolsynk.store import runs
from skolsynk.store.models import ReceiptRow
from skolsynk.sync import dispatch
from tests.scenarios.theatre import Theatre
from tests.web.examples import Example


def push(town: Theatre) -> dict[str, Any]:
    found = next(iter(runs.listed(town.tenant_id, runs.Wanted(kind="push"))))
    return {"run": found.id}


def answer(town: Theatre) -> dict[str, Any]:
    row = ReceiptRow.objects.filter(run_id=push(town)["run"]).first()
    assert row
    return {**push(town), "receipt": row.pk}


def refuse(town: Theatre) -> None:
    """As if the vendor had refused three of the answers of the push."""
    rows = ReceiptRow.objects.filter(run_id=push(town)["run"], resource_type="User").order_by("pk")[:3]
    ReceiptRow.objects.filter(pk__in=[row.pk for row in rows]).update(answer="rejected", status=400)


def waiting(town: Theatre) -> dict[str, Any]:
    return {"run": dispatch.queue(town.connection(), "plan", town.at)}


def key(town: Theatre) -> dict[str, Any]:
    refuse(town)
    run = push(town)
    return {**run, "key": runs.groups(town.tenant_id, run["run"])[0].key}


PAGES = {
    "runs": Example(),
    "runs_read": Example(read=None, write="editor", limited=False),
    "runs_push": Example({"vendor": "sandbox"}, read=None, write="editor", limited=False),
    "run": Example(push, prepare=refuse),
    "run_progress": Example(push, whole_page=False),
    "run_group": Example(key),
    "run_receipt": Example(answer),
    "run_file": Example(lambda town: {**push(town), "ending": "csv"}, whole_page=False),
    "run_retry": Example(push, read=None, write="editor"),
    "run_cancel": Example(waiting, read=None, write="editor", limited=False),
}
