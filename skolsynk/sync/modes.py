"""Switching a connection between off, test and live, and what must be true before."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from skolsynk.core.connection import Mode
from skolsynk.store import load, save
from skolsynk.sync import dispatch, targets
from skolsynk.sync.errors import Misconfigured


class Switched(NamedTuple):
    before: Mode
    after: Mode
    removal_run: UUID | None  # queued plan of deletions, for a person to approve


def switch(connection: load.ConnectionFacts, to: Mode, leave: str | None, *, who: str, at: datetime) -> Switched:
    """Switch, or raise Misconfigured and change nothing.

    Leaving a mode where the vendor holds something asks what shall happen to it: ``keep`` or ``remove``.
    """
    before = connection.mode
    if to is before:
        return Switched(before, to, None)
    if to is not Mode.OFF:
        targets.target(connection, to)  # says what is missing: address, key
    holds = before is not Mode.OFF and load.ledger_size(connection.id, before)
    if holds and leave is None:
        raise Misconfigured(
            "leave_how",
            f"{connection.vendor} har {holds} poster i läget {before}. Säg vad som ska hända med dem: "
            "--leave keep (låt dem vara) eller --leave remove (ta bort allt, efter godkännande). Inget har ändrats.",
            f"{connection.vendor} holds {holds} resources in mode {before}. Say what shall happen to them: "
            "--leave keep (let them be) or --leave remove (remove all, once approved). Nothing was changed.",
        )
    save.mode(connection.id, to)
    save.audit(
        connection.tenant_id, who, "mode_switched",
        {"vendor": connection.vendor, "before": before.value, "after": to.value, "leave": leave or ""}, at,
    )  # fmt: skip
    removal = None
    if holds and leave == "remove":
        removal = dispatch.queue(connection, "unprovision", at, mode=before, asked_by=who)
    return Switched(before, to, removal)
