"""Who of a tenant may use the site: rows -> values and back. Questions start at the tenant or a session's member."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F

from skolsynk.store.models import Member, Tenant

ROLES = ("viewer", "editor", "owner")
PREFIX = "member:"  # and a number: how the log, versions and approvals name a person


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


class Access(NamedTuple):
    """What a person may do, and where."""

    role: str
    units: tuple[str, ...] = ()


class MemberError(Exception):
    """Access that cannot be given or taken. ``code`` is stable."""

    def __init__(self, code: str, text_sv: str, text_en: str) -> None:
        super().__init__(code)
        self.code = code
        self._texts = {"sv": text_sv, "en": text_en}

    def text(self, language: str) -> str:
        return self._texts["en" if language == "en" else "sv"]


# Questions


def of(member_id: int) -> MemberFacts | None:
    """None when there is no such member, or it has been ended."""
    row = Member.objects.filter(pk=member_id, ended_at=None).values_list(*MemberFacts._fields).first()
    return _facts(row) if row else None


def by_subject(tenant_id: int, subject: str) -> MemberFacts | None:
    rows = Member.objects.filter(tenant_id=tenant_id, subject=subject, ended_at=None)
    row = rows.values_list(*MemberFacts._fields).first() if subject else None
    return _facts(row) if row else None


def by_email(tenant_id: int, email: str) -> MemberFacts | None:
    """The address may change and is no key: good for finding an invitation, and for nothing else."""
    rows = Member.objects.filter(tenant_id=tenant_id, email=email.lower(), ended_at=None)
    row = rows.values_list(*MemberFacts._fields).first()
    return _facts(row) if row else None


def listed(tenant_id: int) -> tuple[MemberFacts, ...]:
    """Everybody who may use the site now, by address."""
    rows = Member.objects.filter(tenant_id=tenant_id, ended_at=None).order_by("email")
    return tuple(_facts(row) for row in rows.values_list(*MemberFacts._fields))


def owners(tenant_id: int) -> tuple[MemberFacts, ...]:
    """Those who decide who takes part, by address; an invited owner too."""
    return tuple(member for member in listed(tenant_id) if member.role == "owner")


def with_subject(subject: str) -> MemberFacts | None:
    """Who signs in, before the tenant is known: Google's id belongs to one customer, and so to one tenant."""
    rows = Member.objects.filter(subject=subject, ended_at=None).order_by("pk") if subject else Member.objects.none()
    row = rows.values_list(*MemberFacts._fields).first()
    return _facts(row) if row else None


def invitations(email: str) -> tuple[MemberFacts, ...]:
    """Whoever has been let in under this address, at any tenant, and has not signed in yet. No proof of anything."""
    rows = Member.objects.filter(email=email.lower(), subject="", ended_at=None).order_by("pk")
    return tuple(_facts(row) for row in rows.values_list(*MemberFacts._fields))


def names_of(tenant_id: int, whos: Iterable[str], language: str = "sv") -> Mapping[str, str]:
    """Display texts of many in one question: ``{"member:12": "Eva Ek", "operator": "driften"}``."""
    wanted = set(whos)
    ids = {number for who in wanted if (number := id_of(who)) is not None}
    rows = Member.objects.filter(tenant_id=tenant_id, pk__in=ids).values_list("pk", "name", "email") if ids else ()
    people = {f"{PREFIX}{pk}": name or email for pk, name, email in rows}
    return {who: people.get(who) or _not_a_member(who, language) for who in wanted}


def name_of(tenant_id: int, who: str, language: str = "sv") -> str:
    """Display text of one; people who have left keep their names."""
    return names_of(tenant_id, (who,), language)[who]


def id_of(who: str) -> int | None:
    """12 of "member:12"; None for those who are no members."""
    number = who.removeprefix(PREFIX) if who.startswith(PREFIX) else ""
    return int(number) if number.isdecimal() and len(number) < 19 else None


OTHERS = {
    "command": ("driften, på kommandoraden", "the operator, by command"),
    "operator": ("driften", "the operator"),
    "demo": ("demon", "the demo"),
    "schedule": ("schemat", "the schedule"),
    "system": ("Skolsynk", "Skolsynk"),
    "": ("Skolsynk", "Skolsynk"),
}


def _not_a_member(who: str, language: str) -> str:
    if who.startswith(PREFIX):
        return "someone who is no longer known" if language == "en" else "någon som inte längre är känd"
    sv, en = OTHERS.get(who, (who, who))
    return en if language == "en" else sv


# Changes. Each locks the tenant first: two owners may not demote one another at the same moment.


def admit(
    tenant_id: int, email: str, access: Access, *, by: str, at: datetime, subject: str = "", name: str = ""
) -> MemberFacts:
    """Let somebody in. Raises: MemberError when the person is in already, or the access is none."""
    _sound(access)
    words = {"subject": subject, "name": name, "role": access.role, "units": list(access.units), "admitted_by": by}
    try:
        with transaction.atomic():
            row = Member.objects.create(tenant_id=tenant_id, email=email.lower(), created_at=at, **words)
    except IntegrityError as twice:
        raise _already() from twice
    return _known(row.pk)


