"""Choosing whom a vendor gets: the form with its live counts, copying from another vendor, and saving a version."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core.connection import Mode, Selection
from skolsynk.core.readmodel.values import SelectionEffect
from skolsynk.store import connections as rows
from skolsynk.sync import connections, offers, readmodel, targets
from skolsynk.sync.connections import Moved
from skolsynk.sync.errors import Misconfigured
from skolsynk.web.access import Visit, page
from skolsynk.web.connections.desk import Desk, News, desk_of, hand_over, news_of, tell_saved
from skolsynk.web.connections.saving import renumbered
from skolsynk.web.connections.selection_form import (
    Asked,
    Draft,
    adopted,
    as_typed,
    focus_after,
    judged,
    of_selection,
    rearranged,
)
from skolsynk.web.connections.vendor_page import effect_said
from skolsynk.web.words import speaks, words


@page(read="editor", whole=True)
def selection(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    """GET: the form. POST: ``do`` says what: rearrange, copy, count or save."""
    desk = desk_of(visit, vendor)
    asked = _asked(desk)
    if request.method != "POST":
        return _shown(request, desk, of_selection(asked, desk.selection), desk.selection)
    action = request.POST.get("do", "save")
    if action == "save":
        return _save(request, desk)
    if action == "copy":
        return _copy(request, desk)
    if action == "count":
        return _counted(request, desk)
    data = rearranged(asked, request.POST, action)
    draft = as_typed(asked, data)
    draft.focus = focus_after(action, draft)
    return _shown(request, desk, draft, _typed(judged(asked, data)))


@page(whole=True)
@require_POST
def effect(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    """Only the numbers of what is being typed."""
    desk = desk_of(visit, vendor)
    draft = judged(_asked(desk), request.POST)
    about = _effect(desk, _typed(draft), draft.errors)  # half a row is no mistake while somebody types
    return render(request, "web/connections/_effect.html", about)


def _typed(draft: Draft) -> Selection | None:
    """The selection, whether or not it could be saved: counting needs no reason."""
    draft.form.is_valid()
    draft.form.errors.pop("reason", None)
    return draft.selection()


def _asked(desk: Desk) -> Asked:
    mode = desk.stored.facts.mode
    return Asked(desk.vendor, mode, desk.units, desk.selection, desk.stored.version, desk.owns)


def _effect(desk: Desk, wanted: Selection | None, errors: int = 0) -> dict[str, Any]:
    """Context of the numbers; without them, why there are none."""
    if wanted is None:
        return {"effect": None, "desk": desk, "wrong_fields": errors}
    try:
        numbers = offers.effect(desk.stored, wanted, desk.visit.only)
    except Misconfigured as error:
        return {"effect": None, "desk": desk, "trouble": error.text(speaks())}
    return {"effect": effect_said(desk, wanted, numbers), "desk": desk}


def _shown(
    request: HttpRequest,
    desk: Desk,
    draft: Draft,
    counted: Selection | None,
    *,
    news: News | None = None,
    copied: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form, with the numbers of ``counted``; as a fragment, the form alone."""
    model = readmodel.of(desk.visit.tenant.id)
    about = {
        "desk": desk,
        "vendor": desk.vendor,
        "draft": draft,
        "form": draft.form,
        "news": news,
        "copied": copied,
        "counts": model.unit_counts if model else {},
        "stale": bool(model and model.stale),
        "others": _others(desk),
    }
    about |= _effect(desk, counted, _unfinished(draft) if counted is None else 0)
    if request.headers.get("HX-Request") == "true":
        return render(request, "web/connections/_selection_swap.html", about, status=status)
    return render(request, "web/connections/selection.html", about, status=status)


def _unfinished(draft: Draft) -> int:
    """How much is to be filled in: at least one, or it could be counted."""
    return max(1, draft.errors)


def _others(desk: Desk) -> list[tuple[str, str]]:
    """(slug, name) of vendors to copy from."""
    known = targets.all_vendors()
    mine = (stored.facts.vendor for stored in rows.all_stored(desk.visit.tenant.id))
    return [(slug, known[slug].name) for slug in mine if slug != desk.vendor.slug and slug in known]


def _copy(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The form as another vendor's selection would fill it; nothing is saved yet."""
    asked, slug = _asked(desk), request.POST.get("copy_from", "")
    name = dict(_others(desk)).get(slug)
    if name is None:
        return _shown(request, desk, as_typed(asked, request.POST), None, status=422)
    taken = adopted(asked, desk_of(desk.visit, slug).selection)
    return _shown(request, desk, of_selection(asked, taken), taken, copied=name)


def _counted(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Without scripts: the whole page with new numbers."""
    draft = judged(_asked(desk), request.POST)
    wanted = _typed(draft)
    return _shown(request, desk, draft, wanted, status=200 if wanted else 422)


def _save(request: HttpRequest, desk: Desk) -> HttpResponse:
    draft = judged(_asked(desk), request.POST)
    wanted = draft.selection()
    if wanted is None:
        return _shown(request, desk, draft, _typed(judged(_asked(desk), request.POST)), status=422)
    if _empties(desk, wanted) and not draft.form.cleaned_data["empty"]:
        draft.form.add_error("empty", words("Bekräfta att ingen ska skickas.", "Confirm that nobody is to be sent."))
        return _shown(request, desk, draft, wanted, status=422)
    given = draft.form.cleaned_data
    saved = connections.save_connection(
        desk.visit.tenant.id, desk.vendor.slug, selection=wanted, who=desk.visit.who, reason=given["reason"],
        expected_version=given["version"], at=timezone.now(), wait=given.get("wait", False),
    )  # fmt: skip
    if isinstance(saved, Moved):
        now = desk_of(desk.visit, desk.vendor.slug)
        again = judged(_asked(now), renumbered(request.POST, saved.version))
        return _shown(request, now, again, wanted, news=news_of(desk, saved, given["version"]), status=409)
    tell_saved(request, saved, desk.stored.version, on=desk.stored.facts.mode is not Mode.OFF)
    hand_over([saved.run_id])
    return desk.back("urval")


def _empties(desk: Desk, wanted: Selection) -> bool:
    """Would a connection that is on and has people get nobody?"""
    before = desk.effect
    if desk.stored.facts.mode is Mode.OFF or not before or not before.total:
        return False
    return _total(_numbers(desk, wanted)) == 0


def _numbers(desk: Desk, wanted: Selection) -> SelectionEffect | None:
    try:
        return offers.effect(desk.stored, wanted)
    except Misconfigured:
        return None


def _total(found: SelectionEffect | None) -> int | None:
    return found.total if found else None
