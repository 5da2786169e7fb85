"""A connection as people edit it: selection, guards and schedule in versions, and where it stands with the vendor.

Saving never sends anything by itself. It makes a version and, unless the connection is off, queues a plan, so that
people see what the change does. The next scheduled run sends what stays inside the guards, as it does with any
change; who wants to look first saves with ``wait``, which pauses the connection's own runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from skolsynk.core.connection import Guards, Mode, Selection
from skolsynk.core.connection_json import guards_from_json, guards_to_json, selection_from_json, selection_to_json
from skolsynk.core.filters import SelectionError
from skolsynk.core.vendor import Vendor
from skolsynk.store import connections as rows
from skolsynk.store import load, save
from skolsynk.store.connections import VersionFacts
from skolsynk.sync import dispatch, readmodel, targets
from skolsynk.sync.schedule_json import Schedule, ScheduleError, schedule_from_json, schedule_to_json

STATES = ("", "asked", "waiting", "ready")  # "": nobody has asked the vendor yet
LOOK_FIRST = timedelta(days=7)  # as long as an approval holds
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Held:
    """What one connection holds, as values."""

    selection: Selection
    guards: Guards
    schedule: Schedule

    @property
    def document(self) -> dict[str, dict[str, object]]:
        """As it is stored."""
        return {
            "selection": selection_to_json(self.selection),
            "guards": guards_to_json(self.guards),
            "schedule": schedule_to_json(self.schedule),
        }


class Relation(NamedTuple):
    """Where it stands with the vendor's people."""

    state: str = ""  # of STATES
    contact: str = ""
    agreed_on: date | None = None
    note: str = ""


class Saved(NamedTuple):
    version: int
    run_id: UUID | None  # a queued plan, for the caller to hand to a worker


class Moved(NamedTuple):
    """Somebody else saved in between; nothing was written."""

    by: str
    at: datetime
    version: int


def saved(connection: load.ConnectionFacts) -> Held:
    """What is in force. Raises SelectionError or ScheduleError for what an earlier program wrote otherwise."""
    return held(connection.selection, connection.guards, connection.schedule)


def held(selection: object, guards: object, schedule: object) -> Held:
    return Held(selection_from_json(selection), guards_from_json(guards), schedule_from_json(schedule))


def first_selection(vendor: Vendor) -> Selection:
    """Of a connection that has just been added: nobody, since nothing is chosen; the vendor's own fields."""
    return Selection(school_units=(), group_types=vendor.group_types, fields=vendor.default_fields)


def add(tenant_id: int, vendor: str, who: str, at: datetime) -> bool:
    """A connection that is off and sends nobody; False when there was one already. Raises Misconfigured."""
    described = targets.vendor(vendor)
    document = Held(first_selection(described), Guards(), Schedule()).document
    made = rows.add(tenant_id, vendor, document, author=who, at=at)
    if made:
        save.audit(tenant_id, who, "connection_added", {"vendor": vendor}, at)
    return made


@transaction.atomic
def save_connection(
    tenant_id: int,
    vendor: str,
    *,
    selection: Selection | None = None,
    guards: Guards | None = None,
    schedule: Schedule | None = None,
    who: str,
    reason: str,
    expected_version: int,
    at: datetime,
    wait: bool = False,
) -> Saved | Moved:
    """A new version with the parts that are given; the others stay. Equal words make none, however old the form.

    ``wait``: pause the connection's own runs for a week, so that somebody looks at the plan first.
    Raises LookupError when the tenant has no such connection.
    """
    now = _stored(tenant_id, vendor)
    given = {
        "selection": None if selection is None else selection_to_json(selection),
        "guards": None if guards is None else guards_to_json(guards),
        "schedule": None if schedule is None else schedule_to_json(schedule),
    }
    parts = {name: part for name, part in given.items() if part is not None}
    if all(_same(name, now.document[name], part) for name, part in parts.items()):
        return Saved(now.version, None)
    number = rows.replace(
        tenant_id, vendor, expected_version, {**now.document, **parts},
        author=who, reason=reason[:LONGEST_REASON], at=at,
    )  # fmt: skip
    if number is None:
        return _moved(_stored(tenant_id, vendor))
    about = {"vendor": vendor, "version": number, "parts": sorted(parts)}
    save.audit(tenant_id, who, "connection_saved", about, at)
    if wait and now.facts.mode is not Mode.OFF:
        pause(now.facts, max(at + LOOK_FIRST, now.facts.paused_until or at), who, at)
    return Saved(number, plan_soon(load.connection(now.facts.id), who, at))


