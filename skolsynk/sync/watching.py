"""Every few minutes: what holds now, for every tenant, against what has been told."""

from __future__ import annotations

from datetime import datetime

from skolsynk.store import installations, load
from skolsynk.sync import health, installation_words, notices


def follow(now: datetime) -> None:
    """Tell people what has begun to go wrong, and what is over."""
    for tenant_id in load.active_tenants():
        app = installation_words.alarms(installations.of(tenant_id))
        notices.follow(tenant_id, (*app, *health.alarms(tenant_id, now)), now)
    for tenant_id in installations.quarantined():
        # Nothing runs there: what was wrong at a vendor is neither over nor worse.
        notices.follow(tenant_id, installation_words.alarms(installations.of(tenant_id)), now, ending=False)
