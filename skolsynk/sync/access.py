"""Who of a tenant may use the site, as owners decide it. Every decision is in the log, with ids and never a name."""

from __future__ import annotations

from datetime import datetime

from skolsynk.store import members, save
from skolsynk.store.members import Access, MemberFacts


def admit(tenant_id: int, email: str, access: Access, *, who: str, at: datetime) -> MemberFacts:
    """Let somebody in at the next sign-in, if the directory knows the account then. Raises MemberError."""
    made = members.admit(tenant_id, email, access, by=who, at=at)
    save.audit(tenant_id, who, "member_admitted", _about(made), at)
    return made


def change(tenant_id: int, member_id: int, to: Access, *, was: Access, who: str, at: datetime) -> MemberFacts:
    """Raises MemberError; equal access changes nothing and is not in the log."""
    made = members.change(tenant_id, member_id, to, was=was)
    if to != was:
        save.audit(tenant_id, who, "member_changed", _about(made), at)
    return made


def end(tenant_id: int, member_id: int, *, who: str, at: datetime) -> None:
    """Raises MemberError."""
    members.end(tenant_id, member_id, at)
    save.audit(tenant_id, who, "member_ended", {"member": member_id}, at)


def sign_out_everywhere(tenant_id: int, member_id: int, *, who: str, at: datetime) -> int:
    """Every session of the person ends; the new epoch. Raises MemberError."""
    epoch = members.sign_out_everywhere(tenant_id, member_id)
    save.audit(tenant_id, who, "member_signed_out", {"member": member_id}, at)
    return epoch


def _about(member: MemberFacts) -> dict[str, object]:
    return {"member": member.id, "role": member.role, "units": len(member.units)}
