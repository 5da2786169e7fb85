"""What the page of a plan shows, worked out of the kept plan: figures, units, causes, and the rows asked for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import QueryDict

from skolsynk.core.plan.stored import Bodies, Line
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import load
from skolsynk.sync import plans, readmodel
from skolsynk.web.access import Visit
from skolsynk.web.changes.said import CAUSES, REASONS, TYPES, VERBS, trip_limit, trip_title
from skolsynk.web.words import chosen, words

KEYS = ("verb", "unit", "cause", "reason", "type")
FLOWS = "flows"


class UnitRow(NamedTuple):
    code: str
    name: str
    new: int
    changed: int
    removed: int
    held: int


@dataclass(frozen=True)
class Filter:
    """Which rows somebody asked for; "" means any."""

    verb: str
    unit: str
    cause: str
    reason: str  # FLOWS for what is not held
    type: str
    text: str

    @classmethod
    def of(cls, query: QueryDict) -> Filter:
        given = {key: query.get(key, "")[:60] for key in KEYS}
        return cls(**given, text=query.get("q", "").strip()[:100])

    def keeps(self, line: Line) -> bool:
        return (
            self.verb in ("", line.verb)
            and self.unit in ("", line.unit)
            and self.cause in ("", line.cause)
            and self.reason in ("", line.reason or FLOWS)
            and self.type in ("", line.type)
            and (not self.text or self.text.casefold() in line.label.casefold() or self.text == line.id)
        )

    @property
    def asked(self) -> bool:
        return any((self.verb, self.unit, self.cause, self.reason, self.type, self.text))


def visible(lines: Iterable[Line], only: Collection[str] | None) -> list[Line]:
    return [line for line in lines if only is None or line.unit in only]


def unit_rows(lines: Iterable[Line], names: Mapping[str, str]) -> list[UnitRow]:
    """Units with changes, those with most held first."""
    counts: dict[str, Counter[str]] = {}
    for line in lines:
        of_unit = counts.setdefault(line.unit, Counter())
        of_unit[line.verb] += 1
        of_unit["held"] += bool(line.reason)
    rows = [
        UnitRow(
            code, names.get(code, code) or chosen("Hela huvudmannen", "The whole school authority"),
            n["create"], n["update"], n["delete"], n["held"],
        )
        for code, n in counts.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.held, row.name))


def choices(lines: Iterable[Line], names: Mapping[str, str]) -> dict[str, list[tuple[str, str, int]]]:
    """{key: (value, in words, rows)}: what can be filtered on, with numbers."""
    counted = {key: Counter(getattr(line, key) or (FLOWS if key == "reason" else "") for line in lines) for key in KEYS}
    said: dict[str, Mapping[str, Any]] = {
        "verb": VERBS, "unit": names, "cause": CAUSES, "type": TYPES,
        "reason": {**REASONS, FLOWS: words("skickas utan beslut", "sent without a decision")},
    }  # fmt: skip
    return {
        key: sorted((value, str(said[key].get(value, value) or "–"), n) for value, n in counts.items())
        for key, counts in counted.items()
    }


def held_groups(lines: Iterable[Line]) -> list[tuple[str, str, int]]:
    """(cause, in words, held changes), the largest first: what can be approved cause by cause."""
    counted = Counter(line.cause for line in lines if line.reason)
    return [(cause, str(CAUSES.get(cause, cause)), n) for cause, n in counted.most_common()]


def trips_of(plan: plans.StoredPlan, names: Mapping[str, str], only: Collection[str] | None) -> list[tuple[str, str]]:
    """(what would happen, the limit) of each exceeded guard."""
    shown = [trip for trip in plan.trips if only is None or trip.unit in only]
    return [(trip_title(trip, dict(names)), trip_limit(trip)) for trip in shown]


def causes_of(plan: plans.StoredPlan) -> list[str]:
    """What most of the held removals have in common, in words."""
    found = plan.facts.counts.get("probable")
    return [_cause(one) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _cause(one: Mapping[str, Any]) -> str:
    n, of, path = one.get("number"), one.get("of"), one.get("container")
    if one.get("vanished"):
        return chosen(
            f"{n} av {of} låg i organisationsenheten {path}, som inte finns längre.",
            f"{n} of {of} were in the org unit {path}, which is gone.",
        )
    return chosen(f"{n} av {of} låg i organisationsenheten {path}.", f"{n} of {of} were in the org unit {path}.")


class Row(NamedTuple):
    line: Line
    label: str
    verb: str
    type: str
    cause: str
    reason: str
    person: str  # address of the person's page, or ""
    unit: str


def rows(visit: Visit, plan: plans.StoredPlan, lines: Collection[Line], names: Mapping[str, str]) -> list[Row]:
    """The rows of one page of the list."""
    bare = [line.number for line in lines if not line.label and line.verb == "delete"]
    bodies = plans.bodies(plan, bare) if bare else {}
    named = namer(visit)
    people = _people(visit)
    return [
        Row(
            line, line.label or _label(bodies.get(line.number)) or named(line.id), str(VERBS[line.verb]),
            str(TYPES.get(line.type, line.type)), str(CAUSES.get(line.cause, line.cause)),
            str(REASONS.get(line.reason, line.reason)), _address(visit, people, line), names.get(line.unit, line.unit),
        )
        for line in lines
    ]  # fmt: skip


def _label(bodies: Bodies | None) -> str:
    return str(json.loads(bodies.before).get("displayName") or "") if bodies and bodies.before else ""


def _people(visit: Visit) -> readmodel.PeopleIndex | None:
    model = readmodel.of(visit.tenant.id)
    return model.people if model else None


def _address(visit: Visit, people: readmodel.PeopleIndex | None, line: Line) -> str:
    found = people.by_id(line.id) if people and line.type == "User" else None
    return visit.url("person", key=found.key) if found else ""


def namer(visit: Visit) -> Callable[[ResourceId], str]:
    """Names of what a body refers to: people, classes, units; an id where there is no name to show."""
    model = readmodel.of(visit.tenant.id)
    known: dict[str, str] = {each.id: each.name for each in model.classes} if model else {}
    people = model.people if model else None
    identity_units = {identifier: code for code, identifier in load.unit_ids(visit.tenant.id).items()}
    names = {code: unit.name for code, unit in load.units(visit.tenant.id).items()}

    def name(resource_id: ResourceId) -> str:
        if resource_id in known:
            return known[resource_id]
        found = people.by_id(resource_id) if people else None
        if found and found.name:
            return found.name
        code = identity_units.get(resource_id, "")
        return names.get(code, code) or resource_id

    return name
