from __future__ import annotations

from django.urls import path

from skolsynk.web.signin import views

urlpatterns = [
    path("logga-in/", views.signin, name="signin"),
    path("logga-in/google/", views.google, name="signin_google"),
    path("logga-in/svar/", views.answer, name="signin_answer"),
    path("logga-in/vantar/", views.waiting, name="signin_waiting"),
    path("logga-in/vantar/sluta/", views.wait_no_more, name="signin_wait_no_more"),
    path("logga-in/fortsatt/", views.go_on, name="signin_continue"),
    path("logga-ut/", views.sign_out, name="signout"),
    path("setup", views.google, name="signin_setup"),  # where the Marketplace sends whoever has installed Skolsynk
    path("setup/", views.google),
    path("setup/admin/", views.google, name="signin_admin_config"),  # "manage app" in Google's Admin console
]
