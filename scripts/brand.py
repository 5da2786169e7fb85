"""Icons and the Marketplace banner, drawn from the one mark in ``static/brand/skolsynk.svg`` by a real Chromium.

    python -m scripts.brand

The pictures are committed, with ``brand.lock.json`` (SHA-256 of the mark, of this drawing, and of each picture), which
a test holds against them: whoever changes the mark has to draw again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from scripts.screenshots import FLAGS, chromium

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static" / "brand"
MARK = FOLDER / "skolsynk.svg"
LOCK = FOLDER / "brand.lock.json"
FONT = ROOT / "static" / "vendor" / "inter@5.3.0" / "inter-latin.woff2"
WORDS = ("Skolsynk", "Rätt klass i rätt läromedel")  # Google allows none of its own names here


class Picture(NamedTuple):
    name: str
    width: int
    height: int
    page: str  # HTML


def pictures() -> tuple[Picture, ...]:
    """What the Marketplace asks for (icons of 128, 96, 48 and 32 pixels, a banner), and 64 for the add-on."""
    mark = MARK.read_text(encoding="utf-8")
    icons = (Picture(f"icon-{side}.png", side, side, _icon(mark)) for side in (128, 96, 64, 48, 32))
    return (*icons, Picture("banner-220x140.png", 220, 140, _banner(mark)))


def _icon(mark: str) -> str:
    return f"<style>body{{margin:0}}svg{{display:block;width:100vw;height:100vh}}</style>{mark}"


def _banner(mark: str) -> str:
    name, under = WORDS
    style = (
        f"@font-face{{font-family:Inter;src:url({FONT.as_uri()});font-weight:100 900}}"
        "body{margin:0;width:220px;height:140px;background:#0b5cad;color:#fff;font-family:Inter,sans-serif;"
        "display:flex;flex-direction:column;align-items:center;justify-content:center}"
        "svg{width:64px;height:64px;margin:-6px}b{font-size:25px;letter-spacing:-.3px}span{font-size:11.5px;margin-top:3px}"
    )
    return f"<style>{style}</style>{mark}<b>{name}</b><span>{under}</span>"


def recipe() -> str:
    """SHA-256 over everything that decides what the pictures look like."""
    drawn = [FONT.name, *(f"{each.name} {each.page.replace(ROOT.as_uri(), '')}" for each in pictures())]
    return hashlib.sha256("\n".join(drawn).encode()).hexdigest()


def draw(browser: Browser, picture: Picture) -> None:
    page = browser.new_page(viewport={"width": picture.width, "height": picture.height})
    sketch = FOLDER / "sketch.html"  # a file, so that the page may load the font from beside it
    sketch.write_text(f"<!DOCTYPE html><meta charset=utf-8>{picture.page}", encoding="utf-8")
    try:
        page.goto(sketch.as_uri())
        page.evaluate("document.fonts.ready")
        page.screenshot(path=FOLDER / picture.name, omit_background=True)
    finally:
        sketch.unlink()
        page.close()


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for picture in pictures():
            draw(browser, picture)
        browser.close()
    files = {picture.name: _sha256(FOLDER / picture.name) for picture in pictures()}
    lock = {"mark": _sha256(MARK), "recipe": recipe(), "files": files}
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
