from __future__ import annotations

from django.urls import path

from skolsynk.web.overview import views

urlpatterns = [path("oversikt/", views.overview, name="overview")]
