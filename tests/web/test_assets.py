"""Front-end files are the ones that were looked at: by hash, and small enough for a slow line."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from skolsynk.web import icons, shell

ROOT = Path(__file__).resolve().parent.parent.parent
VENDORED = ROOT / "static" / "vendor"
LARGEST_B = 150_000
LINKED = re.compile(r'(?:src|href)="/static/([^"#]+)')


def test_every_vendored_file_has_the_hash_that_the_lock_says() -> None:
    rows = json.loads((VENDORED / "vendor.lock.json").read_text())
    held = {file.relative_to(VENDORED).as_posix() for file in VENDORED.rglob("*") if file.is_file()}
    assert held == {row["file"] for row in rows} | {"vendor.lock.json"}
    for row in rows:
        assert hashlib.sha256((VENDORED / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]
        assert row["licence"] in ("BSD-0-Clause", "MIT", "OFL-1.1", "ISC")


def test_lock_and_package_file_name_the_same_versions() -> None:
    wanted = json.loads((ROOT / "scripts/assets/package.json").read_text())["dependencies"]
    rows = json.loads((VENDORED / "vendor.lock.json").read_text())
    assert {row["package"]: row["version"] for row in rows} == wanted


def test_every_icon_that_pages_name_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / icons.SPRITE).read_text()))
    templates = [file.read_text() for file in (ROOT / "templates").rglob("*.html")]
    named = {name for text in templates for name in re.findall(r'<c-icon name="([a-z0-9-]+)"', text)}
    named |= {icon for _, _, icon in shell.PLACES}
    assert {icons.ALIASES.get(name, name) for name in named} <= drawn
    assert set(icons.ALIASES.values()) <= drawn


@pytest.mark.django_db
def test_first_load_weighs_less_than_150_kb() -> None:
    answer = Client(headers={"accept-encoding": "gzip"}).get("/stilguide/")
    assert answer.headers["content-encoding"] == "gzip"
    page = Client().get("/stilguide/").content.decode()
    named = {*map(unquote, LINKED.findall(page)), "vendor/inter@5.3.0/inter-latin.woff2", icons.SPRITE}
    sizes = {name: len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in named}
    assert len(answer.content) + sum(sizes.values()) < LARGEST_B, sizes


@pytest.mark.django_db
def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    page = Client().get("/stilguide/").content.decode()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*src=)", page)
