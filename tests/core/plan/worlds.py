"""Builders: small schools, rosters closed under references, and ledgers in every state."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.ledger import Held
from skolsynk.core.plan import Facts
from skolsynk.core.roster import Item, Roster
from skolsynk.core.ss12000.activity import Activity
from skolsynk.core.ss12000.base import ResourceId, canonical, derived_id, fingerprint
from skolsynk.core.ss12000.employment import Employment
from skolsynk.core.ss12000.organisation import Organisation
from skolsynk.core.ss12000.school_unit import SchoolUnit
from skolsynk.core.ss12000.student_group import StudentGroup
from skolsynk.core.ss12000.user import Enrolment, User, UserFields

KEY = b"k" * 32
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ANYTHING = Limit(1.0, 10**9)
OPEN = Guards(ANYTHING, ANYTHING, ANYTHING, ANYTHING, hold_first_live_push=False)
KINDS = {"organisation": "0", "unit": "1", "pupil": "2", "staff": "3", "group": "4"}


def rid(kind: str, number: int) -> ResourceId:
    return ResourceId(f"{KINDS[kind]}0000000-0000-5000-8000-{number:012d}")


def code(unit: int) -> str:
    return str(10000000 + unit)


def facts(**other: object) -> Facts:
    given: dict[str, object] = {"at": AT, "today": TODAY, "key": KEY, "live": True, "guards": OPEN, **other}
    return Facts(**given)  # type: ignore[arg-type]  # builders take any subset


def roster(
    items: Mapping[ResourceId, Item],
    broken: Mapping[ResourceId, str] | None = None,
    protected: Iterable[ResourceId] = (),
) -> Roster:
    return Roster(items, broken or {}, frozenset(protected), (), ())


def ledger_of(items: Mapping[ResourceId, Item]) -> dict[ResourceId, Held]:
    return {key: Held(item.type, fingerprint(item.payload, KEY), item.unit) for key, item in items.items()}


def unit(number: int, *, name: str = "Ekskolan", organisation: bool = False) -> dict[ResourceId, Item]:
    owner = rid("organisation", 0) if organisation else None
    made = SchoolUnit(rid("unit", number), name, code(number), organisation=owner)
    body = made.body(organisation=True, school_unit_group=False)
    return {made.id: Item("SchoolUnit", canonical(body), code(number))}


def organisation(name: str = "Provkommun") -> dict[ResourceId, Item]:
    made = Organisation(rid("organisation", 0), name)
    return {made.id: Item("Organisation", canonical(made.body()), "")}


def pupil(
    number: int, at: int = 0, *, name: str = "Ek", year: int | None = 7, kind: str = "pupil"
) -> dict[ResourceId, Item]:
    enrolments = (Enrolment(rid("unit", at), year),) if kind == "pupil" else ()
    key = rid(kind, number)
    made = User(key, f"p{number}@skola.example", "Prov", name, "", f"g{number}", enrolments)
    return {key: Item("User", canonical(made.body(UserFields(), enrolments)), code(at))}


def pupils(numbers: Iterable[int], at: int = 0, **other: object) -> dict[ResourceId, Item]:
    made: dict[ResourceId, Item] = {}
    for number in numbers:
        made |= pupil(number, at, **other)  # type: ignore[arg-type]  # handed on as given
    return made


def teacher(number: int, at: int = 0, *, role: str = "Lärare", name: str = "Ask") -> dict[ResourceId, Item]:
    """A member of staff and the employment."""
    return pupil(number, at, kind="staff", name=name) | employment(number, at, role=role)


def employment_id(number: int, at: int = 0) -> ResourceId:
    return derived_id(rid("unit", at), rid("staff", number))


def employment(number: int, at: int = 0, *, role: str = "Lärare") -> dict[ResourceId, Item]:
    made = Employment(employment_id(number, at), rid("staff", number), rid("unit", at), role)
    return {made.id: Item("Employment", canonical(made.body(signature=False)), code(at))}


def group(number: int, members: Iterable[int], at: int = 0, *, name: str = "7A") -> dict[ResourceId, Item]:
    ids = tuple(sorted(rid("pupil", member) for member in members))
    made = StudentGroup(rid("group", number), name, rid("unit", at), "Klass", ids)
    return {made.id: Item("StudentGroup", canonical(made.body(ids, name)), code(at))}


def activity_id(number: int) -> ResourceId:
    return derived_id(rid("group", number), rid("unit", 0))


def activity(number: int, teachers: Iterable[ResourceId], at: int = 0, *, name: str = "7A") -> dict[ResourceId, Item]:
    made = Activity(activity_id(number), name, rid("unit", at), rid("group", number), tuple(sorted(teachers)))
    return {made.id: Item("Activity", canonical(made.body()), code(at))}


class Mixer:
    """Draws rosters over one small set of ids, so that two draws share most of what they have."""

    def __init__(self, seed: int, size: int = 7) -> None:
        self.random = random.Random(seed)
        self.base = random.Random(seed ^ 0xBEEF)
        self.size = size
        self.usual: dict[str, float] = {}

    def roll(self, about: str) -> float:
        """The usual number for this question, or now and then another."""
        usual = self.usual.setdefault(about, self.base.random())
        return usual if self.random.random() < 0.75 else self.random.random()

    def named(self, about: str) -> str:
        return ("Ek", "Alm", "Ask")[int(3 * self.roll(about))]

    def roster_items(self) -> dict[ResourceId, Item]:
        """A whole roster, closed under references; empty when no school unit is drawn."""
        has_organisation = self.roll("organisation") < 0.5
        items = organisation() if has_organisation else {}
        units = [number for number in range(3) if self.roll(f"unit {number}") < 0.8]
        for number in units:
            items |= unit(number, organisation=has_organisation, name=self.named(f"unit name {number}"))
        if not units:
            return items
        members = [number for number in range(self.size) if self.roll(f"pupil {number}") < 0.8]
        for number in members:
            items |= pupil(number, self.one_of(units, f"pupil at {number}"), name=self.named(f"pupil name {number}"))
        staff = [number for number in range(self.size // 2) if self.roll(f"staff {number}") < 0.8]
        employments: list[ResourceId] = []
        for number in staff:
            items |= pupil(number, units[0], kind="staff", name=self.named(f"staff name {number}"))
            for at in (at for at in units if self.roll(f"staff {number} at {at}") < 0.6):
                items |= employment(number, at)
                employments.append(employment_id(number, at))
        for number in (number for number in range(self.size // 2) if self.roll(f"group {number}") < 0.8):
            items |= self.one_group(number, units, members, employments)
        return items

    def one_of(self, units: list[int], about: str) -> int:
        return units[int(self.roll(about) * len(units))]

    def one_group(
        self, number: int, units: list[int], members: list[int], employments: list[ResourceId]
    ) -> dict[ResourceId, Item]:
        at = self.one_of(units, f"group at {number}")
        inside = [member for member in members if self.roll(f"group {number} has {member}") < 0.5]
        items = group(number, inside, at, name=self.named(f"group name {number}"))
        if self.roll(f"activity {number}") < 0.8:
            taught = [key for key in employments if self.roll(f"group {number} by {key}") < 0.4]
            items |= activity(number, taught, at)
        return items
