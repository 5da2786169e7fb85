"""One person for the pages: what the rules and each selection say of her, what vendors hold, and what waits.

All of it comes from the read model and from rows about her alone, so that it is as quick for 50,000 people as for 50.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from skolsynk.core.connection import Exclusion, Mode, Selection
from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.filters import SelectionError
from skolsynk.core.readmodel.values import Found, PersonPart, PersonRow
from skolsynk.core.rules import Rules, explain_person, parse_rules
from skolsynk.core.rules.text import fold_path
from skolsynk.core.school import Fate, Step
from skolsynk.core.selection import explain_selection, select
from skolsynk.core.ss12000.base import UUID_TEXT, ResourceId, derived_id
from skolsynk.core.vendor import Vendor
from skolsynk.store import connections as connection_rows
from skolsynk.store import load
from skolsynk.store import persons as rows
from skolsynk.store.connections import Stored
from skolsynk.store.persons import Answered, Kept, Refused, Waiting
from skolsynk.sync import readmodel, targets
from skolsynk.sync.readmodel import ReadModel, Replaced

T = TypeVar("T")
ATTEMPTS = 3
ANSWERS = 100
NUL = "\0"
OWN = ("User", "Employment")  # resources that are hers alone
ABSENT = (Step("directory", "failed", "", ""),)


@dataclass(frozen=True, slots=True)
class AtVendor:
    """One vendor's part of the answer. ``payload`` and ``wanted`` are canonical JSON of her own user."""

    vendor: Vendor
    stored: Stored
    selection: Selection | None  # None: it cannot be read, or names school units that are gone
    steps: tuple[Step, ...]
    included: bool
    kept: Kept | None
    payload: bytes  # as last accepted; b"" when never, or when protected
    wanted: bytes  # as it would be sent now; b"" when it would not, or when protected
    refused: Refused | None
    waiting: tuple[Waiting, ...]
    answer: Answered | None
    exclusion: Exclusion | None  # the decision that keeps her from this vendor, in force or run out
    verdict: str  # see ``_verdict``

    @property
    def slug(self) -> str:
        return self.vendor.slug

    @property
    def mode(self) -> Mode:
        return self.stored.facts.mode


@dataclass(frozen=True, slots=True)
class Person:
    """All that there is to say of one person. ``row`` and ``part`` are None when the directory lacks her."""

    key: str
    id: ResourceId | None
    row: PersonRow | None
    part: PersonPart | None
    steps: tuple[Step, ...]
    vendors: tuple[AtVendor, ...]
    answers: tuple[Answered, ...]
    waiting: tuple[Waiting, ...]
    units: frozenset[str]  # school unit codes that she is, or by what was sent was, at
    read_at: datetime | None  # of the read that all this is from; None: nothing has been read, or there are no rules
    stale: bool  # a newer read, or newer rules, are being put together
    rules: Rules | None  # in force now
    rules_number: int  # 0 before the first

    @property
    def protected(self) -> bool:
        return self.row is not None and self.row.fate == Fate.PROTECTED.value


class Effect(NamedTuple):
    """What keeping her from one vendor would do there: resources of her own that go, groups that lose her."""

    removed: Mapping[str, int]  # resource type -> how many of those that the vendor holds
    groups: int


def asked(tenant_id: int, question: Callable[[ReadModel], T]) -> T | None:
    """The question put to the newest read model, once more when it is replaced meanwhile; None when there is none."""
    for _ in range(ATTEMPTS):
        model = readmodel.of(tenant_id)
        if model is None:
            return None
        try:
            return question(model)
        except Replaced:
            continue
    return None


def absent_key(tenant_id: int, text: str) -> str | None:
    """The source key of somebody who is stored, but perhaps no longer in the directory, by exact Google id or UUID."""
    typed = text.strip()
    if NUL in typed:  # no text of the database may hold one
        return None
    if UUID_TEXT.match(typed.lower()):
        return rows.key_of(tenant_id, typed.lower())
    return typed if rows.id_of(tenant_id, typed) else None


