"""Mapping org units to school units: two panes, the tree and the units, on the shared draft of the rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core import mapping as core
from skolsynk.core.mapping import Proposal, Row
from skolsynk.core.register import RegisteredUnit, sort_key
from skolsynk.store import members
from skolsynk.sync import drafts, readmodel, rules, tasks
from skolsynk.sync import mapping as desks
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.mapping import IGNORE, INHERIT, PLACE, Desk
from skolsynk.sync.units import vendor_name
from skolsynk.web.access import Visit, page
from skolsynk.web.units.forms import ReasonForm
from skolsynk.web.units.wordings import form_name, rule_name, state_name
from skolsynk.web.words import chosen, speaks, words

CODE = re.compile(r"\b[1-9][0-9]{7}\b")
NODE = re.compile(r"[0-9a-f]{10}")
MOST_OPEN = 400  # ids in an address
WAITING_SHOWN = 12
READ_ONLY = frozenset({core.PATTERN, core.OTHER, core.IGNORED_ABOVE})

Choices = list[tuple[str, str, str]]


class Line(NamedTuple):
    """One org unit as the tree shows it."""

    row: Row
    level: int  # 1 for the outermost
    folds: bool  # something lies below
    open: bool
    state: str  # in words
    unit: str  # name of the school unit
    rule: str  # in words, for what cannot be changed here
    ticks: bool  # may be chosen for
    ticked: bool


class Pane(NamedTuple):
    """One school unit as the right pane shows it."""

    unit: RegisteredUnit
    forms: str
    places: int
    people: int


class Advice(NamedTuple):
    """One proposal as it is shown."""

    given: Proposal
    unit: str
    reason: str


class Answer(NamedTuple):
    """What was asked for in a form: choices to write, or what is wrong with it."""

    choices: Choices
    wrong: str = ""
    reason: str = ""


@page(whole=True)
def mapping(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The tree and the school units; POST writes choices into the draft, or saves it."""
    seen = desks.desk(visit.tenant.id)
    if seen is None:
        return render(request, "web/units/mapping_unread.html")
    if request.method != "POST":
        return _shown(request, visit, seen)
    if request.POST.get("action") == "save":
        return _save(request, visit, seen)
    return _choose(request, visit, seen)


@page(whole=True)
def branch(request: HttpRequest, visit: Visit, *, node: str) -> HttpResponse:
    """The rows directly below one org unit; without JavaScript the whole page with that branch open."""
    seen = desks.desk(visit.tenant.id)
    if seen is None or node not in {row.id for row in seen.rows}:
        raise Http404
    if request.headers.get("HX-Request") != "true":
        return _shown(request, visit, seen, toggled=node)
    below = desks.children(seen.rows, node)
    return render(
        request, "web/units/_rows.html", {"lines": _lines(seen, below, (), (), visit), "edits": visit.may_edit}
    )


