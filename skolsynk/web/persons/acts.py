"""What an editor may do about one person: read again, send now, keep her from vendors and let her in again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.core.filters import SelectionError
from skolsynk.core.rules import RulesError
from skolsynk.store import claims, members, save
from skolsynk.sync import connections, dispatch, exclusions, people, tasks
from skolsynk.sync import rules as saving
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.exclusions import DraftOpen, Said
from skolsynk.sync.people import AtVendor, Person
from skolsynk.sync.schedule_json import ScheduleError
from skolsynk.web.access import Visit, page, refused
from skolsynk.web.persons import shown
from skolsynk.web.persons.reading import read_again
from skolsynk.web.words import speaks, words

EVERYWHERE = "overallt"
LONGEST_REASON = 300
Outcome = exclusions.Done | connections.Moved | saving.Moved | DraftOpen


class ExcludeForm(forms.Form):
    """Why, and until when."""

    reason = forms.CharField(
        label=words("Skäl", "Reason"),
        help_text=words(
            "Syns för alla som arbetar här och sparas i historiken. Skriv inga personuppgifter.",
            "Everybody who works here sees it, and it stays in the history. Write no personal details.",
        ),
        max_length=LONGEST_REASON,
    )
    until = forms.DateField(
        label=words("Sista dag", "Last day"),
        help_text=words("Tomt: tills någon tar bort undantaget.", "Empty: until somebody takes it back."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < today_at(timezone.now()):
            raise forms.ValidationError(words("Dagen har redan varit.", "That day has passed."))
        return until


# On the person's own page


def act(request: HttpRequest, visit: Visit, found: Person) -> HttpResponse:
    """One of the buttons of the page."""
    asked = request.POST.get("action", "")
    if asked == "check":
        run_id = read_again(request, visit)
        if run_id is not None:
            about = {"person": found.key, "run": str(run_id)}
            save.audit(visit.tenant.id, visit.who, "person_checked", about, timezone.now())
    elif asked == "send":
        _send(request, visit, found)
    elif asked == "readmit":
        return _readmit(request, visit, found)
    else:
        messages.error(request, words("Inget gjordes: okänt val.", "Nothing was done: unknown choice."))
    return to_person(visit, found.key)


def to_person(visit: Visit, key: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(visit.url("person", key=key), status=303)


def _send(request: HttpRequest, visit: Visit, found: Person) -> None:
    """Queue a push to one vendor: everything that is inside its limits, this person among it."""
    at = next((each for each in found.vendors if each.slug == request.POST.get("vendor", "")), None)
    if at is None or at.mode is Mode.OFF:
        messages.error(
            request,
            words("Inget skickas: anslutningen är avstängd eller finns inte.",
                  "Nothing is sent: the connection is off, or there is none."),
        )  # fmt: skip
        return
    if claims.queued(at.stored.facts.id):
        messages.info(request, words("En sändning väntar redan på sin tur.", "A push is already waiting for its turn."))
        return
    now = timezone.now()
    run_id = dispatch.queue(at.stored.facts, "push", now, asked_by=visit.who)
    about = {"person": found.key, "vendor": at.slug, "run": str(run_id)}
    save.audit(visit.tenant.id, visit.who, "person_sent", about, now)
    tasks.start(run_id)
    messages.success(
        request,
        words("En sändning är beställd. Det som ligger inom gränserna skickas; resten väntar på beslut.",
              "A push is ordered. What is inside the limits is sent; the rest waits for a decision."),
    )  # fmt: skip


def _readmit(request: HttpRequest, visit: Visit, found: Person) -> HttpResponse:
    scope = request.POST.get("scope", "")
    _vendor(visit, found, scope)
    if scope == EVERYWHERE and not visit.whole:
        return refused(request, visit, "editor")
    number = request.POST.get("version", "")
    version = int(number) if number.isdecimal() and len(number) < 10 else 0
    outcome = _decide(visit, found, scope, None, version)
    if isinstance(outcome, exclusions.Done):
        _go(outcome)
        messages.success(
            request,
            words("Undantaget är borttaget. En plan visar vad det gör.",
                  "The exclusion is taken back. A plan shows what it does."),
        )  # fmt: skip
    else:
        messages.warning(request, news(visit, outcome))
    return to_person(visit, found.key)


# Keeping somebody out: first what it would do, then a reason and a yes


@page(read="editor")
def exclude(request: HttpRequest, visit: Visit, *, key: str, scope: str) -> HttpResponse:
    """``scope``: a vendor's slug, or everywhere."""
    found = shown.seen(visit, key)
    if found is None:
        return shown.unknown(request)
    at = _vendor(visit, found, scope)
    if at is None and not visit.whole:
        return refused(request, visit, "editor")
    version = at.stored.version if at else found.rules_number
    if request.method != "POST":
        return _proposal(request, visit, found, at, ExcludeForm(initial={"version": version}))
    form = ExcludeForm(request.POST)
    if not form.is_valid():
        return _proposal(request, visit, found, at, form, status=422)
    given = form.cleaned_data
    outcome = _decide(visit, found, scope, Said(given["reason"], given["until"]), given["version"])
    if not isinstance(outcome, exclusions.Done):
        posted = request.POST.copy()
        posted["version"] = str(version)
        return _proposal(request, visit, found, at, ExcludeForm(posted), moved=news(visit, outcome), status=409)
    _go(outcome)
    messages.success(
        request,
        words("Personen är undantagen. En plan visar vad det gör hos leverantören.",
              "The person is excluded. A plan shows what it does at the vendor."),
    )  # fmt: skip
    return to_person(visit, key)


