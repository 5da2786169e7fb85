"""Every address of the site; each room lists its own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from skolsynk.web.health import healthz
from skolsynk.web.home import home

urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    path("healthz/", healthz, name="healthz"),
    path("addon/", include("skolsynk.addon.urls")),
    path("", include("skolsynk.web.urls")),
]
handler404 = "skolsynk.web.pages.not_found"
handler403 = "skolsynk.web.pages.denied"
handler500 = "skolsynk.web.pages.broken"
