from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "skolsynk.web"
    label = "web"

    def ready(self) -> None:
        from skolsynk import checks  # noqa: F401 - registers the system checks once apps are loaded
