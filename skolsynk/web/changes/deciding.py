"""A person's yes or no to held changes, and a new plan on request. Whoever saw another plan is told what moved."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from skolsynk.core.connection import Mode
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import decided, load, save
from skolsynk.sync import dispatch, plans
from skolsynk.sync.tasks import start
from skolsynk.web.access import Visit, page
from skolsynk.web.changes import review
from skolsynk.web.changes.views import Place, place, review_page
from skolsynk.web.words import number, words

MOST_COMMENT = 500
SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}")


class Wanted(forms.Form):
    """Which held changes a yes is about; ``number`` is typed when removals exceed a limit."""

    plan = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    by = forms.ChoiceField(
        choices=[(each, each) for each in ("all", "all_but_removals", "unit", "cause", "reason", "ids")],
        widget=forms.HiddenInput,
    )
    comment = forms.CharField(label=words("Kommentar", "Comment"), required=False, max_length=MOST_COMMENT)


class Reason(forms.Form):
    plan = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    reason = forms.CharField(label=words("Skäl", "Reason"), max_length=MOST_COMMENT)


@page()
@require_POST
def approve(request: HttpRequest, visit: Visit, vendor: str, mode: str) -> HttpResponse:
    """First what the yes covers; with ``sure`` it is given, and a push is queued."""
    here, form = place(visit, vendor, mode), Wanted(request.POST)
    if not form.is_valid():
        return review_page(request, visit, here, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=True)
    if here.plan is None or here.plan.facts.id != form.cleaned_data["plan"]:
        return _moved(request, visit, here, form.cleaned_data["plan"])
    which = plans.Which(form.cleaned_data["by"], tuple(request.POST.getlist("values")))
    covered = plans.covered(here.plan, which, visit.only)
    if not covered.ids:
        return review_page(request, visit, here, status=HTTPStatus.UNPROCESSABLE_ENTITY, nothing=True)
    typed = request.POST.get("number", "").translate(SPACES)
    if request.POST.get("sure") != "yes" or (covered.typed and typed != str(covered.removals)):
        return _asked(request, visit, here, form, covered, refused=request.POST.get("sure") == "yes")
    return _given(request, visit, here, form, which)


def _asked(
    request: HttpRequest, visit: Visit, here: Place, form: Wanted, covered: plans.Covered, *, refused: bool
) -> HttpResponse:
    """What the yes would cover, before it is given; ``refused``: the number that was typed is another."""
    lines = [line for line in here.plan.held_of(visit.only) if line.id in covered.ids] if here.plan else []
    values = request.POST.getlist("values")
    named = len(values) if form.cleaned_data["by"] == "ids" else 0
    about = {
        "here": here, "form": form, "by": form.cleaned_data["by"], "values": values, "covered": covered,
        "verbs": Counter(line.verb for line in lines), "units": len({line.unit for line in lines}),
        "wrong": refused, "named": named, "sends": _sends(here),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "web/changes/approve.html", about, status=status)


def _sends(here: Place) -> bool:
    """A yes is sent at once where the connection is in this mode now; a removal of everything in any mode."""
    unprovision = here.plan is not None and here.plan.facts.kind == "unprovision"
    return unprovision or here.connection.mode is here.mode


def _given(request: HttpRequest, visit: Visit, here: Place, form: Wanted, which: plans.Which) -> HttpResponse:
    given = plans.approve(
        here.connection, here.mode, form.cleaned_data["plan"], which, who=visit.who,
        comment=form.cleaned_data["comment"], at=timezone.now(), only=visit.only,
    )  # fmt: skip
    if isinstance(given, plans.Moved):
        return _moved(request, visit, place(visit, here.vendor.slug, here.mode), form.cleaned_data["plan"])
    n, rest = number(given.approved), number(given.held - given.approved)
    if _sends(here):
        _queue(here, "unprovision" if here.plan and here.plan.facts.kind == "unprovision" else "push", visit)
        text = words(f"{n} godkända skickas nu. {rest} väntar.", f"{n} approved are being sent now. {rest} wait.")
    else:
        text = words(
            f"{n} är godkända och skickas när leverantören är i det läget. {rest} väntar.",
            f"{n} are approved and are sent when the vendor is in that mode. {rest} wait.",
        )
    messages.success(request, text)
    return _back(visit, here)


def _back(visit: Visit, here: Place) -> HttpResponse:
    address = visit.url("changes_of", vendor=here.vendor.slug, mode=here.mode.value)
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def _queue(here: Place, kind: str, visit: Visit) -> None:
    run_id = dispatch.queue(here.connection, kind, timezone.now(), mode=here.mode, asked_by=visit.who)
    start(run_id)


def _moved(request: HttpRequest, visit: Visit, here: Place, seen: int) -> HttpResponse:
    """Nothing was written: another plan holds now. What somebody wrote is given back."""
    news = plans.moved(visit.tenant.id, seen, here.plan)
    wrote = request.POST.get("comment") or request.POST.get("reason") or ""
    return review_page(request, visit, here, status=HTTPStatus.CONFLICT, moved=news, wrote=wrote[:MOST_COMMENT])


@page(read="editor")
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, visit: Visit, vendor: str, mode: str) -> HttpResponse:
    """A no, with a reason, to all that waits or to the ticked rows. What is held stays held."""
    here = place(visit, vendor, mode)
    ids = frozenset(map(ResourceId, request.POST.getlist("values")))
    form = Reason(request.POST if "reason" in request.POST else None, initial=_start(here, request))
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        count = review.Seen(here.plan, visit.only).held if here.plan else 0
        about = {"here": here, "form": form, "values": sorted(ids), "count": len(ids) or count}
        return render(request, "web/changes/discard.html", about, status=status)
    done = plans.discard(
        here.connection, here.mode, form.cleaned_data["plan"], who=visit.who, reason=form.cleaned_data["reason"],
        at=timezone.now(), only=visit.only, ids=ids,
    )  # fmt: skip
    if isinstance(done, plans.Moved):
        return _moved(request, visit, here, form.cleaned_data["plan"])
    text = words(
        f"{number(done)} är avvisade. Inget har skickats; de ligger kvar tills de inte längre stämmer.",
        f"{number(done)} are discarded. Nothing was sent, and they stay until they are no longer true.",
    )
    messages.success(request, text)
    return _back(visit, here)


def _start(here: Place, request: HttpRequest) -> dict[str, object]:
    """The plan that somebody looked at, or else the one that holds now."""
    return {"plan": request.POST.get("plan") or (here.plan.facts.id if here.plan else "")}


@page(whole=True)
@require_POST
def plan_now(request: HttpRequest, visit: Visit, vendor: str) -> HttpResponse:
    """A new plan from the newest read; it sends nothing. One that is asked for already is enough."""
    connection = load.connection_to(visit.tenant.id, vendor)
    mode = request.POST.get("mode") or (connection.mode.value if connection else "")
    here = place(visit, vendor, mode if mode in (Mode.TEST, Mode.LIVE) else Mode.TEST.value)
    last = decided.last_plan(visit.tenant.id, here.connection.id, here.mode)
    if not (last and last.kind == "plan" and last.state == "queued"):
        _queue(here, "plan", visit)
    messages.success(
        request, words("En ny plan görs. Den skickar inget.", "A new plan is being made. It sends nothing.")
    )
    return _back(visit, here)


@page(whole=True)
@require_POST
def retry(request: HttpRequest, visit: Visit, vendor: str, mode: str) -> HttpResponse:
    """Send what the vendor refused once more."""
    here = place(visit, vendor, mode)
    count = save.retry_refused(here.connection.id, here.mode)
    if count:
        about = {"vendor": vendor, "mode": mode, "count": count}
        save.audit(visit.tenant.id, visit.who, "retry_asked", about, timezone.now())
        _queue(here, "push" if here.connection.mode is here.mode else "plan", visit)
    text = words(f"{number(count)} avvisade skickas igen.", f"{number(count)} refused are being sent again.")
    messages.success(request, text)
    return _back(visit, here)