def _stored(tenant_id: int, vendor: str) -> rows.Stored:
    now = rows.stored(tenant_id, vendor)
    if now is None:
        raise LookupError(vendor)
    return now


def _same(name: str, before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Do both say the same, however they are spelt?"""
    try:
        return READERS[name](before) == READERS[name](after)
    except (SelectionError, ScheduleError):
        return before == after


READERS = {"selection": selection_from_json, "guards": guards_from_json, "schedule": schedule_from_json}


def _moved(now: rows.Stored) -> Moved:
    last = next(iter(rows.versions(now.facts.id, 1)), None)
    return Moved(last.author if last else "", last.at if last else now.created_at, now.version)


def plan_soon(connection: load.ConnectionFacts, who: str, at: datetime) -> UUID | None:
    """A queued plan of a connection that is on, for the caller to hand to a worker; it sends nothing."""
    if connection.mode is Mode.OFF or load.latest_snapshot_id(connection.tenant_id) is None:
        return None
    return dispatch.queue(connection, "plan", at, trigger="configuration", asked_by=who)


def versions(connection: load.ConnectionFacts) -> tuple[VersionFacts, ...]:
    """Newest first; the first of them is in force."""
    return rows.versions(connection.id)


def revert(
    tenant_id: int, vendor: str, number: int, *, who: str, reason: str, expected_version: int, at: datetime
) -> Saved | Moved:
    """A new version with the words of an old one. Raises LookupError, SelectionError, ScheduleError."""
    old = rows.version(_stored(tenant_id, vendor).facts.id, number)
    if old is None:
        raise LookupError(f"{vendor} {number}")
    then = held(**old.document)
    return save_connection(
        tenant_id, vendor, selection=then.selection, guards=then.guards, schedule=then.schedule,
        who=who, reason=reason, expected_version=expected_version, at=at,
    )  # fmt: skip


# With the vendor


def relation(tenant_id: int, vendor: str) -> Relation:
    """Raises LookupError when the tenant has no such connection."""
    return relation_of(_stored(tenant_id, vendor))


def relation_of(now: rows.Stored) -> Relation:
    told = now.relation
    agreed = told.get("agreed_on")
    state = told.get("state", "")
    return Relation(
        state if state in STATES else "",
        str(told.get("contact", "")),
        date.fromisoformat(agreed) if agreed else None,
        str(told.get("note", "")),
    )


def set_relation(tenant_id: int, vendor: str, told: Relation, who: str, at: datetime) -> None:
    """Raises LookupError when the tenant has no such connection."""
    now = _stored(tenant_id, vendor)
    agreed = told.agreed_on.isoformat() if told.agreed_on else ""
    rows.relate(now.facts.id, {**told._asdict(), "agreed_on": agreed})
    save.audit(tenant_id, who, "relation_saved", {"vendor": vendor, "state": told.state, "agreed": bool(agreed)}, at)


# Pauses and keys


def pause(connection: load.ConnectionFacts, until: datetime | None, who: str, at: datetime) -> None:
    """No runs by themselves until then; None lets them go on."""
    save.pause(connection.id, until)
    about = {"vendor": connection.vendor, "until": until.isoformat() if until else ""}
    save.audit(connection.tenant_id, who, "connection_paused" if until else "connection_resumed", about, at)


def set_key(connection: load.ConnectionFacts, mode: Mode, key: str, who: str, at: datetime) -> None:
    """A new key for one mode, or none with "". What it was is never shown, not even to the log."""
    save.endpoint(connection.id, mode, api_key=key)
    about = {"vendor": connection.vendor, "mode": mode.value}
    save.audit(connection.tenant_id, who, "secret_set" if key else "secret_removed", about, at)


# People


def person_named(model: readmodel.ReadModel, spelt: str) -> readmodel.PersonRow | None:
    """The person of exactly this address or source key; people with protected identity by their key alone."""
    typed = spelt.strip()
    row = model.people.row(typed)
    if row is not None or "@" not in typed:
        return row
    found = model.people.find(typed, limit=50).rows
    return next((each for each in found if each.email == typed.lower()), None)
