"""What Google lets us read at this customer, in plain words, and who must do what."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from skolsynk.core.installation import State
from skolsynk.store import installations, save
from skolsynk.store.installations import InstallationFacts
from skolsynk.sync import installation as app
from skolsynk.sync.installation_words import Line, lines
from skolsynk.sync.tasks import execute
from skolsynk.web.access import Visit, page
from skolsynk.web.words import speaks, words

PENDING = (
    words(
        "Google har inte aktiverat behörigheten än. Det kan ta upp till 24 timmar; vi ser efter igen av oss själva.",
        "Google has not activated the access yet. This can take up to 24 hours; we look again by ourselves.",
    ),
    words(
        "Du behöver inte vänta här: stäng sidan och kom tillbaka. Det här är vad Google svarade senast.",
        "You need not wait here: close the page and come back. This is what Google answered last.",
    ),
    "info",
)
MISSING = (
    words("Google säger att Skolsynk inte längre är installerat.", "Google says that Skolsynk is no longer installed."),
    words(
        "Är det så ett dygn till stannar allt. Inget tas bort hos någon leverantör.",
        "If so for another day, everything stops. Nothing is removed at any vendor.",
    ),
    "warning",
)
PARTLY = (
    words("Google släpper in Skolsynk, men inte till allt.", "Google lets Skolsynk in, but not to everything."),
    words(
        "Det som saknas behövs för att läsa katalogen. Den förra läsningen gäller så länge.",
        "What is missing is needed to read the directory. The read before holds meanwhile.",
    ),
    "warning",
)
WORKS = (words("Google släpper in Skolsynk.", "Google lets Skolsynk in."), "", "success")
STOPPED = (words("Skolsynk är borttaget i Google.", "Skolsynk is removed in Google."), "", "danger")


@page(whole=True, asleep=True)
@require_http_methods(["GET", "HEAD", "POST"])
def installation(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Each scope as the newest look found it; a form asks for another look at once."""
    if request.method == "POST":
        return _looked(request, visit)
    found = installations.of(visit.tenant.id)
    shown = tuple(lines(found))
    title, text, kind = _state(found, shown)
    about = {
        "state": {"title": title, "text": text, "kind": kind}, "looked_at": found.looked_at if found else None,
        "lines": [_line(one) for one in shown], "acts": _acts(shown),
    }  # fmt: skip
    return render(request, "web/installation/installation.html", about)


def unsettled(visit: Visit) -> dict[str, object] | None:
    """For other pages: how the app stands with Google, while that is not as it should be."""
    found = installations.of(visit.tenant.id)
    state = _state(found, tuple(lines(found)))
    if found is None or state is WORKS or state is STOPPED:
        return None
    return dict(zip(("title", "text", "kind"), state, strict=True))


def _looked(request: HttpRequest, visit: Visit) -> HttpResponse:
    now = timezone.now()
    save.audit(visit.tenant.id, visit.who, "app_looked", {}, now)
    for run_id in app.look(visit.tenant.id, now).runs:
        execute.delay(run_id=str(run_id))
    messages.success(request, words("Google är tillfrågat.", "Google was asked."))
    return HttpResponseRedirect(visit.url("installation"), status=303)


def _state(found: InstallationFacts | None, shown: Sequence[Line]) -> tuple[object, object, str]:
    if found is None or found.state == State.PENDING:
        return PENDING
    if found.state != State.ACTIVE:
        return STOPPED
    if found.missing_since:
        return MISSING
    return PARTLY if any(one.needed and one.works is False for one in shown) else WORKS


def _line(one: Line) -> dict[str, object]:
    language = speaks()
    texts = {name: getattr(one, name).text(language) for name in ("title", "purpose", "without")}
    return {**texts, "works": one.works, "needed": one.needed}


def _acts(shown: Sequence[Line]) -> list[dict[str, object]]:
    """What has to be done, each once, with everything that it concerns."""
    language, found = speaks(), dict[tuple[str, str], list[str]]()
    for one in shown:
        if one.works is False:
            what = (one.who.text(language), one.act.text(language))
            found.setdefault(what, []).append(one.title.text(language).lower())
    return [{"who": who, "what": what, "names": names} for (who, what), names in found.items()]