def look(tenant_id: int, key: str, today: date, lang: str) -> Person | None:
    """Everything about one person; None when neither directory nor identities know the key."""
    read_at, stale, row, part = asked(tenant_id, lambda model: _read(model, key)) or (None, False, None, None)
    if row is None and NUL in key:
        return None
    identifier = (ResourceId(row.id) if row and row.id else None) or rows.id_of(tenant_id, key)
    if row is None and identifier is None:
        return None
    ids = _own_ids(tenant_id, identifier)
    kept, answers = rows.kept(tenant_id, ids), rows.answers(tenant_id, ids, ANSWERS)
    waiting = rows.waiting(tenant_id, ids)
    units = {*(row.units if row else ())}
    units |= {each.unit for each in kept} | {each.unit for each in answers} | {each.unit for each in waiting}
    saved = load.rules(tenant_id)
    rules = parse_rules(saved.json) if saved else None
    person = Person(
        key, identifier, row, part, _steps(tenant_id, part, rules, key, today), (), answers, waiting,
        frozenset(units - {""}), read_at, stale, rules, saved.number if saved else 0,
    )  # fmt: skip
    return replace(person, vendors=tuple(_vendors(tenant_id, person, kept, today, lang)))


def _read(model: ReadModel, key: str) -> tuple[datetime, bool, PersonRow | None, PersonPart | None]:
    return model.at, model.stale, model.people.row(key), model.person(key)


def _own_ids(tenant_id: int, identifier: ResourceId | None) -> tuple[ResourceId, ...]:
    """Her user and every employment that she can have had."""
    if identifier is None:
        return ()
    return identifier, *(derived_id(unit, identifier) for unit in rows.unit_ids(tenant_id))


def _steps(tenant_id: int, part: PersonPart | None, rules: Rules | None, key: str, today: date) -> tuple[Step, ...]:
    if part is None or rules is None:
        return ABSENT
    steps = explain_person(part.snapshot, rules, load.units(tenant_id), key, today)
    if part.school.outcomes[key].fate is Fate.PROTECTED:
        return tuple(step._replace(evidence="") for step in steps)
    return steps


def _vendors(tenant_id: int, person: Person, kept: tuple[Kept, ...], today: date, lang: str) -> Iterator[AtVendor]:
    hidden = person.protected
    refused = rows.refused(tenant_id, person.id) if person.id else {}
    payloads = rows.payloads(tenant_id, person.id) if person.id and not hidden else {}
    known = targets.all_vendors()
    for stored in connection_rows.all_stored(tenant_id):
        if stored.facts.vendor not in known:
            continue
        vendor, connection = known[stored.facts.vendor], stored.facts
        selection, steps = _chain(connection, vendor, person, today, lang)
        found = AtVendor(
            vendor=vendor,
            stored=stored,
            selection=selection,
            steps=tuple(step._replace(evidence="") for step in steps) if hidden else steps,
            included=bool(steps) and all(step.outcome == "passed" for step in steps),
            kept=next((each for each in kept if each.connection_id == connection.id and each.id == person.id), None),
            payload=payloads.get(connection.id, b""),
            wanted=b"",
            refused=refused.get(connection.id),
            waiting=tuple(each for each in person.waiting if each.connection_id == connection.id),
            answer=_answer(person, connection),
            exclusion=exclusion_of(selection, person.row, person.key) if selection else None,
            verdict="",
        )
        wanted = b"" if hidden or not found.included else _wanted(found, person, today)
        yield replace(found, wanted=wanted, verdict=_verdict(found, person))


def _chain(
    connection: load.ConnectionFacts, vendor: Vendor, person: Person, today: date, lang: str
) -> tuple[Selection | None, tuple[Step, ...]]:
    """The selection and each of its checks. Somebody who has left has one step, that of the directory."""
    try:
        selection = selection_from_json(connection.selection)
        if person.part is None:
            return selection, ABSENT
        if person.id is None:  # she has never been anybody to send
            return selection, (Step("data", "failed", "", person.part.school.outcomes[person.key].reason),)
        return selection, explain_selection(person.part.school, selection, vendor, person.id, today, lang)
    except SelectionError:
        return None, (Step("selection", "failed", "", ""),)


