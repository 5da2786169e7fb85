"""What somebody might try, and what may go wrong on the way: always a page in words, never somebody let in."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from skolsynk.sources.google.oidc import OidcError, identity_of
from skolsynk.store import members
from skolsynk.web.access import SESSION_KEY
from tests.sandbox.google_caller import fetch
from tests.web.signin.world import ADMIN, CUSTOMER, World, inside, nothing_stored, refused, state_of

FAR = "/h/C02stor/oversikt/"


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "somebody else's"}, "gick inte att lita på"),
        ({"aud": "another.example"}, "gick inte att lita på"),
        ({"iss": "https://evil.example"}, "gick inte att lita på"),
        ({"iat": 1, "exp": 2}, "gick inte att lita på"),
        ({"email_verified": False}, "inte bekräftad"),
        ({"email_verified": "true"}, "inte bekräftad"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in(
    google: World, visitor: Client, claims: dict[str, Any], words: str
) -> None:
    google.forge(**claims)
    refused(google.sign_in(visitor, ADMIN), words)
    assert inside(visitor) is None
    assert nothing_stored()


def test_a_token_about_somebody_else_than_the_directory_knows(google: World, visitor: Client) -> None:
    """The address of an administrator with another id: the id decides."""
    google.forge(sub="u1")
    answer = google.sign_in(visitor, ADMIN)
    assert answer.status_code >= 400
    assert inside(visitor) is None


def test_a_clock_that_is_a_little_ahead_is_borne(google: World, visitor: Client) -> None:
    google.forge(iat=int(time.time()) + 5)
    google.sign_in(visitor, ADMIN)
    assert inside(visitor) is not None


@pytest.mark.parametrize("claims", [{}, {"iss": "https://accounts.google.com"}])
def test_no_nonce_is_no_match_for_no_nonce(claims: dict[str, str]) -> None:
    with pytest.raises(OidcError, match="bad_token"):
        identity_of({**claims, "sub": "1", "email": "a@liten.example", "email_verified": True, "hd": "x"}, "")


def test_an_answer_belongs_to_the_browser_that_asked(google: World, visitor: Client) -> None:
    """Sign-in forgery: a victim is led to the attacker's answer."""
    back = google.there(google.browser(), **{"as": ADMIN})
    refused(visitor.get(back), "hör inte ihop med den här webbläsaren")
    assert inside(visitor) is None


@pytest.mark.parametrize("query", ["", "?state=", "?state=x&code=y", "?code=4/x", "?state[]=1&error=<script>"])
def test_an_answer_to_nothing(google: World, visitor: Client, query: str) -> None:
    refused(visitor.get(f"/logga-in/svar/{query}"), "hör inte ihop")


def test_an_answer_is_used_once_and_the_back_button_does_no_harm(google: World, visitor: Client) -> None:
    back = google.there(visitor, **{"as": ADMIN})
    visitor.get(back)
    again = visitor.get(back)
    assert (again.status_code, again.headers["location"]) == (302, "/logga-in/")
    assert inside(visitor) is not None
    copied = google.browser()
    refused(copied.get(back), "hör inte ihop")


def test_an_answer_grows_old(google: World, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    back = google.there(visitor, **{"as": ADMIN})
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("skolsynk.web.signin.session.timezone.now", lambda: later)
    refused(visitor.get(back), "äldre än tio minuter")


def test_a_code_that_google_has_forgotten(google: World, visitor: Client) -> None:
    state = state_of(google.there(visitor, **{"as": ADMIN}))
    answer = visitor.get(f"/logga-in/svar/?state={state}&code=4/nothing")
    refused(answer, "tog för lång tid")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "avbröts"),
        ("admin_policy_enforced", "har spärrat Skolsynk"),
        ("server_error", "Google svarar inte"),
        ("<script>alert(1)</script>", "avbröts"),
    ],
)
def test_google_says_no(google: World, visitor: Client, error: str, words: str) -> None:
    state = state_of(google.there(visitor, **{"as": ADMIN}))
    answer = visitor.get("/logga-in/svar/", {"state": state, "error": error})
    refused(answer, words)
    assert "<script>alert" not in answer.content.decode()


def test_cancelling_at_google_is_told(google: World, visitor: Client) -> None:
    refused(visitor.get(google.there(visitor, deny="1")), "avbröts")


@pytest.mark.parametrize(
    ("path", "words"),
    [("POST /token", "Google svarar inte"), ("GET /certs", "Google svarar inte"), ("GET /admin/*", "din organisation")],
)
def test_google_is_down(google: World, visitor: Client, path: str, words: str) -> None:
    back = google.there(visitor, **{"as": ADMIN})
    google.google.fault(path, status=503, repeat=None)
    refused(visitor.get(back), words)
    assert nothing_stored()


