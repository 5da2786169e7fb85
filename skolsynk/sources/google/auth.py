"""Who asks Google: scopes, and tokens for a service account that acts as an administrator of the customer.

All scopes only read. One scope that is not granted makes a whole token request fail, so those that some tenants
lack are asked for with credentials of their own.
"""

# mypy: allow-untyped-calls
# google-auth has no annotations; what it returns is typed where it is used.

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import google.auth
import google.auth.crypt
import google.auth.iam
from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError
from google.auth.transport import requests as google_requests
from google.oauth2 import service_account

from skolsynk.sources.base import SourceError
from skolsynk.sources.google.texts import incomplete, misconfigured, transient

PREFIX = "https://www.googleapis.com/auth/"


class Scope(NamedTuple):
    name: str  # what it lets us read, as capabilities are called
    url: str
    why: str


USERS = Scope("users", PREFIX + "admin.directory.user.readonly", "people, and being told when one changes")
ORG_UNITS = Scope("org_units", PREFIX + "admin.directory.orgunit.readonly", "the tree that people are placed in")
CUSTOMER = Scope("customer", PREFIX + "admin.directory.customer.readonly", "whose directory this is")
DOMAINS = Scope("domains", PREFIX + "admin.directory.domain.readonly", "all domains, to find school units by")
GROUPS = Scope("groups", PREFIX + "admin.directory.group.readonly", "groups and their members: classes, roles")
REPORTS = Scope("reports", PREFIX + "admin.reports.audit.readonly", "the admin log, to re-read only changed groups")

LICENCE = Scope("licence", PREFIX + "appsmarketplace.license", "whether the app is installed; as ourselves")

ALWAYS = (USERS, ORG_UNITS, CUSTOMER, DOMAINS)
OPTIONAL = (REPORTS,)


ADDRESS = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+\Z")


class Keyless(NamedTuple):
    """A service account without a key file: IAM signs for it, with the credentials the process runs under."""

    client_email: str


class Account(NamedTuple):
    """A service account that can sign."""

    client_email: str
    signer: google.auth.crypt.Signer


Credentials = Mapping[str, Any] | Keyless


def credentials_of(text: str) -> Credentials:
    """What an operator has given: the JSON of a key file, or only the account's address. Raises ValueError."""
    given = text.strip()
    if ADDRESS.match(given):
        return Keyless(given)
    found = json.loads(given)
    if isinstance(found, dict):
        return found
    raise ValueError("neither a key file nor the address of a service account")


class IamSigner(google.auth.iam.Signer):
    """As the library's, telling what IAM refused from what could not be reached."""

    def sign(self, message: str | bytes) -> bytes:
        try:
            signed: bytes = super().sign(message)
        except RefreshError as own:  # of the process' own credentials; the token endpoint was never asked
            raise RefreshError(IAM_REFUSED, {"error": IAM_REFUSED}, retryable=own.retryable) from own
        except TransportError as refused:
            if str(refused).startswith("Error calling"):  # IAM answered, and will answer the same
                raise RefreshError(IAM_REFUSED, {"error": IAM_REFUSED}) from refused
            raise
        return signed


IAM_REFUSED = "iam_refused"


def account_of(credentials: Credentials) -> Account:
    """The account of a key file's JSON, or a keyless one. Raises Misconfigured (bad_key) for a file that is none."""
    if isinstance(credentials, Keyless):
        return _keyless(credentials.client_email)
    try:
        key, key_id = credentials["private_key"], credentials.get("private_key_id")
        return Account(credentials["client_email"], _signer(key, key_id))
    except (KeyError, ValueError, TypeError) as broken:
        raise misconfigured("bad_key", reason="key file") from broken


def _keyless(email: str) -> Account:
    """Raises Misconfigured where the process runs under no credentials at all."""
    try:
        own, _ = google.auth.default(scopes=[PREFIX + "cloud-platform"])
    except DefaultCredentialsError as none:
        raise misconfigured("bad_key", reason="no credentials to sign with") from none
    return Account(email, IamSigner(google_requests.Request(), own, email))


@lru_cache(maxsize=64)
def _signer(private_key: str, key_id: str | None) -> google.auth.crypt.Signer:
    """Opening a key costs as much as planning for a school: the deployment's is opened once in each process."""
    signer: google.auth.crypt.Signer = google.auth.crypt.RSASigner.from_string(private_key, key_id)
    return signer


class Delegated(service_account.Credentials):
    """Tokens of one account as one subject for some scopes; may be shared by threads."""

    def __init__(self, account: Account, subject: str, scopes: Iterable[Scope], token_uri: str) -> None:
        urls = [scope.url for scope in scopes]
        super().__init__(account.signer, account.client_email, token_uri, scopes=urls, subject=subject)
        self._turn = threading.Lock()

    def refresh(self, request: Any) -> None:
        """As the library's, once for all threads that ask at the same time."""
        before = self.token
        with self._turn:
            if self.token != before and self.valid:
                return
            try:
                super().refresh(request)
            except (TypeError, KeyError, ValueError) as strange:
                # The library trips over a 200 that is not JSON.
                raise RefreshError("answer of the token endpoint is not JSON", {}, retryable=True) from strange


BY_DESCRIPTION = (
    ("suspended", "subject_suspended"),
    ("disabled", "subject_suspended"),
    ("valid email", "wrong_subject"),
    ("user id", "wrong_subject"),
    ("short-lived", "clock"),
    ("signature", "bad_key"),
    ("account not found", "bad_key"),
)
BY_ERROR = {
    "unauthorized_client": "not_delegated",
    "access_denied": "not_delegated",
    "deleted_client": "bad_key",
    "disabled_client": "bad_key",
    "invalid_client": "bad_key",
    IAM_REFUSED: "bad_key",
}


def token_error(error: RefreshError) -> SourceError:
    """What the token endpoint's refusal means. ``retryable`` errors are Transient."""
    told = error.args[1] if len(error.args) > 1 else None
    if error.retryable:
        return transient("google_down", what="access", status="token")
    if not isinstance(told, dict) or not isinstance(told.get("error"), str):
        return incomplete("not_json", what="access")
    code = BY_ERROR.get(told["error"], "")
    if told["error"] == "invalid_grant":
        low = str(told.get("error_description", "")).lower()
        code = next((meant for part, meant in BY_DESCRIPTION if part in low), "")
    return misconfigured(code or "token_refused", reason=told["error"])
