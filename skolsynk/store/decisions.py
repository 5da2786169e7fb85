"""Held changes and approvals: what waits for a person, and what a person said yes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from skolsynk.core.plan.values import ApprovedChange, Hold, Plan
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store.models import ApprovalRow, HoldRow

CHUNK = 500
FOLLOWED = ("fingerprint", "cause", "window", "unit", "discarded_at", "discarded_by", "discard_reason")


class _HoldKey(NamedTuple):
    """One row for each of these, whatever happens to the change's content meanwhile."""

    resource_id: str
    verb: str
    reason: str


def holds(connection_id: int, mode: str, plan: Plan, at: datetime) -> int:
    """Make the hold rows say what the plan holds now; how many were not announced before.

    Rows that are no longer true disappear; those that stay keep ``first_seen``; new ones are marked as announced in
    the same transaction, so that a repeated plan announces nothing twice.
    """
    wanted = {_HoldKey(hold.change.id, hold.change.verb.value, hold.reason): hold for hold in plan.held}
    rows = HoldRow.objects.filter(connection_id=connection_id, mode=mode)
    with transaction.atomic():
        known = {_HoldKey(row.resource_id, row.verb, row.reason): row for row in rows.iterator(2000)}
        _delete(row.pk for key, row in known.items() if key not in wanted)
        changed = [row for key, row in known.items() if key in wanted and _follow(row, wanted[key])]
        HoldRow.objects.bulk_update(changed, FOLLOWED, batch_size=CHUNK)
        new = [_row(connection_id, mode, hold, at) for key, hold in wanted.items() if key not in known]
        HoldRow.objects.bulk_create(new, batch_size=2000)
    return len(new)


def approve(
    connection_id: int,
    mode: str,
    changes: Collection[ApprovedChange],
    *,
    by: str,
    comment: str,
    at: datetime,
    lapses_at: datetime,
) -> int:
    """Store a person's yes to each change; a new yes replaces an older unused one for the same change."""
    with transaction.atomic():
        discard_approvals(connection_id, mode, [change.id for change in changes])
        rows = [
            ApprovalRow(
                connection_id=connection_id,
                mode=mode,
                verb=change.verb.value,
                resource_type=change.type,
                resource_id=change.id,
                fingerprint=change.fingerprint,
                approved_by=by,
                comment=comment,
                approved_at=at,
                lapses_at=lapses_at,
            )
            for change in changes
        ]
        ApprovalRow.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def discard_approvals(connection_id: int, mode: str, ids: Collection[ResourceId] | None = None) -> int:
    """Take back unused approvals, all or of these resources; how many there were."""
    unused = ApprovalRow.objects.filter(connection_id=connection_id, mode=mode, used_at=None)
    if ids is None:
        return unused.delete()[0]
    listed = list(ids)
    return sum(
        unused.filter(resource_id__in=listed[start : start + CHUNK]).delete()[0]
        for start in range(0, len(listed), CHUNK)
    )


def discard_holds(
    connection_id: int, mode: str, ids: Collection[ResourceId] | None, *, by: str, reason: str, at: datetime
) -> int:
    """Note a person's no on what is held, all or of these resources; how many rows. They stay held."""
    rows = HoldRow.objects.filter(connection_id=connection_id, mode=mode)
    said = {"discarded_at": at, "discarded_by": by, "discard_reason": reason}
    if ids is None:
        return rows.update(**said)
    listed = list(ids)
    with transaction.atomic():
        return sum(
            rows.filter(resource_id__in=listed[start : start + CHUNK]).update(**said)
            for start in range(0, len(listed), CHUNK)
        )


def _delete(keys: Iterable[int]) -> None:
    listed = list(keys)
    for start in range(0, len(listed), CHUNK):
        HoldRow.objects.filter(pk__in=listed[start : start + CHUNK]).delete()


def _follow(row: HoldRow, hold: Hold) -> bool:
    """Take over what may have changed; False when nothing had. A no is about one content, and goes with it."""
    before = (row.fingerprint and bytes(row.fingerprint), row.cause, row.window, row.unit)
    after = (hold.change.fingerprint, hold.change.cause, hold.window, hold.change.unit)
    if before[0] != after[0]:
        row.discarded_at, row.discarded_by, row.discard_reason = None, "", ""
    row.fingerprint, row.cause, row.window, row.unit = after
    return before != after


def _row(connection_id: int, mode: str, hold: Hold, at: datetime) -> HoldRow:
    change = hold.change
    return HoldRow(
        connection_id=connection_id,
        mode=mode,
        resource_type=change.type,
        resource_id=change.id,
        verb=change.verb.value,
        reason=hold.reason,
        window=hold.window,
        unit=change.unit,
        fingerprint=change.fingerprint,
        cause=change.cause,
        first_seen=at,
        announced_at=at,
    )
