from __future__ import annotations

from django.urls import path

from skolsynk.web.changes import deciding, views

OF = "andringar/<str:vendor>/<str:mode>/"

urlpatterns = [
    path("andringar/", views.changes, name="changes"),
    path("andringar/<str:vendor>/planera/", deciding.plan_now, name="changes_plan"),  # before what looks like a mode
    path(OF, views.changes_of, name="changes_of"),
    path(OF + "rad/<int:number>/", views.line, name="changes_line"),
    path(OF + "fil/<str:ending>/", views.file, name="changes_file"),
    path(OF + "godkann/", deciding.approve, name="changes_approve"),
    path(OF + "avvisa/", deciding.discard, name="changes_discard"),
    path(OF + "igen/", deciding.retry, name="changes_retry"),
]