@page(whole=True)
def effect(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What the draft would do to people, as a part of the page."""
    seen = desks.desk(visit.tenant.id)
    if seen is None:
        raise Http404
    if request.headers.get("HX-Request") != "true":
        return _shown(request, visit, seen, effect=_effect(visit, seen))
    return render(request, "web/units/_effect.html", _effect(visit, seen))


def _effect(visit: Visit, seen: Desk) -> dict[str, Any]:
    """Context: ``effect`` (None before there is anything to compare with) and ``vendors`` that it touches."""
    try:
        found = readmodel.effect_of_rules(visit.tenant.id, seen.rules, seen.units)
    except Misconfigured:
        return {"told": True, "effect": None, "vendors": []}
    touched = [(vendor_name(slug), moves) for slug, moves in found.vendors.items() if any(moves)]
    return {"told": True, "effect": found, "vendors": touched}


# Showing


def _shown(
    request: HttpRequest,
    visit: Visit,
    seen: Desk,
    *,
    answer: Answer | None = None,
    said: str = "",
    moved: bool = False,
    form: ReasonForm | None = None,
    toggled: str = "",
    effect: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    opened = _opened(request, seen, toggled or request.GET.get("toggle", ""))
    ticked = request.POST.getlist("node") if answer else ()
    advice = [_advice(each, seen) for each in core.proposals(seen.rows, seen.units)] if not seen.problems else []
    waiting = core.waiting(seen.rows)
    about = {
        "desk": seen,
        "lines": _lines(seen, desks.shown(seen.rows, opened), opened, ticked, visit),
        "tally": core.tally(seen.rows),
        "waiting": [_line(row, seen, frozenset(), (), (), visit) for row in waiting[:WAITING_SHOWN]],
        "waiting_all": len(waiting),
        "advice": advice,
        "panes": _panes(seen),
        "opened": ".".join(sorted(opened)[:MOST_OPEN]),
        "edits": visit.may_edit and not seen.problems,
        "author": members.name_of(visit.tenant.id, seen.author) if seen.author else "",
        "problems": [(each.path, each.text(speaks())) for each in seen.problems],
        "wrong": answer.wrong if answer else "",
        "kept": request.POST if answer or form else {},
        "form": form or ReasonForm(),
        "said": said,
        "moved": moved,
        **(effect or {}),
    }
    name = "web/units/_mapping.html" if request.headers.get("HX-Request") == "true" else "web/units/mapping.html"
    return render(request, name, about, status=status)


def _opened(request: HttpRequest, seen: Desk, toggled: str) -> frozenset[str]:
    """Ids of the org units that are open: as the page said last, or as many levels as have room."""
    told = request.POST.get("open", request.GET.get("open"))
    opened = desks.opened_at_first(seen.rows) if told is None else frozenset(NODE.findall(told)[:MOST_OPEN])
    if NODE.fullmatch(toggled):
        opened = opened ^ {toggled}
        if toggled in opened:
            opened |= desks.above(seen.rows, toggled)
    return opened


def _lines(
    seen: Desk, rows: Iterable[Row], opened: Collection[str], ticked: Collection[str], visit: Visit
) -> list[Line]:
    folding = desks.parents(seen.rows)
    return [_line(row, seen, folding, opened, ticked, visit) for row in rows]


def _line(
    row: Row,
    seen: Desk,
    folding: Collection[str],
    opened: Collection[str],
    ticked: Collection[str],
    visit: Visit,
) -> Line:
    unit = seen.units.get(row.standing.unit)
    return Line(
        row,
        desks.depth(row) + 1,
        row.id in folding,
        row.id in opened,
        _state(row),
        unit.name if unit else row.standing.unit,
        rule_name(row.standing.rule) if row.state == core.PATTERN else "",
        visit.may_edit and not seen.problems and row.state not in READ_ONLY,
        row.id in ticked,
    )


def _state(row: Row) -> str:
    if row.state == core.OPEN and row.left:
        return chosen("okopplad med personer", "not mapped, with people")
    if row.state == core.EMPTY and row.left_below:
        return chosen(f"{row.left_below} okopplade under", f"{row.left_below} not mapped below")
    if row.state == core.EMPTY and core.people_in(row.node.below):
        return ""
    return state_name(row.state)


def _advice(given: Proposal, seen: Desk) -> Advice:
    unit = seen.units.get(given.unit)
    return Advice(given, unit.name if unit else "", given.reason(speaks()))


def _panes(seen: Desk) -> list[Pane]:
    mapped = core.mapped_to(seen.rows)
    return [
        Pane(unit, ", ".join(map(form_name, desks.forms_of(unit))), *mapped.get(unit.code, (0, 0)))
        for unit in sorted(seen.units.values(), key=sort_key)
    ]


# Choosing


def _choose(request: HttpRequest, visit: Visit, seen: Desk) -> HttpResponse:
    answer = _asked(request.POST, seen)
    if answer.wrong:
        return _shown(request, visit, seen, answer=answer, status=422)
    done = desks.choose(
        visit.tenant.id,
        seen,
        answer.choices,
        reason=answer.reason,
        expected=_number(request.POST.get("version", "")),
        who=visit.who,
        at=timezone.now(),
    )
    if not isinstance(done, drafts.Draft):
        return _shown(request, visit, seen, answer=answer, moved=True, status=409)
    said = _told(answer.choices, seen)
    if request.headers.get("HX-Request") == "true":
        return _shown(request, visit, desks.desk(visit.tenant.id) or seen, said=said)
    messages.success(request, said)
    return HttpResponseRedirect(
        f"{visit.url('mapping')}?{urlencode({'open': request.POST.get('open', '')})}", status=303
    )


def _number(text: str) -> int:
    """A version as a form carries it; -1, which none has, for garbage."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _asked(post: Any, seen: Desk) -> Answer:
    action, _, which = str(post.get("action", "")).partition(":")
    if action == "accept":
        return _accepted(which, seen)
    by_id = {row.id: row for row in seen.rows}
    rows = [by_id[each] for each in dict.fromkeys(post.getlist("node")) if each in by_id]
    rows = [row for row in rows if row.state not in READ_ONLY]
    if not rows:
        return Answer(
            [], chosen("Markera minst en organisationsenhet i trädet.", "Tick at least one org unit in the tree.")
        )
    if action == INHERIT:
        return Answer([(INHERIT, row.node.path, "") for row in rows])
    if action == IGNORE:
        return _ignored(post, rows)
    return _placed(str(post.get("to") or post.get("unit", "")), rows, seen)


def _accepted(which: str, seen: Desk) -> Answer:
    wanted = [each for each in core.proposals(seen.rows, seen.units) if which in (each.id, "all")]
    if not wanted:
        gone = chosen("Förslaget finns inte längre.", "The suggestion is no longer there.")
        return Answer([], gone)
    choices = [(PLACE if each.unit else IGNORE, each.path, each.unit) for each in wanted]
    return Answer(choices, reason=chosen("godtaget förslag", "accepted suggestion"))


def _ignored(post: Any, rows: Iterable[Row]) -> Answer:
    form = ReasonForm(post)
    if not form.is_valid():
        return Answer([], chosen("Skriv varför de ska ignoreras.", "Write why they are to be left out."))
    return Answer([(IGNORE, row.node.path, "") for row in rows], reason=form.cleaned_data["reason"])


def _placed(typed: str, rows: Iterable[Row], seen: Desk) -> Answer:
    code = unit_meant(typed, seen.units)
    if not code:
        told = chosen(
            "Välj en av era skolenheter: skriv början av namnet eller koden.",
            "Choose one of your school units: write the beginning of its name, or its code.",
        )
        return Answer([], told)
    return Answer([(PLACE, row.node.path, code) for row in rows])


def unit_meant(typed: str, units: Mapping[str, RegisteredUnit]) -> str:
    """The code of the chosen unit that a typed text means: a code in it, its name, or the only name that begins so."""
    codes = [code for code in CODE.findall(typed) if code in units]
    if codes:
        return str(codes[0])
    folded = typed.strip().casefold()
    names = {code: unit.name.casefold() for code, unit in units.items()}
    same = [code for code, name in names.items() if folded and name == folded]
    found = same or [code for code, name in names.items() if folded and name.startswith(folded)]
    return found[0] if len(found) == 1 else ""


def _told(choices: Choices, seen: Desk) -> str:
    """What was written into the draft."""
    number = len(choices)
    sv, en = (
        ("en organisationsenhet", "one org unit")
        if number == 1
        else (
            f"{number} organisationsenheter",
            f"{number} org units",
        )
    )
    codes = {code for what, _, code in choices if what == PLACE}
    if len(codes) == 1:
        name = seen.units[next(iter(codes))].name
        return chosen(f"Utkast: {sv} kopplas till {name}.", f"Draft: {en} mapped to {name}.")
    return chosen(f"Utkast: {sv} ändras.", f"Draft: {en} changed.")


# Saving


def _save(request: HttpRequest, visit: Visit, seen: Desk) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _shown(request, visit, seen, form=form, status=422)
    if seen.version == 0 or seen.problems or seen.version != _number(request.POST.get("version", "")):
        return _shown(request, visit, seen, form=form, moved=True, status=409)
    done = rules.save_rules(
        visit.tenant.id,
        seen.document,
        who=visit.who,
        reason=form.cleaned_data["reason"],
        expected_number=seen.base,
        at=timezone.now(),
        draft=seen.version,
    )
    if not isinstance(done, rules.Saved):
        return _shown(request, visit, seen, form=form, moved=True, status=409)
    for run_id in done.runs:
        tasks.start(run_id)
    messages.success(
        request,
        words(
            f"Reglerna är sparade som version {done.number}. Inget skickas förrän planerna är gjorda.",
            f"The rules are saved as version {done.number}. Nothing is sent until the plans are made.",
        ),
    )
    return HttpResponseRedirect(visit.url("mapping"), status=303)
