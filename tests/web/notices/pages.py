"""Addresses of the notices, for the walk of every page."""

from __future__ import annotations

from skolsynk.store import notices
from skolsynk.sync.delivery import new_secret
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.examples import Example

ADDRESS = "http://127.0.0.1:9/hook"


def webhook(town: Theatre) -> dict[str, object]:
    """Its address may have been added already in this test."""
    notices.add_webhook(town.tenant_id, ADDRESS, new_secret(), SOME_DAY)
    return {"webhook": notices.webhooks(town.tenant_id)[0].id}


PAGES = {
    "notices": Example(write="viewer", post={"what": "letters", "letters": "yes"}),
    "notices_drop": Example(webhook, read=None, write="owner"),
    "notices_try": Example(webhook, read=None, write="owner"),
}
