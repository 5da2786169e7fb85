"""Every address of the room, as ``test_every_page`` visits it."""

from __future__ import annotations

from tests.web.examples import Example

PAGES = {
    "rosters": Example(),
    "roster_file": Example({"vendor": "sandbox", "kind": "allt", "ending": "csv"}, whole_page=False),
}
