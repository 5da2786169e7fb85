"""The tenant's school units: the list, adding from the register, taking away, and one unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core import swedish
from skolsynk.core.register import Match, RegisteredUnit, reason_text
from skolsynk.sync import readmodel, tasks
from skolsynk.sync import units as chosen
from skolsynk.web.access import Visit, page, refused
from skolsynk.web.units.forms import GroupForm, RemoveForm
from skolsynk.web.units.wordings import count_of, organizer_name
from skolsynk.web.words import speaks, words

A_PAGE = 50
SUGGESTED = 60
SURE = 0.7  # from here a suggestion is ticked from the start
LARGEST_UNIT = 20_000  # pupils
SEARCHED = "searched"  # why a unit was added, where no domain told of it


class Told(NamedTuple):
    """What is said when something was done, to one unit or to ``{n}``."""

    one: str
    many: str


GROUPED = Told(
    words("Gruppen är ändrad för en skolenhet.", "The group is changed for one school unit."),
    words("Gruppen är ändrad för {n} skolenheter.", "The group is changed for {n} school units."),
)
ADDED = Told(
    words("En skolenhet är tillagd.", "One school unit is added."),
    words("{n} skolenheter är tillagda.", "{n} school units are added."),
)
REMOVED = Told(
    words("En skolenhet är borttagen.", "One school unit is taken away."),
    words("{n} skolenheter är borttagna.", "{n} school units are taken away."),
)


class Choice(NamedTuple):
    """One unit of the register that may be added."""

    unit: RegisteredUnit
    reason: str
    sure: bool
    mine: bool  # chosen already


# The list


@page()
def units(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The chosen units; POST: set the group of the ticked ones, or go and take them away."""
    if request.method == "POST":
        return _bulk(request, visit)
    return _listed(request, visit)


def _listed(
    request: HttpRequest, visit: Visit, *, form: GroupForm | None = None, moved: bool = False, status: int = 200
) -> HttpResponse:
    lines = chosen.lines(visit.tenant.id, visit.only)
    asked = swedish.Query(request.GET.get("q", ""))
    found = [line for line in lines if asked.finds(line.code, line.name, line.group)] if asked else list(lines)
    about = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "all": lines,
        "people": sum(count_of(line.counts) for line in lines),
        "flagged": [line for line in lines if line.state != chosen.FOUND],
        "groups": sorted({line.group for line in lines if line.group}, key=swedish.sort_key),
        "version": chosen.version(visit.tenant.id),
        "counted": readmodel.of(visit.tenant.id) is not None,
        "form": form or GroupForm(),
        "ticked": request.POST.getlist("code"),
        "moved": moved,
        "edits": visit.may_edit and visit.whole,
        "q": request.GET.get("q", ""),
    }
    return render(request, "web/units/units.html", about, status=status)


