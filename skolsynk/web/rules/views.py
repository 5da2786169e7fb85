"""The rules as rows of sentences, what the draft on top of them would do, and moving or taking away a rule."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core import swedish
from skolsynk.core.rules import KINDS, Rules
from skolsynk.core.rules.edit import moved_rule, without_rule
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.sync import drafting
from skolsynk.sync import rules as drafts
from skolsynk.sync.rules import Desk
from skolsynk.web.access import Visit, page, refused
from skolsynk.web.rules import desk as shown
from skolsynk.web.rules.desk import News
from skolsynk.web.words import chosen

A_PAGE = 50


class Done(NamedTuple):
    """The rules as an action would have them, and what it is called."""

    rules: Rules
    said: str


@page()
def rules(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every section; POST moves a rule or takes it away, in the draft."""
    desk = drafts.desk(visit.tenant.id)
    if request.method == "POST":
        return _arrange(request, visit, desk)
    return _index(request, visit, desk)


def _index(
    request: HttpRequest, visit: Visit, desk: Desk, *, news: News | None = None, said: str = "", status: int = 200
) -> HttpResponse:
    effect = shown.effect_of(visit, desk)
    about = shown.context(visit, desk)
    about |= {
        "parts": shown.parts(visit, desk, effect.numbers if effect else None),
        "effect": effect if desk.draft else None,
        "is_read": effect is not None,
        "news": news,
        "said": said,
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "web/rules/_rules.html" if fragment else "web/rules/rules.html", about, status=status)


@page()
def section(request: HttpRequest, visit: Visit, *, section: str) -> HttpResponse:
    """All rules of one section, searched and paged."""
    if section not in KINDS:
        raise Http404
    desk = drafts.desk(visit.tenant.id)
    effect = drafting.effect(visit.tenant.id, desk.rules, visit.only)
    part = shown.part(desk, section, shown.names_of(visit), effect, shown.marks_of(desk))
    asked = swedish.Query(request.GET.get("q", "")[:200])
    found = [line for line in part.lines if asked.finds(line.said.text)] if asked else part.lines
    about = shown.context(visit, desk)
    about |= {
        "part": part,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "q": request.GET.get("q", "")[:200],
    }
    return render(request, "web/rules/section.html", about)


# Moving, and taking away


def _arrange(request: HttpRequest, visit: Visit, desk: Desk) -> HttpResponse:
    if not visit.whole:
        return refused(request, visit, "editor")
    if desk.problems:
        return shown.broken(request, visit, desk)
    if shown.is_stale(request, desk):
        return _index(request, visit, desk, news=shown.moved_on(visit, desk), status=409)
    done = _done(request.POST.get("do", ""), desk)
    if done is None:
        raise Http404
    if not drafts.write(visit.tenant.id, desk, done.rules, who=visit.who, at=timezone.now()):
        now = drafts.desk(visit.tenant.id)
        return _index(request, visit, now, news=shown.moved_on(visit, now), status=409)
    if request.headers.get("HX-Request") == "true":
        return _index(request, visit, drafts.desk(visit.tenant.id), said=done.said)
    messages.success(request, done.said)
    return shown.to(visit, "rules")


def _done(action: str, desk: Desk) -> Done | None:
    """``remove:placement:2``, ``up:…`` or ``down:…``; None for what makes no sense."""
    verb, _, where = action.partition(":")
    section, _, place = where.partition(":")
    if section not in KINDS or not place.isdecimal() or len(place) > 6:
        return None
    at = int(place)
    if at >= len(rules_of(desk.rules, section)):
        return None
    if verb == "remove":
        return Done(
            without_rule(desk.rules, section, at),
            chosen("Regeln är borttagen ur utkastet.", "The rule is taken out of the draft."),
        )
    if verb in ("up", "down"):
        moved = moved_rule(desk.rules, section, at, -1 if verb == "up" else 1)
        return Done(moved, chosen("Regeln är flyttad i utkastet.", "The rule is moved in the draft."))
    return None
