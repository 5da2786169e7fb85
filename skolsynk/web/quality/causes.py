"""What is wrong or doubtful in the directory, one line a cause; one cause with its objects; and both as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core import swedish
from skolsynk.core.findings import CATALOGUE, Explanation, explain
from skolsynk.core.school import Finding, Severity
from skolsynk.store import load, members, save
from skolsynk.store import quality as rows
from skolsynk.sync import people
from skolsynk.sync import quality as asked
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.quality import HIDDEN, Line, Object
from skolsynk.sync.readmodel import ReadModel
from skolsynk.web.access import Visit, page
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.quality.forms import SnoozeForm
from skolsynk.web.words import chosen, day, number, speaks, words

A_PAGE = 50
GAP = "…"
GOOGLE = {
    "person": "https://admin.google.com/ac/users/{}",
    "group": "https://admin.google.com/ac/groups/{}",
    "container": "https://admin.google.com/ac/orgunits",
}
ALL_GOOGLE = {
    "person": ("https://admin.google.com/ac/users", words("Användare i Google", "Users in Google")),
    "group": ("https://admin.google.com/ac/groups", words("Grupper i Google", "Groups in Google")),
    "container": (
        "https://admin.google.com/ac/orgunits",
        words("Organisationsenheter i Google", "Org units in Google"),
    ),
}
SEVERITIES: Mapping[Severity, tuple[str, str]] = {
    Severity.ERROR: ("danger", words("Fel: lämnas utanför", "Error: left out")),
    Severity.WARNING: ("warning", words("Varning: skickas utan", "Warning: sent without")),
}


class Shown(NamedTuple):
    """One cause as the list shows it."""

    line: Line
    title: str
    kind: str  # of its chip
    severity: str
    effect: str
    points: list[dict[str, object]]  # of the trend
    trend: str
    asleep_by: str


class Row(NamedTuple):
    """One object of a cause."""

    each: Object
    said: Explanation
    unit: str
    google_at: str


class Found(NamedTuple):
    """What the read model said of one cause."""

    line: Line
    objects: tuple[Object, ...]
    total: int
    units: Mapping[str, int]
    kind: str
    common: Finding | None  # one that speaks for all of them; None where they differ in what they say


@page()
@require_safe
def quality(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The list: what is awake, and what has been set aside."""
    found = people.asked(visit.tenant.id, lambda model: (model, asked.lines(model, _today(), visit.only)))
    lines = [line for line in found[1] if line.code in CATALOGUE] if found else []
    shown = [shown_line(visit, line) for line in lines]
    awake = [each for each in shown if each.line.asleep is None]
    about = {
        "model": found[0] if found else None,
        "awake": awake,
        "asleep": [each for each in shown if each.line.asleep is not None],
        "errors": sum(each.line.awake for each in awake if each.line.severity is Severity.ERROR),
        "warnings": sum(each.line.awake for each in awake if each.line.severity is Severity.WARNING),
        "released": sum(each.line.released for each in awake),
    }
    return render(request, "web/quality/quality.html", about)


def _today() -> Any:
    return today_at(timezone.now())


def shown_line(visit: Visit, line: Line) -> Shown:
    entry = CATALOGUE[line.code]
    kind, severity = SEVERITIES[line.severity]
    author = line.asleep.author if line.asleep else ""
    return Shown(
        line, chosen(entry.title_sv, entry.title_en), kind, str(severity), effect(line),
        [{"label": day(each), "value": value, "kind": "changed"} for each, value in line.trend],
        trend(line), members.name_of(visit.tenant.id, author, speaks()) if author else "",
    )  # fmt: skip


def effect(line: Line) -> str:
    """What putting it right does: "släpper fram upp till 112 personer till 3 leverantörer"."""
    if not line.released:
        return ""
    many = line.released != 1
    who_sv, who_en = ("personer", "people") if many else ("person", "person")
    to_sv, to_en = ("leverantörer", "vendors") if line.vendors != 1 else ("leverantör", "vendor")
    return chosen(
        f"släpper fram upp till {number(line.released)} {who_sv} till {line.vendors} {to_sv}",
        f"releases up to {number(line.released)} {who_en} to {line.vendors} {to_en}",
    )


def trend(line: Line) -> str:
    """The trend in words, for those who do not see the small bars."""
    if len(line.trend) < 2:
        return ""
    (first_day, first), (_, last) = line.trend[0], line.trend[-1]
    return chosen(
        f"{number(first)} den {day(first_day)}, {number(last)} nu",
        f"{number(first)} on {day(first_day)}, {number(last)} now",
    )


# One cause


@page()
@require_safe
def quality_cause(request: HttpRequest, visit: Visit, *, code: str) -> HttpResponse:
    """What it is, how to put it right in Google, and whom it is about."""
    return cause_page(request, visit, code)


