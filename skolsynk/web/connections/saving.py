"""The small forms of a vendor's page, sent: each saves its own part, or comes back with what is wrong."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core.connection import Exclusion, Guards, Mode, Selection
from skolsynk.core.school import Fate
from skolsynk.store import connections as rows
from skolsynk.sync import connections, reach, readmodel
from skolsynk.sync.connections import Moved
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.schedule_json import Schedule
from skolsynk.web.access import Visit, page
from skolsynk.web.connections import labels
from skolsynk.web.connections.desk import Desk, desk_of, hand_over, news_of, tell_saved
from skolsynk.web.connections.forms import (
    ExclusionForm,
    GuardsForm,
    KeyForm,
    PauseForm,
    ScheduleForm,
    guards_form,
    relation_form,
    schedule_form,
    trace,
)
from skolsynk.web.connections.vendor_page import Test, shown
from skolsynk.web.words import speaks, words

SENT_MODES = {"test": Mode.TEST, "live": Mode.LIVE}


def renumbered(posted: QueryDict, version: int) -> QueryDict:
    """The same words on top of a newer version: sending them again is a decision."""
    data = posted.copy()
    data["version"] = str(version)
    return data


@page(whole=True)
@require_POST
def guards(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    desk = desk_of(visit, vendor)
    form = guards_form(desk.held.guards, desk.stored.version, request.POST)
    wanted = form.guards()
    if wanted is None:
        return shown(request, desk, forms={"guards": form}, status=422)
    return _keep(request, desk, form, guards=wanted)


@page(whole=True)
@require_POST
def schedule(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    desk = desk_of(visit, vendor)
    form = schedule_form(desk.held.schedule, desk.stored.version, request.POST)
    if not form.is_valid():
        return shown(request, desk, forms={"schedule": form}, status=422)
    return _keep(request, desk, form, schedule=form.schedule())


def _keep(
    request: HttpRequest,
    desk: Desk,
    form: GuardsForm | ScheduleForm,
    *,
    guards: Guards | None = None,
    schedule: Schedule | None = None,
) -> HttpResponse:
    given, visit = form.cleaned_data, desk.visit
    saved = connections.save_connection(
        visit.tenant.id, desk.vendor.slug, guards=guards, schedule=schedule, who=visit.who,
        reason=given.get("reason", ""), expected_version=given["version"], at=timezone.now(),
    )  # fmt: skip
    if isinstance(saved, Moved):
        return _late(request, desk, saved, given["version"], "guards" if guards else "schedule")
    tell_saved(request, saved, desk.stored.version, on=desk.stored.facts.mode is not Mode.OFF)
    hand_over([saved.run_id])
    return desk.back("granser" if guards else "schema")


def _late(request: HttpRequest, desk: Desk, moved: Moved, version: int, name: str) -> HttpResponse:
    now = desk_of(desk.visit, desk.vendor.slug)
    data = renumbered(request.POST, moved.version)
    form: GuardsForm | ScheduleForm = guards_form(now.held.guards, moved.version, data)
    if name == "schedule":
        form = schedule_form(now.held.schedule, moved.version, data)
    return shown(request, now, forms={name: form}, news=news_of(desk, moved, version), status=409)


@page(whole=True)
@require_POST
def relation(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    desk = desk_of(visit, vendor)
    told = connections.relation_of(desk.stored)
    form = relation_form(told, request.POST)
    if not form.is_valid():
        return shown(request, desk, forms={"relation": form}, status=422)
    wanted = form.relation()
    if wanted == told:
        return desk.back("leverantoren")
    if form.cleaned_data["was"] != trace(told):
        data = request.POST.copy()
        data["was"] = trace(told)
        return shown(request, desk, forms={"relation": relation_form(told, data)}, status=409)
    connections.set_relation(visit.tenant.id, vendor, wanted, visit.who, timezone.now())
    messages.success(request, words("Läget med leverantören är sparat.", "The state with the vendor is saved."))
    return desk.back("leverantoren")


@page(write="owner", whole=True)
@require_POST
def key(request: HttpRequest, visit: Visit, *, vendor: str, mode: str) -> HttpResponse:
    desk, wanted = desk_of(visit, vendor), _mode(mode)
    facts = desk.stored.facts
    found = reach.reach(facts, wanted, rows.ways(visit.tenant.id))
    form = KeyForm(request.POST, is_set=found.key == "own", auto_id=f"key-{mode}_%s")
    if not form.is_valid():
        return shown(request, desk, forms={f"key_{mode}": form}, status=422)
    connections.set_key(facts, wanted, form.cleaned_data["api_key"], visit.who, timezone.now())
    name = labels.MODES[mode]
    if form.cleaned_data["api_key"]:
        told = words(f"Nyckeln för {name} är sparad. Prova den nu.", f"The key for {name} is saved. Try it now.")
    else:
        told = words(f"Nyckeln för {name} är borttagen.", f"The key for {name} is removed.")
    messages.success(request, told)
    return desk.back("nyckel")


def _mode(name: str) -> Mode:
    if name not in SENT_MODES:
        raise Http404
    return SENT_MODES[name]


@page(whole=True)
@require_POST
def test(request: HttpRequest, visit: Visit, *, vendor: str, mode: str) -> HttpResponse:
    """One harmless question to the vendor, and its answer in words."""
    desk, wanted = desk_of(visit, vendor), _mode(mode)
    try:
        found = Test(wanted, reach.test(desk.stored.facts, wanted, visit.who, timezone.now()), "")
    except Misconfigured as error:
        found = Test(wanted, None, error.text(speaks()))
    if request.headers.get("HX-Request") == "true":
        about = {"checked": found.checked, "trouble": found.trouble, "focus": True}
        return render(request, "web/connections/_tested.html", about)
    return shown(request, desk, test=found)


@page(whole=True)
@require_POST
def pause(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    """No runs by themselves until a day; or go on."""
    desk, now = desk_of(visit, vendor), timezone.now()
    facts = desk.stored.facts
    if "resume" in request.POST:
        if facts.paused_until:
            connections.pause(facts, None, visit.who, now)
        messages.success(request, words("Pausen är släppt.", "The pause has ended."))
        return desk.back("schema")
    form = PauseForm(request.POST, auto_id="pause_%s")
    if not form.is_valid():
        return shown(request, desk, forms={"pause": form}, status=422)
    if form.cleaned_data["until"] != facts.paused_until:
        connections.pause(facts, form.cleaned_data["until"], visit.who, now)
    messages.success(
        request,
        words(
            "Pausad. Inget skickas av sig självt; en körning för hand går fortfarande.",
            "Paused. Nothing is sent by itself; a run by hand still works.",
        ),
    )
    return desk.back("schema")


@page(whole=True)
@require_POST
def exclusions(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    """One person more, or one fewer, who is kept from this vendor."""
    desk = desk_of(visit, vendor)
    if "remove" in request.POST:
        return _include(request, desk, request.POST["remove"])
    form = ExclusionForm(request.POST, auto_id="exclusion_%s")
    if not form.is_valid():
        return shown(request, desk, forms={"exclusion": form}, status=422)
    model = readmodel.of(visit.tenant.id)
    row = connections.person_named(model, form.cleaned_data["person"]) if model else None
    if row is None:
        form.add_error(
            "person",
            words(
                "Ingen sådan person finns i den senaste läsningen. Sök under Personer efter rätt adress.",
                "No such person is in the newest read. Search under People for the right address.",
            ),
        )
        return shown(request, desk, forms={"exclusion": form}, status=422)
    given = form.cleaned_data
    others = tuple(each for each in desk.selection.exclusions if each.person not in (row.key, row.email))
    made = Exclusion(row.key, given["why"].strip(), given["until"])
    told = words("En person undantas.", "One person is excluded.")
    if row.fate == Fate.PROTECTED:
        told = words("En person med skyddad identitet undantas.", "One person with protected identity is excluded.")
    return _kept(request, desk, replace(desk.selection, exclusions=(*others, made)), told)


def _include(request: HttpRequest, desk: Desk, person: str) -> HttpResponse:
    left = tuple(each for each in desk.selection.exclusions if each.person != person)
    told = words("Undantaget är borttaget.", "The exclusion is removed.")
    return _kept(request, desk, replace(desk.selection, exclusions=left), told)


def _kept(request: HttpRequest, desk: Desk, selection: Selection, told: str) -> HttpResponse:
    """Adding and removing one person is right whatever version is in force, unless it changed just now."""
    saved = connections.save_connection(
        desk.visit.tenant.id, desk.vendor.slug, selection=selection, who=desk.visit.who, reason="",
        expected_version=desk.stored.version, at=timezone.now(),
    )  # fmt: skip
    if isinstance(saved, Moved):
        now = desk_of(desk.visit, desk.vendor.slug)
        form = ExclusionForm(request.POST, auto_id="exclusion_%s")
        news = news_of(desk, saved, desk.stored.version)
        return shown(request, now, forms={"exclusion": form}, news=news, status=409)
    messages.success(request, told)
    hand_over([saved.run_id])
    return desk.back("undantag")
