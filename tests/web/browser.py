"""A real Chromium for tests and for looking: pages in a language, a colour scheme and a width, with axe beside."""

from __future__ import annotations

import html
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    # One process for all pages: each is looked at for seconds, and starting another takes as long.
    "--renderer-process-limit=1", "--process-per-site", "--disable-site-isolation-trials",
]  # fmt: skip
LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
WIDE, NARROW = (1280, 900), (320, 720)
# What the promise names: WCAG 2.2 AA and below, and axe's own best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}  # no lists of what was right


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is not installed: run scripts/system_packages.sh"
    # Playwright keeps an event loop running in this thread, which Django would refuse to work under.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield made
        finally:
            made.close()
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Look:
    """One page of the browser and what it complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def axe(self, *, colours: bool = True) -> list[str]:
        """Violations as ``rule: element``; empty when there are none. ``colours``: also their contrasts."""
        options = AXE if colours else {**AXE, "rules": {"color-contrast": {"enabled": False}}}
        there = self.page.evaluate("'axe' in window")
        found = Axe("0" if there else AXE_SCRIPT).run(self.page, options=options).response["violations"]
        return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(width))

    @property
    def cut_tables(self) -> list[str]:
        """Captions of tables that have to be scrolled sideways."""
        wider = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText.split('\\n')[0])"
        return list(self.page.eval_on_selector_all(".table-wrap", wider))


def look(
    browser: Browser, address: str, client: Client | None = None, *, language: str = "sv",
    scheme: Literal["light", "dark"] = "light", size: tuple[int, int] = WIDE, javascript: bool = True,
) -> Look:  # fmt: skip
    """A page of its own context, signed in as the test client is."""
    context = browser.new_context(
        locale=LANGUAGES[language], color_scheme=scheme, viewport={"width": size[0], "height": size[1]},
        java_script_enabled=javascript, reduced_motion="reduce",
    )  # fmt: skip
    if client is not None:
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    seen = Look(context.new_page())
    seen.page.on("console", lambda line: seen.complaints.append(line.text) if line.type == "error" else None)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    return seen


SITE = "http://localhost:8001"  # nobody listens there: every request is answered by the test client
MOST_TURNS = 5


def through(page: Page, client: Client) -> None:
    """Let the page's requests be answered by a test client: the browser sees what this test's transaction sees."""

    ours = connections["default"]

    def answer(route: Route) -> None:
        # Playwright calls from a context of its own, in which Django would open another connection.
        connections["default"] = ours
        asked = route.request
        headers = {name: value for name, value in asked.headers.items() if name not in ("cookie", "accept-encoding")}
        kind = headers.pop("content-type", "application/octet-stream")
        path = asked.url.removeprefix(SITE)
        given = client.generic(asked.method, path, asked.post_data_buffer or b"", content_type=kind, headers=headers)
        for _ in range(MOST_TURNS):
            if not 300 <= given.status_code < 400:
                break
            # The browser would follow a redirect past us, to where nobody listens.
            if asked.is_navigation_request():
                route.fulfill(status=200, content_type="text/html", body=_onward(given.headers["location"]))
                return
            given = client.get(given.headers["location"], headers=headers)
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.getvalue())

    page.route("**/*", answer)


def _onward(address: str) -> str:
    return f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={html.escape(address)}">'


def seen(
    browser: Browser, client: Client, path: str, *, language: str = "sv", scheme: Literal["light", "dark"] = "light",
    size: tuple[int, int] = WIDE, javascript: bool = True,
) -> Look:  # fmt: skip
    """One page, loaded as the client would see it."""
    found = look(browser, SITE, language=language, scheme=scheme, size=size, javascript=javascript)
    through(found.page, client)
    found.page.goto(SITE + path)
    return found
