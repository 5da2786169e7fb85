"""What anybody may read: who answers for what, told as the program does it, in both languages."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

from skolsynk.store import plans, save
from skolsynk.sync import preferences, targets
from skolsynk.sync.marketplace import scopes
from skolsynk.sync.preferences import Preferences
from skolsynk.web import public
from tests.scenarios.theatre import Theatre
from tests.web.browser import WIDE, seen
from tests.web.test_every_page import LOOKS, suits_everybody

PAGES = ("privacy", "terms", "support")


def read(name: str, language: str = "sv") -> str:
    answer = Client(headers={"accept-language": language}).get(reverse(name))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode()).replace("\xa0", " ")


@pytest.fixture
def told(settings: Settings) -> Settings:
    settings.OPERATOR_NAME = "Exempel AB, org.nr 556000-0000"
    settings.CONTACT = "skolsynk@exempel.example"
    settings.SUBPROCESSORS = ("Exempel Drift AB (servrar, Sverige)",)
    return settings


@pytest.mark.django_db
@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("name", PAGES)
def test_pages_name_the_operator_and_warn_of_nothing(name: str) -> None:
    page = read(name)
    assert "Exempel AB, org.nr 556000-0000" in page
    assert "OPERATOR_NAME" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_pages_say_when_nobody_has_told_who_runs_the_service(name: str, settings: Settings) -> None:
    settings.OPERATOR_NAME = ""
    assert "Uppgifter om den som driver tjänsten saknas" in read(name)
    assert "Who runs the service is not told here" in read(name, "en")


@pytest.mark.django_db
@pytest.mark.usefixtures("told")
def test_privacy_tells_every_scope_vendor_and_subprocessor() -> None:
    swedish, english = read("privacy"), read("privacy", "en")
    for one in scopes.listed():
        assert one.url in swedish
        assert one.why.sv in swedish
        assert one.why.en in english
    for slug, vendor in targets.all_vendors().items():
        assert (vendor.name in swedish) == (slug != "sandbox")
    assert "Exempel Drift AB (servrar, Sverige)" in swedish


@pytest.mark.django_db
def test_privacy_tells_for_how_long_from_the_code_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    page = read("privacy")
    now = Preferences()
    for words in (
        f"{now.receipt_days} dygn",
        f"{now.run_days} dygn",
        f"{now.event_days} dygn",
        f"Efter {now.purge_days} dygn",
    ):
        assert words in page
    assert f"de {save.KEPT_SNAPSHOTS} senaste" in page
    assert f"de {plans.KEPT} senaste för varje leverantör" in page
    monkeypatch.setattr(preferences, "Preferences", lambda: Preferences(receipt_days=77))
    monkeypatch.setattr(save, "KEPT_SNAPSHOTS", 9)
    page = read("privacy")
    assert "77 dygn" in page
    assert "de 9 senaste" in page


@pytest.mark.django_db
def test_privacy_has_googles_limited_use_promise_where_reviewers_look_for_it() -> None:
    page = read("privacy", "en")
    assert (
        "use and transfer of information received from Google APIs adheres to the Google API Services User Data "
        "Policy, including the Limited Use requirements" in page
    )
    assert 'href="https://developers.google.com/terms/api-services-user-data-policy"' in page


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("https://exempel.example/stod", "https://exempel.example/stod"),
        ("stod@exempel.example", "mailto:stod@exempel.example"),
        ("ring växeln", ""), ("", ""), ("http://exempel.example", ""), ("javascript:alert(1)", ""),
        ("Stöd <stod@exempel.example>", ""),
    ],
)  # fmt: skip
def test_a_contact_becomes_a_link_only_when_it_is_one(contact: str, link: str) -> None:
    assert public.link_of(contact) == link


@pytest.mark.django_db
def test_every_page_leads_to_the_public_ones() -> None:
    door = read("signin")
    for name in PAGES:
        assert f'href="{reverse(name)}"' in door


def test_robots_keep_out_of_tenants_pages_and_google_may_call() -> None:
    answer = Client().get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == public.ROBOTS
    assert "Disallow: /h/" in public.ROBOTS


def test_the_mark_is_found_at_the_root() -> None:
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer.headers["location"]) == (301, "/static/brand/icon-48.png")


@pytest.mark.parametrize("name", [*PAGES, "robots", "favicon"])
def test_public_addresses_take_no_forms(name: str) -> None:
    assert Client().post(reverse(name)).status_code == 405


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("name", PAGES)
def test_public_pages_are_accessible_in_both_languages_light_and_dark_and_fit_a_phone(
    name: str, town: Theatre, anonymous: Client, as_owner: Client, browser: Browser
) -> None:
    for client in (anonymous, as_owner):
        for language, scheme in LOOKS:
            client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
            suits_everybody(
                seen(browser, client, reverse(name), language=language, scheme=scheme, size=WIDE), language, scheme
            )
