"""How long a tenant keeps what has happened, and whom vendors may ask. Stored among the tenant's preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from skolsynk.store import preferences as rows
from skolsynk.store import save

# Least, most, and what holds until somebody chooses. A log of less than a year answers no supervisor's question, and
# receipts must outlast the seven days that guards and approvals look back.
LIMITS: Mapping[str, tuple[int, int, int]] = {
    "receipt_days": (30, 730, 180),
    "run_days": (30, 1100, 400),
    "event_days": (365, 3650, 730),
    "purge_days": (7, 365, 30),  # after the app was found removed: time to notice a mistake
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """Days count from when something happened; ``purge_days`` until personal data goes once the app is removed.

    ``contact`` is an address or a page, and never one person's own.
    """

    receipt_days: int = LIMITS["receipt_days"][2]
    run_days: int = LIMITS["run_days"][2]
    event_days: int = LIMITS["event_days"][2]
    contact: str = ""
    purge_days: int = LIMITS["purge_days"][2]


def of(tenant_id: int) -> Preferences:
    """What is chosen, else what holds for everybody; a number outside its limits counts as the nearest inside."""
    return _parsed(rows.of(tenant_id))


def choose(tenant_id: int, to: Preferences, *, was: Preferences, who: str, at: datetime) -> bool:
    """False when somebody else has chosen since ``was`` was read; nothing is changed then."""
    stored = rows.of(tenant_id)
    if _parsed(stored) != was:
        return False
    mine = {field.name: stored.get(field.name) for field in fields(Preferences)}
    if not rows.replace(tenant_id, mine, asdict(_bounded(to))):
        return False
    changed = sorted(field.name for field in fields(Preferences) if getattr(to, field.name) != getattr(was, field.name))
    if changed:
        save.audit(tenant_id, who, "preferences_changed", {"fields": changed}, at)
    return True


def _parsed(stored: Mapping[str, object]) -> Preferences:
    days = {name: value for name in LIMITS if isinstance(value := stored.get(name), int)}
    contact = stored.get("contact")
    return _bounded(Preferences(**days, contact=contact if isinstance(contact, str) else ""))


def _bounded(given: Preferences) -> Preferences:
    days = {name: min(most, max(least, getattr(given, name))) for name, (least, most, _) in LIMITS.items()}
    return Preferences(**days, contact=given.contact)
