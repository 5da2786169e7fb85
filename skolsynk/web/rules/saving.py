"""From draft to version: what it changes in words, what it does to people, and why; or throwing it away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from skolsynk.core.connection import Mode
from skolsynk.core.rules import rules_to_json
from skolsynk.store import load
from skolsynk.sync import dispatch, targets, tasks
from skolsynk.sync import rules as drafts
from skolsynk.sync.rules import Desk
from skolsynk.web.access import Visit, page
from skolsynk.web.rules import desk as shown
from skolsynk.web.rules.desk import News
from skolsynk.web.rules.differences import differences
from skolsynk.web.rules.forms import ReasonForm
from skolsynk.web.words import chosen, words


@page(read="editor", whole=True)
def review(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What saving would change; POST saves it as a version."""
    desk = drafts.desk(visit.tenant.id)
    if desk.problems:
        return shown.broken(request, visit, desk, 409 if request.method == "POST" else 200)
    if desk.draft is None:
        messages.info(request, words("Det finns inget utkast att spara.", "There is no draft to save."))
        return shown.to(visit, "rules")
    if request.method != "POST":
        return _page(request, visit, desk, ReasonForm())
    form = ReasonForm(request.POST)
    if shown.is_stale(request, desk):
        return _page(request, visit, desk, form, news=shown.moved_on(visit, desk), status=409)
    if not form.is_valid():
        return _page(request, visit, desk, form, status=422)
    if desk.behind or shown.unread(visit, desk):
        return _page(request, visit, desk, form, status=409)
    return _save(request, visit, desk, form)


def _save(request: HttpRequest, visit: Visit, desk: Desk, form: ReasonForm) -> HttpResponse:
    assert desk.draft is not None  # review shows no form without one
    done = drafts.save_rules(
        visit.tenant.id, rules_to_json(desk.rules), who=visit.who, reason=form.cleaned_data["reason"],
        expected_number=desk.number, at=timezone.now(), draft=desk.draft.version,
    )  # fmt: skip
    if not isinstance(done, drafts.Saved):
        now = drafts.desk(visit.tenant.id)
        return _page(request, visit, now, form, news=shown.moved_on(visit, now), status=409)
    for run_id in done.runs:
        tasks.start(run_id)
    messages.success(
        request,
        words(f"Reglerna är sparade som version {done.number}.", f"The rules are saved as version {done.number}."),
    )
    return shown.to(visit, "rules_version", number=done.number)


def _page(
    request: HttpRequest, visit: Visit, desk: Desk, form: ReasonForm, *, news: News | None = None, status: int = 200
) -> HttpResponse:
    about: dict[str, Any] = {
        **shown.context(visit, desk),
        "differences": differences(desk.changes, shown.names_of(visit)),
        "effect": shown.effect_of(visit, desk),
        "is_read": True,
        "on": connections_on(visit),
        "form": form,
        "news": news,
    }
    return render(request, "web/rules/review.html", about, status=status)


def connections_on(visit: Visit) -> list[tuple[str, str, str]]:
    """(slug, name, mode) of vendors that get a plan when the rules change."""
    return [
        (each.vendor, targets.vendor(each.vendor).name, each.mode.value)
        for each in load.connections(visit.tenant.id)
        if each.mode is not Mode.OFF
    ]


@page(whole=True)
@require_POST
def draft(request: HttpRequest, visit: Visit) -> HttpResponse:
    """``do``: throw the draft away, carry it over to the newest version, or read the directory for it."""
    desk = drafts.desk(visit.tenant.id)
    action = request.POST.get("do", "")
    if action == "read":
        return _read(request, visit)
    if desk.draft is None:
        messages.info(request, words("Det finns inget utkast.", "There is no draft."))
    elif shown.is_stale(request, desk):
        _tell_moved(request, shown.moved_on(visit, desk))
    elif action == "carry" and desk.behind and not desk.problems:
        _carry(request, visit, desk)
    elif action == "discard" and drafts.discard(visit.tenant.id, desk, who=visit.who, at=timezone.now()):
        messages.success(
            request,
            words("Utkastet är kastat. Inget annat ändrades.", "The draft is thrown away. Nothing else changed."),
        )
    return shown.to(visit, "rules")


def _tell_moved(request: HttpRequest, news: News) -> None:
    by = chosen(f" av {news.by}", f" by {news.by}") if news.by else ""
    messages.warning(request, f"{news.text}{by}. " + chosen("Se efter och försök igen.", "Have a look and try again."))


def _read(request: HttpRequest, visit: Visit) -> HttpResponse:
    run_id = dispatch.queue_read(visit.tenant.id, timezone.now(), trigger="alone", asked_by=visit.who)
    tasks.start(run_id)
    messages.success(
        request,
        words(
            "Katalogen läses nu, med det som utkastet behöver. Siffrorna räknas om när läsningen är klar.",
            "The directory is being read, with what the draft needs. The numbers follow when the read is done.",
        ),
    )
    return shown.to(visit, "rules")


def _carry(request: HttpRequest, visit: Visit, desk: Desk) -> None:
    lost = drafts.carry_over(visit.tenant.id, desk, who=visit.who, at=timezone.now())
    if lost is None:
        _tell_moved(request, shown.moved_on(visit, drafts.desk(visit.tenant.id)))
        return
    messages.success(
        request,
        words(f"Utkastet bygger nu på version {desk.number}.", f"The draft is now on top of version {desk.number}."),
    )
    for row in differences(lost, shown.names_of(visit)):
        said = row.before or row.after
        told = said.text if said else ""
        messages.warning(
            request,
            chosen(
                f"Gick inte att föra över, regeln är redan ändrad eller borttagen: {told}",
                f"Could not be carried over, the rule is changed or gone already: {told}",
            ),
        )
