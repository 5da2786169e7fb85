"""Trying the rules with one person: her chain under the draft, beside the one under the rules in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.school import Step
from skolsynk.store import save
from skolsynk.sync import drafting
from skolsynk.sync import rules as drafts
from skolsynk.sync.drafting import Tried
from skolsynk.web.access import Visit, page
from skolsynk.web.persons import sentences
from skolsynk.web.rules import desk as shown
from skolsynk.web.words import chosen

FOUND = 20


class Chains(NamedTuple):
    """Two chains side by side."""

    now: list[sentences.Link] | None
    then: list[sentences.Link]
    same: bool


@page(write="viewer")
def person(request: HttpRequest, visit: Visit) -> HttpResponse:
    """POST searches by ``q``, and tries ``key``; no name stands in an address."""
    desk = drafts.desk(visit.tenant.id)
    about: dict[str, Any] = {**shown.context(visit, desk), "q": "", "is_read": drafting.is_read(visit.tenant.id)}
    if request.method == "POST":
        about |= _asked(visit, request.POST.get("q", "").strip()[:200], request.POST.get("key", ""))
    name = "web/rules/_person.html" if request.headers.get("HX-Request") == "true" else "web/rules/person.html"
    return render(request, name, about)


def _asked(visit: Visit, text: str, key: str) -> dict[str, Any]:
    if key:
        return {"q": text, **_tried(visit, key)}
    if not text:
        return {"q": ""}
    found = drafting.asked(visit.tenant.id, lambda model: model.people.find(text, visit.only, limit=FOUND))
    if found and found.total == 1:
        return {"q": text, **_tried(visit, found.rows[0].key)}
    return {"q": text, "found": found}


def _tried(visit: Visit, key: str) -> dict[str, Any]:
    desk = drafts.desk(visit.tenant.id)
    tried = drafting.tried(visit.tenant.id, desk, key, visit.only)
    if tried is None:
        return {"missing": True}
    about = {"person": key, "protected": tried.protected}
    save.audit(visit.tenant.id, visit.who, "person_explained", about, timezone.now())
    return {"tried": tried, "chains": _chains(visit, tried), "name": _name(tried)}


def _name(tried: Tried) -> str:
    if tried.protected:
        return chosen("Person med skyddade personuppgifter", "Person with a protected identity")
    return f"{tried.row.name} ({tried.row.email})" if tried.row.name else tried.row.email or tried.row.key


def _chains(visit: Visit, tried: Tried) -> Chains:
    names = shown.names_of(visit).units
    rules_at = visit.url("rules") if visit.whole else ""

    def said(steps: Iterable[Step]) -> list[sentences.Link]:
        told = (step._replace(evidence="") if tried.protected else step for step in steps)
        return sentences.of_rules(told, names, rules_at)

    now = said(tried.now) if tried.now is not None else None
    return Chains(now, said(tried.then), tried.now == tried.then)
