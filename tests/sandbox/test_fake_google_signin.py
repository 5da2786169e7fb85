"""Signing in with the fake Google, checked by Google's own library for ID tokens."""

from __future__ import annotations

import base64
import hashlib
import re
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2 import id_token

from skolsynk.sandbox.google import Consumer, FakeGoogle, OAuthClient
from skolsynk.sandbox.google.oidc import Identity
from tests.sandbox.google_caller import Got, fetch
from tests.sources.google.build import ADMIN, directory, scene

BACK = "http://127.0.0.1:8000/back"
CLIENT = OAuthClient("client.example", "secret")
STRICT = OAuthClient("strict.example", "secret", ("https://app.example/back",))
STRANGER = Consumer("9001", "nagon@privat.example", "Någon", "Annan")
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def sign_in() -> Iterator[FakeGoogle]:
    with scene(clients=[CLIENT, STRICT], consumers=[STRANGER]) as at:
        yield at.google


def authorize(google: FakeGoogle, **query: str) -> Got:
    asked = {
        "response_type": "code",
        "client_id": CLIENT.client_id,
        "redirect_uri": BACK,
        "scope": "openid https://www.googleapis.com/auth/userinfo.email",
        "state": "a state",
        "nonce": "a nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **query,
    }
    return fetch(f"{google.url}/o/oauth2/v2/auth?{urllib.parse.urlencode(asked)}")


def answered(got: Got) -> dict[str, str]:
    assert got.status == 302
    address = urllib.parse.urlsplit(got.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK
    return dict(urllib.parse.parse_qsl(address.query))


def exchange(google: FakeGoogle, code: str, **form: str) -> Got:
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": CLIENT.client_id,
        "client_secret": CLIENT.client_secret,
        "code_verifier": VERIFIER,
        **form,
    }
    return fetch(google.token_uri, body=urllib.parse.urlencode(asked).encode())


def verified(google: FakeGoogle, token: str, certs: str = "/certs") -> dict[str, Any]:
    http = httplib2.Http(proxy_info=None)
    try:
        found = id_token.verify_token(
            token, google_auth_httplib2.Request(http), audience=CLIENT.client_id, certs_url=google.url + certs
        )
    finally:
        http.close()
    return dict(found)


@pytest.mark.parametrize("certs", ["/certs", "/oauth2/v1/certs"])
def test_an_administrator_signs_in(certs: str) -> None:
    with sign_in() as google:
        back = answered(authorize(google, **{"as": ADMIN}))
        assert back["state"] == "a state"
        token = exchange(google, back["code"]).json()
        claims = verified(google, token["id_token"], certs)
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        person = fetch(f"{google.url}/v1/userinfo", bearer).json()
    assert claims["iss"] == "https://accounts.google.com"
    assert (claims["sub"], claims["email"], claims["hd"]) == ("admin", ADMIN, "liten.example")
    assert (claims["nonce"], claims["email_verified"]) == ("a nonce", True)
    assert person["sub"] == "admin"


def test_somebody_without_a_workspace_has_no_hosted_domain() -> None:
    with sign_in() as google:
        back = answered(authorize(google, **{"as": STRANGER.email}))
        claims = verified(google, exchange(google, back["code"]).json()["id_token"])
    assert claims["sub"] == "9001"
    assert "hd" not in claims


def test_the_picker_shows_administrators_and_can_be_left() -> None:
    with sign_in() as google:
        page = authorize(google, login_hint='"><script>').body.decode()
        links = re.findall(r'href="(/authorize[^"]+)"', page)
        assert any("as=admin%40liten.example" in link for link in links)
        assert "<script>" not in page
        assert authorize(google, **{"as": "nobody@x.example"}).status == 404
        assert answered(authorize(google, deny="1")) == {"error": "access_denied", "state": "a state"}


def test_somebody_suspended_cannot_sign_in() -> None:
    made = directory()
    made.suspend("u1")
    with scene(made, clients=[CLIENT]) as at:
        assert authorize(at.google, **{"as": "elev1@liten.example"}).status == 404


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"client_id": "other"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch"),
        ({"client_id": STRICT.client_id}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": "email"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_refused(query: dict[str, str], error: str) -> None:
    with sign_in() as google:
        assert authorize(google, **query).json()["error"] == error


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code_verifier": "x" * 64}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "other"}, "invalid_client"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
def test_a_code_is_not_exchanged_for(form: dict[str, str], error: str) -> None:
    with sign_in() as google:
        code = answered(authorize(google, **{"as": ADMIN}))["code"]
        assert exchange(google, **{"code": code, **form}).json()["error"] == error


def test_a_code_works_once_and_the_secret_may_come_as_basic() -> None:
    with sign_in() as google:
        code = answered(authorize(google, **{"as": ADMIN}))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        basic = base64.b64encode(f"{CLIENT.client_id}:{CLIENT.client_secret}".encode()).decode()
        body = urllib.parse.urlencode(form).encode()
        assert fetch(google.token_uri, {"Authorization": f"Basic {basic}"}, body).status == 200
        assert exchange(google, code).json()["error"] == "invalid_grant"
        assert fetch(google.token_uri, {"Authorization": "Basic %%%"}, body).json()["error"] == "invalid_client"


def test_tokens_can_be_made_wrong_for_tests_of_what_refuses_them() -> None:
    with sign_in() as google:
        who = Identity("1", "a@liten.example", "A", "B", "liten.example", "C01liten")
        expired = google.sign_in.id_token(who, CLIENT.client_id, iat=1, exp=2)
        other = google.sign_in.id_token(who, "another.example")
        for token in (expired, other):
            with pytest.raises(ValueError, match=r"expired|audience"):
                verified(google, token)


def test_userinfo_needs_a_users_token_and_discovery_points_here() -> None:
    with sign_in() as google:
        assert fetch(f"{google.url}/v1/userinfo").status == 401
        document = fetch(f"{google.url}/.well-known/openid-configuration").json()
    assert document["issuer"] == "https://accounts.google.com"
    assert document["token_endpoint"] == google.token_uri


def test_both_lists_of_certificates_hold_the_same_key() -> None:
    with sign_in() as google:
        ((kid, pem),) = fetch(f"{google.url}/certs").json().items()
        (key,) = fetch(f"{google.url}/oauth2/v3/certs").json()["keys"]
    public = x509.load_pem_x509_certificate(pem.encode()).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    assert key["kid"] == kid
    for name, number in (("n", numbers.n), ("e", numbers.e)):
        raw = base64.urlsafe_b64decode(key[name] + "==")
        assert int.from_bytes(raw, "big") == number