@pytest.mark.parametrize("name", ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"])
def test_without_a_client_the_operator_is_named(google: World, visitor: Client, name: str, settings: Any) -> None:
    setattr(settings, name, "")
    refused(visitor.get("/logga-in/google/"), "Driftansvarig")


@pytest.mark.parametrize("account", ["", "{", "{}"])
def test_without_a_service_account_the_operator_is_named(
    google: World, visitor: Client, account: str, settings: Any
) -> None:
    settings.GOOGLE_SERVICE_ACCOUNT = account
    refused(google.sign_in(visitor, ADMIN), "Driftansvarig")
    assert nothing_stored()


def test_a_wrong_client_secret_is_the_operators_matter(google: World, visitor: Client, settings: Any) -> None:
    settings.GOOGLE_CLIENT_SECRET = "wrong"
    refused(google.sign_in(visitor, ADMIN), "Driftansvarig")


# The session


def test_a_session_from_before_the_sign_in_is_worth_nothing_after_it(google: World, visitor: Client) -> None:
    back = google.there(visitor, **{"as": ADMIN})
    planted = visitor.cookies[settings.SESSION_COOKIE_NAME].value
    visitor.get(back)
    assert visitor.cookies[settings.SESSION_COOKIE_NAME].value != planted
    attacker = google.browser()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert attacker.get("/logga-in/").status_code == 200
    cookie = visitor.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_the_next_person_at_the_same_browser_finds_nothing(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    session = visitor.session
    session["left behind"] = "by the first"
    session.save()
    google.sign_in(visitor, "admin@stor.example")
    assert "left behind" not in visitor.session
    me = inside(visitor)
    assert me is not None
    assert me.email == "admin@stor.example"


def test_signing_out_everywhere_ends_every_session(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    me = inside(visitor)
    assert me is not None
    assert visitor.get("/logga-in/").status_code == 302
    members.sign_out_everywhere(me.tenant_id, me.pk)
    assert visitor.get("/logga-in/").status_code == 200
    assert visitor.post("/logga-in/fortsatt/").status_code == 401


@pytest.mark.parametrize("held", [1, "x", [], {}, {"id": None, "epoch": 0}, {"id": 999999, "epoch": 0}])
def test_a_session_that_makes_no_sense_is_nobody(google: World, visitor: Client, held: object) -> None:
    session = visitor.session
    session[SESSION_KEY] = held
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    assert visitor.get("/logga-in/").status_code == 200


def test_out_is_out_and_takes_a_form(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    assert visitor.get("/logga-ut/").status_code == 405
    out = visitor.post("/logga-ut/")
    assert (out.status_code, out.headers["location"]) == (303, "/logga-in/?ut")
    assert inside(visitor) is None
    assert "Du är utloggad från Skolsynk" in visitor.get("/logga-in/?ut").content.decode()


def test_the_session_ends_at_a_known_time_and_can_be_prolonged(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    session = visitor.session
    session.set_expiry(timezone.now() + timedelta(seconds=90))
    session.save()
    assert 80 < visitor.session.get_expiry_age() <= 90
    assert visitor.get("/logga-in/fortsatt/").status_code == 405
    assert visitor.post("/logga-in/fortsatt/").json() == {"seconds": settings.SESSION_COOKIE_AGE}
    assert visitor.session.get_expiry_age() > settings.SESSION_COOKIE_AGE - 10


def test_forms_from_elsewhere_sign_nobody_out_or_on(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    visitor.handler.enforce_csrf_checks = True
    assert visitor.post("/logga-ut/").status_code == 403
    assert visitor.post("/logga-in/fortsatt/").status_code == 403
    assert inside(visitor) is not None


# Where it leads


@pytest.mark.parametrize(
    ("then", "to"),
    [
        (f"/h/{CUSTOMER}/personer/?q=ek", f"/h/{CUSTOMER}/personer/?q=ek"),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("/\\evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("/finns-inte/", ""),
        (FAR, ""),
        ("/" + "x" * 3000, ""),
        ("\x00", ""),
    ],
)
def test_nobody_is_led_off_the_site_or_to_another_tenant(google: World, visitor: Client, then: str, to: str) -> None:
    door = visitor.get("/logga-in/", {"next": then}).content.decode()
    assert "evil" not in door
    away = visitor.get("/logga-in/google/", {"next": then})
    back = fetch(away.headers["location"] + f"&as={ADMIN}").headers["location"].removeprefix("http://127.0.0.1")
    answer = visitor.get(back)
    assert answer.headers["location"] == (to or f"/h/{CUSTOMER}/kom-igang/")


def test_several_tabs_may_sign_in_at_once(google: World, visitor: Client) -> None:
    backs = [google.there(visitor, **{"as": ADMIN}) for _ in range(7)]
    refused(visitor.get(backs[0]), "hör inte ihop")
    assert visitor.get(backs[4]).status_code == 303


@pytest.mark.parametrize("path", ["/setup", "/setup/", "/logga-in/google/"])
def test_the_marketplace_leads_straight_to_google(google: World, visitor: Client, path: str) -> None:
    assert visitor.get(path).headers["location"].startswith(google.google.url)
    assert visitor.post(path).headers["location"].startswith(google.google.url)


def test_the_demos_shortcut_is_the_demos_alone(google: World, visitor: Client, settings: Any) -> None:
    google.sign_in(google.browser(), ADMIN)
    assert "as=" not in visitor.get("/logga-in/google/?demo=1").headers["location"]
    assert "demo" not in visitor.get("/logga-in/").content.decode().casefold()
    settings.SKOLSYNK_ENV = "demo"
    door = visitor.get("/logga-in/").content.decode()
    assert "Logga in som administratör i liten.example (demo)" in door
    assert "as=admin%40liten.example" in visitor.get("/logga-in/google/?demo=1").headers["location"]
    assert "as=" not in visitor.get("/logga-in/google/").headers["location"]
    settings.GOOGLE_AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
    assert "as=" not in visitor.get("/logga-in/google/?demo=1").headers["location"]


def test_the_pages_speak_english(google: World) -> None:
    visitor = google.browser("en")
    assert "Sign in with Google" in visitor.get("/logga-in/").content.decode()
    google.undelegate()
    assert "Skolsynk is not installed with you yet" in google.sign_in(visitor, ADMIN).content.decode()


def test_a_persons_own_language_comes_with_her(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    me = inside(visitor)
    assert me is not None
    members.choose_language(me.pk, "en")
    again = google.browser()
    google.sign_in(again, ADMIN)
    assert again.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
