"""How long things are kept, and whom vendors may ask."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from skolsynk.sync import installation, preferences
from skolsynk.sync.preferences import LIMITS, Preferences
from skolsynk.web.access import Visit, page
from skolsynk.web.settings.forms import RetentionForm
from skolsynk.web.settings.views import see
from skolsynk.web.words import words


@page(write="owner", whole=True, asleep=True)
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: HttpRequest, visit: Visit) -> HttpResponse:
    now = preferences.of(visit.tenant.id)
    form = RetentionForm(request.POST or None, initial=asdict(now))
    moved = False
    if request.method == "POST" and form.is_valid():
        was = _was(request.POST.get("was", ""))
        saved = was is not None and preferences.choose(
            visit.tenant.id, form.preferences, was=was, who=visit.who, at=timezone.now()
        )
        if saved:
            installation.purge_day_chosen(visit.tenant.id)
            messages.success(request, words("Sparat. Gallringen sker varje dygn.", "Saved. Old rows go every day."))
            return see(visit.url("settings_retention"))
        moved = True
    about = {"form": form, "now": now, "was": _spelt(now), "moved": moved, "limits": LIMITS}
    return render(request, "web/settings/retention.html", about, status=409 if moved else 422 if form.errors else 200)


def _spelt(value: Preferences) -> str:
    return f"{value.receipt_days} {value.run_days} {value.event_days} {value.purge_days} {value.contact}"


def _was(text: str) -> Preferences | None:
    """What the page showed; None for a form that is not ours."""
    days, contact = text.split(" ")[:4], text.split(" ")[4:]
    if len(days) < 4 or not all(one.isdecimal() and len(one) < 6 for one in days):
        return None
    return Preferences(int(days[0]), int(days[1]), int(days[2]), " ".join(contact), int(days[3]))
