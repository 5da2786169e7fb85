"""What a person sees in a real browser: the front door, the sign-in of operators, the sandbox receiver."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from skolsynk.sandbox.receiver.server import ReceiverServer
from skolsynk.sandbox.receiver.values import Client


def page_in(browser: Browser, language: str) -> tuple[Page, list[str]]:
    """A page of one language, and the list that its complaints go to."""
    page = browser.new_context(locale=language).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


@pytest.mark.parametrize(("language", "words"), [("sv-SE", "Tjänstens tillstånd"), ("en-GB", "State of the service")])
def test_front_door_speaks_the_browsers_language_and_fits_a_phone(
    live_server: LiveServer, browser: Browser, language: str, words: str
) -> None:
    page, complaints = page_in(browser, language)
    page.set_viewport_size({"width": 320, "height": 640})
    answer = page.goto(live_server.url)
    assert answer is not None
    assert answer.ok
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert page.get_by_role("heading", name=words).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert complaints == []


def test_operator_is_asked_to_sign_in(live_server: LiveServer, browser: Browser) -> None:
    page, complaints = page_in(browser, "sv-SE")
    page.goto(live_server.url)
    page.get_by_role("link", name="För driftansvariga").click()
    assert "/admin/login/" in page.url
    page.get_by_label("Användarnamn").fill("ingen")
    page.get_by_label("Lösenord").fill("fel")
    page.get_by_role("button").last.click()
    assert page.locator(".errornote").is_visible()
    assert [line for line in complaints if "Content Security Policy" in line] == []


def test_sandbox_receiver_shows_its_clients(browser: Browser) -> None:
    with ReceiverServer([Client("björkvik", "a-key")]) as receiver:
        page, complaints = page_in(browser, "sv-SE")
        page.goto(receiver.url + "/")
        assert page.get_by_text("björkvik").first.is_visible()
        assert complaints == []
