"""Addresses of the site: the shell's own, the sign-in's, and each room's under its tenant."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path
from django.views.i18n import set_language

from skolsynk.web import pages, shell

ROOMS = (
    "start", "overview", "units", "rules", "connections", "changes", "runs", "persons", "quality", "rosters", "log",
    "settings",
)  # fmt: skip

urlpatterns = [
    path("sprak/", set_language, name="set_language"),
    path("utseende/", shell.appearance, name="appearance"),
    path("hjalp/", pages.about_help, name="help"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("stilguide/", pages.style_guide, name="style_guide"),
    *(
        path("", include(f"skolsynk.web.{room}.urls"))
        for room in ("signin",)
        if find_spec(f"skolsynk.web.{room}") and find_spec(f"skolsynk.web.{room}.urls")
    ),
    *(
        path("h/<str:customer>/", include(f"skolsynk.web.{room}.urls"))
        for room in ROOMS
        if find_spec(f"skolsynk.web.{room}") and find_spec(f"skolsynk.web.{room}.urls")
    ),
    *(
        path("drift/", include(f"skolsynk.web.{room}.urls"))
        for room in ("operator",)
        if find_spec(f"skolsynk.web.{room}") and find_spec(f"skolsynk.web.{room}.urls")
    ),
]
