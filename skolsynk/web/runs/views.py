"""Körningar: all runs of a tenant, one run as a timeline, and what the vendor answered."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.connection import Mode
from skolsynk.store import load, members
from skolsynk.store import runs as rows
from skolsynk.store.runs import RunLine
from skolsynk.sync import plans, targets
from skolsynk.sync.shielded import shield
from skolsynk.web.access import Visit, page
from skolsynk.web.runs import said
from skolsynk.web.runs.vendor_words import meaning
from skolsynk.web.words import chosen, speaks

PAGE = 50
TOLD_EVERY = 3  # looks at a run that is under way, two seconds apart: what is read aloud leaves room to listen
VERBS = ("create", "update", "delete")


@page()
@require_safe
def runs(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The newest first, with the last thirty of each vendor as small bars."""
    query = request.GET
    vendors = {each.vendor: targets.vendor(each.vendor).name for each in load.connections(visit.tenant.id)}
    wanted = rows.Wanted(
        _known(query.get("vendor", ""), vendors), _known(query.get("kind", ""), said.KINDS),
        _known(query.get("state", ""), said.STATES), _day(query.get("day", "")),
    )  # fmt: skip
    shown = Paginator(rows.listed(visit.tenant.id, wanted), PAGE).get_page(query.get("page"))
    about = {
        "page": shown, "lines": [_line(seen_by(visit, run), vendors) for run in shown],
        "wanted": wanted, "vendors": vendors, "kinds": said.KINDS, "states": said.STATES, "asked": any(wanted),
        "bars": _bars(visit) if visit.whole else (),
    }  # fmt: skip
    return render(request, "web/runs/runs.html", about)


def _known(text: str, among: Container[str]) -> str:
    """A choice that there is; anything else asks for nothing."""
    return text if text in among else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
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
    found = rows.latest_pushes(visit.tenant.id)
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
    return seen_by(visit, found)


def seen_by(visit: Visit, run: RunLine) -> RunLine:
    """A run's own numbers are of every school unit."""
    return run if visit.whole else run.without_figures()


@page()
@require_safe
def run(request: HttpRequest, visit: Visit, run: UUID) -> HttpResponse:
    """One run: phases with their seconds, figures, and what was not accepted, by the vendor's words."""
    found = find(visit, run)
    groups = [
        (group, meaning(group.answer, group.status, group.words))
        for group in rows.groups(visit.tenant.id, run, visit.only, shield(visit.tenant.id))
    ]
    plan = plans.of_run(visit.tenant.id, run)
    about = {
        **about_run(visit, found), "groups": groups, "figures": _figures(visit, run), "plan": plan,
        "rejected": sum(group.number for group, _ in groups if group.answer == "rejected"),
    }  # fmt: skip
    return render(request, "web/runs/run.html", about)


def about_run(visit: Visit, found: RunLine) -> dict[str, object]:
    """What every page and fragment about a run says of it."""
    vendor = targets.vendor(found.vendor).name if found.vendor else ""
    left = (found.total - found.done) / found.rate if found.total and found.rate else None
    return {
        "run": found, "vendor": vendor, "kind": said.KINDS.get(found.kind, found.kind),
        "state": said.state_words(found),
        "chip": said.KINDS_OF_STATE.get(found.state, "neutral"), "error": said.error_words(found), "left": left,
        "phases": [(said.PHASES.get(name, name), took) for name, took in found.timings.items()],
        "seconds": sum(found.timings.values()), "trigger": said.TRIGGERS.get(found.trigger, found.trigger),
        "asked_by": _name(visit, found.asked_by), "stopped_by": _name(visit, found.stopped_by),
    }  # fmt: skip


def _name(visit: Visit, who: str) -> str:
    return members.name_of(visit.tenant.id, who, speaks()) if who else ""


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
    """The live part of a run's page; it asks again by itself until the run has ended, and is said aloud at times."""
    found = find(visit, run)
    asked = request.GET.get("n", "")
    look = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0
    about = {
        **about_run(visit, found), "ended": not found.open, "look": look + 1,
        "aloud": not found.open or look % TOLD_EVERY == 0,
    }  # fmt: skip
    return render(request, "web/runs/_progress.html", about)
