"""Why is this person (not) at that vendor? The chain from directory to vendor, for one person and all vendors.

Works for people who have left: what was last accepted is in the ledger, and what was answered in the receipts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from skolsynk.core.connection import Mode
from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.readmodel.values import PersonPart
from skolsynk.core.rules import explain_person, parse_rules
from skolsynk.core.school import Fate, School, Step
from skolsynk.core.selection import explain_selection
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import load, people, persons, save
from skolsynk.sync import people as sync_people
from skolsynk.sync import schools, targets
from skolsynk.sync.readmodel import ReadModel


@dataclass(frozen=True, slots=True)
class AtVendor:
    """One vendor's part of the answer."""

    vendor: str
    mode: str
    included: bool
    steps: tuple[Step, ...]
    held_there: bool
    last_sent: str  # canonical JSON as last accepted, "" when never or when protected
    last_sent_at: datetime | None
    last_answer: str  # "update: done 200" …, "" when never asked
    vendor_words: str
    waiting: tuple[str, ...]  # reasons of holds on the person's own user


@dataclass(frozen=True, slots=True)
class Explained:
    key: str
    id: ResourceId | None
    fate: str  # of core.school.Fate, or "absent"
    reason: str
    role: str
    steps: tuple[Step, ...]
    vendors: tuple[AtVendor, ...]

    def document(self) -> dict[str, object]:
        """As JSON; steps as {name, outcome, rule, evidence}."""
        result = asdict(self)
        result["steps"] = [step._asdict() for step in self.steps]
        result["vendors"] = [
            {**asdict(part), "steps": [step._asdict() for step in part.steps]} for part in self.vendors
        ]
        return result


def find(tenant_id: int, query: str) -> str | None:
    """The source key of the person that an address, a Google id or a UUID means; None when nobody."""
    wanted = query.strip().lower()
    stored = sync_people.absent_key(tenant_id, wanted)
    if stored is not None:
        return stored
    _, snapshot = schools.snapshot_of(tenant_id)
    return next((person.key for person in snapshot.people if wanted in (person.key, person.user_name)), None)


def explain(tenant_id: int, key: str, today: date, *, who: str, at: datetime) -> Explained:
    """The whole chain. Looking is itself recorded; a protected person's content is not shown."""
    snapshot, school = _sources(tenant_id, key, today)
    rules = load.rules(tenant_id)
    assert rules is not None  # there would be neither school nor read model
    steps = explain_person(snapshot, parse_rules(rules.json), load.units(tenant_id), key, today)
    identifier = school.user_ids.get(key) or persons.id_of(tenant_id, key)
    outcome = school.outcomes.get(key)
    protected = outcome is not None and outcome.fate is Fate.PROTECTED
    save.audit(tenant_id, who, "person_explained", {"person": key, "protected": protected}, at)
    return Explained(
        key,
        identifier,
        outcome.fate.value if outcome else "absent",
        outcome.reason if outcome else "",
        outcome.role if outcome else "",
        steps,
        tuple(_vendors(tenant_id, school, identifier, today, protected=protected)) if identifier else (),
    )


def _sources(tenant_id: int, key: str, today: date) -> PersonPart:
    """Directory and school: the person's own part of the read model where that is fresh, else all of both."""
    part = sync_people.asked(tenant_id, lambda model: _fresh(model, key, today))
    if part is not None:
        return part
    made = schools.make(tenant_id, today)
    return PersonPart(schools.snapshot_of(tenant_id)[1], made.school)


def _fresh(model: ReadModel, key: str, today: date) -> PersonPart | None:
    return model.person(key) if model.today == today and not model.stale else None


def _vendors(
    tenant_id: int, school: School, identifier: ResourceId, today: date, *, protected: bool
) -> Iterator[AtVendor]:
    for connection in load.connections(tenant_id):
        vendor = targets.vendor(connection.vendor)
        selected = explain_selection(school, selection_from_json(connection.selection), vendor, identifier, today)
        included = bool(selected) and all(step.outcome == "passed" for step in selected)
        mode = Mode(connection.mode)
        entry = people.last_sent(tenant_id, connection.id, mode, identifier) if mode is not Mode.OFF else None
        answer = people.last_answer(tenant_id, connection.id, mode, identifier) if mode is not Mode.OFF else None
        yield AtVendor(
            connection.vendor,
            mode.value,
            included,
            selected,
            entry is not None,
            entry.payload.decode() if entry and not protected else "",
            entry.at if entry else None,
            f"{answer.verb}: {answer.answer} {answer.status}" if answer else "",
            answer.message if answer else "",
            people.hold_reasons(tenant_id, connection.id, mode, identifier),
        )
