"""Signing in with Google: OpenID Connect, a code with PKCE and a nonce, and an ID token that is checked by hand.

    begin(site)  ->  the address to go to, and what to remember about it  ->  finish(site, code, remembered)

Google's own access token is thrown away: who somebody is, is all that is asked for.
"""

# mypy: allow-untyped-calls
# google-auth has no annotations; what it returns is typed where it is used.

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple, cast

from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport import requests as google_requests
from google.oauth2 import id_token
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import OAuth2Error
from requests import RequestException

PREFIX = "https://www.googleapis.com/auth/"
# In full: with short names Google's answer looks like other scopes than those asked for.
SCOPES = ("openid", PREFIX + "userinfo.email", PREFIX + "userinfo.profile")
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
SKEW_S = 10
TIMEOUT_S = 15.0


class Site(NamedTuple):
    """Whom Google knows us as, and where Google is."""

    client_id: str
    client_secret: str
    authorize_url: str
    token_uri: str
    certs_url: str
    redirect_uri: str


class Begun(NamedTuple):
    """``address`` is Google's page; the rest stays in the session that began."""

    address: str
    state: str
    nonce: str
    verifier: str


class Identity(NamedTuple):
    """Who Google says is there. ``subject`` is the key; the address may change."""

    subject: str
    email: str  # lower case, verified by Google
    name: str
    hosted: str  # the address's domain, as Google hosts it


class OidcError(Exception):
    """Nobody has signed in. ``code``: "expired", "google_down", "bad_client", "bad_token", "consumer", "unverified"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(site: Site, *, nonce: str = "", **more: str) -> Begun:
    """A new way in. ``more`` goes into the address (``login_hint``)."""
    flow = _flow(site)
    nonce = nonce or secrets.token_urlsafe(32)
    address, state = flow.authorization_url(
        access_type="online", prompt="select_account", hd="*", nonce=nonce, state=secrets.token_urlsafe(32), **more
    )
    return Begun(address, state, nonce, flow.code_verifier)


def finish(site: Site, code: str, *, nonce: str, verifier: str) -> Identity:
    """Exchange the code and check whom the ID token speaks of. Raises: OidcError."""
    return identity_of(_claims(site, _token(site, code, verifier)), nonce)


def identity_of(claims: Mapping[str, Any], nonce: str) -> Identity:
    """What the library leaves to us. Raises: OidcError.

    Without ``hd`` it is a private account, which no school authority answers for.
    """
    if claims.get("iss") not in ISSUERS or not nonce or not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
        raise OidcError("bad_token")
    if not claims.get("hd"):
        raise OidcError("consumer")
    email, subject = str(claims.get("email", "")).lower(), str(claims.get("sub", ""))
    if claims.get("email_verified") is not True or "@" not in email or not subject:
        raise OidcError("unverified")
    return Identity(subject, email, str(claims.get("name", "")), str(claims["hd"]))


def _flow(site: Site, **more: Any) -> Flow:
    if site.authorize_url.startswith("http://") or site.token_uri.startswith("http://"):
        # The settings refuse plain addresses but those in PLAIN_HTTP_HOSTS; the library knows no such list.
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    client = {
        "client_id": site.client_id,
        "client_secret": site.client_secret,
        "auth_uri": site.authorize_url,
        "token_uri": site.token_uri,
    }
    return Flow.from_client_config({"web": client}, scopes=SCOPES, redirect_uri=site.redirect_uri, **more)


def _token(site: Site, code: str, verifier: str) -> str:
    try:
        answer = _flow(site, code_verifier=verifier).fetch_token(code=code, timeout=TIMEOUT_S)
    except OAuth2Error as refused:
        if refused.error in ("invalid_client", "unauthorized_client", "redirect_uri_mismatch"):
            raise OidcError("bad_client") from refused
        raise OidcError("expired" if refused.error == "invalid_grant" else "google_down") from refused
    except (RequestException, Warning, ValueError) as failed:  # Warning: scopes that nobody asked for
        raise OidcError("google_down") from failed
    return str(answer.get("id_token") or "")


def _claims(site: Site, token: str) -> Mapping[str, Any]:
    asking = partial(google_requests.Request(), timeout=TIMEOUT_S)
    try:
        return dict(
            id_token.verify_token(
                token,
                cast("google_requests.Request", asking),
                audience=site.client_id,
                certs_url=site.certs_url,
                clock_skew_in_seconds=SKEW_S,
            )
        )
    except TransportError as failed:
        raise OidcError("google_down") from failed
    except (GoogleAuthError, ValueError, TypeError, KeyError) as wrong:
        raise OidcError("bad_token") from wrong
