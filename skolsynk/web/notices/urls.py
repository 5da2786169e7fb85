from __future__ import annotations

from django.urls import path

from skolsynk.web.notices import views

urlpatterns = [
    path("installningar/aviseringar/", views.notices, name="notices"),
    path("installningar/aviseringar/<int:webhook>/ta-bort/", views.drop, name="notices_drop"),
    path("installningar/aviseringar/<int:webhook>/prova/", views.attempt, name="notices_try"),
]
