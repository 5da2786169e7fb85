from __future__ import annotations

from django.urls import path

from skolsynk.web.runs import answers, doing, views

RUN = "korningar/<uuid:run>/"

urlpatterns = [
    path("korningar/", views.runs, name="runs"),
    path("korningar/las/", doing.read_now, name="runs_read"),
    path("korningar/kor/<str:vendor>/", doing.push_now, name="runs_push"),
    path(RUN, views.run, name="run"),
    path(RUN + "lage/", views.progress, name="run_progress"),
    path(RUN + "lika/<str:key>/", answers.group, name="run_group"),
    path(RUN + "svar/<int:receipt>/", answers.receipt, name="run_receipt"),
    path(RUN + "fil/<str:ending>/", answers.file, name="run_file"),
    path(RUN + "igen/", doing.retry, name="run_retry"),
    path(RUN + "avbryt/", doing.cancel, name="run_cancel"),
]
