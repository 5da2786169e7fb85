"""The source: which administrator the directory is read as, and whether Google lets us."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from skolsynk.store import load
from skolsynk.sync import listening, sources
from skolsynk.sync.errors import RunError
from skolsynk.web.access import Visit, page
from skolsynk.web.settings.forms import SourceForm
from skolsynk.web.settings.listening import told
from skolsynk.web.settings.views import see
from skolsynk.web.words import speaks, words

# Name of a capability -> what it is, what it is for, whether a read needs it.
CAPABILITIES = {
    "users": (
        words("Användare", "Users"),
        words("personer, och besked när någon ändras", "people, and word of changes"),
    ),
    "org_units": (
        words("Organisationsenheter", "Organisational units"),
        words("trädet som personer är placerade i", "the tree that people are placed in"),
    ),
    "customer": (words("Organisationen", "The organisation"), words("vems katalogen är", "whose directory it is")),
    "domains": (words("Domäner", "Domains"), words("att hitta skolenheter i registret", "finding school units")),
    "groups": (
        words("Grupper och medlemmar", "Groups and members"),
        words("klasser, grupper och roller", "classes, groups and roles"),
    ),
    "reports": (
        words("Administratörsloggen", "The admin log"),
        words("att bara läsa om ändrade grupper", "reading only changed groups again"),
    ),
}
OPTIONAL = ("reports",)


@page(write="owner", whole=True)
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The administrator, and another one of the same customer."""
    form = SourceForm(request.POST or None, initial={"subject": _subject(visit)})
    moved = False
    if request.method == "POST" and form.is_valid():
        address, was = form.cleaned_data["subject"].lower(), request.POST.get("was", "")
        try:
            moved = not sources.read_as(visit.tenant.id, address, was=was, who=visit.who, at=timezone.now())
        except RunError as error:
            form.add_error("subject", error.text(speaks()))
        if not moved and not form.errors:
            messages.success(
                request, words("Nästa läsning sker som den administratören.", "The next read is as that administrator.")
            )
            return see(visit.url("settings_source"))
    return _shown(request, visit, form, moved)


def _subject(visit: Visit) -> str:
    found = load.source(visit.tenant.id)
    return found.subject if found else ""


def _shown(request: HttpRequest, visit: Visit, form: SourceForm, moved: bool = False, **more: object) -> HttpResponse:
    found = load.source(visit.tenant.id)
    about = {
        "form": form,
        "subject": found.subject if found else "",
        "containers": found.school_containers if found else (),
        "moved": moved,
        "listening": told(listening.state(visit.tenant.id, timezone.now())),
        **more,
    }
    return render(request, "web/settings/source.html", about, status=409 if moved else 422 if form.errors else 200)


@page(whole=True)
@require_POST
def attempt(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask Google for one small thing of each kind; shown on the same page, kept nowhere."""
    form = SourceForm(initial={"subject": _subject(visit)})
    try:
        capabilities = sources.tried(visit.tenant.id)
    except RunError as error:
        return _shown(request, visit, form, fault=error.text(speaks()), at=timezone.now())
    steps = [
        {
            "name": CAPABILITIES[one.name][0],
            "why": CAPABILITIES[one.name][1],
            "works": one.works,
            "needed": one.name not in OPTIONAL,
            "error": one.error.text(speaks()) if one.error else "",
        }
        for one in capabilities
    ]
    missing = [step for step in steps if step["needed"] and not step["works"]]
    return _shown(request, visit, form, steps=steps, missing=missing, at=timezone.now())