def exclusion_of(selection: Selection, row: PersonRow | None, key: str) -> Exclusion | None:
    """The exclusion that names her, by source key or by address."""
    spelt = {key, row.email} if row and row.email else {key}
    return next(
        (each for each in selection.exclusions if not spelt.isdisjoint((each.person, each.person.lower()))), None
    )


def _answer(person: Person, connection: load.ConnectionFacts) -> Answered | None:
    """What the vendor last said of her own user, in the connection's mode."""
    mine = (each for each in person.answers if each.connection_id == connection.id and each.id == person.id)
    return next((each for each in mine if each.mode == connection.mode.value), None)


def _wanted(found: AtVendor, person: Person, today: date) -> bytes:
    if found.selection is None or person.part is None or person.id is None:
        return b""
    item = select(person.part.school, found.selection, found.vendor, today).items.get(person.id)
    return item.payload if item else b""


def _verdict(found: AtVendor, person: Person) -> str:
    """Where she stands with one vendor, as a code.

    Wanted: ``there`` ``change_waits`` ``refused`` ``coming`` ``waits`` (is held back). Not wanted: ``leaving``
    ``removal_waits`` ``out``; her data broke: ``frozen`` (what was sent stays), ``broken`` (nothing was sent). A
    connection that is off: ``off_in`` ``off_out``; one whose selection cannot be read: ``unreadable``.
    """
    if found.selection is None:
        return "unreadable"
    if found.mode is Mode.OFF:
        return "off_in" if found.included else "off_out"
    there, held = found.kept is not None, bool(found.waiting)
    if found.included:
        return _verdict_in(found, there=there, held=held)
    broken = person.row is not None and person.row.fate == Fate.BROKEN.value
    if not there:
        return "broken" if broken else "out"
    if held:
        return "removal_waits"
    return "frozen" if broken else "leaving"


def _verdict_in(found: AtVendor, *, there: bool, held: bool) -> str:
    if held:
        return "change_waits" if there else "waits"
    if found.refused:
        return "refused"
    return "there" if there else "coming"


def effect_of_excluding(tenant_id: int, found: AtVendor, person: Person, today: date) -> Effect:
    """What the vendor would lose if this person were kept from it."""
    if found.selection is None or person.part is None:
        return Effect({}, 0)
    without = replace(found.selection, exclusions=(Exclusion(person.key, "-"),))
    school = person.part.school
    before = select(school, found.selection, found.vendor, today).items
    after = select(school, without, found.vendor, today).items
    gone = {each: item.type for each, item in before.items() if after.get(each) != item}
    held = {each.id for each in rows.kept(tenant_id, tuple(gone)) if each.connection_id == found.stored.facts.id}
    own = Counter(kind for each, kind in gone.items() if kind in OWN and each in held)
    return Effect(dict(own), sum(kind == "StudentGroup" and each in held for each, kind in gone.items()))


# Searching


class Wanted(NamedTuple):
    """What people in a list have in common; "" for whatever."""

    unit: str = ""
    role: str = ""
    fate: str = ""
    class_name: str = ""
    container: str = ""


def search(model: ReadModel, text: str, wanted: Wanted, only: Collection[str] | None, offset: int, limit: int) -> Found:
    """People whose name, address, Google id or UUID has the text and for whom each given condition holds."""
    if not text.strip():
        return model.people.rows_where(**wanted._asdict(), only=only, offset=offset, limit=limit)
    if not any(wanted):
        return model.people.find(text, only, offset, limit)
    matching = model.people.find(text, only, 0, len(model.people)).rows
    found = [row for row in matching if _is_wanted(row, wanted)]
    return Found(tuple(found[offset : offset + limit]), len(found))


def _is_wanted(row: PersonRow, wanted: Wanted) -> bool:
    below = f"{fold_path(wanted.container)}/" if wanted.container else ""
    return (
        (not wanted.unit or wanted.unit in row.units)
        and wanted.role in ("", row.role)
        and wanted.fate in ("", row.fate)
        and (not wanted.class_name or wanted.class_name in row.classes)
        and f"{fold_path(row.container)}/".startswith(below)
    )
