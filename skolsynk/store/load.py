from __future__ import annotations

from datetime import datetime

from skolsynk.store.models import Heartbeat


def heartbeats() -> dict[str, datetime]:
    return dict(Heartbeat.objects.values_list("name", "at"))
