"""From the newest snapshot to the school of one tenant, with the identities that were minted on the way.

The school is kept per (snapshot, rules version, day): the first connection that asks makes it, under the
tenant's lock so that two makers never mint the same class twice; the others find it.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from skolsynk.core import rules as rules_core
from skolsynk.core.school import Fate, School
from skolsynk.core.snapshot import Snapshot
from skolsynk.core.ss12000.base import ResourceId, derived_id
from skolsynk.store import claims, load, save
from skolsynk.sync.errors import no_rules, no_snapshot


class Made(NamedTuple):
    """A school and what it was made from."""

    school: School
    snapshot_id: int
    rules_number: int


def make(tenant_id: int, today: date, *, rehearsal: bool = False) -> Made:
    """The school that the newest snapshot and the newest rules give on this day.

    A rehearsal looks at another day: what it mints and finds is not stored.
    Raises: Misconfigured when the directory was never read or the tenant has no rules.
    """
    rules_row = load.rules(tenant_id)
    if rules_row is None:
        raise no_rules()
    if rehearsal:
        return _build(tenant_id, rules_row, today, store=False)
    cached = _cached(tenant_id, rules_row, today)
    if cached:
        return cached
    with claims.tenant_lock(tenant_id):
        return _cached(tenant_id, rules_row, today) or _build(tenant_id, rules_row, today, store=True)


def snapshot_of(tenant_id: int) -> tuple[int, Snapshot]:
    """The newest complete snapshot. Raises: Misconfigured when there is none."""
    newest = load.latest_snapshot(tenant_id)
    if newest is None:
        raise no_snapshot()
    return newest


def _cached(tenant_id: int, rules_row: load.RulesFacts, today: date) -> Made | None:
    snapshot_id = load.latest_snapshot_id(tenant_id)
    if snapshot_id is None:
        raise no_snapshot()
    school = load.school(tenant_id, snapshot_id, rules_row.number, today)
    return Made(school, snapshot_id, rules_row.number) if school else None


def _build(tenant_id: int, rules_row: load.RulesFacts, today: date, *, store: bool) -> Made:
    snapshot_id, snapshot = snapshot_of(tenant_id)
    tenant = load.tenant(tenant_id)
    built = rules_core.build(
        snapshot,
        rules_core.parse_rules(rules_row.json),
        load.units(tenant_id),
        load.identity(tenant_id),
        tenant.name,
        today,
    )
    if store:
        save.identity_news(tenant_id, built.news, today)
        save.broken(tenant_id, broken_of(built.school), today)
        save.school(tenant_id, snapshot_id, rules_row.number, today, built.school)
    return Made(built.school, snapshot_id, rules_row.number)


def broken_of(school: School) -> dict[ResourceId, str]:
    """{user id: finding code} of everybody whose own data does not suffice."""
    return {
        school.user_ids[key]: outcome.reason
        for key, outcome in school.outcomes.items()
        if outcome.fate is Fate.BROKEN and key in school.user_ids
    }


def known_ids(tenant_id: int) -> frozenset[ResourceId]:
    """Every resource id that this tenant's newest school or stored identities can have made."""
    identity = load.identity(tenant_id)
    direct = {*identity.people.values(), *identity.groups.values(), *identity.units.values()}
    direct |= {*identity.unit_groups.values(), *(record.id for record in identity.classes)}
    if identity.organisation:
        direct.add(identity.organisation)
    groups = {*identity.groups.values(), *(record.id for record in identity.classes)}
    derived = {derived_id(unit, user) for unit in identity.units.values() for user in identity.people.values()}
    derived |= {derived_id(group, unit) for unit in identity.units.values() for group in groups}
    return frozenset(direct | derived)
