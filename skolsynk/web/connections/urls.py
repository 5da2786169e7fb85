"""Addresses of the vendors' pages."""

from __future__ import annotations

from django.urls import path

from skolsynk.web.connections import listing, saving, selecting, switching, vendor_page, versions

urlpatterns = [
    path("leverantorer/", listing.connections, name="connections"),
    path("leverantorer/<slug:vendor>/", vendor_page.connection, name="connection"),
    path("leverantorer/<slug:vendor>/antal/", listing.people, name="connection_people"),
    path("leverantorer/<slug:vendor>/urval/", selecting.selection, name="connection_selection"),
    path("leverantorer/<slug:vendor>/urval/effekt/", selecting.effect, name="connection_effect"),
    path("leverantorer/<slug:vendor>/undantag/", saving.exclusions, name="connection_exclusions"),
    path("leverantorer/<slug:vendor>/kontakt/", saving.relation, name="connection_relation"),
    path("leverantorer/<slug:vendor>/nyckel/<slug:mode>/", saving.key, name="connection_key"),
    path("leverantorer/<slug:vendor>/prova/<slug:mode>/", saving.test, name="connection_test"),
    path("leverantorer/<slug:vendor>/granser/", saving.guards, name="connection_guards"),
    path("leverantorer/<slug:vendor>/schema/", saving.schedule, name="connection_schedule"),
    path("leverantorer/<slug:vendor>/paus/", saving.pause, name="connection_pause"),
    path("leverantorer/<slug:vendor>/bekrafta/", switching.confirm, name="connection_confirm"),
    path("leverantorer/<slug:vendor>/lage/", switching.mode, name="connection_mode"),
    path("leverantorer/<slug:vendor>/versioner/<int:number>/", versions.version, name="connection_version"),
]
