"""Who looks at a card, at which tenant, in which language; what they may is as on the site's pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from skolsynk.addon.tokens import endpoint
from skolsynk.store import load, members
from skolsynk.store.members import ROLES, MemberFacts

MAY_SYNC = "editor"


@dataclass(frozen=True, slots=True)
class Visitor:
    tenant: load.TenantFacts
    member: MemberFacts
    language: str

    @property
    def who(self) -> str:
        """How the log and runs name this person."""
        return f"{members.PREFIX}{self.member.id}"

    @property
    def whole(self) -> bool:
        """Not limited to some school units."""
        return not self.member.units

    @property
    def only(self) -> frozenset[str] | None:
        return frozenset(self.member.units) if self.member.units else None

    @property
    def may_sync(self) -> bool:
        return self.whole and ROLES.index(self.member.role) >= ROLES.index(MAY_SYNC)

    def page(self, name: str, **kwargs: object) -> str:
        """The full address of one of the site's pages."""
        return endpoint(reverse(name, kwargs={"customer": self.tenant.customer_id, **kwargs}))


def visitor(subject: str, language: str) -> Visitor | None:
    """The member whom Google's id means; None for people whom no tenant has let in."""
    member = members.with_subject(subject)
    return Visitor(load.tenant(member.tenant_id), member, language) if member else None
