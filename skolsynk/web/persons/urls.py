"""Addresses of the pages about people. None holds a name: a person's own address is the source's id."""

from __future__ import annotations

from django.urls import path

from skolsynk.web.persons import acts, extract, searching, views

urlpatterns = [
    path("personer/", searching.persons, name="persons"),
    path("personer/<str:key>/", views.person, name="person"),
    path("personer/<str:key>/utdrag/", extract.extract, name="person_extract"),
    path("personer/<str:key>/undanta/<str:scope>/", acts.exclude, name="person_exclude"),
]