def cause_page(
    request: HttpRequest, visit: Visit, code: str, *, form: SnoozeForm | None = None, status: int = 200
) -> HttpResponse:
    if code not in CATALOGUE:
        raise Http404
    unit, start = request.GET.get("enhet"), _page_number(request)
    found = people.asked(visit.tenant.id, lambda model: _found(model, visit, code, unit, start))
    entry = CATALOGUE[code]
    names = {each.code: each.name for each in load.units(visit.tenant.id).values()}
    about: dict[str, Any] = {
        "code": code,
        "title": chosen(entry.title_sv, entry.title_en),
        "said": said(code, found.common if found else None),
        "found": found,
        "hidden": code in HIDDEN,
        "unit": unit,
        "form": form or SnoozeForm(),
        "may_snooze_all": visit.may_edit and visit.whole,
        "chosen_object": request.POST.get("object", "") if form else "",
    }
    if found:
        names_of = members.names_of(visit.tenant.id, {each.author for each in _asleep(visit, code)}, speaks())
        about |= {
            "shown": shown_line(visit, found.line),
            "rows": [_row(each, names) for each in found.objects],
            "page": Paginator(range(found.total), A_PAGE).get_page(start) if found.total else None,
            "units": sorted(
                ((each, names.get(each, each), count) for each, count in found.units.items()),
                key=lambda each: (not each[0], swedish.sort_key(each[1])),
            ),
            "google": ALL_GOOGLE.get(found.kind),
            "names": names_of,
        }
    return render(request, "web/quality/cause.html", about, status=status)


def _asleep(visit: Visit, code: str) -> tuple[rows.Snoozed, ...]:
    return rows.snoozes(visit.tenant.id, _today(), code)


def _page_number(request: HttpRequest) -> int:
    asked_for = request.GET.get("page", "")
    return int(asked_for) if asked_for.isdecimal() and len(asked_for) < 8 else 1


def _found(model: ReadModel, visit: Visit, code: str, unit: str | None, at: int) -> Found | None:
    line = next((line for line in asked.lines(model, _today(), visit.only) if line.code == code), None)
    if line is None:
        return None
    mine = asked.findings(model, code, visit.only)
    start = (max(at, 1) - 1) * A_PAGE
    window, total = asked.objects(model, code, visit.only, _today(), unit=unit, start=start, stop=start + A_PAGE)
    if not window and total:  # a page after the last one: the last
        start = (total - 1) // A_PAGE * A_PAGE
        window, total = asked.objects(model, code, visit.only, _today(), unit=unit, start=start, stop=start + A_PAGE)
    common = mine[0] if len({each.args for each in mine}) == 1 else None
    return Found(line, window, total, asked.units(mine), mine[0].object_kind, common)


def _row(each: Object, names: Mapping[str, str]) -> Row:
    finding = each.finding
    google_at = GOOGLE.get(finding.object_kind, "").format(finding.object_key)
    return Row(each, explain(finding, speaks()), names.get(finding.school_unit, finding.school_unit), google_at)


def said(code: str, common: Finding | None) -> Explanation:
    """The cause in words; what differs from one finding to the next is left open."""
    finding = common or Finding(code, CATALOGUE[code].severity, "", "", "", (GAP, GAP))
    found = explain(finding, speaks())
    return found._replace(cause=found.cause.replace(f"{GAP}.", GAP), fix=found.fix.replace(f"{GAP}.", GAP))


# Files


@page()
@require_safe
def all_as_file(request: HttpRequest, visit: Visit, *, ending: str) -> HttpResponseBase:
    return _file(request, visit, "", ending)


@page()
@require_safe
def cause_as_file(request: HttpRequest, visit: Visit, *, code: str, ending: str) -> HttpResponseBase:
    if code not in CATALOGUE:
        raise Http404
    return _file(request, visit, code, ending)


def _file(request: HttpRequest, visit: Visit, code: str, ending: str) -> HttpResponseBase:
    if ending not in FORMATS:
        raise Http404
    lang = speaks()  # a stream is made after the language of the request has been put away

    def lines(model: ReadModel) -> list[tuple[object, ...]]:
        codes = [code] if code else [cause.code for cause in model.causes if cause.code in CATALOGUE]
        return list(asked.table(model, codes, visit.only, _today(), lang))

    found = people.asked(visit.tenant.id, lines) or [asked.HEADER]
    about = {"count": len(found) - 1, "code": code, "format": ending}
    save.audit(visit.tenant.id, visit.who, "findings_exported", about, timezone.now())
    return table_response(request, f"datakvalitet-{code or 'allt'}", found, ending)
