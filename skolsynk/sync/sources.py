"""The administrator that a tenant's directory is read as: tried, and changed for another of the same customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from skolsynk.core.snapshot import Container
from skolsynk.sources.base import Capability, SourceError
from skolsynk.sources.google import account as accounts
from skolsynk.sources.google.account import Asking
from skolsynk.sources.google.auth import credentials_of
from skolsynk.store import load, save
from skolsynk.sync import directory
from skolsynk.sync.errors import Misconfigured

QUICK = {"tries": 2, "timeout_s": 15.0}  # somebody waits for the page


def tried(tenant_id: int) -> tuple[Capability, ...]:
    """What Google lets us read now, each thing by itself.

    Raises Misconfigured without an administrator or a key, and for an administrator of another customer.
    """
    source = directory.source(tenant_id, everything=True)
    _check_customer(tenant_id, source.subject)
    return replace(source, **QUICK).probe()  # type: ignore[arg-type]  # the names and types are the source's own


class Probed(NamedTuple):
    """What one look at Google saw. ``domain``: the customer's primary one, "" when it did not say."""

    capabilities: tuple[Capability, ...]
    domain: str


def probed(tenant_id: int) -> Probed:
    """Each scope by itself, and whose directory it is; another customer's is no answer of this one.

    Raises Misconfigured without an administrator or a key.
    """
    source = directory.source(tenant_id, everything=True)
    capabilities = replace(source, **QUICK).probe()  # type: ignore[arg-type]  # the names and types are the source's own
    if not any(one.name == "customer" and one.works for one in capabilities):
        return Probed(capabilities, "")
    wrong: SourceError | None
    try:
        customer = accounts.customer_of(_asking(tenant_id, source.subject))
        wrong = None if customer.id == source.expected_customer else accounts.somebody_else()
        domain = "" if wrong else customer.domain
    except SourceError as error:
        wrong, domain = error, ""
    return Probed(tuple(_spoilt(one, wrong) for one in capabilities), domain)


def _spoilt(one: Capability, wrong: SourceError | None) -> Capability:
    return Capability(one.name, False, wrong) if wrong is not None and one.name == "customer" else one


def tree(tenant_id: int) -> tuple[Container, ...]:
    """The org units there are, by path, asked of Google now. Raises Misconfigured."""
    try:
        found = replace(directory.source(tenant_id, everything=True), **QUICK).containers()  # type: ignore[arg-type]  # the source's own names
    except SourceError as error:
        raise Misconfigured(error.code, error.text("sv"), error.text("en")) from error
    return tuple(sorted(found, key=lambda one: one.path.casefold()))


def choose_containers(tenant_id: int, paths: Sequence[str], *, was: Sequence[str], who: str, at: datetime) -> bool:
    """Which org units are school; the next read keeps people of these only. False when others changed it meanwhile."""
    source = load.source(tenant_id)
    if sorted(source.school_containers if source else ()) != sorted(was):
        return False
    if sorted(paths) != sorted(was):
        save.source(tenant_id, subject=source.subject if source else "", school_containers=list(paths))
        save.audit(tenant_id, who, "school_containers_chosen", {"count": len(paths)}, at)
    return True


def read_as(tenant_id: int, address: str, *, was: str, who: str, at: datetime) -> bool:
    """Read as another administrator from now on; False when somebody else has changed it since ``was`` was seen.

    Google is asked whose administrator it is: an address of another customer is refused, whoever typed it.
    Raises Misconfigured.
    """
    source = load.source(tenant_id)
    if (source.subject if source else "") != was:
        return False
    if address != was:
        _check_customer(tenant_id, address)
        save.source(tenant_id, subject=address, school_containers=source.school_containers if source else ())
        save.audit(tenant_id, who, "source_changed", {}, at)
    return True


def fault_of(tenant_id: int, address: str) -> Misconfigured | None:
    """Why the directory cannot be read as this address; None when it can."""
    try:
        _check_customer(tenant_id, address)
    except Misconfigured as error:
        return error
    return None


def _check_customer(tenant_id: int, address: str) -> None:
    try:
        customer = accounts.customer_of(_asking(tenant_id, address))
    except SourceError as error:
        raise Misconfigured(error.code, error.text("sv"), error.text("en")) from error
    if customer.id != load.tenant(tenant_id).customer_id:
        raise Misconfigured(
            "other_customer",
            "Administratören hör till en annan organisation i Google än den som är kopplad här. Inget har ändrats och "
            "inget har skickats. Välj en administratör i den egna organisationen.",
            "The administrator belongs to another organisation in Google than the one connected here. Nothing was "
            "changed and nothing was sent. Choose an administrator of your own organisation.",
        )


def _asking(tenant_id: int, address: str) -> Asking:
    source = load.source(tenant_id)
    credentials = (source.credentials if source else "") or settings.GOOGLE_SERVICE_ACCOUNT
    try:
        ours = credentials_of(credentials)
    except ValueError as error:
        raise Misconfigured(
            "no_credentials",
            "Skolsynk saknar tjänstkonto. Inget har lästs eller skickats. Driftansvarig behöver ange det.",
            "Skolsynk lacks a service account. Nothing was read or sent. The operator has to give it.",
        ) from error
    return Asking(ours, address, settings.GOOGLE_ROOT_URL, settings.GOOGLE_TOKEN_URI)
