"""Pages that belong to nobody in particular: help, the accessibility statement, the style guide, and refusals."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from skolsynk.store import load
from skolsynk.web.access import Visit, member_of


def visited(request: HttpRequest) -> None:
    """Somebody who has signed in keeps the navigation around pages that are for everybody."""
    member = member_of(request)
    if member is not None:
        request.visit = Visit(load.tenant(member.tenant_id), member)  # type: ignore[attr-defined]  # for the shell


@require_safe
def about_help(request: HttpRequest) -> HttpResponse:
    visited(request)
    return render(request, "web/help.html", {"contact": settings.CONTACT})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    visited(request)
    return render(request, "web/accessibility.html", {"contact": settings.CONTACT})


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every part of the pages in every state: what a browser looks at when a part is changed."""
    visited(request)
    return render(request, "web/style_guide.html", SHOWN)


SHOWN: dict[str, object] = {
    "parts": [
        {"label": "Nya", "value": 31, "kind": "new"},
        {"label": "Ändrade", "value": 12, "kind": "changed"},
        {"label": "Borttagna", "value": 48, "kind": "removed"},
        {"label": "Oförändrade", "value": 342, "kind": "same"},
    ],
    "points": [
        {"label": f"{number} nov.", "value": 10 + 37 * number % 23, "kind": "removed" if number == 7 else "same"}
        for number in range(1, 31)
    ],
    "steps": [
        {"outcome": "passed", "title": "Finns i katalogen", "evidence": "läst i dag 07.12"},
        {"outcome": "failed", "title": "Rollen är vald", "evidence": "annan personal"},
        {"outcome": "not_reached", "title": "Skolenheten är vald", "evidence": ""},
    ],
}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    visited(request)
    return render(request, "web/errors/not_found.html", status=404)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "web/errors/denied.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Asks the database for nothing: it may be what is broken."""
    return render(request, "web/errors/broken.html", status=500)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came with a token that is no longer ours: an old page, another sign-in, or cookies refused."""
    sent = [(name, value) for name, values in request.POST.lists() for value in values if _is_text(name)]
    return render(request, "web/errors/stale_form.html", {"sent": sent, "back": request.path}, status=403)


def _is_text(name: str) -> bool:
    """Not the token itself, and nothing that was typed as a secret."""
    return name != "csrfmiddlewaretoken" and "key" not in name and "secret" not in name
