"""A vendor that holds something, plans against it, and short ways to say what a plan does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skolsynk.core.connection import Guards
from skolsynk.core.plan import (
    Facts,
    Plan,
    Spent,
    make_plan,
)
from skolsynk.core.roster import Item
from skolsynk.core.ss12000.base import ResourceId, fingerprint
from tests.core.plan.model import Books, Receiver, contents
from tests.core.plan.worlds import (
    ANYTHING,
    KEY,
    activity,
    employment_id,
    facts,
    group,
    ledger_of,
    pupils,
    rid,
    roster,
    teacher,
    unit,
)

Items = dict[ResourceId, Item]
DEFAULTS = Guards()
FROZEN = Guards(ANYTHING, ANYTHING, ANYTHING, ANYTHING, freeze_days=14)


def school(number: int = 25) -> Items:
    """One unit, one class with its pupils, one teacher and their activity."""
    members = range(number)
    people = pupils(members) | teacher(1)
    return unit(0) | people | group(1, members) | activity(1, [employment_id(1)])


@dataclass
class Desk:
    """A vendor that holds ``had``, and plans against it."""

    had: Items

    def __post_init__(self) -> None:
        self.books = Books(dict(ledger_of(self.had)), {key: item.payload for key, item in self.had.items()})
        self.receiver = Receiver(contents(self.had))

    def lose_sight_of(self, key: ResourceId, *, payload: bool = True) -> None:
        self.books.rows[key] = self.books.rows[key]._replace(fingerprint=None)
        if not payload:
            del self.books.payloads[key]

    def plan(
        self,
        wanted: Items,
        given: Facts | None = None,
        broken: Mapping[ResourceId, str] | None = None,
        protected: tuple[ResourceId, ...] = (),
    ) -> Plan:
        chosen = given or facts(guards=DEFAULTS)
        plan = make_plan(roster(wanted, broken, protected), self.books.rows, chosen, self.books.payloads_of)
        self.receiver.bodies = contents(self.had)
        self.receiver.apply_all(plan.flowing)
        return plan


def minus(items: Items, *keys: ResourceId) -> Items:
    return {key: item for key, item in items.items() if key not in keys}


def flowing(plan: Plan) -> list[tuple[str, str, str]]:
    return [(change.verb.value, change.type, change.cause) for change in plan.flowing]


def reasons(plan: Plan) -> dict[ResourceId, str]:
    return {hold.change.id: hold.reason for hold in plan.held}


def spent(**removed_and_so_on: dict[tuple[str, str], int]) -> Spent:
    return Spent(**{"added": {}, "changed": {}, "removed": {}, **removed_and_so_on})


def mark(items: Items, key: ResourceId) -> bytes:
    return fingerprint(items[key].payload, KEY)


def held_plan() -> tuple[Desk, Items, Plan]:
    """Twelve pupils leave, sixty arrive with their class, and a class changes its name."""
    had = unit(0) | unit(1) | pupils(range(100)) | group(1, range(30)) | group(2, range(30, 40))
    wanted = minus(had, *(rid("pupil", number) for number in range(12))) | group(1, range(12, 30))
    wanted |= pupils(range(200, 260), 1) | group(3, [200], 1) | group(2, range(30, 40), name="7B")
    desk = Desk(had)
    return desk, wanted, desk.plan(wanted)
