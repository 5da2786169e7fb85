"""Pictures of the pages, taken in the demo's municipality by a real Chromium.

    python -m scripts.screenshots                    # those of the guides, into docs/images/{sv,en}
    python -m scripts.screenshots --listing          # those of the Marketplace, into docs/images/marketplace/{sv,en}
    python -m scripts.screenshots --review FOLDER    # every page in light and dark, wide and narrow, to be looked at

Starts the demo by itself (it empties a folder of its own) and stops it, by its process id.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 8765
SITE = f"http://127.0.0.1:{PORT}"
PATIENCE_S = 240
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
LOCALES = {"sv": "sv-SE", "en": "en-GB"}
Scheme = Literal["light", "dark"]


class Shot(NamedTuple):
    """One page: its picture's name, the way to it from the tenant's own root, and whether the guides show it."""

    name: str
    path: str
    then: Callable[[Page], object] | None = None
    guide: bool = True


def first_link(part: str) -> Callable[[Page], object]:
    """Follow the first link of the page's own content whose address has ``part`` in it."""
    return lambda page: page.locator(f'main a[href*="{part}"]').first.click()


def some_person(page: Page) -> None:
    page.locator("main input[type=search]").first.fill("an")
    page.locator("main input[type=search]").first.press("Enter")
    page.locator('main a[href*="/personer/"]').first.click()


SHOTS = (
    Shot("start", "kom-igang/"),
    Shot("overview", "oversikt/"),
    Shot("units", "skolenheter/"),
    Shot("mapping", "skolenheter/koppling/"),
    Shot("rules", "regler/"),
    Shot("connections", "leverantorer/"),
    Shot("connection", "leverantorer/sandbox/"),
    Shot("changes", "andringar/", first_link("/andringar/sandbox")),
    Shot("runs", "korningar/", guide=False),
    Shot("run", "korningar/", first_link("/korningar/")),
    Shot("persons", "personer/", guide=False),
    Shot("person", "personer/", some_person),
    Shot("quality", "datakvalitet/"),
    Shot("rosters", "roster/", guide=False),
    Shot("log", "logg/"),
    Shot("settings", "installningar/", guide=False),
)

LISTING = ("overview", "rules", "changes", "connection")  # at most five; the Marketplace asks for 1280×800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--review", type=Path, help="every page in every form, into this folder")
    parser.add_argument("--listing", action="store_true", help="the pictures of the Marketplace's listing")
    parser.add_argument("--people", type=int, default=1500)
    asked = parser.parse_args()
    with demo(asked.people), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        if asked.review:
            asked.review.mkdir(parents=True, exist_ok=True)
            review(browser, asked.review)
        else:
            for language in LOCALES:
                (listing if asked.listing else guide)(browser, language)
        browser.close()


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise SystemExit("Chromium is not installed: run scripts/system_packages.sh")
    return found


@contextmanager
def demo(people: int) -> Iterator[None]:
    """The demo, serving; stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SKOLSYNK_ENV": "demo", "SKOLSYNK_VAR": folder}
        words = [sys.executable, "manage.py", "demo", "--people", str(people), "--port", str(PORT)]
        process = subprocess.Popen(words, cwd=ROOT, env=environment)
        try:
            _wait(process)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _wait(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"The demo ended with {process.returncode} before it served.")
        try:
            urllib.request.urlopen(f"{SITE}/healthz/", timeout=2).close()  # noqa: S310  # our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The demo did not serve in time.")


def visit(browser: Browser, language: str, scheme: Scheme, width: int, height: int) -> Page:
    context = browser.new_context(
        locale=LOCALES[language], color_scheme=scheme, viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )  # fmt: skip
    return context.new_page()


def sign_in(page: Page) -> str:
    """One click, as the demo promises; the tenant's own root."""
    page.goto(f"{SITE}/logga-in/")
    page.locator("main a.ds-button, main button.ds-button").first.click()
    page.wait_for_url("**/h/**")
    return page.url.split("/h/")[0] + "/h/" + page.url.split("/h/")[1].split("/")[0] + "/"


def guide(browser: Browser, language: str) -> None:
    folder = IMAGES / language
    folder.mkdir(parents=True, exist_ok=True)
    page = visit(browser, language, "light", 1200, 800)
    page.goto(f"{SITE}/logga-in/")
    page.screenshot(path=folder / "signin.png")
    root = sign_in(page)
    for shot in SHOTS:
        if shot.guide:
            _open(page, root, shot)
            page.screenshot(path=folder / f"{shot.name}.png")
    page.context.close()


def listing(browser: Browser, language: str) -> None:
    folder = IMAGES / "marketplace" / language
    folder.mkdir(parents=True, exist_ok=True)
    page = visit(browser, language, "light", 1280, 800)
    root = sign_in(page)
    for shot in SHOTS:
        if shot.name in LISTING:
            _open(page, root, shot)
            page.screenshot(path=folder / f"{shot.name}.png")
    page.context.close()


def review(browser: Browser, folder: Path) -> None:
    forms: tuple[tuple[Scheme, int], ...] = (("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320))
    for scheme, width in forms:
        page = visit(browser, "sv" if scheme == "light" else "en", scheme, width, 800)
        page.goto(f"{SITE}/logga-in/")
        page.screenshot(path=folder / f"signin-{scheme}-{width}.png", full_page=True)
        root = sign_in(page)
        for shot in SHOTS:
            _open(page, root, shot)
            page.screenshot(path=folder / f"{shot.name}-{scheme}-{width}.png", full_page=True)
        page.context.close()


def _open(page: Page, root: str, shot: Shot) -> None:
    page.goto(root + shot.path)
    if shot.then:
        shot.then(page)
        page.wait_for_load_state()
    page.wait_for_timeout(300)  # live numbers come a moment later


if __name__ == "__main__":
    main()
