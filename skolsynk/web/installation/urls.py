from __future__ import annotations

from django.urls import path

from skolsynk.web.installation import views

urlpatterns = [
    path("installningar/google/", views.installation, name="installation"),
]
