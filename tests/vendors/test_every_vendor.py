"""What every file in vendors/ must be: runs on each that is found, so that a new one is tested unasked."""

from __future__ import annotations

import ast
import json
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vendors
from skolsynk.core.connection import Selection
from skolsynk.core.selection import explain_selection, select
from skolsynk.core.ss12000 import BY_NAME, validate
from skolsynk.core.ss12000.base import references_of
from skolsynk.core.vendor import ALL_TYPES, Vendor
from tests.core.limits import assert_limits
from tests.core.schools import any_school, code

FOUND = vendors.discover()
FOLDER = Path(vendors.__file__).parent
EVERYTHING = Selection((code(1), code(2), code(3)), organisation=True, school_unit_groups=True)


@pytest.fixture(params=FOUND)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return FOUND[request.param]


def test_the_vendors_of_the_first_edition_are_there() -> None:
    members = {"binogi", "gleerups", "ilt", "natur-och-kultur", "ne", "sli-play", "studentlitteratur"}

    assert members | {"sandbox"} <= FOUND.keys()
    assert list(FOUND) == sorted(FOUND)


def test_a_vendors_data_can_be_used(vendor: Vendor) -> None:
    assert vendors.problems(vendor) == ()


def test_a_vendor_has_different_notes_in_both_languages(vendor: Vendor) -> None:
    assert len(vendor.notes_sv) == len(vendor.notes_en) > 0
    assert not set(vendor.notes_sv) & set(vendor.notes_en)


def test_a_vendor_says_what_is_not_published(vendor: Vendor) -> None:
    assert vendor.unpublished_en or vendor.slug == "sandbox"


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_a_vendors_file_imports_the_core_only(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    assert all(name.startswith(("skolsynk.core", "__future__", "collections", "types")) for name in imported)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(0, 7))
def test_every_school_becomes_a_valid_roster_within_the_vendors_limits(seed: int, number: int) -> None:
    for vendor in FOUND.values():
        school = any_school(random.Random(seed + number))
        roster = select(school, EVERYTHING, vendor)
        assert_limits(roster, vendor)
        for item in roster.items.values():
            body = json.loads(item.payload)
            assert validate(BY_NAME[item.type], body) == ()
            assert all(target in roster.items for _, target in references_of(BY_NAME[item.type], body))
        for user in school.users:
            steps = explain_selection(school, EVERYTHING, vendor, user)
            assert (user in roster.items) == all(step.outcome == "passed" for step in steps)


GOOD = Vendor("prov", "Prov", "https://prov.example", ("invented",), notes_sv=("Prov.",), notes_en=("Test.",))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slug": "Prov_1"}, "slug"),
        ({"name": " "}, "name"),
        ({"homepage": "http://prov.example"}, "homepage"),
        ({"sources": ()}, "sources"),
        ({"notes_sv": ()}, "notes"),
        ({"notes_en": ("A.", "B.")}, "notes"),
        ({"unpublished_sv": ("",), "unpublished_en": ("",)}, "unpublished"),
        ({"unpublished_en": ("a rule",)}, "unpublished"),
        ({"types": (*ALL_TYPES, "Course")}, "there is no Course"),
        ({"types": ("SchoolUnit", "Employment")}, "Employment needs User"),
        ({"types": ("User",)}, "User needs SchoolUnit"),
        ({"group_types": ("klass",)}, "there is no klass"),
        ({"required_fields": ("phone",)}, "there is no phone"),
        ({"required_fields": ("school_type",)}, "school_type is required"),
        ({"api_key_header": "X API"}, "api_key_header"),
        ({"media_type": "text/xml"}, "media_type"),
        ({"test_address": "http://prov.example"}, "test_address"),
        ({"requests_per_second": 0.0}, "above 0"),
        ({"concurrency": 0}, "above 0"),
    ],
)
def test_wrong_data_is_named(wrong: dict[str, object], said: str) -> None:
    (problem,) = vendors.problems(replace(GOOD, **wrong))  # type: ignore[arg-type]  # wrong on purpose

    assert said in problem
    assert vendors.problems(GOOD) == ()


GOOD_FILE = """
from skolsynk.core.vendor import Vendor
VENDOR = Vendor("{slug}", "{name}", "", ("invented",), notes_sv=("Prov.",), notes_en=("Test.",))
"""


def discover_in(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> list[str]:
    """Discovers in a folder with these files instead of the real ones."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, f"vendors.{name}", raising=False)
    monkeypatch.setattr(vendors, "__path__", [str(folder)])
    try:
        return list(vendors.discover())
    finally:
        for name in files:
            sys.modules.pop(f"vendors.{name}", None)


def test_a_new_file_is_all_that_a_new_vendor_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = GOOD_FILE.format(slug="ett-prov", name="Ett prov")

    assert discover_in(tmp_path, monkeypatch, ett_prov=new) == ["ett-prov"]


def test_a_file_without_a_vendor_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(vendors.VendorFileError, match=r"vendors\.prov_utan has no VENDOR"):
        discover_in(tmp_path, monkeypatch, prov_utan="VENDOR = 'text'")


def test_a_slug_must_be_the_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(vendors.VendorFileError, match="slug must be 'en-annan', after the file; name is empty"):
        discover_in(tmp_path, monkeypatch, en_annan=GOOD_FILE.format(slug="prov", name=""))
