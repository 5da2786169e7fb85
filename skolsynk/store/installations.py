"""The app's life at a customer, as rows: what the looks said, quarantine and the way back. The end is in ``purging``.

Whatever changes a state locks the tenant's row first: two looks at once settle it one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from skolsynk.core.connection import Mode
from skolsynk.core.installation import State
from skolsynk.store.models import Channel, Connection, Hint, Installation, Notice, Run, SnapshotRow, Tenant

MISSING = "installation:missing"
ASLEEP = "quarantined"  # error code of runs that the quarantine ended, and status of the tenant


class InstallationFacts(NamedTuple):
    tenant_id: int
    state: str
    capabilities: Mapping[str, Mapping[str, Any]]  # {scope: {works, code}}; {} before the first look
    licence: str
    licensed_at: datetime | None
    domain: str
    looked_at: datetime | None
    missing_since: datetime | None
    quarantined_at: datetime | None
    purge_at: datetime | None
    purged_at: datetime | None
    was: Mapping[str, str]  # {vendor: mode} before the quarantine
    since: datetime | None  # of the state


class Looked(NamedTuple):
    """What one look found, to be written down."""

    capabilities: Mapping[str, Mapping[str, Any]]
    licence: str
    domain: str
    state: State
    missing_since: datetime | None


class Standing(NamedTuple):
    """What decides when a tenant is looked at again."""

    tenant_id: int
    state: State
    looked_at: datetime | None
    missing_since: datetime | None
    made_at: datetime


def of(tenant_id: int) -> InstallationFacts | None:
    """None for a tenant that nobody has looked at yet."""
    row = Installation.objects.filter(tenant_id=tenant_id).values_list(*InstallationFacts._fields).first()
    return InstallationFacts(*row) if row else None


def ensure(tenant_id: int, at: datetime) -> InstallationFacts:
    """The row, made where there is none. Whom we have read already has let us in, whatever was looked at since."""
    found = of(tenant_id)
    if found is not None:
        return found
    read = SnapshotRow.objects.filter(tenant_id=tenant_id).exists()
    words = {"state": (State.ACTIVE if read else State.PENDING).value, "since": at}
    Installation.objects.get_or_create(tenant_id=tenant_id, defaults=words)
    return InstallationFacts(*Installation.objects.values_list(*InstallationFacts._fields).get(tenant_id=tenant_id))


def standings() -> tuple[Standing, ...]:
    """All tenants that may still be looked at, those that have waited longest first."""
    rows = Tenant.objects.exclude(wrapped_key=b"").exclude(installation__state=State.PURGED)
    columns = ("pk", "installation__state", "installation__looked_at", "installation__missing_since", "created_at")
    found = [
        Standing(pk, State(state or State.PENDING), looked_at, missing, made)
        for pk, state, looked_at, missing, made in rows.values_list(*columns)
    ]
    return tuple(sorted(found, key=lambda one: (one.looked_at is not None, one.looked_at or one.made_at)))


def quarantined() -> tuple[int, ...]:
    """Ids of tenants that nothing is read for or sent from until Google lets us in again."""
    return tuple(Installation.objects.filter(state=State.QUARANTINED).values_list("tenant_id", flat=True))


def to_purge(at: datetime) -> tuple[int, ...]:
    """Ids of those whose time in quarantine is over."""
    over = Installation.objects.filter(state=State.QUARANTINED, purge_at__lte=at)
    return tuple(over.order_by("purge_at").values_list("tenant_id", flat=True))


def looked(before: InstallationFacts, found: Looked, at: datetime) -> bool:
    """Write a look down; False when another was written meanwhile, and nothing is changed then."""
    words: dict[str, Any] = {
        "capabilities": {name: dict(one) for name, one in found.capabilities.items()}, "licence": found.licence,
        "state": found.state.value, "missing_since": found.missing_since, "looked_at": at,
    }  # fmt: skip
    words |= {"domain": found.domain} if found.domain else {}
    words |= {"licensed_at": at} if found.licence == "ACTIVE" else {}
    words |= {"since": at} if found.state != before.state else {}
    same = Installation.objects.filter(tenant_id=before.tenant_id, state=before.state, looked_at=before.looked_at)
    return bool(same.update(**words))


def hold(tenant_id: int) -> None:
    """Inside a transaction: nobody else changes the tenant's state until it ends."""
    list(Tenant.objects.select_for_update().filter(pk=tenant_id).values_list("pk"))


def quarantine(tenant_id: int, at: datetime, purge_at: datetime, why: Sequence[str]) -> int:
    """Nothing starts and what is under way ends; how many runs that was. Everything else stays as it is.

    ``why``: what those runs say, in Swedish and in English.
    """
    with transaction.atomic():
        hold(tenant_id)
        Tenant.objects.filter(pk=tenant_id).update(status=ASLEEP)
        modes = dict(Connection.objects.filter(tenant_id=tenant_id).values_list("vendor", "mode"))
        Installation.objects.filter(tenant_id=tenant_id).update(quarantined_at=at, purge_at=purge_at, was=modes)
        # What the first look in the row told is now told in other words; it is not over.
        Notice.objects.filter(tenant_id=tenant_id, connection=None, cause=MISSING, ended_at=None).update(ended_at=at)
        Channel.objects.filter(tenant_id=tenant_id).exclude(state="stopped").update(state="stopped")
        Hint.objects.filter(tenant_id=tenant_id).delete()
        unfinished = Run.objects.filter(tenant_id=tenant_id, state__in=("queued", "running"))
        ended: dict[str, Any] = {"error_code": ASLEEP, "error_args": list(why)}
        return unfinished.update(state="failed", finished_at=at, heartbeat_at=at, **ended)


def purge_on(tenant_id: int, days_at: datetime) -> None:
    """Another day for the purge of a tenant in quarantine."""
    Installation.objects.filter(tenant_id=tenant_id, state=State.QUARANTINED).update(purge_at=days_at)


def resume(tenant_id: int) -> tuple[str, ...]:
    """Back from quarantine: schedules run again, and what was live is in test; its vendors."""
    with transaction.atomic():
        hold(tenant_id)
        Tenant.objects.filter(pk=tenant_id).update(status="active")
        live = Connection.objects.filter(tenant_id=tenant_id, mode=Mode.LIVE)
        vendors = tuple(live.order_by("vendor").values_list("vendor", flat=True))
        live.update(mode=Mode.TEST.value)
        Installation.objects.filter(tenant_id=tenant_id).update(quarantined_at=None, purge_at=None)
    return vendors


def is_active(tenant_id: int) -> bool:
    """May anything be read for it, or sent from it?"""
    return Tenant.objects.filter(pk=tenant_id, status="active").exists()
