"""In the demo one click is enough: the fake Google lets the invented administrator through without asking."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from skolsynk.environment import LOOPBACK
from skolsynk.store import load


class DemoPerson(NamedTuple):
    address: str
    tenant: str


def person() -> DemoPerson | None:
    """The administrator of the invented municipality; None everywhere but in the demo."""
    if settings.SKOLSYNK_ENV != "demo" or urlsplit(settings.GOOGLE_AUTHORIZE_URL).hostname not in LOOPBACK:
        return None
    for tenant_id in load.active_tenants():
        source = load.source(tenant_id)
        if source is not None and source.subject:
            return DemoPerson(source.subject, load.tenant(tenant_id).name)
    return None


def chosen(asked: str) -> dict[str, str]:
    """What to add to Google's address for "the demo's person, please"."""
    found = person() if asked else None
    return {"as": found.address} if found else {}
