"""Addresses of the findings."""

from __future__ import annotations

from django.urls import path

from skolsynk.web.quality import causes, setting_aside

urlpatterns = [
    path("datakvalitet/", causes.quality, name="quality"),
    path("datakvalitet/las-om/", setting_aside.check, name="quality_check"),
    path("datakvalitet/fil/<str:ending>/", causes.all_as_file, name="quality_file"),
    path("datakvalitet/<slug:code>/", causes.quality_cause, name="quality_cause"),
    path("datakvalitet/<slug:code>/fil/<str:ending>/", causes.cause_as_file, name="quality_cause_file"),
    path("datakvalitet/<slug:code>/vila/", setting_aside.snooze, name="quality_snooze"),
    path("datakvalitet/<slug:code>/vack/<int:snooze_id>/", setting_aside.wake, name="quality_wake"),
]
