"""A person's yes or no to held changes, and a new plan on request. Whoever saw another plan is told what moved."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from skolsynk.core.connection import Mode
from skolsynk.core.plan.stored import Line
from skolsynk.store import load
from skolsynk.sync import dispatch, plans
from skolsynk.sync.tasks import execute
from skolsynk.web.access import Visit, page
from skolsynk.web.changes import review
from skolsynk.web.changes.views import Place, place, review_page
from skolsynk.web.words import number, words

MOST_COMMENT = 500
LARGE = 10  # removals that are approved without typing their number


class Wanted(forms.Form):
    """Which held changes a yes is about; ``number`` is typed when many would be removed."""

    plan = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    by = forms.ChoiceField(
        choices=[(each, each) for each in ("all", "all_but_removals", "unit", "cause", "ids")], widget=forms.HiddenInput
    )
    comment = forms.CharField(label=words("Kommentar", "Comment"), required=False, max_length=MOST_COMMENT)


class Reason(forms.Form):
    plan = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(label=words("Skäl", "Reason"), max_length=MOST_COMMENT)


@require_POST
@page()
def approve(request: HttpRequest, visit: Visit, vendor: str, mode: str) -> HttpResponse:
    """First what the yes covers; with ``sure`` it is given, and a push is queued."""
    here = place(visit, vendor, mode)
    form = Wanted(request.POST)
    if not form.is_valid():
        return review_page(request, visit, here, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=True)
    if here.plan is None or here.plan.facts.id != form.cleaned_data["plan"]:
        return _moved(request, visit, here, form.cleaned_data["plan"])
    which = which_of(form.cleaned_data["by"], request.POST, visit, here.plan)
    covered = plans.covered(here.plan, which)
    if not covered:
        return review_page(request, visit, here, status=HTTPStatus.UNPROCESSABLE_ENTITY, nothing=True)
    removed = sum(1 for line in here.plan.held if line.id in covered and line.removals)
    typed = request.POST.get("number", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if request.POST.get("sure") != "yes" or (removed > LARGE and typed != str(removed)):
        return _asked(request, here, form, which, len(covered), removed, typed)
    return _given(request, visit, here, form, which)


def which_of(by: str, post: QueryDict, visit: Visit, plan: plans.StoredPlan) -> plans.Which:
    """What was chosen; people limited to some school units say yes to theirs only."""
    if visit.only is None:
        return plans.Which(by, tuple(post.getlist("values"))) if by in ("unit", "cause", "ids") else plans.Which(by)
    values = set(post.getlist("values"))
    mine = review.visible(plan.held, visit.only)
    return plans.Which("ids", tuple(line.id for line in mine if _named(line, by, values)))


def _named(line: Line, by: str, values: set[str]) -> bool:
    if by in ("all", "all_but_removals"):
        return by == "all" or not line.removals
    return {"unit": line.unit, "cause": line.cause, "ids": line.id}[by] in values


def _asked(
    request: HttpRequest, here: Place, form: Wanted, which: plans.Which, covered: int, removed: int, typed: str
) -> HttpResponse:
    about = {
        "here": here, "form": form, "by": form.cleaned_data["by"], "values": request.POST.getlist("values"),
        "covered": covered, "removed": removed, "type_it": removed > LARGE, "wrong": bool(typed),
        "chosen": len(which.values),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.OK
    return render(request, "web/changes/approve.html", about, status=status)


def _given(request: HttpRequest, visit: Visit, here: Place, form: Wanted, which: plans.Which) -> HttpResponse:
    now = timezone.now()
    given = plans.approve(
        here.connection, here.mode, form.cleaned_data["plan"], which, who=visit.who,
        comment=form.cleaned_data["comment"], at=now,
    )  # fmt: skip
    if isinstance(given, plans.Moved):
        return _moved(request, visit, place(visit, here.vendor.slug, here.mode), form.cleaned_data["plan"])
    kind = here.plan.facts.kind if here.plan else "push"
    sends = kind == "unprovision" or here.connection.mode is here.mode
    if sends:
        _queue(here, "unprovision" if kind == "unprovision" else "push", visit)
    text = words(
        f"{number(given.approved)} ändringar är godkända. De skickas nu; resten väntar.",
        f"{number(given.approved)} changes are approved. They are being sent; the rest waits.",
    )
    messages.success(request, text)
    return HttpResponseRedirect(visit.url("changes_of", vendor=here.vendor.slug, mode=here.mode.value), status=303)


def _queue(here: Place, kind: str, visit: Visit) -> None:
    run_id = dispatch.queue(here.connection, kind, timezone.now(), mode=here.mode, asked_by=visit.who)
    execute.delay(run_id=str(run_id))


def _moved(request: HttpRequest, visit: Visit, here: Place, seen: int) -> HttpResponse:
    """Nothing was written: another plan holds now."""
    news = plans.moved(visit.tenant.id, seen, here.plan)
    return review_page(request, visit, here, status=HTTPStatus.CONFLICT, moved=news)


@require_http_methods(["GET", "HEAD", "POST"])
@page(read="editor", whole=True)
def discard(request: HttpRequest, visit: Visit, vendor: str, mode: str) -> HttpResponse:
    """A no, with a reason. What is held stays held."""
    here = place(visit, vendor, mode)
    start = {"plan": here.plan.facts.id} if here.plan else {}
    form = Reason(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        done = plans.discard(
            here.connection, here.mode, form.cleaned_data["plan"], who=visit.who,
            reason=form.cleaned_data["reason"], at=timezone.now(),
        )  # fmt: skip
        if isinstance(done, plans.Moved):
            return _moved(request, visit, here, form.cleaned_data["plan"])
        text = words(
            f"{number(done)} ändringar är avvisade. Inget har skickats; de ligger kvar tills de inte längre stämmer.",
            f"{number(done)} changes are discarded. Nothing was sent, and they stay until they are no longer true.",
        )
        messages.success(request, text)
        return HttpResponseRedirect(visit.url("changes_of", vendor=vendor, mode=mode), status=303)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "web/changes/discard.html", {"here": here, "form": form}, status=status)


@require_POST
@page(whole=True)
def plan_now(request: HttpRequest, visit: Visit, vendor: str) -> HttpResponse:
    """A new plan from the newest read; it sends nothing."""
    connection = load.connection_to(visit.tenant.id, vendor)
    mode = request.POST.get("mode") or (connection.mode.value if connection else "")
    here = place(visit, vendor, mode if mode in (Mode.TEST, Mode.LIVE) else Mode.TEST.value)
    _queue(here, "plan", visit)
    messages.success(
        request,
        words(
            "En ny plan görs. Ladda om sidan om en stund.", "A new plan is being made. Load the page again in a moment."
        ),
    )
    return HttpResponseRedirect(visit.url("changes_of", vendor=vendor, mode=here.mode.value), status=303)
