"""Addresses of the site: the shell's own, the sign-in's, and each room's under its tenant."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from skolsynk.web import pages, shell

ROOMS = (
    "start", "overview", "units", "rules", "connections", "changes", "runs", "persons", "quality", "rosters", "log",
    "settings", "notices",
)  # fmt: skip


def _room(room: str, below: str) -> list[URLPattern | URLResolver]:
    try:
        import_module(f"skolsynk.web.{room}.urls")
    except ImportError:
        return []
    return [path(below, include(f"skolsynk.web.{room}.urls"))]


urlpatterns = [
    path("sprak/", set_language, name="set_language"),
    path("utseende/", shell.appearance, name="appearance"),
    path("hjalp/", pages.about_help, name="help"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("stilguide/", pages.style_guide, name="style_guide"),
    *_room("signin", ""),
    *(entry for room in ROOMS for entry in _room(room, "h/<str:customer>/")),
    *_room("operator", "drift/"),
]
