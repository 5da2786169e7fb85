"""What anybody may read without signing in: privacy, terms, support; and what machines ask for at the root of a site.

The texts are the program's, and say what it does; who runs it is the operator's to say (``OPERATOR_NAME``, ``CONTACT``,
``SUBPROCESSORS``). Numbers come from the code that keeps them.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from skolsynk.core.connection import Guards
from skolsynk.store import plans, save
from skolsynk.sync import preferences, targets
from skolsynk.sync.marketplace import scopes
from skolsynk.web.pages import visited
from skolsynk.web.words import chosen

OURS = "sandbox"  # comes with the program and is nobody's
# Google's own caller obeys robots.txt, and has to reach what it calls; nobody else needs a tenant's pages.
ROBOTS = """\
User-agent: APIs-Google
Allow: /

User-agent: *
Disallow: /h/
Disallow: /drift/
Disallow: /admin/
"""


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    about = {
        "asked": [{"scope": one.url, "why": chosen(*one.why)} for one in scopes.listed()],
        "kept": preferences.Preferences(),
        "kept_reads": save.KEPT_SNAPSHOTS,
        "kept_plans": plans.KEPT,
        "freeze_days": Guards().freeze_days,
        "vendors": [vendor.name for slug, vendor in targets.all_vendors().items() if slug != OURS],
    }
    return _page(request, "privacy", about)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _page(request, "terms", {})


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    return _page(request, "support", {})


def _page(request: HttpRequest, name: str, about: dict[str, object]) -> HttpResponse:
    visited(request)
    of_theirs = {
        "operator": settings.OPERATOR_NAME,
        "contact": settings.CONTACT,
        "contact_link": link_of(settings.CONTACT),
        "subprocessors": settings.SUBPROCESSORS,
    }
    return render(request, f"web/public/{name}.html", {**of_theirs, **about})


def link_of(contact: str) -> str:
    """An address to follow for what the operator gave: a page, or a mail address. "" for anything else."""
    if contact.startswith("https://"):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """For whoever looks at the root of the site; pages name the mark themselves."""
    return HttpResponsePermanentRedirect(static("brand/icon-48.png"))
