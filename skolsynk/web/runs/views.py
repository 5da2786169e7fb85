"""Körningar: all runs of a tenant, one run as a timeline, and what the vendor answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.connection import Mode
from skolsynk.store import load, members, save
from skolsynk.store import runs as rows
from skolsynk.store.runs import RunLine
from skolsynk.sync import plans, targets
from skolsynk.web.access import Visit, page
from skolsynk.web.changes.differences import pretty
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.runs import said
from skolsynk.web.words import chosen, speaks

PAGE = 50
SHOWN = 200  # rows of a group on one page
TWO_MONTHS = timedelta(days=60)
HEADER = ("change", "resource_type", "id", "school_unit_code", "answer", "http_status", "vendor_words", "tries", "at")
VERBS = ("create", "update", "delete")


@page()
@require_safe
def runs(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The newest first, with the last thirty of each vendor as small bars."""
    query = request.GET
    wanted = rows.Wanted(
        query.get("vendor", "")[:40], query.get("kind", "")[:20], query.get("state", "")[:8], _day(query.get("day", ""))
    )
    vendors = {each.vendor: targets.vendor(each.vendor).name for each in load.connections(visit.tenant.id)}
    shown = Paginator(rows.listed(visit.tenant.id, wanted), PAGE).get_page(query.get("page"))
    about = {
        "page": shown, "lines": [_line(run, vendors) for run in shown], "wanted": wanted, "vendors": vendors,
        "kinds": said.KINDS, "states": said.STATES, "asked": any(wanted),
        "bars": _bars(visit), "day": query.get("day", "")[:10],
    }  # fmt: skip
    return render(request, "web/runs/runs.html", about)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _line(run: RunLine, vendors: dict[str, str]) -> dict[str, Any]:
    return {
        "run": run, "vendor": vendors.get(run.vendor or "", run.vendor or ""),
        "kind": said.KINDS.get(run.kind, run.kind),
        "state": said.state_words(run), "chip": said.KINDS_OF_STATE.get(run.state, "neutral"), "total": _total(run),
        "seconds": sum(run.timings.values()),
    }  # fmt: skip


def _total(run: RunLine) -> dict[str, int]:
    found = run.counts.get("sent") or run.counts.get("total")
    return found if isinstance(found, dict) else {}


class Bars(NamedTuple):
    """One vendor's last runs, oldest first: how much they sent, and how they ended."""

    vendor: str
    name: str
    mode: str
    points: list[dict[str, object]]


def _bars(visit: Visit) -> list[Bars]:
    """Of every vendor that is on, or has been."""
    found = rows.latest_pushes(visit.tenant.id, timezone.now() - TWO_MONTHS)
    return [
        Bars(each.vendor, targets.vendor(each.vendor).name, each.mode.value, _points(found.get(each.vendor, [])))
        for each in load.connections(visit.tenant.id)
        if each.mode is not Mode.OFF or each.vendor in found
    ]


def _points(pushes: list[RunLine]) -> list[dict[str, object]]:
    kinds = {"failed": "removed", "held": "held", "partly": "held"}
    return [
        {
            "label": f"{timezone.localtime(run.created_at):%Y-%m-%d %H.%M}, {said.state_words(run)}",
            "value": sum(_total(run).get(name, 0) for name in ("created", "updated", "deleted")),
            "kind": kinds.get(run.state, "same"),
        }
        for run in reversed(pushes)
    ]


def find(visit: Visit, run: UUID) -> RunLine:
    """Raises Http404 for a run that is not this tenant's."""
    found = rows.of(visit.tenant.id, run)
    if found is None:
        raise Http404
    return found


@page()
@require_safe
def run(request: HttpRequest, visit: Visit, run: UUID) -> HttpResponse:
    """One run: phases with their seconds, figures, and what was not accepted, by the vendor's words."""
    found = find(visit, run)
    groups = [(group, said.meaning(group)) for group in rows.groups(visit.tenant.id, run, visit.only)]
    plan = plans.of_run(visit.tenant.id, run)
    about = {
        **_about(visit, found), "groups": groups, "figures": _figures(visit, run), "plan": plan,
        "rejected": sum(group.number for group, _ in groups if group.answer == "rejected"),
    }  # fmt: skip
    return render(request, "web/runs/run.html", about)


