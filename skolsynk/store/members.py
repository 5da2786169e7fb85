"""Who of a tenant may use the site: rows -> values and back. Questions start at the tenant or a session's member."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from skolsynk.store.models import Member


class MemberFacts(NamedTuple):
    id: int
    tenant_id: int
    subject: str  # Google's immutable user id, "" until the first sign-in
    email: str
    name: str
    role: str  # "owner" | "editor" | "viewer"
    units: tuple[str, ...]  # school unit codes; () means all
    language: str
    epoch: int
    notices: bool
    last_seen_at: datetime | None
    admitted_by: str


def of(member_id: int) -> MemberFacts | None:
    """None when there is no such member, or it has been ended."""
    row = Member.objects.filter(pk=member_id, ended_at=None).values_list(*MemberFacts._fields).first()
    return _facts(row) if row else None


def by_subject(tenant_id: int, subject: str) -> MemberFacts | None:
    rows = Member.objects.filter(tenant_id=tenant_id, subject=subject, ended_at=None)
    row = rows.values_list(*MemberFacts._fields).first() if subject else None
    return _facts(row) if row else None


def listed(tenant_id: int) -> tuple[MemberFacts, ...]:
    """Everybody who may use the site now, by address."""
    rows = Member.objects.filter(tenant_id=tenant_id, ended_at=None).order_by("email")
    return tuple(_facts(row) for row in rows.values_list(*MemberFacts._fields))


def _facts(row: tuple[object, ...]) -> MemberFacts:
    facts = MemberFacts._make(row)
    return facts._replace(units=tuple(facts.units))
