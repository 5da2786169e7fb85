"""How one vendor is reached in one mode: whose address, whether there is a key, and what a harmless try says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from skolsynk.core.connection import Mode
from skolsynk.egil.check import Checked, check_connection
from skolsynk.store import load, save, trust
from skolsynk.store.connections import Way
from skolsynk.sync import targets

CONNECT_S, ANSWER_S = 8.0, 15.0  # somebody waits at a page
TOLD = ("secret_set", "secret_removed", "connection_tested")


class Reach(NamedTuple):
    """What people may know of one mode: never the key."""

    mode: Mode
    address: str  # "" when nobody has given one
    origin: str  # of the address: "connection" | "settings" | "vendor" | ""
    key: str  # "own" | "shared" (the operator's) | ""
    key_at: datetime | None  # when a person last set it, if that is known
    tried: trust.Event | None  # the newest test

    @property
    def complete(self) -> bool:
        """Address and key are there."""
        return bool(self.address and self.key)


def reach(
    connection: load.ConnectionFacts,
    mode: Mode,
    ways: Mapping[tuple[int, str], Way],
    events: Sequence[trust.Event] = (),
) -> Reach:
    """``ways``: of ``store.connections``; ``events``: of this connection, newest first."""
    own = ways.get((connection.id, mode.value), Way("", False))
    given: Mapping[str, str] = settings.VENDOR_SETTINGS.get(connection.vendor.replace("-", "_"), {})
    published = targets.vendor(connection.vendor).test_address if mode is Mode.TEST else ""
    known = {"connection": own.address, "settings": given.get(mode.value, ""), "vendor": published}
    origin = next((origin for origin, address in known.items() if address), "")
    mine = [event for event in events if event.about.get("mode") == mode]
    set_last = next((event for event in mine if event.what != "connection_tested"), None)
    return Reach(
        mode,
        known.get(origin, ""),
        origin,
        "own" if own.keyed else "shared" if given.get("key") else "",
        set_last.at if own.keyed and set_last else None,
        next((event for event in mine if event.what == "connection_tested"), None),
    )


def sound(connection: load.ConnectionFacts, mode: Mode) -> None:
    """Raises: Misconfigured without an address or a key."""
    targets.target(connection, mode)


def test(connection: load.ConnectionFacts, mode: Mode, who: str, at: datetime) -> Checked:
    """Ask the vendor one harmless question; nothing of people is sent. Raises: Misconfigured."""
    impatient = replace(targets.target(connection, mode), connect_timeout_s=CONNECT_S, timeout_s=ANSWER_S)
    found = check_connection(impatient)
    about = {
        "vendor": connection.vendor, "mode": mode.value, "code": found.code, "ok": found.ok, "status": found.status,
    }  # fmt: skip
    save.audit(connection.tenant_id, who, "connection_tested", about, at)
    return found
