"""ID tokens that Google sends along with a call, checked by Google's certificates, which are kept for a while.

    certificates = Certificates(address)
    claims = verified(token, audience, certificates)

The signature, the issuer, the audience and the times are checked here; whom the token must speak of is the caller's.
"""

# mypy: allow-untyped-calls
# google-auth has no annotations; what it returns is typed where it is used.

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from typing import Any

import orjson
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError
from google.auth.transport import requests as google_requests

from skolsynk.sources.google.oidc import ISSUERS, SKEW_S

FRESH_S = 3600.0  # Google changes its certificates every few days, and shows the next one long before it signs by it
USABLE_S = 6 * 3600.0  # while Google cannot be asked
SPARED_S = 30.0  # tokens with invented key ids do not make us ask more often
TIMEOUT_S = 5.0
LONGEST = 8192  # characters of a token; Google's have about a thousand
Found = Mapping[str, str]


class TokenError(Exception):
    """Nobody has proven anything. ``code``: "bad_token" or "google_down"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Certificates:
    """``{key id: PEM certificate}`` at one address, fetched when they are missing, old, or lack an asked key."""

    def __init__(
        self, address: str, fetch: Callable[[str], Found] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._address, self._fetch, self._clock = address, fetch or _fetched, clock
        self._found: Found = {}
        self._at: float | None = None  # when they were fetched
        self._tried: float | None = None  # when they were last asked for
        self._lock = Lock()

    def having(self, kid: str) -> Found:
        """Certificates, with the asked one if Google has it. Raises: TokenError("google_down")."""
        with self._lock:
            if self._wanting(kid):
                self._renew()
            if self._age() > USABLE_S:
                raise TokenError("google_down")
            return self._found

    def _wanting(self, kid: str) -> bool:
        if self._tried is not None and self._clock() - self._tried < SPARED_S:
            return False
        return kid not in self._found or self._age() > FRESH_S

    def _age(self) -> float:
        return float("inf") if self._at is None else self._clock() - self._at

    def _renew(self) -> None:
        self._tried = self._clock()
        try:
            self._found = self._fetch(self._address)
        except (GoogleAuthError, ValueError):
            return  # those that we have serve for a while
        self._at = self._clock()


def _fetched(address: str) -> Found:
    """Raises: GoogleAuthError, ValueError."""
    asking = partial(google_requests.Request(), timeout=TIMEOUT_S)
    answer = asking(address, method="GET")
    found = orjson.loads(answer.data) if answer.status == 200 else None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError(f"{answer.status} and no certificates at {address}")
    return found


def verified(token: str, audience: str, certificates: Certificates) -> Mapping[str, Any]:
    """The claims of a token that Google signed for this audience and that is in force. Raises: TokenError."""
    try:
        kid = _key_of(token)
        claims: Mapping[str, Any] = jwt.decode(
            token, certs=certificates.having(kid), audience=audience, clock_skew_in_seconds=SKEW_S
        )
    except (GoogleAuthError, ValueError, TypeError, KeyError, RecursionError) as wrong:
        raise TokenError("bad_token") from wrong
    if claims.get("iss") not in ISSUERS or not audience:
        raise TokenError("bad_token")
    return claims


def _key_of(token: str) -> str:
    """Which key is said to have signed. Raises: ValueError, GoogleAuthError."""
    head = jwt.decode_header(token) if len(token) <= LONGEST else {}
    kid = head.get("kid")
    if head.get("alg") != "RS256" or not isinstance(kid, str) or not kid:
        raise ValueError("not a token as Google signs them")
    return kid
