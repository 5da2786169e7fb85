from __future__ import annotations

from django.urls import path

from skolsynk.web.log import views

urlpatterns = [
    path("logg/", views.log, name="log"),
    path("logg/fil/<str:format>/", views.download, name="log_file"),
]
