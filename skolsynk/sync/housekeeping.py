"""What keeps a deployment that runs unattended for years from filling up, and shows that it is alive."""

from __future__ import annotations

from datetime import datetime, timedelta

from skolsynk.store import save

KEPT_RECEIPTS = timedelta(days=180)
KEPT_RUNS = timedelta(days=400)


def beat(name: str, *, at: datetime) -> None:
    """Somebody of this name is alive."""
    save.heartbeat(name, at)


def prune(now: datetime) -> None:
    """Forget receipts, runs, lapsed approvals and old events that have been kept long enough."""
    save.prune(receipts_before=now - KEPT_RECEIPTS, runs_before=now - KEPT_RUNS, now=now)
