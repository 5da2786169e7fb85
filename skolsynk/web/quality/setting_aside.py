"""Setting a cause or one object aside until a day, taking it back, and asking for a new read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core.findings import CATALOGUE
from skolsynk.store import quality as rows
from skolsynk.sync import people
from skolsynk.sync import quality as asked
from skolsynk.web.access import Visit, page, refused
from skolsynk.web.persons.reading import read_again
from skolsynk.web.quality.causes import cause_page
from skolsynk.web.quality.forms import SnoozeForm
from skolsynk.web.words import words


@page()
@require_POST
def snooze(request: HttpRequest, visit: Visit, *, code: str) -> HttpResponse:
    if code not in CATALOGUE:
        raise Http404
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return cause_page(request, visit, code, form=form, status=422)
    given = form.cleaned_data
    if not may_set_aside(visit, code, given["object"]):
        return refused(request, visit, "editor")
    asked.snooze(
        visit.tenant.id, code, given["object"],
        reason=given["reason"], until=given["until"], who=visit.who, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, words("Lagt åt sidan till den dagen.", "Set aside until that day."))
    return _to_cause(visit, code)


def may_set_aside(visit: Visit, code: str, object_key: str) -> bool:
    """People limited to some school units set aside what is theirs, one object at a time; nobody what is not there."""
    if not object_key:
        return visit.whole
    found = people.asked(visit.tenant.id, lambda model: asked.findings(model, code, visit.only)) or ()
    return any(each.object_key == object_key for each in found)


@page()
@require_POST
def wake(request: HttpRequest, visit: Visit, *, code: str, snooze_id: int) -> HttpResponse:
    found = rows.snoozed(visit.tenant.id, snooze_id)
    if found is not None and not (visit.whole or may_set_aside(visit, found.code, found.object_key)):
        return refused(request, visit, "editor")
    if asked.wake(visit.tenant.id, snooze_id, visit.who, timezone.now()):
        messages.success(request, words("Visas igen bland det som ska rättas.", "Shown again among what to put right."))
    else:
        messages.info(request, words("Det var redan framtaget.", "It was taken back already."))
    return _to_cause(visit, code)


def _to_cause(visit: Visit, code: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(visit.url("quality_cause", code=code), status=303)


@page()
@require_POST
def check(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Read the directory again; then the findings are counted anew."""
    read_again(request, visit)
    code = request.POST.get("code", "")
    return _to_cause(visit, code) if code in CATALOGUE else HttpResponseRedirect(visit.url("quality"), status=303)
