"""Addresses of the tenant's rules: the rows, their editing, trying, saving, and older versions."""

from __future__ import annotations

from django.urls import path

from skolsynk.web.rules import beginning, editing, expert, saving, trying, versions, views

urlpatterns = [
    path("regler/", views.rules, name="rules"),
    path("regler/borja/", beginning.begin, name="rules_begin"),
    path("regler/ny/<slug:section>/<slug:kind>/", editing.add, name="rules_add"),
    path("regler/ny/<slug:section>/<slug:kind>/provvisning/", editing.preview, name="rules_preview"),
    path("regler/prova/", trying.person, name="rules_person"),
    path("regler/spara/", saving.review, name="rules_review"),
    path("regler/utkast/", saving.draft, name="rules_draft"),
    path("regler/text/", expert.text, name="rules_text"),
    path("regler/versioner/", versions.versions, name="rules_versions"),
    path("regler/versioner/<int:number>/", versions.version, name="rules_version"),
    path("regler/<slug:section>/", views.section, name="rules_section"),
    path("regler/<slug:section>/<int:at>/", editing.edit, name="rules_edit"),
]
