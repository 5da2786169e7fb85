"""Ändringar: which vendors wait for a decision, and the plan of one of them, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.connection import Mode
from skolsynk.core.plan.stored import Line
from skolsynk.core.vendor import Vendor
from skolsynk.store import decided, load, save
from skolsynk.sync import plans, targets
from skolsynk.web.access import Visit, page
from skolsynk.web.changes import review
from skolsynk.web.changes.differences import differences, pretty
from skolsynk.web.changes.said import CAUSES, REASONS, TYPES, VERBS
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.words import chosen

PAGE = 50
HEADER = ("change", "resource_type", "id", "name", "school_unit_code", "cause", "held_because", "attributes")


class Place(NamedTuple):
    """The connection and mode that a page is about, and its plan if one holds now."""

    connection: load.ConnectionFacts
    vendor: Vendor
    mode: Mode
    plan: plans.StoredPlan | None


def place(visit: Visit, vendor: str, mode: str) -> Place:
    """Raises Http404 for a vendor that the tenant has not, or a mode that is none."""
    connection = load.connection_to(visit.tenant.id, vendor)
    if connection is None or mode not in (Mode.TEST, Mode.LIVE):
        raise Http404
    found = plans.newest(visit.tenant.id, connection.id, mode)
    return Place(connection, targets.vendor(vendor), Mode(mode), found)


def unit_names(visit: Visit) -> dict[str, str]:
    return {code: unit.name for code, unit in load.units(visit.tenant.id).items()}


@page()
@require_safe
def changes(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every connection: how much waits, and what the newest plan said."""
    lines = decided.connections(visit.tenant.id, visit.only)
    known = targets.all_vendors()
    shown = [(known.get(each.vendor), each) for each in lines]
    return render(request, "web/changes/changes.html", {"lines": shown, "held": sum(each.held for each in lines)})


@page()
@require_safe
def changes_of(request: HttpRequest, visit: Visit, vendor: str, mode: str) -> HttpResponse:
    """One plan: figures, causes, units and rows."""
    return review_page(request, visit, place(visit, vendor, mode))


def review_page(
    request: HttpRequest, visit: Visit, here: Place, *, status: int = HTTPStatus.OK, **more: object
) -> HttpResponse:
    """The plan of a place, with whatever a refused decision has to say about it."""
    about: dict[str, object] = {"here": here, **more, **_planned(here)}
    if here.plan:
        try:
            about |= _content(request, visit, here.plan)
        except plans.StoredPlanError:
            about |= {"unreadable": True}
    return render(request, "web/changes/review.html", about, status=status)


def _planned(here: Place) -> dict[str, object]:
    last = decided.last_plan(here.connection.tenant_id, here.connection.id, here.mode)
    return {"last": last, "refused": decided.refused(here.connection.tenant_id, here.connection.id, here.mode)}


def _content(request: HttpRequest, visit: Visit, plan: plans.StoredPlan) -> dict[str, object]:
    names = unit_names(visit)
    lines = review.visible(plan.lines, visit.only)
    held = [line for line in lines if line.reason]
    wanted = review.Filter.of(request.GET)
    listed = Paginator([line for line in (*held, *_flowing(lines)) if wanted.keeps(line)], PAGE)
    shown = listed.get_page(request.GET.get("page"))
    return {
        "plan": plan, "parts": _parts(plan, lines), "held": held, "flowing": len(lines) - len(held),
        "removals": sum(1 for line in held if line.removals), "units": review.unit_rows(lines, names),
        "groups": review.held_groups(held), "trips": review.trips_of(plan, names, visit.only),
        "causes": review.causes_of(plan) if visit.whole else [], "filter": wanted,
        "choices": review.choices(lines, names), "page": shown, "rows": review.rows(visit, plan, list(shown), names),
        "frozen": len(plan.head.frozen), "depends": sum(line.reason == "depends" for line in held),
        "discarded": decided.discarded(visit.tenant.id, plan.signature),
        "approved": decided.approved(visit.tenant.id, plan.facts.connection_id, plan.facts.mode, timezone.now()),
    }  # fmt: skip


def _flowing(lines: Sequence[Line]) -> Iterator[Line]:
    return (line for line in lines if not line.reason)


def _parts(plan: plans.StoredPlan, lines: Sequence[Line]) -> list[dict[str, object]]:
    """The bar: what flows by kind, what waits, and what stays as it is."""
    total = plan.facts.counts.get("total")
    standing = total if isinstance(total, dict) else {}
    flowing = [line for line in lines if not line.reason]
    figures = [
        ("new", "?verb=create", "Nya", "New", sum(line.verb == "create" for line in flowing)),
        ("changed", "?verb=update", "Ändrade", "Changed", sum(line.verb == "update" for line in flowing)),
        ("removed", "?verb=delete", "Borttagna", "Removed", sum(line.verb == "delete" for line in flowing)),
        ("held", "?reason=", "Väntar på beslut", "Held", len(lines) - len(flowing)),
        ("frozen", "", "Frysta", "Frozen", standing.get("frozen", 0)),
        ("same", "", "Oförändrade", "Unchanged", standing.get("unchanged", 0)),
    ]
    return [
        {"kind": kind, "url": url if url and value and kind != "held" else "", "label": chosen(sv, en), "value": value}
        for kind, url, sv, en, value in figures
    ]


def _line(visit: Visit, here: Place, number: int) -> tuple[plans.StoredPlan, Line]:
    """Raises Http404 for a row that is not there, or not for this visitor."""
    plan = here.plan
    if plan is None or number >= len(plan.lines) or not review.visible([plan.lines[number]], visit.only):
        raise Http404
    return plan, plan.lines[number]


@page()
@require_safe
def line(request: HttpRequest, visit: Visit, vendor: str, mode: str, number: int) -> HttpResponse:
    """One change: old and new, and the JSON that is sent."""
    here = place(visit, vendor, mode)
    plan, found = _line(visit, here, number)
    bodies = plans.bodies(plan, [number])[number]
    row = review.rows(visit, plan, [found], unit_names(visit))[0]
    if found.type == "User":
        save.audit(visit.tenant.id, visit.who, "change_seen", {"resource": found.id, "vendor": vendor}, timezone.now())
    about = {
        "here": here, "row": row, "differences": differences(found, bodies, review.namer(visit)),
        "json": pretty(bodies.after), "kept": any(bodies),
    }  # fmt: skip
    return render(request, "web/changes/_line.html" if _fragment(request) else "web/changes/line.html", about)


def _fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@page()
@require_safe
def file(request: HttpRequest, visit: Visit, vendor: str, mode: str, ending: str) -> HttpResponseBase:
    """The rows of the plan as a table."""
    here = place(visit, vendor, mode)
    if here.plan is None or ending not in FORMATS:
        raise Http404
    lines = review.visible(here.plan.lines, visit.only)
    about = {"vendor": vendor, "mode": mode, "count": len(lines)}
    save.audit(visit.tenant.id, visit.who, "changes_downloaded", about, timezone.now())
    rows = (_cells(line) for line in lines)
    return table_response(request, f"andringar-{vendor}-{mode}", _with_header(rows), ending)


def _with_header(rows: Iterator[Sequence[object]]) -> Iterator[Sequence[object]]:
    yield HEADER
    yield from rows


def _cells(line: Line) -> Sequence[object]:
    return (
        VERBS[line.verb], TYPES.get(line.type, line.type), line.id, line.label, line.unit,
        CAUSES.get(line.cause, line.cause), REASONS.get(line.reason, line.reason), ", ".join(line.attributes),
    )  # fmt: skip
