"""One vendor: what it takes, who is sent, where it stands, how it is reached, what holds changes back, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.connection import Exclusion, Mode, Selection
from skolsynk.core.readmodel.values import PersonRow, SelectionEffect
from skolsynk.core.school import Fate
from skolsynk.core.vendor import Vendor
from skolsynk.egil.check import Checked
from skolsynk.store import connections as rows
from skolsynk.store import members, trust
from skolsynk.sync import connections, golive, offers, reach, readmodel
from skolsynk.web.access import Visit, page
from skolsynk.web.connections import labels, profile, sentences
from skolsynk.web.connections.desk import Desk, News, desk_of, vendor_of
from skolsynk.web.connections.forms import (
    ExclusionForm,
    KeyForm,
    PauseForm,
    guards_form,
    relation_form,
    schedule_form,
)
from skolsynk.web.words import speaks

VERSIONS = 10
SENT_MODES = (Mode.TEST, Mode.LIVE)


class Way(NamedTuple):
    """One mode as the section on keys shows it."""

    mode: Mode
    label: str
    reach: reach.Reach
    origin: str  # of the address, in words
    form: KeyForm
    tried_by: str
    checked: Checked | None  # the test that was just made
    trouble: str  # why it could not be made


class Excluded(NamedTuple):
    """One single person kept from the vendor."""

    exclusion: Exclusion
    name: str  # "" when unknown or protected
    email: str
    protected: bool
    over: bool


class Said(NamedTuple):
    """The selection in words."""

    units: str
    roles: str
    groups: str
    blocks: list[str]
    nots: list[str]
    fields: str


class Effect(NamedTuple):
    """An effect with the words that its numbers need."""

    numbers: SelectionEffect
    units: list[tuple[str, int]]
    filters: list[tuple[str, int]]
    warnings: list[str]


class Test(NamedTuple):
    mode: Mode
    checked: Checked | None
    trouble: str


@page()
def connection(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    described = vendor_of(vendor)
    if rows.stored(visit.tenant.id, vendor) is None:
        about = {**about_vendor(described), "adds": visit.may_edit and visit.whole}
        return render(request, "web/connections/not_added.html", about)
    return shown(request, desk_of(visit, vendor))


def about_vendor(vendor: Vendor) -> dict[str, Any]:
    return {
        "vendor": vendor,
        "takes": profile.in_one_line(vendor),
        "notes": profile.notes(vendor),
        "facts": profile.facts(vendor),
        "sources": [source for source in vendor.sources if source.startswith("https://")],
        "unpublished": profile.unpublished(vendor),
    }


def shown(
    request: HttpRequest,
    desk: Desk,
    *,
    forms: Mapping[str, Form] | None = None,
    news: News | None = None,
    test: Test | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; ``forms`` are those that came back with something wrong."""
    given = forms or {}
    about = {
        **about_vendor(desk.vendor),
        "desk": desk,
        "news": news,
        "wrong": next(iter(given.values()), None) if status == 422 else None,
        **_summary(desk),
        **_relation(desk, given),
        **_ways(desk, given, test),
        **_limits(desk, given),
        **_when(desk, given),
        **_past(desk),
    }
    return render(request, "web/connections/connection.html", about, status=status)


def _summary(desk: Desk) -> dict[str, Any]:
    facts, held = desk.stored.facts, trust.held(desk.visit.tenant.id, desk.visit.only)
    refused = trust.refused(desk.visit.tenant.id) if desk.visit.whole else {}
    pushes = [
        (labels.MODES[mode], offers.first_push(desk.stored, mode, desk.effect))
        for mode in SENT_MODES
        if desk.effect and not desk.problem and desk.visit.whole
    ]
    return {
        "effect": effect_said(desk, desk.selection, desk.effect) if desk.effect else None,
        "said": selection_said(desk),
        "excluded": excluded(desk) if desk.visit.whole else [],
        "exclusion_form": ExclusionForm(auto_id="exclusion_%s"),
        "held_count": held.get(facts.id, 0),
        "refused_count": refused.get(facts.id, 0),
        "pushes": pushes,
    }


def selection_said(desk: Desk) -> Said:
    chosen = desk.shown
    return Said(
        sentences.units_said(chosen, desk.names),
        profile.joined(labels.small(labels.ROLES[role]) for role in chosen.roles),
        profile.joined(labels.small(labels.GROUP_TYPES[kind]) for kind in chosen.group_types),
        sentences.blocks_said(chosen, desk.names),
        [sentences.sentence(each, desk.names) for each in chosen.not_filters],
        sentences.fields_said(chosen.fields),
    )


def effect_said(desk: Desk, selection: Selection, numbers: SelectionEffect) -> Effect:
    """``selection`` is the one that was counted: its filters are named by their places in it."""
    units = sorted(numbers.by_unit.items(), key=lambda unit: -unit[1])
    filters = {
        f"filters[{block}][{row}]": each
        for block, each_row in enumerate(selection.filters)
        for row, each in enumerate(each_row)
    } | {f"not_filters[{row}]": each for row, each in enumerate(selection.not_filters)}
    return Effect(
        numbers,
        [(desk.names.get(code, code), count) for code, count in units],
        [
            (sentences.sentence(filters[place], desk.names), count)
            for place, count in numbers.by_filter
            if place in filters
        ],
        [
            *(sentences.named(pair[speaks() == "en"], desk.names) for pair in numbers.warnings),
            *(sentences.lost_said(lost) for lost in offers.without_match(desk.visit.tenant.id, selection)),
        ],
    )


