"""Plain calls to the fake Google, without Google's own libraries."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from skolsynk.sandbox.google import READ_SCOPES, FakeGoogle
from skolsynk.sandbox.google.accounts import GOOGLE_TOKEN_AUDIENCE
from tests.sources.google.build import ADMIN, key_file


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def reason(self) -> str:
        return str(self.json()["error"]["errors"][0]["reason"])


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def fetch(url: str, headers: dict[str, str] | None = None, body: bytes | None = None, method: str = "") -> Got:
    request = urllib.request.Request(url, body, headers or {}, method=method or None)
    try:
        with _opener.open(request, timeout=10) as answer:
            return Got(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as answer:
        with answer:
            return Got(answer.code, {name.lower(): value for name, value in answer.headers.items()}, answer.read())


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def assertion(**claims: Any) -> str:
    """A signed JWT as google-auth makes it; ``claims`` replace its own."""
    key = key_file()
    private = serialization.load_pem_private_key(key["private_key"].encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    now = int(time.time())
    made = {
        "iss": key["client_email"],
        "sub": ADMIN,
        "scope": " ".join(READ_SCOPES),
        "aud": GOOGLE_TOKEN_AUDIENCE,
        "iat": now,
        "exp": now + 3600,
        **claims,
    }
    signed = f"{part({'alg': 'RS256', 'typ': 'JWT', 'kid': key['private_key_id']})}.{part(made)}"
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def ask_token(google: FakeGoogle, made: str) -> Got:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": made}
    return fetch(google.token_uri, body=urllib.parse.urlencode(form).encode())


class Caller:
    """Calls the API as the administrator, or as whom ``claims`` say."""

    def __init__(self, google: FakeGoogle, **claims: Any) -> None:
        self.google = google
        self.token: str = ask_token(google, assertion(**claims)).json()["access_token"]

    def __call__(self, path: str, body: Any = None, method: str = "", **query: Any) -> Got:
        url = f"{self.google.url}{path}?{urllib.parse.urlencode(query)}" if query else f"{self.google.url}{path}"
        payload = None if body is None else json.dumps(body).encode()
        return fetch(url, {"Authorization": f"Bearer {self.token}"}, payload, method)

    def directory(self, path: str, **query: Any) -> Got:
        return self(f"/admin/directory/v1/{path}", **query)