def _vendor(visit: Visit, found: Person, scope: str) -> AtVendor | None:
    """The vendor that is meant; None for everywhere."""
    if scope == EVERYWHERE:
        return None
    at = next((each for each in found.vendors if each.slug == scope), None)
    if at is None or at.selection is None:
        raise Http404
    return at


def _decide(visit: Visit, found: Person, scope: str, said: Said | None, version: int) -> Outcome:
    whom, now = shown.whom(found), timezone.now()
    try:
        if scope == EVERYWHERE:
            return exclusions.from_everywhere(visit.tenant.id, whom, said, who=visit.who, version=version, at=now)
        return exclusions.from_vendor(visit.tenant.id, scope, whom, said, who=visit.who, version=version, at=now)
    except (LookupError, SelectionError, ScheduleError, RulesError) as error:
        raise Http404 from error


def _go(done: exclusions.Done) -> None:
    for run_id in done.runs:
        tasks.start(run_id)


def _proposal(
    request: HttpRequest, visit: Visit, found: Person, at: AtVendor | None, form: ExcludeForm, *, moved: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """What it would do at each vendor that it concerns, and the form that says yes."""
    today = today_at(timezone.now())
    concerned = [at] if at else [each for each in found.vendors if each.selection is not None]
    about: dict[str, Any] = {
        "person": found,
        "title": shown.title(found),
        "at": at,
        "effects": [(each, people.effect_of_excluding(visit.tenant.id, each, found, today)) for each in concerned],
        "form": form,
        "moved": moved,
        "earlier": at.exclusion if at else shown.never(found),
    }
    return render(request, "web/persons/exclude.html", about, status=status)


def news(visit: Visit, outcome: connections.Moved | saving.Moved | DraftOpen) -> str:
    """Why nothing was written, and who was first."""
    if isinstance(outcome, DraftOpen):
        by = members.name_of(visit.tenant.id, outcome.by, speaks())
        return words(
            f"Inget sparades: {by} håller på att ändra reglerna. Spara eller kasta utkastet under Regler först.",
            f"Nothing was saved: {by} is editing the rules. Save or throw away the draft under Rules first.",
        )
    if isinstance(outcome, connections.Moved):
        by = members.name_of(visit.tenant.id, outcome.by, speaks())
        return words(
            f"Inget sparades: {by} har ändrat leverantörens urval sedan sidan öppnades. Se efter och försök igen.",
            f"Nothing was saved: {by} has changed the vendor's selection since this page was opened. Look again.",
        )
    return words(
        "Inget sparades: reglerna har ändrats sedan sidan öppnades. Se efter och försök igen.",
        "Nothing was saved: the rules have changed since this page was opened. Look, and try again.",
    )
