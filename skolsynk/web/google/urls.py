from __future__ import annotations

from django.urls import path

from skolsynk.sync.listening import PATH
from skolsynk.web.google import views

urlpatterns = [path(PATH, views.notice, name="google_notice")]
