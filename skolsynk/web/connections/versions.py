"""One older version of a connection: what it said, what has changed since, and back to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.core.filters import SelectionError
from skolsynk.store import connections as rows
from skolsynk.store import members
from skolsynk.store.connections import VersionFacts
from skolsynk.sync import connections
from skolsynk.sync.connections import Held, Moved
from skolsynk.sync.schedule_json import ScheduleError
from skolsynk.web.access import Visit, page
from skolsynk.web.connections.desk import Desk, News, desk_of, hand_over, news_of, tell_saved
from skolsynk.web.connections.forms import RevertForm
from skolsynk.web.connections.sentences import differences
from skolsynk.web.words import speaks, words


@page(whole=True)
def version(request: HttpRequest, visit: Visit, *, vendor: str, number: int) -> HttpResponse:
    """GET: what it said. POST: a new version with its words."""
    desk = desk_of(visit, vendor)
    old = rows.version(desk.stored.facts.id, number)
    if old is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, desk, old, RevertForm(initial={"version": desk.stored.version}))
    form = RevertForm(request.POST)
    if not form.is_valid():
        return _shown(request, desk, old, form, status=422)
    if protects_less(desk, old) and not visit.may_own:
        form.add_error(
            "reason",
            words(
                "Den versionen skickar personer med skyddad identitet. Bara en ägare får återställa den.",
                "That version sends people with protected identity. Only an owner may restore it.",
            ),
        )
        return _shown(request, desk, old, form, status=422)
    return _revert(request, desk, old, form)


def protects_less(desk: Desk, old: VersionFacts) -> bool:
    then = _read(old)
    return bool(then and then.selection.include_protected and not desk.selection.include_protected)


def _read(old: VersionFacts | None) -> Held | None:
    """None when this program cannot read it."""
    try:
        return connections.held(**old.document) if old else None
    except (SelectionError, ScheduleError):
        return None


def _revert(request: HttpRequest, desk: Desk, old: VersionFacts, form: RevertForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        saved = connections.revert(
            desk.visit.tenant.id, desk.vendor.slug, old.number, who=desk.visit.who, reason=given["reason"],
            expected_version=given["version"], at=timezone.now(),
        )  # fmt: skip
    except (SelectionError, ScheduleError):
        messages.error(request, words("Den versionen går inte att läsa längre.", "That version can no longer be read."))
        return _shown(request, desk, old, form, status=422)
    if isinstance(saved, Moved):
        again = RevertForm({"version": saved.version, "reason": given["reason"]})
        now = desk_of(desk.visit, desk.vendor.slug)
        return _shown(request, now, old, again, news=news_of(desk, saved, given["version"]), status=409)
    tell_saved(request, saved, desk.stored.version, on=desk.stored.facts.mode is not Mode.OFF)
    hand_over([saved.run_id])
    return desk.back("versioner")


def _shown(
    request: HttpRequest,
    desk: Desk,
    old: VersionFacts,
    form: RevertForm,
    *,
    news: News | None = None,
    status: int = 200,
) -> HttpResponse:
    then, before = _read(old), _read(rows.version(desk.stored.facts.id, old.number - 1))
    about: dict[str, Any] = {
        "desk": desk,
        "vendor": desk.vendor,
        "old": old,
        "author": members.name_of(desk.visit.tenant.id, old.author, speaks()),
        "readable": then is not None,
        "first": before is None,
        "changes": differences(before, then, desk.names) if before and then else [],
        "since": differences(desk.held, then, desk.names) if then else [],
        "current": old.number == desk.stored.version,
        "form": form,
        "news": news,
    }
    return render(request, "web/connections/version.html", about, status=status)
