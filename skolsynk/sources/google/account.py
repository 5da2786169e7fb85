"""One account of a Google customer, asked for by Google's immutable id: whose it is, and whether it administers.

The question is asked as somebody of that customer, through the delegation that the customer itself has given, so the
answer cannot be about anybody else's. Nothing that a person has typed is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from skolsynk.sources.base import Misconfigured
from skolsynk.sources.google import auth
from skolsynk.sources.google.client import Calling, Client
from skolsynk.sources.google.texts import misconfigured
from skolsynk.sources.google.window import Window

FIELDS = "id,primaryEmail,customerId,isAdmin,isDelegatedAdmin,suspended,archived"
PUBLIC = "id,customerId"
TIMEOUT_S = 15.0
ABSENT = (403, 404)  # of another customer, or of nobody


class Account(NamedTuple):
    """``customer_id`` is "" where Google does not tell it to people who are no administrators."""

    subject: str
    customer_id: str
    is_super: bool  # may do everything in the customer's Workspace
    is_admin: bool  # that, or has some administrator role
    active: bool


class Customer(NamedTuple):
    id: str
    name: str  # of the organisation, or its first domain
    domain: str  # the primary one; "" where Google does not say


class Asking(NamedTuple):
    """As whom, and where."""

    credentials: auth.Credentials
    subject: str  # address of the person whose rights are used
    root_url: str
    token_uri: str


def itself(asking: Asking, subject: str) -> Account:
    """The account that asks, as an administrator sees it or, for others, as little as Google shows everybody.

    Raises SourceError: not_delegated, subject_suspended, wrong_subject, google_down …
    """
    with _client(asking, (auth.USERS,)) as client:
        client.sign_in()
        row = client.call(client.users.get(userKey=subject, fields=FIELDS), "user", "id", absent=ABSENT)
        if row is not None:
            return _account(row, subject)
        public = client.users.get(userKey=subject, fields=PUBLIC, viewType="domain_public")
        row = client.call(public, "user", "id", absent=ABSENT)
    return _account({"id": subject, "customerId": (row or {}).get("customerId", "")}, subject)


def known_to(asking: Asking, subject: str) -> Account | None:
    """Somebody else's account as an administrator of the customer sees it; None when it is not the customer's.

    Raises SourceError.
    """
    with _client(asking, (auth.USERS,)) as client:
        row = client.call(client.users.get(userKey=subject, fields=FIELDS), "user", "id", absent=(*ABSENT, 400, 412))
    return _account(row, subject) if row else None


def customer_of(asking: Asking) -> Customer:
    """The customer of whoever asks. Raises SourceError."""
    with _client(asking, (auth.CUSTOMER,)) as client:
        question = client.customers.get(customerKey="my_customer", fields="id,customerDomain,postalAddress")
        row = client.one(question, "customer", "id")
    name = row.get("postalAddress", {}).get("organizationName") or row.get("customerDomain") or row["id"]
    return Customer(str(row["id"]), str(name), str(row.get("customerDomain") or ""))


def _client(asking: Asking, scopes: tuple[auth.Scope, ...]) -> Client:
    """Somebody waits for the page: fewer and shorter tries than a read in the background has."""
    calling = Calling(
        account=auth.account_of(asking.credentials),
        subject=asking.subject,
        root_url=asking.root_url,
        token_uri=asking.token_uri,
        window=Window(600),
        timeout_s=TIMEOUT_S,
        tries=2,
    )
    return Client(calling, scopes)


def _account(row: Mapping[str, Any], subject: str) -> Account:
    """Raises Misconfigured when Google answers about somebody else."""
    if str(row["id"]) != subject:
        raise somebody_else()
    is_super = row.get("isAdmin") is True
    return Account(
        subject,
        str(row.get("customerId") or ""),
        is_super,
        is_super or row.get("isDelegatedAdmin") is True,
        not (row.get("suspended") or row.get("archived")),
    )


def somebody_else() -> Misconfigured:
    """The answer was about another account or customer than the one that was asked about."""
    return misconfigured("other_customer")