def excluded(desk: Desk) -> list[Excluded]:
    model = readmodel.of(desk.visit.tenant.id)
    today = timezone.localdate()
    return [_excluded(each, _person(model, each.person), today) for each in desk.selection.exclusions]


def _person(model: readmodel.ReadModel | None, spelt: str) -> PersonRow | None:
    return connections.person_named(model, spelt) if model else None


def _excluded(each: Exclusion, row: PersonRow | None, today: date) -> Excluded:
    over = each.until is not None and each.until < today
    protected = row is not None and row.fate == Fate.PROTECTED
    if row is None or protected:
        return Excluded(each, "", "", protected, over)
    return Excluded(each, row.name, row.email, False, over)


def _relation(desk: Desk, given: Mapping[str, Form]) -> dict[str, Any]:
    told = connections.relation_of(desk.stored)
    return {
        "relation": told,
        "relation_state": labels.STATES[told.state],
        "relation_kind": labels.STATE_KINDS[told.state],
        "relation_form": given.get("relation") or relation_form(told),
    }


def _ways(desk: Desk, given: Mapping[str, Form], test: Test | None) -> dict[str, Any]:
    facts = desk.stored.facts
    ways, events = rows.ways(desk.visit.tenant.id), trust.events(desk.visit.tenant.id, facts.vendor, reach.TOLD)
    names = members.names_of(desk.visit.tenant.id, [event.who for event in events], speaks())
    return {"ways": [_way(mode, reach.reach(facts, mode, ways, events), names, given, test) for mode in SENT_MODES]}


def _way(mode: Mode, found: reach.Reach, names: Mapping[str, str], given: Mapping[str, Form], test: Test | None) -> Way:
    form = given.get(f"key_{mode.value}") or KeyForm(is_set=found.key == "own", auto_id=f"key-{mode.value}_%s")
    assert isinstance(form, KeyForm)
    mine = test if test and test.mode is mode else None
    return Way(
        mode,
        labels.MODES[mode.value],
        found,
        labels.ORIGINS.get(found.origin, ""),
        form,
        names.get(found.tried.who, "") if found.tried else "",
        mine.checked if mine else None,
        mine.trouble if mine else "",
    )


def _limits(desk: Desk, given: Mapping[str, Form]) -> dict[str, Any]:
    guards = desk.held.guards
    return {
        "guards": [(labels.GUARDS[name], sentences.limit_said(getattr(guards, name))) for name in sentences.LIMITS],
        "guards_now": guards,
        "guards_form": given.get("guards") or guards_form(guards, desk.stored.version),
    }


def _when(desk: Desk, given: Mapping[str, Form]) -> dict[str, Any]:
    schedule, until = desk.held.schedule, desk.stored.facts.paused_until
    now = timezone.now()
    return {
        "schedule": sentences.schedule_said(schedule),
        "calendar": [pause for pause in schedule.pauses if pause.last >= timezone.localdate()],
        "schedule_form": given.get("schedule") or schedule_form(schedule, desk.stored.version),
        "paused_until": until if until and until > now else None,
        "pause_form": given.get("pause") or PauseForm(auto_id="pause_%s"),
    }


def _past(desk: Desk) -> dict[str, Any]:
    """Versions, with their authors by name; and the list before going live."""
    if not desk.visit.whole:
        return {"versions": [], "points": []}
    found = rows.versions(desk.stored.facts.id, VERSIONS)
    names = members.names_of(desk.visit.tenant.id, [version.author for version in found], speaks())
    listed = [(version, names.get(version.author, "")) for version in found]
    return {"versions": listed, "points": points_of(desk, timezone.now())}


class Pointed(NamedTuple):
    """One point of the list before going live, as it is shown."""

    point: golive.Point
    title: str
    text: str
    address: str  # where it is put right
    confirms: bool  # this visitor may say that it is so


ANCHORS = {"reachable": "nyckel", "guards": "granser", "agreement": "leverantoren", "selection": "urval"}


def points_of(desk: Desk, at: datetime) -> Sequence[Pointed]:
    taken = desk.effect.total if desk.effect else None
    return [_pointed(desk, point) for point in golive.points(desk.stored, at, taken)]


def _pointed(desk: Desk, point: golive.Point) -> Pointed:
    places = {"findings": desk.visit.url("quality"), "test_clean": desk.visit.url("runs")}
    address = places.get(point.code) or f"{desk.url('connection')}#{ANCHORS[point.code]}"
    confirms = not point.done and point.code in golive.CONFIRMED and desk.edits
    return Pointed(point, labels.POINTS[point.code], point.text(speaks()), address, confirms)
