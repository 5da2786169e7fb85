"""*Synka nu*: a push is queued as the site's button does it, in test mode alone."""

from __future__ import annotations

from datetime import datetime

from skolsynk.addon.visitor import Visitor
from skolsynk.addon.words import said
from skolsynk.core.connection import Mode
from skolsynk.store import claims, installations, load, save
from skolsynk.sync import dispatch, targets
from skolsynk.sync.errors import asleep
from skolsynk.sync.tasks import start

VENDOR = "vendor"  # the parameter that names a connection, by the vendor's slug


def sync_now(visitor: Visitor, vendor: str, now: datetime) -> tuple[str, bool]:
    """(What to tell the person, whether anything was queued)."""
    if not visitor.may_sync:
        return said(visitor.language, (
            "Du får se men inte starta körningar. Inget har startats.",
            "You may look, but not start runs. Nothing was started.",
        )), False  # fmt: skip
    if not installations.is_active(visitor.tenant.id):
        return asleep().text(visitor.language), False
    connection = next((each for each in load.connections(visitor.tenant.id) if each.vendor == vendor), None)
    if connection is None or connection.mode is not Mode.TEST:
        return said(visitor.language, _not_in_test(connection)), False
    name = targets.vendor(vendor).name
    if claims.queued(connection.id):
        return said(visitor.language, (f"{name}: en körning väntar redan.", f"{name}: a run waits already.")), False
    _queue(visitor, connection, now)
    return said(visitor.language, (
        f"{name}: en körning till testmottagaren är beställd.", f"{name}: a run to the test receiver is ordered.",
    )), True  # fmt: skip


def _not_in_test(connection: load.ConnectionFacts | None) -> tuple[str, str]:
    if connection is None:
        return (
            "Leverantören finns inte här. Inget har startats.",
            "There is no such vendor here. Nothing was started.",
        )
    name = targets.vendor(connection.vendor).name
    if connection.mode is Mode.OFF:
        return (f"{name} är avstängd. Inget har startats.", f"{name} is off. Nothing was started.")
    return (
        f"{name} är i skarpt läge, och det startas bara i Skolsynk. Inget har startats.",
        f"{name} is live, and live runs are started in Skolsynk alone. Nothing was started.",
    )


def _queue(visitor: Visitor, connection: load.ConnectionFacts, now: datetime) -> None:
    run = dispatch.queue(connection, "push", now, asked_by=visitor.who)
    save.audit(visitor.tenant.id, visitor.who, "push_asked", {"run": str(run), "vendor": connection.vendor}, now)
    start(run)
