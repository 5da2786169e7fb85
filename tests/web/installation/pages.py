"""Addresses of the room, for the walk of every page."""

from __future__ import annotations

from tests.web.examples import Example

PAGES = {"installation": Example(write="editor", limited=False)}
