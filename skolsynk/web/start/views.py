"""Kom igång: what is done on the way to live and what remains; and the first step, connecting the directory."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from skolsynk.core.snapshot import Container
from skolsynk.store import claims, load, runs
from skolsynk.sync import checklist, dispatch, sources, tasks
from skolsynk.sync.checklist import Step
from skolsynk.sync.errors import RunError
from skolsynk.web.access import Visit, page
from skolsynk.web.installation.views import unsettled
from skolsynk.web.words import speaks, words

TITLES = {
    "connect": words("Anslut katalogen", "Connect the directory"),
    "units": words("Välj skolenheter", "Choose school units"),
    "rules": words("Bestäm reglerna", "Decide the rules"),
    "people": words("Se efter att personerna hamnat rätt", "See that people came out right"),
    "vendors": words("Lägg till leverantörer och nycklar", "Add vendors and keys"),
    "plan": words("Titta på den första planen i testläge", "Look at the first plan in test"),
    "evaluate": words("Låt testläget gå ett dygn", "Let the test run for a day"),
    "live": words("Slå på skarpt läge", "Go live"),
}
STATES = {
    Step.NOT_STARTED: (words("inte börjat", "not started"), "neutral"),
    Step.UNDER_WAY: (words("pågår", "under way"), "info"),
    Step.DONE: (words("klart", "done"), "success"),
    Step.BLOCKED: (words("kan inte börja än", "cannot start yet"), "neutral"),
    Step.ATTENTION: (words("behöver ses över", "needs attention"), "warning"),
}
OPEN_TO_ALL = ("people", "plan", "evaluate")  # also to those who see some school units only
MOST = 500  # org units shown to choose among; deeper ones follow their parents anyway


@page()
@require_safe
def start(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The task list, with what is true now. Its numbers are of all school units, and so not for everybody."""
    lines = checklist.lines(visit.tenant.id, timezone.now())
    shown = [
        {
            "title": TITLES[line.code], "text": line.text(speaks()) if visit.whole else "",
            "state": STATES[line.state][0], "kind": STATES[line.state][1], "url": visit.url(line.place),
            "open": line.state is not Step.BLOCKED and (visit.whole or line.code in OPEN_TO_ALL),
        }
        for line in lines
    ]  # fmt: skip
    done = sum(line.state is Step.DONE for line in lines)
    following = next(
        (row for row, line in zip(shown, lines, strict=True) if line.state not in (Step.DONE, Step.BLOCKED)), None
    )
    about = {
        "lines": shown, "done": done, "following": following if visit.whole else None,
        "google": unsettled(visit) if visit.whole else None,
    }  # fmt: skip
    return render(request, "web/start/start.html", about)


@page(whole=True)
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Which org units are school, and the first read, with its progress."""
    source = load.source(visit.tenant.id)
    chosen = list(source.school_containers) if source else []
    if request.method == "POST":
        return _chosen(request, visit, chosen)
    return _shown(request, visit, chosen)


def _shown(
    request: HttpRequest, visit: Visit, chosen: list[str], *, moved: bool = False, status: int = HTTPStatus.OK
) -> HttpResponse:
    about: dict[str, object] = {
        "source": load.source(visit.tenant.id), "chosen": chosen, "moved": moved,
        "run": runs.last_read(visit.tenant.id), "read_at": load.latest_read_at(visit.tenant.id),
    }  # fmt: skip
    try:
        tree = sources.tree(visit.tenant.id)
    except RunError as error:
        about["problem"] = error.text(speaks())
    else:
        about |= {"tree": [_node(node, chosen) for node in tree[:MOST]], "more": max(0, len(tree) - MOST)}
    return render(request, "web/start/connect.html", about, status=status)


def _node(node: Container, chosen: list[str]) -> dict[str, object]:
    depth = 0 if node.path == "/" else node.path.count("/")
    return {"path": node.path, "name": node.name or node.path, "depth": min(depth, 6), "ticked": node.path in chosen}


def _chosen(request: HttpRequest, visit: Visit, now: list[str]) -> HttpResponse:
    wanted = [path for path in request.POST.getlist("path") if path.startswith("/") and len(path) < 500][:MOST]
    if not sources.choose_containers(
        visit.tenant.id, wanted, was=request.POST.getlist("was"), who=visit.who, at=timezone.now()
    ):
        return _shown(request, visit, wanted, moved=True, status=HTTPStatus.CONFLICT)
    if not claims.reading(visit.tenant.id):
        run = dispatch.queue_read(visit.tenant.id, timezone.now(), asked_by=visit.who)
        tasks.start(run)
    messages.success(request, words("Sparat. Katalogen läses nu.", "Saved. The directory is being read."))
    return HttpResponseRedirect(visit.url("start_connect"), status=303)
