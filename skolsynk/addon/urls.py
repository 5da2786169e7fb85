"""Addresses that Google calls; the deployment has them spelt exactly so, without a slash at the end."""

from __future__ import annotations

from django.urls import path

from skolsynk.addon import views

urlpatterns = [
    path("home", views.home, name="addon_home"),
    path("person", views.person, name="addon_person"),
    path("runs", views.runs, name="addon_runs"),
    path("sync", views.sync, name="addon_sync"),
]
