"""Addresses of the site: the shell's own, the sign-in's, and each room's under its tenant."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from skolsynk.web import pages, public, shell

ROOMS = (
    "start", "overview", "units", "rules", "connections", "changes", "runs", "persons", "quality", "rosters", "log",
    "settings", "notices", "installation",
)  # fmt: skip


urlpatterns = [
    path("sprak/", set_language, name="set_language"),
    path("utseende/", shell.appearance, name="appearance"),
    path("hjalp/", pages.about_help, name="help"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("integritet/", public.privacy, name="privacy"),
    path("villkor/", public.terms, name="terms"),
    path("stod/", public.support, name="support"),
    path("robots.txt", public.robots, name="robots"),
    path("favicon.ico", public.favicon, name="favicon"),
    path("stilguide/", pages.style_guide, name="style_guide"),
    path("", include("skolsynk.web.signin.urls")),
    *(path("h/<str:customer>/", include(f"skolsynk.web.{room}.urls")) for room in ROOMS),
    path("", include("skolsynk.web.google.urls")),
    path("drift/", include("skolsynk.web.operator.urls")),
]
