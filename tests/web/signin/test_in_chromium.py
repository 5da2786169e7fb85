"""The sign-in in a real browser, over real HTTP, under the real content security policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from skolsynk.store import load
from tests.web.browser import Look, look
from tests.web.signin.world import ADMIN, CUSTOMER, World, world

SETTINGS = f"/h/{CUSTOMER}/installningar/"


@pytest.fixture
def google_and_site(transactional_db: None, live_server: LiveServer) -> Iterator[tuple[World, str]]:
    with world() as made:
        yield made, live_server.url.replace("localhost", "127.0.0.1")


def opened(browser: Browser, site: str, path: str, **how: Any) -> Look:
    found = look(browser, site, **how)
    found.page.goto(site + path)
    return found


def session_of(page: Page) -> SessionStore:
    (key,) = [one["value"] for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    return SessionStore(key)


def test_first_sign_in_and_out_again(google_and_site: tuple[World, str], browser: Browser) -> None:
    google, site = google_and_site
    seen = opened(browser, site, SETTINGS)
    page = seen.page
    assert page.url.startswith(f"{site}/logga-in/?next=")
    page.get_by_role("link", name="Logga in med Google").click()
    assert page.url.startswith(google.google.url)
    page.get_by_role("link", name="(admin)").first.click()
    expect(page.get_by_role("heading", name="Inställningar")).to_be_visible()
    assert page.url == site + SETTINGS
    assert load.tenant_by_customer(CUSTOMER) is not None
    assert seen.axe() == []
    page.go_back()
    page.go_back()
    expect(page.get_by_role("link", name="Logga in")).to_have_count(0)
    page.goto(site + SETTINGS)
    page.get_by_role("button", name="Logga ut", exact=True).click()
    expect(page.get_by_text("Du är utloggad från Skolsynk")).to_be_visible()
    page.goto(site + SETTINGS)
    assert "/logga-in/" in page.url
    assert [one for one in seen.complaints if "Content Security Policy" in one] == []


def test_the_demo_takes_one_click_and_says_that_it_is_one(
    google_and_site: tuple[World, str], browser: Browser, settings: Any
) -> None:
    google, site = google_and_site
    google.sign_in(google.browser(), ADMIN)
    settings.SKOLSYNK_ENV = "demo"
    for language, words in (("sv", "Logga in som administratör i"), ("en", "Sign in as administrator of")):
        seen = opened(browser, site, f"/logga-in/?next={SETTINGS}", language=language, javascript=False)
        seen.page.get_by_role("link", name=words).click()
        assert seen.page.url == site + SETTINGS
        assert seen.complaints == []
        seen.page.context.close()


def test_whoever_cancels_at_google_reads_what_happened(google_and_site: tuple[World, str], browser: Browser) -> None:
    _, site = google_and_site
    seen = opened(browser, site, "/logga-in/google/", scheme="dark", size=(320, 720))
    seen.page.get_by_role("link", name="cancel").click()
    expect(seen.page.get_by_role("heading", name="Inloggningen avbröts")).to_be_visible()
    assert seen.axe() == []
    assert seen.overflow <= 0
    seen.page.get_by_role("link", name="Försök igen").click()
    expect(seen.page.get_by_role("heading", name="Låtsas-Google")).to_be_visible()


def test_the_end_of_a_session_is_told_and_put_off_and_no_text_is_lost(
    google_and_site: tuple[World, str], browser: Browser
) -> None:
    _, site = google_and_site
    page = opened(browser, site, f"/logga-in/google/?next=/h/{CUSTOMER}/installningar/gallring/").page
    page.get_by_role("link", name="(admin)").first.click()
    soon = session_of(page)
    soon.set_expiry(timezone.now() + timedelta(seconds=602))
    soon.save()
    page.reload()
    page.get_by_label("Kontakt för leverantörer").fill("halvskriven text")
    stay = page.get_by_role("button", name="Fortsätt vara inloggad")
    stay.click()
    expect(stay).to_have_count(0)
    expect(page.get_by_label("Kontakt för leverantörer")).to_have_value("halvskriven text")
    assert session_of(page).get_expiry_age() > settings.SESSION_COOKIE_AGE - 60