def signed_in(member_id: int, *, subject: str, email: str, name: str, at: datetime) -> MemberFacts:
    """Remember who it was, bound to Google's id from now on.

    The address follows Google's unless another member of the tenant has it.
    """
    me = _known(member_id)
    words: dict[str, object] = {"subject": subject, "name": name[:200], "last_seen_at": at}
    holder = by_email(me.tenant_id, email)
    if holder is None or holder.id == member_id:
        words["email"] = email.lower()
    Member.objects.filter(pk=member_id, ended_at=None).update(**words)
    return _known(member_id)


def change(tenant_id: int, member_id: int, to: Access, *, was: Access) -> MemberFacts:
    """Another role, other school units. Raises: MemberError; ``code`` "moved" when ``was`` is not so any more."""
    _sound(to)
    with transaction.atomic():
        me = _locked(tenant_id, member_id)
        if Access(me.role, me.units) != was:
            raise _moved()
        if to.role != "owner":
            _not_last_owner(me)
        Member.objects.filter(pk=member_id).update(role=to.role, units=list(to.units))
    return _known(member_id)


def end(tenant_id: int, member_id: int, at: datetime) -> None:
    """The person may not use the site from now on; what she did stays in the log. Raises: MemberError."""
    with transaction.atomic():
        _not_last_owner(_locked(tenant_id, member_id))
        Member.objects.filter(pk=member_id).update(ended_at=at, epoch=F("epoch") + 1)


def sign_out_everywhere(tenant_id: int, member_id: int) -> int:
    """End every session of the person; the new epoch. Raises: MemberError when there is no such member."""
    with transaction.atomic():
        me = _locked(tenant_id, member_id)
        Member.objects.filter(pk=member_id).update(epoch=F("epoch") + 1)
    return me.epoch + 1


def choose_language(member_id: int, language: str) -> None:
    """ "sv", "en", or "" for the browser's."""
    Member.objects.filter(pk=member_id).update(language=language)


def choose_notices(member_id: int, wanted: bool) -> None:
    """Whether the person gets letters about trouble and recovery."""
    Member.objects.filter(pk=member_id).update(notices=wanted)


def hold(tenant_id: int) -> None:
    """Inside a transaction: nobody else changes who takes part until it ends."""
    list(Tenant.objects.select_for_update().filter(pk=tenant_id).values_list("pk"))


def _locked(tenant_id: int, member_id: int) -> MemberFacts:
    hold(tenant_id)
    me = of(member_id)
    if me is None or me.tenant_id != tenant_id:
        raise MemberError(
            "gone",
            "Personen har inte längre tillgång. Någon annan har hunnit före. Inget har ändrats.",
            "The person no longer has access. Somebody else was faster. Nothing was changed.",
        )
    return me


def _not_last_owner(me: MemberFacts) -> None:
    """Somebody who has signed in must be left to decide: an invitation may never be taken up."""
    others: Collection[MemberFacts] = [one for one in owners(me.tenant_id) if one.id != me.id and one.subject]
    if me.role == "owner" and not others:
        raise MemberError(
            "last_owner",
            "Huvudmannen måste ha minst en ägare som har loggat in. Gör någon annan till ägare först, och låt den "
            "personen logga in. Inget har ändrats.",
            "The school authority needs at least one owner who has signed in. Make somebody else an owner first, and "
            "let that person sign in. Nothing was changed.",
        )


def _sound(access: Access) -> None:
    if access.role not in ROLES:
        raise MemberError("no_role", "Rollen finns inte. Inget har ändrats.", "No such role. Nothing was changed.")
    if access.role == "owner" and access.units:
        # Whoever decides about people could lift her own limit.
        raise MemberError(
            "owner_limited",
            "En ägare kan inte begränsas till vissa skolenheter: ägare bestämmer för hela huvudmannen. "
            "Inget har ändrats.",
            "An owner cannot be limited to some school units: owners decide for the whole school authority. "
            "Nothing was changed.",
        )


def _already() -> MemberError:
    return MemberError(
        "already",
        "Personen har redan tillgång. Ändra i listan i stället. Inget har ändrats.",
        "The person has access already. Change it in the list instead. Nothing was changed.",
    )


def _moved() -> MemberError:
    return MemberError(
        "moved",
        "Någon annan har ändrat personens roll eller skolenheter sedan du öppnade sidan. Inget har ändrats.",
        "Somebody else has changed the person's role or school units since you opened the page. Nothing was changed.",
    )


def _known(member_id: int) -> MemberFacts:
    row = Member.objects.filter(pk=member_id).values_list(*MemberFacts._fields).get()
    return _facts(row)


def _facts(row: tuple[object, ...]) -> MemberFacts:
    facts = MemberFacts._make(row)
    return facts._replace(units=tuple(facts.units))
