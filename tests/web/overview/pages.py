"""The overview's address, for the walk of every page."""

from __future__ import annotations

from tests.web.examples import Example

PAGES = {"overview": Example()}
