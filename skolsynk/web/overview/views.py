"""Översikt: how every vendor fares, what needs a person, and what was done today."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.health import Health
from skolsynk.core.school import Severity
from skolsynk.store import load, runs
from skolsynk.sync import health, readmodel
from skolsynk.sync.health import State
from skolsynk.web.access import Visit, page
from skolsynk.web.runs.said import KINDS_OF_STATE, state_words
from skolsynk.web.words import chosen, words

HEALTH = {
    Health.OFF: (words("avstängd", "off"), "neutral"),
    Health.NEW: (words("inte körd än", "not run yet"), "neutral"),
    Health.WELL: (words("mår bra", "well"), "success"),
    Health.WAITING: (words("väntar på beslut", "waits for a decision"), "warning"),
    Health.PARTLY: (words("en del avvisas", "some are refused"), "warning"),
    Health.SILENT: (words("tyst", "silent"), "danger"),
    Health.FAILING: (words("misslyckas", "failing"), "danger"),
}
VERBS = (("create", "nya", "new"), ("update", "ändrade", "changed"), ("delete", "borttagna", "removed"))


@page()
@require_safe
def overview(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One look: alarms first, then each vendor, then the directory."""
    now = timezone.now()
    states = health.states(visit.tenant.id, now, visit.only)
    model = readmodel.of(visit.tenant.id)
    failing = runs.failing_reads(visit.tenant.id)
    about = {
        "now": now, "lines": [_line(state) for state in states], "alarms": _alarms(visit, states),
        "read": runs.last_read(visit.tenant.id), "failing": failing,
        "failing_since": failing[-1].created_at if failing else None,
        "read_at": load.latest_read_at(visit.tenant.id), "model": model, "findings": _findings(visit, model),
        "silent_since": health.silent_workers(now), "on": any(state.connection.mode != "off" for state in states),
    }  # fmt: skip
    return render(request, "web/overview/overview.html", about)


def _line(state: State) -> dict[str, Any]:
    word, kind = HEALTH[state.health]
    last = state.last
    return {
        "state": state, "word": word, "kind": kind, "last": last, "last_words": state_words(last) if last else "",
        "last_kind": KINDS_OF_STATE.get(last.state, "neutral") if last else "neutral", "today": _today(state),
    }  # fmt: skip


def _today(state: State) -> str:
    """Vad som godtagits i dag, i ord."""
    told = [f"{state.sent_today[verb]} {chosen(sv, en)}" for verb, sv, en in VERBS if state.sent_today.get(verb)]
    return ", ".join(told)


def _alarms(visit: Visit, states: tuple[State, ...]) -> list[dict[str, Any]]:
    """Each trouble with its one next step."""
    found = []
    for state in states:
        for trouble in state.troubles:
            sv, en, next_sv, next_en, place = health.told(state, trouble)
            held = trouble.cause.startswith("held")
            where = {"vendor": state.connection.vendor, "mode": state.connection.mode.value}
            address = visit.url("changes_of", **where) if held else visit.url(place)
            if state.last and not held:
                address = visit.url("run", run=state.last.id)
            found.append(
                {
                    "title": chosen(sv, en), "next": chosen(next_sv, next_en), "since": trouble.since, "url": address,
                    "kind": "warning" if held or trouble.cause == "rejected" else "danger",
                }
            )  # fmt: skip
    return found


def _findings(visit: Visit, model: readmodel.ReadModel | None) -> dict[str, int]:
    """How many people the rules could not place, and how many are sent without something."""
    causes = model.causes if model else ()
    found = {"errors": 0, "warnings": 0}
    for cause in causes:
        number = cause.people if visit.only is None else sum(cause.units.get(code, 0) for code in visit.only)
        found["errors" if cause.severity is Severity.ERROR else "warnings"] += number
    return found
