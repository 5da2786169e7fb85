"""The front door: is the service well, and where to go from here. Shows no tenant and no person."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from skolsynk.store import load
from skolsynk.web.shell import front

FRESH_S = 180  # beat ticks every minute, and a worker at least as often as beat gives it something to do


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Members go on to their overview; others see one page, in the browser's language. 503 without a database."""
    try:
        own = front(request)
        beats = load.heartbeats()
    except DatabaseError:
        return render(request, "web/home.html", {"database": False, "beats": []}, status=503)
    if own:
        return redirect(own)
    now = timezone.now()
    rows = [
        {"name": name, "at": at, "fresh": (now - at).total_seconds() < FRESH_S} for name, at in sorted(beats.items())
    ]
    return render(request, "web/home.html", {"database": True, "beats": rows, "signin": reverse("signin")})
