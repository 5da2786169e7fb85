"""Översikt: how every vendor fares, what needs a person, and what was done today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.health import Health, Trouble
from skolsynk.core.readmodel.values import Cause
from skolsynk.core.school import Severity
from skolsynk.store import health as rows
from skolsynk.store import load
from skolsynk.store.runs import RunLine
from skolsynk.sync import health, readmodel
from skolsynk.sync.health import State
from skolsynk.web.access import Visit, page
from skolsynk.web.runs.said import error_words, state_words
from skolsynk.web.runs.views import seen_by
from skolsynk.web.words import chosen, moment, number, words

HEALTH = {
    Health.OFF: (words("avstängd", "off"), "neutral", "pause"),
    Health.NEW: (words("inte körd än", "not run yet"), "neutral", "circle-dashed"),
    Health.WELL: (words("mår bra", "well"), "success", "check"),
    Health.WAITING: (words("väntar på beslut", "waits for a decision"), "warning", "clock"),
    Health.PARTLY: (words("en del avvisas", "some are refused"), "warning", "alert"),
    Health.SILENT: (words("tyst", "silent"), "danger", "alert"),
    Health.FAILING: (words("misslyckas", "failing"), "danger", "x"),
}
WAITS = ("held", "first")
VERBS = (("create", "nya", "new"), ("update", "ändrade", "changed"), ("delete", "borttagna", "removed"))


@page()
@require_safe
def overview(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One look: alarms first, then each vendor, then the directory."""
    now = timezone.now()
    failing = rows.failing_reads(visit.tenant.id)
    states = health.states(visit.tenant.id, now, visit.only, reads_fail=failing is not None)
    model = readmodel.of(visit.tenant.id)
    causes = model.causes if model else ()
    about = {
        "now": now, "lines": [_line(visit, state, causes) for state in states], "alarms": _alarms(visit, states),
        "failing": failing, "failing_words": error_words(seen_by(visit, failing.newest)) if failing else "",
        "read_at": load.latest_read_at(visit.tenant.id), "counts": load.latest_read_counts(visit.tenant.id),
        "model": model, "findings": _findings(visit, causes), "silent_since": health.silent_workers(now),
        "on": any(state.connection.mode != "off" for state in states),
    }  # fmt: skip
    return render(request, "web/overview/overview.html", about)


def _line(visit: Visit, state: State, causes: Iterable[Cause]) -> dict[str, Any]:
    word, kind, icon = HEALTH[state.health]
    last = seen_by(visit, state.last) if state.last else None
    left_out = sum(cause.released.get(state.connection.vendor, 0) for cause in causes)
    return {
        "state": state, "word": word, "kind": kind, "icon": icon, "why": _why(state, last), "last": last,
        "last_words": state_words(last) if last else "", "today": _today(state),
        "left_out": left_out if visit.whole and state.connection.mode != "off" else 0,
    }  # fmt: skip


def _why(state: State, last: RunLine | None) -> str:
    """What the word of health rests on; "" where the row says it already."""
    if state.health is Health.FAILING and last:
        return error_words(last)
    if state.health is Health.SILENT and state.next_due:
        due = moment(state.next_due)
        return chosen(f"en körning borde ha börjat {due}", f"a run should have begun {due}")
    if state.health is Health.WAITING and state.waiting.first:
        return chosen("den första leveransen", "the first delivery")
    if state.health is Health.NEW and state.next_due:
        return chosen("den första körningen kommer av sig själv", "the first run comes by itself")
    return ""


def _today(state: State) -> str:
    """What has been accepted today, in words."""
    told = [
        f"{number(state.sent_today[verb])} {chosen(sv, en)}" for verb, sv, en in VERBS if state.sent_today.get(verb)
    ]
    return ", ".join(told)


def _alarms(visit: Visit, states: tuple[State, ...]) -> list[dict[str, Any]]:
    """Each trouble with its one next step; what has waited long is not told beside that it waits."""
    found = []
    for state in states:
        long = any(trouble.cause == "held_long" for trouble in state.troubles)
        found += [_alarm(visit, state, each) for each in state.troubles if not (long and each.cause in WAITS)]
    return found


def _alarm(visit: Visit, state: State, trouble: Trouble) -> dict[str, Any]:
    told = health.told(state, trouble)
    following = chosen(told.next_sv, told.next_en)
    if trouble.cause.startswith("failed") and state.last:
        following = error_words(seen_by(visit, state.last))
    return {
        "title": chosen(told.title_sv, told.title_en), "next": following, "since": trouble.since,
        "url": _address(visit, state, told.place),
        "kind": "warning" if told.place == "changes" or trouble.cause == "rejected" else "danger",
    }  # fmt: skip


def _address(visit: Visit, state: State, place: str) -> str:
    """As near as can be to where the step is taken."""
    vendor = state.connection.vendor
    if place == "changes":
        return visit.url("changes_of", vendor=vendor, mode=state.connection.mode.value)
    if place == "connections":
        return visit.url("connection", vendor=vendor)
    return visit.url("run", run=state.last.id) if state.last else visit.url("runs")


def _findings(visit: Visit, causes: Iterable[Cause]) -> dict[str, int]:
    """How many people the rules could not place, and how many are sent without something."""
    found = {"errors": 0, "warnings": 0}
    for cause in causes:
        people = cause.people if visit.only is None else sum(cause.units.get(code, 0) for code in visit.only)
        found["errors" if cause.severity is Severity.ERROR else "warnings"] += people
    return found
