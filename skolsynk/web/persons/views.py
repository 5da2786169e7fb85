"""The page of one person. Opening it is written in the log, whoever it is."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from skolsynk.store import persons as rows
from skolsynk.store import save
from skolsynk.web.access import Visit, page
from skolsynk.web.persons import acts, shown

LOOKED_BACK = timedelta(days=90)


@page()
def person(request: HttpRequest, visit: Visit, *, key: str) -> HttpResponse:
    """Where she stands and why; POST is one of the buttons."""
    found = shown.seen(visit, key)
    if found is None:
        return shown.unknown(request)
    if request.method == "POST":
        return acts.act(request, visit, found)
    now = timezone.now()
    events = rows.events(visit.tenant.id, key, now - LOOKED_BACK)
    about = {"person": key, "protected": found.protected}
    save.audit(visit.tenant.id, visit.who, rows.SEEN, about, now)
    return render(request, "web/persons/person.html", shown.context(request, visit, found, events))
