"""Access tokens: the JWT-bearer token endpoint, and what each token lets its holder do."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from skolsynk.sandbox.google.accounts import GOOGLE_TOKEN_AUDIENCE, OWN_SCOPES, ServiceAccount
from skolsynk.sandbox.google.tenancy import Tenancy
from skolsynk.sandbox.google.wire import Answer, Request, json_answer, oauth_error, refuse

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_S = 3600
SKEW_S = 300  # how far ahead or behind a caller's clock may be
SHORT_LIVED = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


class Grant(NamedTuple):
    """``customer`` and ``subject`` are "" for a service account that acts as itself."""

    account: str
    customer: str
    subject: str
    scopes: frozenset[str]
    expires: float


@dataclass
class TokenDesk:
    """Answers ``/token`` for service accounts and remembers what it handed out."""

    tenancy: Tenancy
    accounts: dict[str, ServiceAccount]
    clock: Callable[[], float]
    lifetime_s: float = 3599.0
    granted: dict[str, Grant] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def bearer(self, request: Request) -> Answer:
        """The JWT-bearer grant (RFC 7523) as Google answers it."""
        account, claims = self._claims(request.form().get("assertion", ""))
        self._check_times(claims)
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise oauth_error(400, "invalid_scope", "Empty or missing scope not allowed.")
        return self.answer(self._grant(account, str(claims.get("sub", "")), scopes))

    def answer(self, grant: Grant) -> Answer:
        token = self.hand_out(grant)
        return json_answer({"access_token": token, "expires_in": int(self.lifetime_s), "token_type": "Bearer"})

    def hand_out(self, grant: Grant) -> str:
        token = "ya29.fake-" + secrets.token_urlsafe(24)
        with self._lock:
            self.granted[token] = grant
        return token

    def expire_all(self) -> None:
        """Every token handed out so far is expired from now on."""
        with self._lock:
            self.granted = {token: grant._replace(expires=0.0) for token, grant in self.granted.items()}

    def holder(self, headers: Mapping[str, str]) -> Grant:
        """Whose token it is; refused with 401 when missing, unknown or expired."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        grant = self.granted.get(token) if kind == "Bearer" else None
        if grant is None or grant.expires <= self.clock():
            message = "Request had invalid authentication credentials."
            raise refuse(401, "authError", message, status="UNAUTHENTICATED")
        return grant

    def _claims(self, assertion: str) -> tuple[ServiceAccount, dict[str, Any]]:
        try:
            head, body, signature = assertion.split(".")
            header, claims = orjson.loads(unpadded(head)), orjson.loads(unpadded(body))
            account = self.accounts.get(claims["iss"])
        except (ValueError, KeyError, TypeError) as broken:
            raise oauth_error(400, "invalid_grant", "Invalid JWT.") from broken
        if account is None:
            raise oauth_error(400, "invalid_grant", "Invalid grant: account not found")
        if not _signed(account, header, f"{head}.{body}".encode(), signature):
            raise oauth_error(400, "invalid_grant", "Invalid JWT Signature.")
        if claims.get("aud") != GOOGLE_TOKEN_AUDIENCE:
            raise oauth_error(400, "invalid_grant", "Invalid JWT: Failed audience check.")
        return account, claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise oauth_error(400, "invalid_grant", "Invalid JWT: iat and exp are required.")
        now = self.clock()
        if expires - issued > LONGEST_S or issued > now + SKEW_S or expires < now - SKEW_S:
            raise oauth_error(400, "invalid_grant", SHORT_LIVED)

    def _grant(self, account: ServiceAccount, subject: str, scopes: frozenset[str]) -> Grant:
        expires = self.clock() + self.lifetime_s
        if not subject:
            if not scopes <= OWN_SCOPES:
                raise oauth_error(401, "unauthorized_client", "Client is unauthorized for the scopes requested.")
            return Grant(account.email, "", "", scopes, expires)
        if "@" not in subject:
            raise oauth_error(400, "invalid_grant", "Not a valid email or user ID.")
        customer, user = self._subject(subject)
        if not scopes <= account.delegated.get(customer, set()):
            message = "Client is unauthorized to retrieve access tokens using this method, or client not authorized "
            raise oauth_error(401, "unauthorized_client", message + "for any of the scopes requested.")
        return Grant(account.email, customer, user, scopes, expires)

    def _subject(self, email: str) -> tuple[str, str]:
        found = self.tenancy.of_address(email)
        if found is None:
            raise oauth_error(400, "invalid_grant", "Invalid email or User ID")
        directory, user = found
        if user.get("suspended") or user.get("archived"):
            raise oauth_error(400, "invalid_grant", "Account has been suspended")
        return directory.customer_id, str(user["id"])


def _signed(account: ServiceAccount, header: Mapping[str, Any], text: bytes, signature: str) -> bool:
    """By the key that the header names; without a name, as IAM's signatures come, by any of the account's."""
    if header.get("alg") != "RS256":
        return False
    keys = [account.public_keys.get(header["kid"])] if "kid" in header else list(account.public_keys.values())
    return any(_fits(key, text, signature) for key in keys if key is not None)


def _fits(key: rsa.RSAPublicKey, text: bytes, signature: str) -> bool:
    try:
        key.verify(unpadded(signature), text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def unpadded(text: str) -> bytes:
    """Bytes of base64url without padding; raises ValueError (binascii.Error is one)."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as broken:
        raise ValueError("not base64url") from broken


def padded_off(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
