"""Sign-in with the fake Google: a page to pick a person on, codes with PKCE and nonce, signed ID tokens."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID

from skolsynk.sandbox.google.accounts import Consumer, OAuthClient, new_key
from skolsynk.sandbox.google.tenancy import Row, Tenancy, primary_domain
from skolsynk.sandbox.google.tokens import Grant, TokenDesk, padded_off
from skolsynk.sandbox.google.wire import Answer, Request, html_answer, json_answer, oauth_error, redirect, refuse

ISSUER = "https://accounts.google.com"
CODE_LIFE_S = 600
SHOWN = 12  # people a customer shows on the page; others are typed


class Identity(NamedTuple):
    """Claims about a person that a token carries."""

    sub: str
    email: str
    given_name: str
    family_name: str
    hosted_domain: str  # "" for a consumer account
    customer: str


class Code(NamedTuple):
    client_id: str
    redirect_uri: str
    who: Identity
    scope: str
    nonce: str
    challenge: str
    expires: float


class Signer:
    """One RSA key with a self-signed certificate, published under its ``kid``."""

    def __init__(self) -> None:
        self._private, _ = new_key()
        self.kid = secrets.token_hex(20)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake-google.example")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, self._private.public_key(), x509.random_serial_number())
        dated = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
        signed = dated.sign(self._private, hashes.SHA256())
        self.certificate = signed.public_bytes(serialization.Encoding.PEM).decode()

    def jwt(self, claims: Mapping[str, Any]) -> str:
        head = padded_off(orjson.dumps({"alg": "RS256", "kid": self.kid, "typ": "JWT"}))
        signed = f"{head}.{padded_off(orjson.dumps(claims))}"
        return f"{signed}.{padded_off(self._private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def jwk(self) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.kid,
            "n": padded_off(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": padded_off(numbers.e.to_bytes(3, "big")),
        }


@dataclass
class SignIn:
    """Everything under ``/authorize``, the code exchange, the certificates and userinfo."""

    tenancy: Tenancy
    clients: dict[str, OAuthClient]
    consumers: tuple[Consumer, ...]
    desk: TokenDesk
    clock: Callable[[], float] = time.time
    _codes: dict[str, Code] = field(default_factory=dict)
    _people: dict[str, Identity] = field(default_factory=dict)  # sub -> whom a user token speaks of

    @cached_property
    def signer(self) -> Signer:
        """Made when the first token or certificate is asked for: a key takes a tenth of a second."""
        return Signer()

    def authorize(self, request: Request) -> Answer:
        """The picker; with ``as=ADDRESS`` (a choice on it) or ``deny=1`` the way back to the asking site."""
        query = dict(request.query)
        client = self._asking(query)
        if "deny" in query:
            return redirect(_with(query["redirect_uri"], error="access_denied", state=query.get("state", "")))
        if "as" not in query:
            return html_answer(self._page(query))
        who = self._who(query["as"])
        if who is None:
            return html_answer(self._page(query, missing=query["as"]), 404)
        code = "4/fake-" + secrets.token_urlsafe(24)
        self._codes[code] = Code(
            client.client_id,
            query["redirect_uri"],
            who,
            query.get("scope", ""),
            query.get("nonce", ""),
            query.get("code_challenge", ""),
            self.clock() + CODE_LIFE_S,
        )
        return redirect(_with(query["redirect_uri"], code=code, state=query.get("state", ""), scope=query["scope"]))

    def _asking(self, query: Mapping[str, str]) -> OAuthClient:
        client, address = self.clients.get(query.get("client_id", "")), query.get("redirect_uri", "")
        if client is None:
            raise oauth_error(401, "invalid_client", "The OAuth client was not found.")
        on_loopback = urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
        if address not in client.redirect_uris and not (on_loopback and not client.redirect_uris):
            raise oauth_error(400, "redirect_uri_mismatch", "The redirect URI in the request is not authorised.")
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            raise oauth_error(400, "invalid_request", "response_type=code and the scope openid are needed.")
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            raise oauth_error(400, "invalid_request", "code_challenge_method must be S256.")
        return client

    def exchange(self, request: Request) -> Answer:
        """``grant_type=authorization_code`` at the token endpoint; a code works once."""
        form = request.form()
        self._check_client(form, request.headers.get("authorization", ""))
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires < self.clock() or code.redirect_uri != form.get("redirect_uri"):
            raise oauth_error(400, "invalid_grant", "Malformed auth code.")
        verifier = form.get("code_verifier", "")
        if code.challenge and padded_off(hashlib.sha256(verifier.encode()).digest()) != code.challenge:
            raise oauth_error(400, "invalid_grant", "Invalid code verifier.")
        self._people[code.who.sub] = code.who
        now = int(self.clock())
        scopes = frozenset(code.scope.split())
        token = self.desk.hand_out(
            Grant(code.client_id, code.who.customer, code.who.sub, scopes, now + self.desk.lifetime_s)
        )
        return json_answer(
            {
                "access_token": token,
                "expires_in": int(self.desk.lifetime_s),
                "scope": code.scope,
                "token_type": "Bearer",
                "id_token": self.id_token(code.who, code.client_id, nonce=code.nonce),
            }
        )

    def id_token(self, who: Identity, audience: str, **more: Any) -> str:
        """A signed ID token; ``more`` adds or replaces claims (for tests of what must be refused)."""
        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience,
            "azp": audience,
            "sub": who.sub,
            "email": who.email,
            "email_verified": True,
            "name": f"{who.given_name} {who.family_name}",
            "given_name": who.given_name,
            "family_name": who.family_name,
            "iat": now,
            "exp": now + 3600,
        }
        if who.hosted_domain:
            claims["hd"] = who.hosted_domain
        claims.update({name: value for name, value in more.items() if value not in (None, "")})
        return self.signer.jwt(claims)

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        from_form = (form.get("client_id", ""), form.get("client_secret", ""))
        client_id, secret = basic_of(authorization) or from_form
        client = self.clients.get(client_id)
        if client is None or not secrets.compare_digest(client.client_secret, secret):
            raise oauth_error(401, "invalid_client", "Unauthorized")

    def userinfo(self, request: Request) -> Answer:
        grant = self.desk.holder(request.headers)
        who = self._people.get(grant.subject)
        if who is None:
            raise refuse(401, "authError", "Not a token of somebody signed in.", status="UNAUTHENTICATED")
        names = {"name": f"{who.given_name} {who.family_name}", "given_name": who.given_name}
        hosted = {"hd": who.hosted_domain} if who.hosted_domain else {}
        return json_answer({"sub": who.sub, "email": who.email, "email_verified": True, **names, **hosted})

    def discovery(self, root: str) -> Answer:
        return json_answer(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{root}/o/oauth2/v2/auth",
                "token_endpoint": f"{root}/token",
                "userinfo_endpoint": f"{root}/v1/userinfo",
                "revocation_endpoint": f"{root}/revoke",
                "jwks_uri": f"{root}/oauth2/v3/certs",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _who(self, email: str) -> Identity | None:
        inside = self.tenancy.of_address(email)
        if inside is not None:
            directory, user = inside
            return None if user.get("suspended") else identity_of(user, directory.customer_id)
        found = next((one for one in self.consumers if one.email == email.lower()), None)
        return found and Identity(found.id, found.email, found.given_name, found.family_name, "", "")

    def _page(self, query: Mapping[str, str], missing: str = "") -> str:
        keep = {name: value for name, value in query.items() if name not in ("as", "deny")}
        lists = "".join(_people_list(primary_domain(one), self.tenancy.users(one), keep) for one in self.tenancy.all())
        others = "".join(_person_link(one.email, f"{one.given_name} {one.family_name}", keep) for one in self.consumers)
        hidden = "".join(f'<input type="hidden" name="{_e(name)}" value="{_e(keep[name])}">' for name in keep)
        warning = f"<p role=alert>Kontot finns inte: {_e(missing)}</p>" if missing else ""
        typed = (
            f'<label>Adress / address <input name="as" type="email" value="{_e(query.get("login_hint", ""))}"></label>'
        )
        return (
            '<!DOCTYPE html><html lang="sv"><meta charset="utf-8"><title>Låtsas-Google: välj konto</title>'
            "<h1>Låtsas-Google</h1><p>Alla personer här är påhittade. / Everybody here is invented.</p>"
            f"{warning}{lists}<h2>Privata konton / consumer accounts</h2><ul>{others}</ul>"
            f'<form action="/authorize">{hidden}{typed} <button>Fortsätt</button></form>'
            f'<p><a href="/authorize?{_e(urlencode({**keep, "deny": "1"}))}">Avbryt / cancel</a></p></html>'
        )


def identity_of(user: Mapping[str, Any], customer: str) -> Identity:
    name = user.get("name", {})
    email = str(user["primaryEmail"])
    hosted = email.rpartition("@")[2]
    return Identity(str(user["id"]), email, name.get("givenName", ""), name.get("familyName", ""), hosted, customer)


def _people_list(domain: str, users: list[Row], keep: Mapping[str, str]) -> str:
    admins = [one for one in users if one.get("isAdmin") or one.get("isDelegatedAdmin")]
    others = [one for one in users[: SHOWN * 2] if one not in admins]
    rows = "".join(
        _person_link(
            str(one["primaryEmail"]),
            str(one.get("name", {}).get("fullName") or one["primaryEmail"]) + (" (admin)" if one in admins else ""),
            keep,
        )
        for one in [*admins[:SHOWN], *others][:SHOWN]
    )
    return f"<h2>{_e(domain)}</h2><ul>{rows}</ul>"


def _person_link(email: str, label: str, keep: Mapping[str, str]) -> str:
    address = _e("/authorize?" + urlencode({**keep, "as": email}))
    return f'<li><a href="{address}">{_e(label)}</a> {_e(email)}</li>'


def _with(address: str, **query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({k: v for k, v in query.items() if v})}"


def _e(text: str) -> str:
    return html.escape(text, quote=True)


def basic_of(authorization: str) -> tuple[str, str] | None:
    """Name and password of HTTP Basic, or None."""
    kind, _, packed = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(packed).decode().partition(":")
    except ValueError:
        return None
    return unquote(name), unquote(password)
