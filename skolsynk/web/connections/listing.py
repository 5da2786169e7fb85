"""Every vendor, and where the tenant stands with each."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.sync import connections as kept
from skolsynk.sync import offers, targets
from skolsynk.sync.offers import Offer
from skolsynk.web.access import Visit, page, refused
from skolsynk.web.connections import labels, profile
from skolsynk.web.connections.desk import desk_of
from skolsynk.web.connections.forms import AddForm
from skolsynk.web.words import chosen, number, words

SEE_OTHER = 303


class Step(NamedTuple):
    """What to do next, as a link."""

    text: str
    address: str


class Line(NamedTuple):
    """One vendor as the list shows it."""

    offer: Offer
    takes: str
    state: str
    state_kind: str
    step: Step | None


@page()
def connections(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The list; POST adds a vendor."""
    if request.method == "POST":
        return _add(request, visit) if visit.whole else refused(request, visit, "editor")
    return _listed(request, visit)


@page()
@require_safe
def people(request: HttpRequest, visit: Visit, *, vendor: str) -> HttpResponse:
    """How many one vendor's selection takes: a fragment, for the list that did not wait for it."""
    found = desk_of(visit, vendor).effect
    return render(request, "web/connections/_people.html", {"people": found.total if found else None})


def _listed(request: HttpRequest, visit: Visit, status: int = 200) -> HttpResponse:
    lines = [_line(visit, offer) for offer in offers.offers(visit.tenant.id, visit.only)]
    about = {
        "mine": [line for line in lines if line.offer.stored],
        "others": [line for line in lines if not line.offer.stored],
        "adds": visit.may_edit and visit.whole,
        "refused": status != 200,
    }
    return render(request, "web/connections/connections.html", about, status=status)


def _line(visit: Visit, offer: Offer) -> Line:
    state = offer.relation.state
    takes = profile.in_one_line(offer.vendor)
    return Line(offer, takes, labels.STATES[state], labels.STATE_KINDS[state], _step(visit, offer))


def _step(visit: Visit, offer: Offer) -> Step | None:
    slug = offer.vendor.slug
    page_of = visit.url("connection", vendor=slug)
    edits = visit.may_edit and visit.whole
    steps = {
        "select": Step(
            chosen("Välj vilka som ska skickas", "Choose whom to send"),
            visit.url("connection_selection", vendor=slug) if edits else f"{page_of}#urval",
        ),
        "ask": Step(chosen("Fråga leverantören", "Ask the vendor"), f"{page_of}#leverantoren"),
        "key": Step(chosen("Ange nyckeln för test", "Give the test key"), f"{page_of}#nyckel"),
        "test": Step(chosen("Slå på testläget", "Switch on test mode"), visit.url("connection_mode", vendor=slug)),
        "live": Step(chosen("Gå mot skarpt läge", "Head for live"), visit.url("connection_mode", vendor=slug)),
    }
    if offer.next == "review":
        held = number(offer.held)
        text = chosen(f"Granska {held} som väntar", f"Review {held} that wait")
        return Step(text, visit.url("changes_of", vendor=slug, mode=offer.mode.value))
    if offer.next == "refused":
        refusals = number(offer.refused)
        return Step(chosen(f"Se {refusals} avvisade", f"See {refusals} refused"), visit.url("runs"))
    return steps.get(offer.next)


def _add(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = AddForm(request.POST, list(targets.all_vendors()))
    if not form.is_valid():
        return _listed(request, visit, 422)
    slug = form.cleaned_data["vendor"]
    name = targets.vendor(slug).name
    if kept.add(visit.tenant.id, slug, visit.who, timezone.now()):
        messages.success(
            request,
            words(
                f"{name} är tillagd och avstängd. Inget skickas förrän ni har gjort ett urval och slagit på den.",
                f"{name} is added, and off. Nothing is sent until you have made a selection and switched it on.",
            ),
        )
    return HttpResponseRedirect(visit.url("connection", vendor=slug), status=SEE_OTHER)
