"""Addresses of the tenant's school units and of their mapping to the directory."""

from __future__ import annotations

from django.urls import path

from skolsynk.web.units import mapping, views

urlpatterns = [
    path("skolenheter/", views.units, name="units"),
    path("skolenheter/lagg-till/", views.add, name="units_add"),
    path("skolenheter/ta-bort/", views.remove, name="units_remove"),
    path("skolenheter/koppling/", mapping.mapping, name="mapping"),
    path("skolenheter/koppling/gren/<str:node>/", mapping.branch, name="mapping_branch"),
    path("skolenheter/koppling/effekt/", mapping.effect, name="mapping_effect"),
    path("skolenheter/<str:code>/", views.unit, name="unit"),
]
