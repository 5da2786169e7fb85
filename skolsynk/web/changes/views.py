"""Ändringar: which vendors wait for a decision, and the plan of one of them, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from skolsynk.core.connection import Mode
from skolsynk.core.plan.stored import Line
from skolsynk.core.vendor import Vendor
from skolsynk.store import decided, load, members, save
from skolsynk.sync import plans, targets
from skolsynk.web.access import Visit, page
from skolsynk.web.changes import review, shown
from skolsynk.web.changes.differences import differences, pretty
from skolsynk.web.changes.said import CAUSES, REASONS, TYPES, VERBS
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.words import speaks

PAGE = 50
MANY = 2_000  # held changes among which one can still look for what belongs together while somebody waits
SOME = 20
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


@page()
@require_safe
def changes(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every connection: how much waits, and what the newest plan said."""
    lines = decided.connections(visit.tenant.id, visit.only)
    known = targets.all_vendors()
    listed = [(known.get(each.vendor), each) for each in lines]
    return render(request, "web/changes/changes.html", {"lines": listed, "held": sum(each.held for each in lines)})


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
    tenant, key, mode = here.connection.tenant_id, here.connection.id, here.mode
    last = decided.last_plan(tenant, key, mode)
    asked_by = members.name_of(tenant, last.asked_by, speaks()) if last and last.asked_by else ""
    return {"last": last, "asked_by": asked_by, "refused": decided.refused(tenant, key, mode)}


def _content(request: HttpRequest, visit: Visit, plan: plans.StoredPlan) -> dict[str, object]:
    names, seen = shown.Names(visit), review.Seen(plan, visit.only)
    wanted = review.Filter.of(request.GET)
    listed = Paginator(seen.numbers(wanted), PAGE).get_page(request.GET.get("page"))
    lines = [plan.head.line(number) for number in listed]
    return {
        "plan": plan, "seen": seen, "parts": review.parts_of(seen), "units": review.unit_rows(seen, names.units),
        "causes": review.held_by(seen, "cause", CAUSES), "reasons": review.held_by(seen, "reason", REASONS),
        "trips": review.trips_of(seen, names.units), "filter": wanted, "choices": review.choices(seen, names.units),
        "page": listed, "rows": shown.rows(visit, plan, lines, names),
        "frozen": shown.frozen(plan, names, visit.only), **_background(visit, plan),
    }  # fmt: skip


def _background(visit: Visit, plan: plans.StoredPlan) -> dict[str, object]:
    """What people said, what they changed since the vendor was last sent to, and the probable cause."""
    tenant, key, mode = visit.tenant.id, plan.facts.connection_id, plan.facts.mode
    noes, since = decided.discarded(tenant, key, mode, visit.only), decided.since_push(tenant, key, mode)
    whos = {said.who for said, _ in noes} | ({one[1] for one in since[1:] if one} if since else set())
    called: Mapping[str, str] = members.names_of(tenant, whos, speaks()) if whos else {}
    probable = plan.facts.counts.get("probable") if visit.whole else None
    return {
        "noes": [(said._replace(who=called[said.who]), number) for said, number in noes], "since": since,
        "called": called, "approved": decided.approved(tenant, key, mode, timezone.now()),
        "probable": probable if isinstance(probable, dict) else None,
        "vanished_at": parse_datetime(str(probable.get("at", ""))) if isinstance(probable, dict) else None,
    }  # fmt: skip


def _line(visit: Visit, here: Place, number: int) -> tuple[plans.StoredPlan, Line]:
    """Raises Http404 for a row that is not there, or not for this visitor."""
    plan = here.plan
    if plan is None or number >= len(plan.head):
        raise Http404
    found = plan.head.line(number)
    if not visit.sees(found.unit):
        raise Http404
    return plan, found


@page()
@require_safe
def line(request: HttpRequest, visit: Visit, vendor: str, mode: str, number: int) -> HttpResponse:
    """One change: old and new, the JSON that is sent, and what it hangs together with."""
    here = place(visit, vendor, mode)
    plan, found = _line(visit, here, number)
    names = shown.Names(visit)
    kept = plans.bodies(plan, [number]).get(number, shown.NOBODY)
    bodies = shown.NOBODY if names.hidden(found.id) else kept
    row = shown.rows(visit, plan, [found], names)[0]
    if found.type == "User":
        save.audit(visit.tenant.id, visit.who, "change_seen", {"resource": found.id, "vendor": vendor}, timezone.now())
    about = {
        "here": here, "row": row, "differences": differences(bodies, names.of), "json": pretty(bodies.after),
        "kept": any(bodies), "sent": found.reason == "" and plan.facts.kind != "plan",
        "waits": _some(visit, plan, plans.waits_for(plan, found, bodies), names),
        "together": _some(visit, plan, _together(visit, plan, found), names),
    }  # fmt: skip
    return render(request, "web/changes/_line.html" if _fragment(request) else "web/changes/line.html", about)


def _together(visit: Visit, plan: plans.StoredPlan, found: Line) -> Sequence[Line]:
    """Other held changes without which this one does not go through."""
    if not found.reason or review.Seen(plan, visit.only).held > MANY:
        return ()
    ids = plans.covered(plan, plans.Which("ids", (found.id,)), visit.only).ids - {found.id}
    return [line for line in plan.held_of(visit.only) if line.id in ids] if ids else ()


def _some(
    visit: Visit, plan: plans.StoredPlan, lines: Sequence[Line], names: shown.Names
) -> tuple[list[shown.Row], int]:
    """The first of some rows that this person may see, and how many more there are."""
    seen = [line for line in lines if visit.sees(line.unit)]
    return shown.rows(visit, plan, seen[:SOME], names) if seen else [], max(0, len(seen) - SOME)


def _fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@page()
@require_safe
def file(request: HttpRequest, visit: Visit, vendor: str, mode: str, ending: str) -> HttpResponseBase:
    """The rows of the plan, or those that a filter keeps, as a table."""
    here = place(visit, vendor, mode)
    if here.plan is None or ending not in FORMATS:
        raise Http404
    head = here.plan.head
    numbers = review.Seen(here.plan, visit.only).numbers(review.Filter.of(request.GET))
    about = {"vendor": vendor, "mode": mode, "count": len(numbers)}
    save.audit(visit.tenant.id, visit.who, "changes_downloaded", about, timezone.now())
    rows = _table((head.line(number) for number in numbers), shown.Names(visit))
    return table_response(request, f"andringar-{vendor}-{mode}", rows, ending)


def _table(lines: Iterator[Line], names: shown.Names) -> Iterator[Sequence[object]]:
    yield HEADER
    for line in lines:
        label = "" if names.hidden(line.id) else line.label
        yield (
            VERBS[line.verb], TYPES.get(line.type, line.type), line.id, label, line.unit,
            CAUSES.get(line.cause, line.cause), REASONS.get(line.reason, line.reason),
            ", ".join(shown.attributes_of(line)),
        )  # fmt: skip
