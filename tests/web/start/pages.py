"""Addresses of the first steps, for the walk of every page."""

from __future__ import annotations

from tests.web.examples import Example

PAGES = {
    "start": Example(),
    "start_connect": Example(limited=False, write="editor", post={"path": "/Elever"}),
}
