"""What keeps a deployment that runs unattended for years from filling up, and shows that it is alive."""

from __future__ import annotations

from datetime import datetime, timedelta

from skolsynk.store import load, save
from skolsynk.sync import installation, preferences


def beat(name: str, *, at: datetime) -> None:
    """Somebody of this name is alive."""
    save.heartbeat(name, at)


def prune(now: datetime) -> None:
    """Forget receipts, runs, lapsed approvals and old events, each tenant's after as long as it has chosen.

    Of tenants that removed the app so long ago, forget everything about people.
    """
    for tenant_id in load.tenants():
        kept = preferences.of(tenant_id)
        save.prune(
            tenant_id,
            receipts_before=now - timedelta(days=kept.receipt_days),
            runs_before=now - timedelta(days=kept.run_days),
            events_before=now - timedelta(days=kept.event_days),
            now=now,
        )
    save.prune_buckets(now)
    installation.purge(now)
