"""What each vendor would get now: one file of everything, or one for each type of resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from skolsynk.core.vendor import Vendor
from skolsynk.store import load, save
from skolsynk.sync import readmodel, targets
from skolsynk.sync import rosters as asked
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.errors import RunError
from skolsynk.sync.tables import roster_rows
from skolsynk.web.access import Visit, page
from skolsynk.web.connections.labels import TYPES
from skolsynk.web.downloads import FORMATS, table_response
from skolsynk.web.words import speaks, words

ALL = "allt"
COLUMNS: Mapping[str, str] = {
    "resource_type": words("Slag av post, med standardens namn.", "The type of resource, by the standard's name."),
    "id": words("Det id som leverantören känner posten under.", "The id that the vendor knows the resource by."),
    "school_unit_code": words("Skolenheten som posten räknas till.", "The school unit that the resource counts to."),
    "display_name": words("Namnet som visas.", "The name that is shown."),
    "user_name": words("Inloggningsnamnet.", "The user name."),
    "e_mail": words("E-postadressen, om leverantören får den.", "The e-mail address, if the vendor gets it."),
    "school_year": words("Elevens årskurs; 0 är förskoleklass.", "The pupil's school year; 0 is preschool class."),
    "role": words("Befattning, för anställningar.", "The role, of employments."),
    "group_type": words("Klass, Undervisning och så vidare.", "Klass (class), Undervisning (teaching) and so on."),
    "refers_to": words("Vilka andra poster den pekar på, som id.", "Which other resources it points at, as ids."),
    "json": words("Exakt det som skickas, tecken för tecken.", "Exactly what is sent, character by character."),
}


class Offer(NamedTuple):
    """One connection and its files."""

    connection: load.ConnectionFacts
    vendor: Vendor
    kinds: list[tuple[str, str]]  # (type, words)


@page()
@require_safe
def rosters(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every connection with its files, and what the columns mean."""
    return _listed(request, visit)


def _listed(request: HttpRequest, visit: Visit, *, trouble: str = "", status: int = 200) -> HttpResponse:
    known = targets.all_vendors()
    connections = [each for each in load.connections(visit.tenant.id) if each.vendor in known]
    offers = [Offer(each, known[each.vendor], _kinds(known[each.vendor])) for each in connections]
    about = {
        "offers": offers,
        "model": readmodel.of(visit.tenant.id),
        "columns": list(COLUMNS.items()),
        "all": ALL,
        "trouble": trouble,
    }
    return render(request, "web/rosters/rosters.html", about, status=status)


def _kinds(vendor: Vendor) -> list[tuple[str, str]]:
    return [(kind, TYPES[kind]) for kind in vendor.types]


@page()
@require_safe
def roster_file(request: HttpRequest, visit: Visit, *, vendor: str, kind: str, ending: str) -> HttpResponseBase:
    """One file; the log says who took it, and never what was in it."""
    connection = load.connection_to(visit.tenant.id, vendor)
    if connection is None or vendor not in targets.all_vendors() or ending not in FORMATS:
        raise Http404
    if kind != ALL and kind not in targets.vendor(vendor).types:
        raise Http404
    now = timezone.now()
    try:
        roster = asked.shown(connection, today_at(now), kind="" if kind == ALL else kind, only=visit.only)
    except RunError as error:
        return _listed(request, visit, trouble=error.text(speaks()), status=409)
    about = {"vendor": vendor, "kind": kind, "count": len(roster.items), "format": ending}
    save.audit(visit.tenant.id, visit.who, "roster_exported", about, now)
    return table_response(request, f"{vendor}-{kind.lower()}", roster_rows(roster), ending)
