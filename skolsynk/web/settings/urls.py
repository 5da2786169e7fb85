from __future__ import annotations

from django.urls import path

from skolsynk.web.settings import configuration, people, retention, source, views

urlpatterns = [
    path("installningar/", views.settings, name="settings"),
    path("installningar/mina/", views.mine, name="settings_mine"),
    path("installningar/mina/logga-ut/", views.sign_me_out, name="settings_sign_me_out"),
    path("installningar/tillgang/", people.people, name="settings_people"),
    path("installningar/tillgang/<int:member>/", people.person, name="settings_person"),
    path("installningar/gallring/", retention.retention, name="settings_retention"),
    path("installningar/kalla/", source.source, name="settings_source"),
    path("installningar/kalla/prova/", source.attempt, name="settings_source_try"),
    path("installningar/konfiguration/", configuration.configuration, name="settings_configuration"),
    path("installningar/konfiguration/fil/", configuration.file, name="settings_configuration_file"),
    path("installningar/konfiguration/las-in/", configuration.apply, name="settings_configuration_apply"),
]
