"""Letting people in. Google says who somebody is; whose directory it is about, Google's directory has to say, too.

    known by Google's id                                                    -> in
    invited, and the tenant's own administrator sees the account            -> bound to Google's id, in
    proven administrator of a customer that nobody owns here                -> first owner
    proven super administrator of a customer with owners                    -> one more owner, seen in the log
    anybody else                                                            -> a refusal that says who can let them in

A tenant is found by the customer id that the directory gives, never by an address or a domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from skolsynk.sources.base import SourceError, Transient
from skolsynk.sources.google import account as accounts
from skolsynk.sources.google.account import Account, Asking
from skolsynk.sources.google.auth import credentials_of
from skolsynk.sources.google.oidc import Begun as Begun
from skolsynk.sources.google.oidc import Identity as Identity
from skolsynk.sources.google.oidc import OidcError, Site, finish
from skolsynk.sources.google.oidc import begin as begin
from skolsynk.store import load, members, purging, save
from skolsynk.store.members import Access, MemberError, MemberFacts
from skolsynk.sync import installation
from skolsynk.sync.signin_words import WORDS

OIDC_CODES = {"bad_client": "not_set_up"}  # others are called the same
SOURCE_CODES = {
    "not_delegated": "not_installed",
    "scope_missing": "not_installed",
    "subject_suspended": "suspended",
    "wrong_subject": "not_installed",
    "bad_key": "not_set_up",
    "clock": "not_set_up",
    "api_off": "not_set_up",
}


class Entered(NamedTuple):
    member: MemberFacts
    how: str  # "known" | "invited" | "first" | "joined"


class Refusal(Exception):  # an answer, not an accident
    """Nobody was let in and nothing was stored. ``people`` can help: owners of the tenant, for its own people only."""

    def __init__(self, code: str, people: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.people = people

    def words(self, language: str) -> Mapping[str, str]:
        """``{title, wrong, act}``."""
        return (WORDS[self.code].en if language == "en" else WORDS[self.code].sv)._asdict()


def site(redirect_uri: str) -> Site:
    """Our OAuth client. Raises: Refusal when the operator has given none."""
    if not (settings.GOOGLE_CLIENT_ID and settings.GOOGLE_CLIENT_SECRET):
        raise Refusal("not_set_up")
    return Site(
        settings.GOOGLE_CLIENT_ID,
        settings.GOOGLE_CLIENT_SECRET,
        settings.GOOGLE_AUTHORIZE_URL,
        settings.GOOGLE_TOKEN_URI,
        settings.GOOGLE_CERTS_URL,
        redirect_uri,
    )


def answered(where: Site, code: str, *, nonce: str, verifier: str) -> Identity:
    """Who came back from Google with this code. Raises: Refusal."""
    try:
        return finish(where, code, nonce=nonce, verifier=verifier)
    except OidcError as error:
        raise Refusal(OIDC_CODES.get(error.code, error.code)) from error


def enter(who: Identity, at: datetime) -> Entered:
    """Let somebody in whom Google has named. Raises: Refusal."""
    known = members.with_subject(who.subject)
    if known is not None and not purging.is_erased(known.tenant_id):
        return _in(known, who, "known", at)
    invited, trouble = _invited(who)
    if invited is not None:
        return _in(invited, who, "invited", at)
    account = _own_account(who)
    if not account.active:
        raise Refusal("suspended")
    tenant = load.tenant_by_customer(account.customer_id) if account.customer_id else None
    invited = members.by_email(tenant.id, who.email) if tenant and not purging.is_erased(tenant.id) else None
    if invited is not None and not invited.subject:
        return _in(invited, who, "invited", at)
    if not account.is_admin:
        raise trouble or _not_admitted(tenant)
    return _administrator(who, account, at)


def _invited(who: Identity) -> tuple[MemberFacts | None, Refusal | None]:
    """The invitation that is really for this account, or what kept us from knowing.

    Somebody could invite any address: the tenant's own administrator has to see the account, by Google's id.
    """
    trouble = None
    for member in members.invitations(who.email):
        if purging.is_erased(member.tenant_id):
            continue
        tenant, source = load.tenant(member.tenant_id), load.source(member.tenant_id)
        if source is None or not source.subject:
            continue
        try:
            found = accounts.known_to(_asking(source.subject, source.credentials), who.subject)
        except SourceError as error:
            trouble = Refusal("directory_down" if isinstance(error, Transient) else "source_broken")
            continue
        if found is not None and found.active and found.customer_id == tenant.customer_id:
            return member, None
    return None, trouble


def _own_account(who: Identity) -> Account:
    try:
        return accounts.itself(_asking(who.email), who.subject)
    except SourceError as error:
        raise _refusal_of(error) from error


def _administrator(who: Identity, account: Account, at: datetime) -> Entered:
    """Google has said that this account administers the customer."""
    try:
        customer = accounts.customer_of(_asking(who.email))
    except SourceError as error:
        raise _refusal_of(error) from error
    if not account.customer_id or customer.id != account.customer_id:
        raise Refusal("bad_token")
    with transaction.atomic():
        tenant = load.tenant_by_customer(customer.id)
        tenant_id = tenant.id if tenant else save.tenant(customer.id, customer.name, at=at)
        members.hold(tenant_id)
        installation.welcome(tenant_id, at)
        owned = any(owner.subject for owner in members.owners(tenant_id))
        if owned and not account.is_super:
            raise _not_admitted(tenant)
        return _own(tenant_id, who, "joined" if owned else "first", at)


def _own(tenant_id: int, who: Identity, how: str, at: datetime) -> Entered:
    try:
        owner = members.admit(
            tenant_id, who.email, Access("owner"), by="google", at=at, subject=who.subject, name=who.name[:200]
        )
    except MemberError as error:
        raise Refusal("address_taken", _names(tenant_id)) from error
    source = load.source(tenant_id)
    if source is None or not source.subject:
        containers = source.school_containers if source else ()
        save.source(tenant_id, subject=who.email, school_containers=containers)
    return _in(owner, who, how, at)


def _in(member: MemberFacts, who: Identity, how: str, at: datetime) -> Entered:
    now = members.signed_in(member.id, subject=who.subject, email=who.email, name=who.name, at=at)
    whats = {"known": "signed_in", "invited": "invitation_taken", "first": "first_owner", "joined": "owner_joined"}
    save.audit(now.tenant_id, f"member:{now.id}", whats[how], {"member": now.id}, at)
    return Entered(now, how)


def _asking(subject: str, credentials: str = "") -> Asking:
    """As one person, with the tenant's own service account or the deployment's. Raises: Refusal without any."""
    try:
        ours = credentials_of(credentials or settings.GOOGLE_SERVICE_ACCOUNT)
    except ValueError as error:
        raise Refusal("not_set_up") from error
    return Asking(ours, subject, settings.GOOGLE_ROOT_URL, settings.GOOGLE_TOKEN_URI)


def _refusal_of(error: SourceError) -> Refusal:
    if isinstance(error, Transient):
        return Refusal("directory_down")
    return Refusal(SOURCE_CODES.get(error.code, "directory_down"))


def _not_admitted(tenant: load.TenantFacts | None) -> Refusal:
    names = _names(tenant.id) if tenant and not purging.is_erased(tenant.id) else ()
    return Refusal("not_admitted", names) if names else Refusal("no_owner_yet")


def _names(tenant_id: int) -> tuple[str, ...]:
    return tuple(f"{owner.name} ({owner.email})" for owner in members.owners(tenant_id) if owner.subject)