def _bulk(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not visit.whole:
        return refused(request, visit, "editor")
    codes = _mine(visit, request.POST.getlist("code"))
    if not codes:
        messages.warning(request, words("Markera minst en skolenhet först.", "Tick at least one school unit first."))
        return _to(visit, "units")
    if request.POST.get("action") == "remove":
        return _to(visit, "units_remove", codes)
    form = GroupForm(request.POST)
    if not form.is_valid():
        return _listed(request, visit, form=form, status=422)
    done = chosen.put_in_group(
        visit.tenant.id,
        codes,
        form.cleaned_data["group"],
        expected=request.POST.get("version", ""),
        who=visit.who,
        at=timezone.now(),
    )
    if isinstance(done, chosen.Moved):
        return _listed(request, visit, form=form, moved=True, status=409)
    _go(request, done, GROUPED)
    return _to(visit, "units")


def _mine(visit: Visit, codes: Iterable[str]) -> list[str]:
    """Those of the codes that are chosen, each once."""
    own = {line.code for line in chosen.lines(visit.tenant.id, visit.only)}
    return [code for code in dict.fromkeys(codes) if code in own]


def _to(visit: Visit, name: str, codes: Collection[str] = (), **more: str) -> HttpResponseRedirect:
    query = urlencode([*(("code", code) for code in codes), *more.items()])
    return HttpResponseRedirect(visit.url(name) + (f"?{query}" if query else ""), status=303)


def _go(request: HttpRequest, done: chosen.Changed, told: Told) -> None:
    """Tell what was changed, and hand what follows from it to a worker."""
    for run_id in done.runs:
        tasks.start(run_id)
    number = len(done.codes)
    if number == 1:
        messages.success(request, told.one)
    elif number:
        messages.success(request, str(told.many).format(n=number))
    else:
        messages.info(request, words("Det var redan så; inget ändrades.", "It was so already; nothing was changed."))


# Adding


@page(whole=True)
def add(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Suggestions by domain, and a search of the whole register; POST adds those that are ticked."""
    if request.method == "POST":
        return _add(request, visit)
    return _choices(request, visit)


def _choices(
    request: HttpRequest, visit: Visit, ticked: Collection[str] | None = None, *, moved: bool = False, status: int = 200
) -> HttpResponse:
    about: dict[str, Any] = {
        **_search(request, visit),
        "version": chosen.version(visit.tenant.id),
        "ticked": ticked,
        "moved": moved,
    }
    if request.headers.get("HX-Target", "").endswith("found"):
        return render(request, "web/units/_found.html", about, status=status)
    register = chosen.register()
    matches = chosen.suggestions(visit.tenant.id)
    about |= {
        "suggested": [_suggested(match) for match in matches[:SUGGESTED]],
        "more": max(0, len(matches) - SUGGESTED),
        "municipalities": register.municipalities,
        "organizers": [(kind, organizer_name(kind)) for kind in register.organizers],
        "forms": register.forms,
        "number": len(register.units),
    }
    return render(request, "web/units/add.html", about, status=status)


def _search(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """The search's words and what they find; nothing found without words."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "municipality", "organizer", "form")}
    if not any(asked.values()):
        return {**asked, "searched": False, "found": None}
    found = chosen.search(
        asked["q"], municipality=asked["municipality"], organizer=asked["organizer"], form=asked["form"]
    )
    shown: Page[RegisteredUnit] = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    mine = {line.code for line in chosen.lines(visit.tenant.id)}
    choices = [Choice(unit, "", False, unit.code in mine) for unit in shown]
    return {**asked, "searched": True, "found": choices, "page": shown}


def _suggested(match: Match) -> Choice:
    return Choice(match.unit, reason_text(match, speaks()), match.confidence >= SURE and not match.doubt, False)


def _add(request: HttpRequest, visit: Visit) -> HttpResponse:
    one = request.POST.get("one", "")
    codes = [one] if one else request.POST.getlist("code")
    known = chosen.register().by_code
    wanted = [code for code in dict.fromkeys(codes) if code in known]
    if not wanted:
        messages.warning(request, words("Markera minst en skolenhet först.", "Tick at least one school unit first."))
        return _to(visit, "units_add")
    why = {match.unit.code: match.reason_code for match in chosen.suggestions(visit.tenant.id)}
    done = chosen.add(
        visit.tenant.id,
        {code: why.get(code, SEARCHED) for code in wanted},
        expected=request.POST.get("version", ""),
        who=visit.who,
        at=timezone.now(),
    )
    if isinstance(done, chosen.Moved):
        return _choices(request, visit, wanted, moved=True, status=409)
    _go(request, done, ADDED)
    return _to(visit, "units")


# Taking away


@page(read="editor", whole=True)
def remove(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What taking units away would do, told before the yes."""
    asked = request.POST if request.method == "POST" else request.GET
    codes = _mine(visit, asked.getlist("code"))
    if not codes:
        messages.info(
            request, words("Inga valda skolenheter att ta bort.", "There are no chosen school units to take away.")
        )
        return _to(visit, "units")
    found = chosen.uses(visit.tenant.id, codes)
    people = sum(use.people for use in found)
    form = RemoveForm(request.POST if request.method == "POST" else None, expected=people)
    if request.method == "POST" and form.is_valid():
        done = chosen.remove(
            visit.tenant.id, codes, expected=request.POST.get("version", ""), who=visit.who, at=timezone.now()
        )
        if isinstance(done, chosen.Changed):
            _go(request, done, REMOVED)
            return _to(visit, "units")
        return _removing(request, visit, found, form, moved=True, status=409)
    return _removing(request, visit, found, form, moved=False, status=422 if form.is_bound else 200)


def _removing(
    request: HttpRequest, visit: Visit, found: Collection[chosen.Use], form: RemoveForm, *, moved: bool, status: int
) -> HttpResponse:
    about = {
        "uses": found,
        "people": form.expected,
        "rules": sum(len(use.rules) for use in found),
        "vendors": sorted({name for use in found for name in use.vendors}, key=swedish.sort_key),
        "sends": any(use.sends for use in found),
        "form": form,
        "version": chosen.version(visit.tenant.id),
        "moved": moved,
    }
    return render(request, "web/units/remove.html", about, status=status)


# One unit


@page()
def unit(request: HttpRequest, visit: Visit, *, code: str) -> HttpResponse:
    """Who and what is at one unit, and who gets it."""
    line = next(iter(chosen.lines(visit.tenant.id, [code])), None) if visit.sees(code) else None
    if line is None:
        raise Http404
    model = readmodel.of(visit.tenant.id)
    rows = _classes(model, code) if model else []
    about = {
        "line": line,
        "model": model,
        "classes": [(each, years) for each, years in rows if each.type == "Klass"],
        "groups": [(each, years) for each, years in rows if each.type != "Klass"],
        "causes": [(each, each.units[code]) for each in model.causes if each.units.get(code)] if model else [],
        "connections": [(each, chosen.vendor_name(each.vendor)) for each in chosen.vendors_of(visit.tenant.id, code)],
    }
    return render(request, "web/units/unit.html", about)


def _classes(model: readmodel.ReadModel, code: str) -> list[tuple[readmodel.ClassRow, str]]:
    """The unit's classes and groups, with the school years of their pupils: "7", "7-9" or ""."""
    years: defaultdict[str, set[int]] = defaultdict(set)
    for person in model.people.rows_where(unit=code, role="pupil", limit=LARGEST_UNIT).rows:
        for name in person.classes if person.school_year is not None else ():
            years[name].add(person.school_year or 0)
    return [(each, _span(years[each.name])) for each in model.classes if each.unit == code]


def _span(years: Collection[int]) -> str:
    if not years:
        return ""
    first, last = ("F" if year == 0 else str(year) for year in (min(years), max(years)))
    return first if first == last else f"{first}–{last}"
