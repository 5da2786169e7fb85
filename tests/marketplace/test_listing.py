"""The listing's texts fit Google's fields, and its pictures are drawn from the mark as it is."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from pathlib import Path

import pytest

from scripts import brand
from scripts.screenshots import LISTING, LOCALES
from skolsynk.sync.marketplace import document

ROOT = Path(__file__).resolve().parents[2]
TEXT = document.PATH.read_text(encoding="utf-8")
MOST = {"short": 200, "long": 16_000}
PICTURES = ROOT / "docs" / "images" / "marketplace"
LARGEST_B = 300_000


def size(file: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its first chunk."""
    head = file.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def text_of(kind: str, language: str) -> str:
    after = TEXT.partition(f"<!-- text: {kind} {language} -->\n")[2]
    lines = after.splitlines()
    end = next(at for at, line in enumerate(lines) if not line.startswith(">"))
    return "\n".join(line.removeprefix(">").strip() for line in lines[:end])


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", sorted(MOST))
def test_texts_fit_the_fields(kind: str, language: str) -> None:
    text = text_of(kind, language)
    assert 100 < len(text) <= MOST[kind]
    assert "!" not in text


def test_the_two_languages_say_as_much() -> None:
    swedish, english = text_of("long", "sv"), text_of("long", "en")
    assert swedish.count("\n\n") == english.count("\n\n")
    assert swedish.count("•") == english.count("•")


def test_pictures_are_drawn_from_the_mark_as_it_is() -> None:
    lock = json.loads(brand.LOCK.read_text())
    assert lock["mark"] == hashlib.sha256(brand.MARK.read_bytes()).hexdigest(), "python -m scripts.brand"
    assert lock["recipe"] == brand.recipe(), "python -m scripts.brand"
    assert set(lock["files"]) == {one.name for one in brand.pictures()}
    for name, digest in lock["files"].items():
        assert hashlib.sha256((brand.FOLDER / name).read_bytes()).hexdigest() == digest, name
    held = {file.name for file in brand.FOLDER.iterdir()}
    assert held == {*lock["files"], brand.MARK.name, brand.LOCK.name}


@pytest.mark.parametrize("picture", brand.pictures(), ids=lambda one: one.name)
def test_pictures_have_the_sizes_that_google_asks_for(picture: brand.Picture) -> None:
    assert size(brand.FOLDER / picture.name) == (picture.width, picture.height)


def test_the_marketplaces_sizes_are_among_them() -> None:
    sizes = {(one.width, one.height) for one in brand.pictures()}
    assert {(128, 128), (96, 96), (48, 48), (32, 32), (220, 140)} <= sizes


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_screenshots_are_those_that_the_script_takes_and_small_enough(language: str) -> None:
    held = {file.stem: file for file in (PICTURES / language).iterdir()}
    assert set(held) == set(LISTING)
    assert len(held) >= 3
    for file in held.values():
        assert size(file) == (1280, 800)
        assert file.stat().st_size < LARGEST_B, file


def test_the_document_names_the_files_that_there_are() -> None:
    for name in re.findall(r"`((?:static/brand|docs/images)/[^`]+)`", TEXT):
        assert (ROOT / name).exists(), name
