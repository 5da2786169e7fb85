from __future__ import annotations

from django.urls import path

from skolsynk.web.start import views

urlpatterns = [
    path("kom-igang/", views.start, name="start"),
    path("kom-igang/anslut/", views.connect, name="start_connect"),
]
