"""Who calls is proven before anything else: forged, expired, foreign and misdirected tokens get nothing."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import URLResolver, get_resolver

from skolsynk.addon import tokens
from skolsynk.checks import check_addon
from skolsynk.sandbox.google.oidc import Signer
from skolsynk.sandbox.google.tokens import padded_off
from skolsynk.store.models import AuditEvent, Member
from tests.addon.conftest import ACCOUNT, ANSWERS, CLIENT_ID, SITE, Answer, Google, Hire
from tests.addon.schema import faults
from tests.scenarios.theatre import Theatre

LONG_AGO = int(time.time()) - 7200
NAMES = sorted(ANSWERS)


def refused(answer: Answer, status: int) -> None:
    word = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 413: "too_large",
            503: "unavailable"}  # fmt: skip
    assert (answer.status, answer.document) == (status, {"error": word[status]})


def asked(google: Google, system: str, name: str = "home", who: str = "sub") -> Answer:
    return google.post(name, google.event(google.user(who)), system)


def test_every_address_of_the_add_on_is_known_here() -> None:
    (addon,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "addon/")
    assert isinstance(addon, URLResolver)
    assert sorted(str(each.pattern) for each in addon.url_patterns) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_post_is_answered(name: str, method: str, town: Theatre) -> None:
    assert getattr(Client(), method)(f"/addon/{name}").status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_without_a_token_nobody_is_answered(name: str, google: Google, hire: Hire) -> None:
    refused(google.post(name, google.event(google.user(hire("owner").subject))), 401)
    assert not AuditEvent.objects.filter(what__in=("push_asked", "person_seen")).exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_token_may_stand_in_the_body_instead(name: str, google: Google, hire: Hire) -> None:
    event = google.event(google.user(hire("owner").subject))
    event["authorizationEventObject"]["systemIdToken"] = google.system(name)
    assert google.post(name, event).status == 200
    event["authorizationEventObject"]["systemIdToken"] = google.system("other")
    refused(google.post(name, event), 401)


def test_a_bad_token_in_the_header_is_not_healed_by_a_good_one_in_the_body(google: Google, hire: Hire) -> None:
    event = google.event(google.user(hire("owner").subject))
    event["authorizationEventObject"]["systemIdToken"] = google.system("home")
    refused(google.post("home", event, google.system("home", exp=LONG_AGO)), 401)


@pytest.mark.parametrize(
    ("status", "claims"),
    [
        (401, {"exp": LONG_AGO, "iat": LONG_AGO - 3600}),
        (401, {"iat": int(time.time()) + 3600}),
        (401, {"exp": None}),
        (401, {"exp": "soon"}),
        (401, {"aud": f"{SITE}/addon/runs"}),
        (401, {"aud": f"{SITE}/addon/home/"}),
        (401, {"aud": "https://other.example/addon/home"}),
        (401, {"aud": [f"{SITE}/addon/home"]}),
        (401, {"aud": CLIENT_ID}),
        (401, {"aud": None}),
        (401, {"iss": "https://accounts.google.example"}),
        (401, {"iss": None}),
        (403, {"email": "service-999@addons.example"}),
        (403, {"email": ACCOUNT.upper()}),
        (403, {"email": None}),
        (403, {"email_verified": False}),
        (403, {"email_verified": "true"}),
        (403, {"email_verified": None}),
    ],
)
def test_a_system_token_that_google_made_for_something_else_is_refused(
    status: int, claims: dict[str, Any], google: Google, hire: Hire
) -> None:
    refused(asked(google, google.system("home", **claims), who=hire("owner").subject), status)


def test_both_spellings_of_the_issuer_are_googles(google: Google, hire: Hire) -> None:
    who = hire("owner").subject
    assert asked(google, google.system("home", iss="accounts.google.com"), who=who).status == 200


def other_key(google: Google, kid: str | None = None) -> str:
    """Signed by somebody who has a key of the right name, or of her own."""
    forger = Signer()
    forger.kid = kid or forger.kid
    now = int(time.time())
    return forger.jwt(
        {"iss": "accounts.google.com", "aud": f"{SITE}/addon/home", "email": ACCOUNT, "email_verified": True,
         "iat": now, "exp": now + 60}
    )  # fmt: skip


def test_a_token_signed_by_somebody_else_is_refused(google: Google) -> None:
    refused(asked(google, other_key(google)), 401)
    refused(asked(google, other_key(google, google.town.stage.google.sign_in.signer.kid)), 401)


def test_a_token_that_is_changed_after_signing_is_refused(google: Google) -> None:
    head, _, signature = google.system("home").split(".")
    claims = json.loads(base64.urlsafe_b64decode(google.system("runs").split(".")[1] + "=="))
    swapped = padded_off(json.dumps({**claims, "aud": f"{SITE}/addon/home"}).encode())
    refused(asked(google, f"{head}.{swapped}.{signature}"), 401)


@pytest.mark.parametrize(
    "head", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "RS256"}, {"alg": "ES256", "kid": "x"}, []]
)
def test_a_token_that_is_not_signed_as_google_signs_is_refused(head: Any, google: Google) -> None:
    _, claims, signature = google.system("home").split(".")
    refused(asked(google, f"{padded_off(json.dumps(head).encode())}.{claims}.{signature}"), 401)
    refused(asked(google, f"{padded_off(json.dumps(head).encode())}.{claims}."), 401)


DEEP = padded_off(b'{"a":' * 1100 + b"1" + b"}" * 1100)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "å.ä.ö", "a" * 100_000, f"{DEEP[:8000]}.e30.", "Basic x y"])
def test_what_is_no_token_is_refused(token: str, google: Google) -> None:
    event = google.event(google.user("sub"))
    event["authorizationEventObject"]["systemIdToken"] = token
    refused(google.post("home", event), 401)
    if token.isascii():
        refused(asked(google, token), 401)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another.client.example"}, {"exp": LONG_AGO}, {"iss": "https://evil.example"}, {"sub": None},
        {"sub": 17}, {"sub": ""}, {"aud": None},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", NAMES)
def test_who_is_not_proven_sees_a_card_without_anything(
    name: str, claims: dict[str, Any], google: Google, hire: Hire
) -> None:
    user = google.user(hire("owner").subject, **claims)
    answer = google.post(name, google.event(user, parameters={"vendor": "sandbox", "key": "x"}), google.system(name))
    assert answer.status == 200
    assert faults(ANSWERS[name], answer.document) == []
    assert answer.card["header"] == {"title": "Vi vet inte vem du är"}
    assert not AuditEvent.objects.filter(what__in=("push_asked", "person_seen")).exists()


def test_a_system_token_is_no_proof_of_a_person(google: Google, hire: Hire) -> None:
    forged = google.system("home", sub=hire("owner").subject)
    assert google.post("home", google.event(forged), google.system("home")).card["name"] == "told"


def test_without_a_user_token_google_is_asked_to_ask_for_it(google: Google) -> None:
    answer = google.post("home", google.event(""), google.system("home"))
    assert faults("scopes", answer.document) == []
    assert answer.document["requesting_google_scopes"]["scopes"] == ["https://www.googleapis.com/auth/userinfo.email"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("locale", "title"), [("sv", "Du har inte tillgång"), ("en", "You have no access")])
def test_who_is_no_member_is_told_what_to_do(name: str, locale: str, title: str, google: Google, town: Theatre) -> None:
    answer = google.call(name, "nobody-here", locale=locale, parameters={"vendor": "sandbox"}, inputs={"q": "a"})
    assert answer.card["header"] == {"title": title}
    assert "Björkvik" not in answer.text
    assert SITE in answer.text


def test_who_has_been_let_go_is_no_member_any_more(google: Google, hire: Hire, town: Theatre) -> None:
    gone = hire("editor")
    Member.objects.filter(pk=gone.pk).update(ended_at=town.at)
    assert google.call("home", gone).card["name"] == "told"


@pytest.mark.parametrize("missing", ["SITE_URL", "ADDON_SERVICE_ACCOUNT", "ADDON_CLIENT_ID"])
def test_an_add_on_that_is_not_set_up_answers_nobody(missing: str, google: Google, hire: Hire) -> None:
    with override_settings(**{missing: ""}):
        for name in NAMES:
            refused(asked(google, google.system(name), name, hire("owner", name).subject), 404)


def test_an_add_on_that_is_half_set_up_is_warned_of(town: Theatre) -> None:
    assert check_addon(app_configs=None) == []
    with override_settings(SITE_URL="", ADDON_CLIENT_ID=""):
        assert [str(each.msg).split()[0] for each in check_addon(app_configs=None)] == ["ADDON_CLIENT_ID", "SITE_URL"]
    with override_settings(ADDON_SERVICE_ACCOUNT="", ADDON_CLIENT_ID=""):
        assert check_addon(app_configs=None) == []


def test_when_google_cannot_be_asked_for_its_certificates_that_is_said(google: Google) -> None:
    with override_settings(GOOGLE_CERTS_URL="http://127.0.0.1:9/certs"):
        refused(asked(google, google.system("home")), 503)


def test_certificates_are_kept_and_not_asked_for_at_every_call(google: Google, hire: Hire) -> None:
    tokens.certificates.cache_clear()
    who, fake = hire("owner"), google.town.stage.google
    before = len(fake.calls("/certs"))
    for _ in range(5):
        google.call("home", who)
    assert len(fake.calls("/certs")) - before == 1


@pytest.mark.parametrize("size", [256 * 1024 + 1, 3_000_000])
def test_a_long_body_is_not_read(size: int, google: Google) -> None:
    refused(google.post("home", b"{" + b" " * size + b"}", google.system("home")), 413)
