"""What people may ask of runs: read now, push now, send again, take back what waits."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load, save
from skolsynk.store import runs as rows
from skolsynk.sync import dispatch
from skolsynk.sync.tasks import start
from skolsynk.web.access import Visit, page
from skolsynk.web.runs.views import find
from skolsynk.web.words import chosen, number, words


def _seen(visit: Visit, run: UUID) -> HttpResponse:
    return HttpResponseRedirect(visit.url("run", run=run), status=303)


@page(whole=True)
@require_POST
def read_now(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Read the directory; pushes follow. A read that waits or is under way is enough."""
    if claims.reading(visit.tenant.id):
        messages.info(request, words("Katalogen läses redan.", "The directory is being read already."))
        return HttpResponseRedirect(visit.url("runs"), status=303)
    run = dispatch.queue_read(visit.tenant.id, timezone.now(), asked_by=visit.who)
    start(run)
    save.audit(visit.tenant.id, visit.who, "read_asked", {"run": str(run)}, timezone.now())
    return _seen(visit, run)


@page(whole=True)
@require_POST
def push_now(request: HttpRequest, visit: Visit, vendor: str) -> HttpResponse:
    """Plan and send to one vendor, inside its guards."""
    connection = load.connection_to(visit.tenant.id, vendor)
    if connection is None:
        raise Http404
    if connection.mode is Mode.OFF:
        text = words(
            "Leverantören är avstängd. Inget har skickats. Slå på testläge på leverantörens sida.",
            "The vendor is off. Nothing was sent. Switch to test on the vendor's page.",
        )
        messages.error(request, text)
        return HttpResponseRedirect(visit.url("connection", vendor=vendor), status=303)
    if claims.queued(connection.id):
        messages.info(request, words("En körning väntar redan.", "A run waits already."))
        return HttpResponseRedirect(visit.url("runs"), status=303)
    return _seen(visit, _pushed(visit, connection))


def _pushed(visit: Visit, connection: load.ConnectionFacts) -> UUID:
    run = dispatch.queue(connection, "push", timezone.now(), asked_by=visit.who)
    start(run)
    save.audit(visit.tenant.id, visit.who, "push_asked", {"run": str(run), "vendor": connection.vendor}, timezone.now())
    return run


@page()
@require_POST
def retry(request: HttpRequest, visit: Visit, run: UUID) -> HttpResponse:
    """Send what the vendor refused once more: all of a run, one group of answers, or one object."""
    found = find(visit, run)
    one = request.POST.get("receipt", "")
    done = rows.retry(
        visit.tenant.id, run, group=request.POST.get("group", ""),
        receipt_id=int(one) if one.isascii() and one.isdecimal() and len(one) < 18 else 0, only=visit.only,
    )  # fmt: skip
    connection = load.connection_to(visit.tenant.id, found.vendor or "")
    if not done or connection is None or connection.mode is Mode.OFF:
        text = words(
            "Inget av det väntar på att skickas igen: det är redan skickat eller ändrat, eller leverantören avstängd.",
            "None of it waits to be sent again: it was sent already, has changed, or the vendor is off.",
        )
        messages.info(request, text)
        return _seen(visit, run)
    about = {"run": str(run), "vendor": connection.vendor, "count": done}
    save.audit(visit.tenant.id, visit.who, "retry_asked", about, timezone.now())
    messages.success(request, words(f"{number(done)} skickas igen nu.", f"{number(done)} are being sent again now."))
    return _seen(visit, _pushed(visit, connection))


@page(whole=True)
@require_POST
def cancel(request: HttpRequest, visit: Visit, run: UUID) -> HttpResponse:
    """Take back a run that nobody works on."""
    found = find(visit, run)
    if rows.cancel(visit.tenant.id, run, visit.who, timezone.now()):
        save.audit(visit.tenant.id, visit.who, "run_cancelled", {"run": str(run)}, timezone.now())
        messages.success(request, _stopped(found))
    else:
        text = words(
            "Körningen hade redan börjat eller slutat, och stoppades inte.",
            "The run had begun or ended already, and was not stopped.",
        )
        messages.info(request, text)
    return _seen(visit, run)


def _stopped(run: rows.RunLine) -> str:
    """What was and what was not sent."""
    if run.attempts:
        return chosen(
            "Körningen är stoppad. Det som redan hade skickats är bokfört, och resten skickas med nästa körning.",
            "The run is stopped. What had been sent already is recorded, and the next run sends the rest.",
        )
    return chosen(
        "Körningen är stoppad. Inget skickades. Nästa körning enligt schemat går ändå.",
        "The run is stopped. Nothing was sent. The next run by the schedule goes ahead.",
    )
