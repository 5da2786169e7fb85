"""What surrounds every page: navigation, language, appearance, and whether this is the demo."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from skolsynk.store import installations, load, waiting
from skolsynk.web.access import Visit, member_of
from skolsynk.web.words import speaks, words

SCHEMES = ("auto", "light", "dark")
SCHEME_COOKIE = "scheme"
A_YEAR_S = 365 * 24 * 3600


class Item(NamedTuple):
    """One line of the navigation."""

    name: str
    label: str
    icon: str
    address: str
    current: bool
    waiting: int  # how much waits there


PLACES = (
    ("overview", words("Översikt", "Overview"), "house"),
    ("start", words("Kom igång", "Get started"), "rocket"),
    ("units", words("Skolenheter", "School units"), "school"),
    ("rules", words("Regler", "Rules"), "tree"),
    ("connections", words("Leverantörer", "Vendors"), "book-open"),
    ("changes", words("Ändringar", "Changes"), "git-compare"),
    ("runs", words("Körningar", "Runs"), "activity"),
    ("persons", words("Personer", "People"), "users"),
    ("quality", words("Datakvalitet", "Data quality"), "shield"),
    ("rosters", words("Översikt som CSV", "Rosters as CSV"), "table"),
    ("log", words("Logg", "Log"), "list"),
    ("settings", words("Inställningar", "Settings"), "settings"),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of every page: ``visit``, ``places``, ``scheme``, ``language``, ``demo``, ``session_seconds``.

    ``asleep``: the installation of a tenant that removed the app, None for others.
    """
    visit: Visit | None = getattr(request, "visit", None)
    asleep = visit is not None and visit.tenant.status != "active"
    return {
        "visit": visit,
        "asleep": installations.of(visit.tenant.id) if visit and asleep else None,
        "places": places(request, visit) if visit else (),
        "scheme": scheme_of(request),
        "language": speaks(),
        "demo": settings.SKOLSYNK_ENV == "demo",
        "session_seconds": request.session.get_expiry_age() if visit else 0,
        "is_fragment": request.headers.get("HX-Request") == "true",
    }


def places(request: HttpRequest, visit: Visit) -> list[Item]:
    held = waiting.holds(visit.tenant.id, visit.only)
    items = []
    for name, label, icon in PLACES:
        address = visit.url(name)
        items.append(
            Item(name, label, icon, address, request.path.startswith(address), held if name == "changes" else 0)
        )
    return items


def scheme_of(request: HttpRequest) -> str:
    wanted = request.COOKIES.get(SCHEME_COOKIE, "auto")
    return wanted if wanted in SCHEMES else "auto"


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device says; back to where the choice was made."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = redirect(back)
    wanted = request.POST.get("scheme", "auto")
    answer.set_cookie(
        SCHEME_COOKIE,
        wanted if wanted in SCHEMES else "auto",
        max_age=A_YEAR_S,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def front(request: HttpRequest) -> str | None:
    """Where somebody who has signed in belongs; None for others."""
    member = member_of(request)
    if member is None:
        return None
    return Visit(load.tenant(member.tenant_id), member).url("overview")
