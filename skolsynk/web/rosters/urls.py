"""Addresses of what each vendor would get, as files."""

from __future__ import annotations

from django.urls import path

from skolsynk.web.rosters import views

urlpatterns = [
    path("roster/", views.rosters, name="rosters"),
    path("roster/<slug:vendor>/<str:kind>/<str:ending>/", views.roster_file, name="roster_file"),
]
