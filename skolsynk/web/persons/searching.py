"""Searching people. What is typed travels in a form and never in an address, so that no access log holds a name."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from skolsynk.core import swedish
from skolsynk.store import load
from skolsynk.sync import people
from skolsynk.sync.people import Wanted
from skolsynk.sync.readmodel import ClassRow, PersonRow, ReadModel
from skolsynk.web.access import Visit, page
from skolsynk.web.persons.labels import FATE_KINDS, FATES
from skolsynk.web.persons.sentences import ROLES, reason

A_PAGE = 50
LONGEST = 200
FILTERS = {"enhet": "unit", "roll": "role", "lage": "fate", "klass": "class_name", "ou": "container"}
"""{name in forms and addresses: member of Wanted}"""


class Asked(NamedTuple):
    text: str
    wanted: Wanted
    page: int


class Line(NamedTuple):
    """One person of a list."""

    row: PersonRow
    unit: str
    role: str
    fate: str
    kind: str
    reason: str


class Answer(NamedTuple):
    """What the read model said to one search."""

    lines: list[Line]
    total: int
    classes: list[str]
    everybody: int
    stale: bool


@page(write="viewer")
def persons(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The list. POST searches by name, mail or id; filters alone make an address that can be kept."""
    given = request.POST if request.method == "POST" else request.GET
    asked = asked_by(given, with_text=request.method == "POST")
    if request.method == "POST" and not asked.text and not _is_fragment(request):
        return HttpResponseRedirect(visit.url("persons") + _query(given), status=303)
    units = {unit.code: unit.name for unit in load.units(visit.tenant.id).values() if visit.sees(unit.code)}
    answer = people.asked(visit.tenant.id, lambda model: _answer(model, visit, asked, units))
    left = None
    if answer is not None and not answer.total and asked.text:
        left = people.absent_key(visit.tenant.id, asked.text)
    about = {
        "asked": asked,
        "answer": answer,
        "page": _page(answer, asked),
        "left": left,
        "units": sorted(units.items(), key=lambda unit: swedish.sort_key(unit[1])),
        "roles": [(role, ROLES[role]) for role in ("pupil", "teacher", "staff")],
        "fates": [
            (fate, words) for fate, words in FATES.items() if fate != "absent" and (visit.whole or fate != "protected")
        ],
        "filtered": any(asked.wanted),
    }
    return render(request, "web/persons/_found.html" if _is_fragment(request) else "web/persons/persons.html", about)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def asked_by(given: QueryDict, *, with_text: bool) -> Asked:
    """What a form or an address asks for; what makes no sense asks for nothing."""
    said = {member: given.get(name, "").strip()[:LONGEST] for name, member in FILTERS.items()}
    number = given.get("page", "")
    return Asked(
        given.get("q", "").strip()[:LONGEST] if with_text else "",
        Wanted(**said),
        int(number) if number.isdecimal() and len(number) < 8 else 1,
    )


def _query(given: QueryDict) -> str:
    said = {name: given[name] for name in FILTERS if given.get(name)}
    return f"?{urlencode(said)}" if said else ""


def _answer(model: ReadModel, visit: Visit, asked: Asked, units: dict[str, str]) -> Answer:
    classes = [row for row in model.classes if row.type == "Klass" and row.unit == asked.wanted.unit]
    wanted = asked.wanted._replace(class_name=_class(asked.wanted.class_name, model.classes))
    offset = (max(1, asked.page) - 1) * A_PAGE
    found = people.search(model, asked.text, wanted, visit.only, offset, A_PAGE)
    if not found.rows and found.total:  # a page after the last one: the last
        offset = (found.total - 1) // A_PAGE * A_PAGE
        found = people.search(model, asked.text, wanted, visit.only, offset, A_PAGE)
    names = [row.name for row in classes if visit.sees(row.unit)]
    lines = [_line(row, units) for row in found.rows]
    return Answer(lines, found.total, list(dict.fromkeys(names)), len(model.people), model.stale)


def _class(typed: str, classes: tuple[ClassRow, ...]) -> str:
    """A class's name as it is spelt, however it was typed."""
    folded = swedish.fold(typed)
    return next((row.name for row in classes if typed and swedish.fold(row.name) == folded), typed)


def _line(row: PersonRow, units: dict[str, str]) -> Line:
    shown = [units[code] for code in row.units if code in units]
    return Line(
        row, ", ".join(shown), str(ROLES[row.role]) if row.role else "", str(FATES[row.fate]), FATE_KINDS[row.fate],
        reason(row.fate, row.reason) if row.fate != "placed" else "",
    )  # fmt: skip


def _page(answer: Answer | None, asked: Asked) -> Page[int] | None:
    """Numbers of the pager; the rows themselves are in the answer."""
    return Paginator(range(answer.total), A_PAGE).get_page(asked.page) if answer and answer.total else None
