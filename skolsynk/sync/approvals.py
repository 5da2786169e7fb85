"""A person's yes: looks at the plan as it is now, names the held changes exactly, and keeps them for the next push."""

from __future__ import annotations

from datetime import datetime

from skolsynk.core.connection import Mode
from skolsynk.core.plan import choose
from skolsynk.store import claims, decisions, load, save
from skolsynk.sync import dispatch, run
from skolsynk.sync.plans import LAPSE, Given, Which

__all__ = ["Given", "Which", "approve"]


def approve(
    connection: load.ConnectionFacts,
    mode: Mode,
    which: Which,
    *,
    unprovision: bool,
    by: str,
    comment: str,
    at: datetime,
) -> Given:
    """Approve what matches among what is held now; closed under what it depends on. Sends nothing."""
    facts = claims.RunFacts.unstored(connection, mode, at=at, today=dispatch.today_at(at))
    plan = run.plan_of(connection, mode, facts, unprovision=unprovision)
    changes = choose(plan, which.by, *which.values)
    decisions.approve(connection.id, mode, changes, by=by, comment=comment, at=at, lapses_at=at + LAPSE)
    about = {
        "vendor": connection.vendor, "mode": mode.value, "by": which.by, "values": list(which.values),
        "count": len(changes), "comment": comment,
    }  # fmt: skip
    save.audit(connection.tenant_id, by, "changes_approved", about, at)
    return Given(len(changes), len(plan.held))
