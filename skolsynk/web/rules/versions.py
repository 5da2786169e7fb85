"""Every version of the rules: who saved it, when and why, and what it changed. An older one may become the draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.rules import difference as core
from skolsynk.core.rules import parse_rules
from skolsynk.store import members
from skolsynk.sync import readmodel
from skolsynk.sync import rules as drafts
from skolsynk.sync.rules import Desk, Version
from skolsynk.web.access import Visit, page
from skolsynk.web.rules import desk as shown
from skolsynk.web.rules.desk import News
from skolsynk.web.rules.differences import differences
from skolsynk.web.rules.saving import connections_on
from skolsynk.web.words import speaks, words

A_PAGE = 20


@page()
def versions(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The newest first; numbers have no gaps, so that a page is a range of them."""
    desk = drafts.desk(visit.tenant.id)
    listed = Paginator(range(desk.number, 0, -1), A_PAGE).get_page(request.GET.get("page"))
    upto = listed.object_list[0] if listed.object_list else 0
    found = drafts.versions(visit.tenant.id, upto, A_PAGE)
    authors = members.names_of(visit.tenant.id, {each.facts.author for each in found}, speaks())
    about = {
        "desk": desk,
        "page": listed,
        "rows": [(each, authors[each.facts.author]) for each in found],
    }
    return render(request, "web/rules/versions.html", about)


@page(whole=False)
def version(request: HttpRequest, visit: Visit, *, number: int) -> HttpResponse:
    """One version; POST makes it the draft, to be looked at and saved."""
    found = drafts.version(visit.tenant.id, number) if number < 2**31 else None
    if found is None:
        raise Http404
    desk = drafts.desk(visit.tenant.id)
    if request.method != "POST":
        return _page(request, visit, desk, found)
    if not visit.whole or not found.readable:
        raise Http404
    if shown.is_stale(request, desk):
        return _page(request, visit, desk, found, news=shown.moved_on(visit, desk), status=409)
    if not drafts.restore(visit.tenant.id, desk, number, who=visit.who, at=timezone.now()):
        now = drafts.desk(visit.tenant.id)
        return _page(request, visit, now, found, news=shown.moved_on(visit, now), status=409)
    messages.success(
        request,
        words(
            f"Version {number} står i utkastet. Granska och spara den för att den ska gälla.",
            f"Version {number} is in the draft. Review and save it to put it in force.",
        ),
    )
    return shown.to(visit, "rules_review")


def _page(
    request: HttpRequest, visit: Visit, desk: Desk, found: Version, *, news: News | None = None, status: int = 200
) -> HttpResponse:
    names, model = shown.names_of(visit), readmodel.of(visit.tenant.id)
    current = found.facts.number == desk.number
    about: dict[str, Any] = {
        "desk": desk,
        "found": found,
        "author": members.name_of(visit.tenant.id, found.facts.author, speaks()),
        "differences": differences(found.changes, names),
        "since": [] if current else differences(_back(desk, found), names),
        "current": current,
        "making": current and (model is None or model.rules_version != desk.number),
        "on": connections_on(visit) if current else [],
        "restores": visit.may_edit and visit.whole and found.readable and not current,
        "news": news,
    }
    return render(request, "web/rules/version.html", about, status=status)


def _back(desk: Desk, found: Version) -> tuple[core.Change, ...]:
    """What restoring would change in the rules in force."""
    return core.differences(desk.before, parse_rules(found.facts.rules)) if found.readable else ()
