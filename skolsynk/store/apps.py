from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "skolsynk.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from skolsynk import checks  # noqa: F401 - registers the system checks once apps are loaded
