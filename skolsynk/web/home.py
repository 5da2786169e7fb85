"""The front door: is the service well, and where to go from here. Shows no tenant and no person."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from skolsynk.store import load

FRESH_S = 180  # beat ticks every minute, and a worker at least as often as beat gives it something to do


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """One page, in the browser's language; 503 when the database cannot be reached."""
    try:
        beats = load.heartbeats()
    except DatabaseError:
        return render(request, "web/home.html", {"database": False, "beats": []}, status=503)
    now = timezone.now()
    rows = [
        {"name": name, "at": at, "fresh": (now - at).total_seconds() < FRESH_S} for name, at in sorted(beats.items())
    ]
    return render(request, "web/home.html", {"database": True, "beats": rows})
