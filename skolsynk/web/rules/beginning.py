"""Rules to begin from: a common arrangement, or what the directory itself seems to follow. Either becomes the draft."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.rules import KINDS, Rules, parse_rules
from skolsynk.core.rules.edit import with_rule
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.core.rules.suggest import Suggestion
from skolsynk.store import load
from skolsynk.sync import drafting
from skolsynk.sync import rules as drafts
from skolsynk.sync.rules import Desk
from skolsynk.web.access import Visit, page
from skolsynk.web.rules import desk as shown
from skolsynk.web.rules import labels
from skolsynk.web.rules.desk import News
from skolsynk.web.rules.sentences import Said, sentence
from skolsynk.web.words import speaks, words


class Offer(NamedTuple):
    """One suggestion as it is shown."""

    id: str
    section: str
    said: Said
    reason: str
    people: int
    ticked: bool
    there: bool  # the rules have it already


@page(read="editor", whole=True)
def begin(request: HttpRequest, visit: Visit) -> HttpResponse:
    """POST: ``preset`` replaces the draft by an arrangement, else the ticked suggestions are added to it."""
    desk = drafts.desk(visit.tenant.id)
    if desk.problems:
        return shown.broken(request, visit, desk, 409 if request.method == "POST" else 200)
    if request.method != "POST":
        return _page(request, visit, desk)
    if shown.is_stale(request, desk):
        return _page(request, visit, desk, request.POST.getlist("accept"), news=shown.moved_on(visit, desk), status=409)
    if "preset" in request.POST:
        wanted = drafting.preset(visit.tenant.id, request.POST["preset"])
    else:
        wanted = _accepted(visit, desk, request.POST.getlist("accept"))
    if wanted is None:
        return _page(request, visit, desk, request.POST.getlist("accept"), nothing=True, status=422)
    return _keep(request, visit, desk, wanted)


def _keep(request: HttpRequest, visit: Visit, desk: Desk, wanted: Rules) -> HttpResponse:
    if not drafts.write(visit.tenant.id, desk, wanted, who=visit.who, at=timezone.now()):
        now = drafts.desk(visit.tenant.id)
        ticked = request.POST.getlist("accept")
        return _page(request, visit, now, ticked, news=shown.moved_on(visit, now), status=409)
    messages.success(
        request,
        words(
            "Förslaget står i utkastet. Inget gäller förrän ni sparar.",
            "The suggestion is in the draft. Nothing is in force until you save.",
        ),
    )
    return shown.to(visit, "rules")


def _accepted(visit: Visit, desk: Desk, ticked: Collection[str]) -> Rules | None:
    """The draft with the ticked suggestions; None when none was ticked."""
    wanted = [each for each in drafting.suggestions(visit.tenant.id) or () if _id(each) in ticked]
    rules = desk.rules
    for each in wanted:
        rule = rules_of(parse_rules({each.section: [each.rule]}), each.section)[0]
        if rule not in rules_of(rules, each.section):
            rules = with_rule(rules, each.section, rule)
    return rules if wanted else None


def _id(each: Suggestion) -> str:
    told = orjson.dumps([each.section, each.rule], option=orjson.OPT_SORT_KEYS)
    return blake2b(told, digest_size=8).hexdigest()


def _page(
    request: HttpRequest,
    visit: Visit,
    desk: Desk,
    ticked: Collection[str] | None = None,
    *,
    news: News | None = None,
    nothing: bool = False,
    status: int = 200,
) -> HttpResponse:
    found = drafting.suggestions(visit.tenant.id)
    about: dict[str, Any] = {
        "desk": desk,
        "is_read": found is not None,
        "units": len(load.units(visit.tenant.id)),
        "sections": _sections(visit, desk, found or (), ticked),
        "presets": [(each.slug, each.label(speaks()), each.description(speaks())) for each in drafting.presets()],
        "news": news,
        "nothing": nothing,
    }
    return render(request, "web/rules/begin.html", about, status=status)


def _sections(
    visit: Visit, desk: Desk, found: Collection[Suggestion], ticked: Collection[str] | None
) -> list[tuple[labels.Section, list[Offer]]]:
    names = shown.names_of(visit)
    offers: dict[str, list[Offer]] = {section: [] for section in KINDS}
    for each in found:
        rule = rules_of(parse_rules({each.section: [each.rule]}), each.section)[0]
        there, mark = rule in rules_of(desk.rules, each.section), _id(each)
        sure = each.confidence >= drafting.SURE and not rules_of(desk.rules, each.section)
        offers[each.section].append(
            Offer(
                mark,
                each.section,
                sentence(each.section, rule, names),
                each.reason(speaks()),
                each.people,
                sure if ticked is None else mark in ticked,
                there,
            )
        )
    return [(labels.SECTIONS[section], listed) for section, listed in offers.items() if listed]
