"""Compare a vendor's own lists with the ledger, and correct the ledger by what is really there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from skolsynk.core.connection import Mode
from skolsynk.core.ledger import Held
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import ResourceId, canonical, fingerprint
from skolsynk.egil.listing import ListingError, fetch_all
from skolsynk.store import load, proof, save
from skolsynk.sync import schools, targets
from skolsynk.sync.errors import Later


@dataclass(frozen=True, slots=True)
class Drift:
    """Ids by what is the matter; ``there`` has the canonical payload of what the vendor holds and we know."""

    there: Mapping[ResourceId, tuple[str, bytes]]  # id -> type, payload: known to us, content differs or was unknown
    missing: frozenset[ResourceId]  # in the ledger, not at the vendor
    found: Mapping[ResourceId, tuple[str, bytes]]  # at the vendor and ours by id, not in the ledger
    same: int
    foreign: int  # at the vendor, not ours

    def counts(self) -> dict[str, object]:
        return {
            "as_the_ledger_says": self.same,
            "content_differs": len(self.there),
            "missing_at_vendor": len(self.missing),
            "found_at_vendor": len(self.found),
            "not_ours": self.foreign,
        }


def compare(connection: load.ConnectionFacts, mode: Mode) -> Drift:
    """GET every list of the vendor's types. Raises: Later when any list cannot be read whole."""
    target = targets.target(connection, mode)
    ledger = load.ledger(connection.id, mode)
    key = load.tenant_key(connection.tenant_id).mac_key
    ours = schools.known_ids(connection.tenant_id)
    differs, found, seen, same, foreign = {}, {}, set(), 0, 0
    for name in targets.vendor(connection.vendor).types:
        kind = BY_NAME[name]
        try:
            bodies = fetch_all(target, kind.endpoint)
        except ListingError as error:
            raise Later("list_failed", f"{error}", f"{error}") from error
        for body in bodies:
            identifier = ResourceId(str(body.get("externalId") or body.get("id") or ""))
            payload = canonical({key: value for key, value in body.items() if key not in ("id", "meta")})
            held = ledger.get(identifier)
            seen.add(identifier)
            if held is not None and held.fingerprint == fingerprint(payload, key):
                same += 1
            elif held is not None:
                differs[identifier] = (name, payload)
            elif identifier in ours:
                found[identifier] = (name, payload)
            else:
                foreign += 1
    return Drift(differs, frozenset(ledger.keys() - seen), found, same, foreign)


def apply(connection: load.ConnectionFacts, mode: Mode, drift: Drift, *, who: str, at: datetime) -> None:
    """Make the ledger say what is there. Nothing is sent; the next plan sends what differs."""
    key = load.tenant_key(connection.tenant_id)
    ledger = load.ledger(connection.id, mode)
    rows: dict[ResourceId, tuple[Held, bytes]] = {}
    for identifier, (name, payload) in {**drift.there, **drift.found}.items():
        unit = ledger[identifier].unit if identifier in ledger else ""
        rows[identifier] = (Held(name, fingerprint(payload, key.mac_key), unit), payload)
    proof.ledger_rows(connection.id, mode, rows, dropped=drift.missing, at=at)
    about = {"vendor": connection.vendor, "mode": mode.value, **drift.counts()}
    save.audit(connection.tenant_id, who, "ledger_rebuilt", about, at)