def _about(visit: Visit, found: RunLine) -> dict[str, object]:
    vendor = targets.vendor(found.vendor).name if found.vendor else ""
    left = (found.total - found.done) / found.rate if found.total and found.rate else None
    return {
        "run": found, "vendor": vendor, "kind": said.KINDS.get(found.kind, found.kind),
        "state": said.state_words(found),
        "chip": said.KINDS_OF_STATE.get(found.state, "neutral"), "error": said.error_words(found), "left": left,
        "phases": [(said.PHASES.get(name, name), took) for name, took in found.timings.items()],
        "seconds": sum(found.timings.values()), "trigger": said.TRIGGERS.get(found.trigger, found.trigger),
        "asked_by": members.name_of(visit.tenant.id, found.asked_by, speaks()) if found.asked_by else "",
    }  # fmt: skip


def _figures(visit: Visit, run: UUID) -> list[tuple[str, int, int]]:
    """(kind, accepted, not accepted)."""
    names = {"create": ("Nya", "New"), "update": ("Ändrade", "Changed"), "delete": ("Borttagna", "Removed")}
    found = rows.figures(visit.tenant.id, run, visit.only)
    return [
        (
            chosen(*names[verb]),
            found.get(verb, {}).get("done", 0),
            sum(number for answer, number in found.get(verb, {}).items() if answer != "done"),
        )
        for verb in VERBS
    ]


@page()
@require_safe
def progress(request: HttpRequest, visit: Visit, run: UUID) -> HttpResponse:
    """The live part of a run's page; it asks again by itself until the run has ended."""
    found = find(visit, run)
    return render(request, "web/runs/_progress.html", {**_about(visit, found), "ended": not found.open})


@page()
@require_safe
def group(request: HttpRequest, visit: Visit, run: UUID, key: str) -> HttpResponse:
    """Everything of a run that was answered alike, one by one."""
    found = find(visit, run)
    same = list(islice(rows.receipts(visit.tenant.id, run, visit.only, group=key, unsent=True), SHOWN + 1))
    if not same:
        raise Http404
    plan = plans.of_run(visit.tenant.id, run)
    labels = {line.id: line.label for line in plan.lines} if plan else {}
    like = rows.Group(key, same[0].answer, same[0].status, len(same), {}, 1, same[0].words)
    about = {
        **_about(visit, found), "key": key, "words": same[0].words, "meaning": said.meaning(like),
        "lines": [(each, labels.get(each.resource_id, "")) for each in same[:SHOWN]], "more": len(same) > SHOWN,
    }  # fmt: skip
    return render(request, "web/runs/group.html", about)


@page()
@require_safe
def receipt(request: HttpRequest, visit: Visit, run: UUID, receipt: int) -> HttpResponse:
    """One object: what was asked and what was answered."""
    found = find(visit, run)
    answer = rows.receipt(visit.tenant.id, run, receipt, visit.only)
    if answer is None:
        raise Http404
    plan = plans.of_run(visit.tenant.id, run)
    line = next((each for each in plan.lines if each.id == answer.resource_id), None) if plan else None
    body = plans.bodies(plan, [line.number])[line.number] if plan and line else None
    save.audit(
        visit.tenant.id, visit.who, "answer_seen", {"resource": answer.resource_id, "run": str(run)}, timezone.now()
    )
    group = rows.Group("", answer.answer, answer.status, 1, {}, 1, answer.words)
    about = {
        **_about(visit, found), "answer": answer, "label": line.label if line else "", "meaning": said.meaning(group),
        "request_body": pretty(body.after) if body else "", "answers": said.ANSWERS,
        "said": said.ANSWERS.get(answer.answer, answer.answer),
    }  # fmt: skip
    return render(request, "web/runs/receipt.html", about)


@page()
@require_safe
def file(request: HttpRequest, visit: Visit, run: UUID, ending: str) -> HttpResponseBase:
    """Every answer of a run as a table; ids only."""
    find(visit, run)
    if ending not in FORMATS:
        raise Http404
    unsent = request.GET.get("unsent") == "yes"
    save.audit(visit.tenant.id, visit.who, "answers_downloaded", {"run": str(run)}, timezone.now())
    found = rows.receipts(visit.tenant.id, run, visit.only, unsent=unsent, group=request.GET.get("group", "")[:80])
    return table_response(request, f"korning-{run}", _table(found), ending)


def _table(found: Iterator[rows.Receipt]) -> Iterator[Sequence[object]]:
    yield HEADER
    for each in found:
        yield (
            each.verb, each.type, each.resource_id, each.unit, each.answer, each.status, each.words, each.tries,
            each.at.isoformat(),
        )  # fmt: skip
