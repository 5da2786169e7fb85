"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from tests.web.examples import Example

PAGES = {
    "log": Example(limited=False),
    "log_file": Example({"format": "csv"}, limited=False, whole_page=False),
}
