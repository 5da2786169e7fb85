"""Every error speaks to people in both languages, and survives the way through a task queue."""

from __future__ import annotations

import pickle
from importlib import import_module

import pytest

from skolsynk.sources import SOURCES
from skolsynk.sources.base import SourceError
from skolsynk.sources.google.texts import (
    EMPTY,
    INCOMPLETE,
    MISCONFIGURED,
    TRANSIENT,
    empty,
    incomplete,
    misconfigured,
    transient,
)

NAMES = ("what", "scopes", "reason", "status", "path", "key", "pages", "missing", "still", "before", "count")
DETAILS = {name: "users" if name in ("what", "scopes") else f"<{name}>" for name in NAMES}
MADE_BY = ((MISCONFIGURED, misconfigured), (TRANSIENT, transient), (INCOMPLETE, incomplete), (EMPTY, empty))
EVERY: list[SourceError] = [made(code, **DETAILS) for table, made in MADE_BY for code in table]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.code)
def test_an_error_says_what_was_tried_and_that_nothing_was_sent(error: SourceError) -> None:
    swedish, english = error.text("sv"), error.text("en")
    assert swedish.startswith("Skolsynk försökte läsa")
    assert "Inget har skickats." in swedish
    assert "Nothing was sent." in english
    assert str(error) == english
    assert not set("{}") & set(swedish + english)
    assert swedish.endswith(".")
    assert english.endswith(".")


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.code)
def test_an_error_survives_pickling(error: SourceError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.code, again.text("sv")) == (type(error), error.code, error.text("sv"))
    assert again.details == error.details


def test_codes_are_told_apart() -> None:
    codes = [error.code for error in EVERY]
    assert len(set(codes)) == len(codes)


def test_every_source_can_be_opened_by_its_name() -> None:
    for kind in SOURCES:
        module, _, name = kind.made_by.partition(":")
        assert hasattr(getattr(import_module(module), name), "read")
    assert [kind.slug for kind in SOURCES] == ["google"]
