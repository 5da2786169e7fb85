"""The rows that one page shows: who they are about, in words, and nobody whose identity is protected."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from skolsynk.core.findings import CATALOGUE
from skolsynk.core.plan.stored import Bodies, Line
from skolsynk.core.school import Fate
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import decided, load, members
from skolsynk.sync import plans, readmodel
from skolsynk.web.access import Visit
from skolsynk.web.changes.said import ATTRIBUTES, CAUSES, REASONS, TYPES, VERBS
from skolsynk.web.words import chosen, speaks

NOBODY = Bodies(None, None)


class Row(NamedTuple):
    line: Line
    label: str  # "" when there is no name to show
    verb: str
    type: str
    cause: str
    reason: str
    person: str  # address of the person's page, or ""
    unit: str
    what: str  # changed attributes in words
    no: decided.Said | None  # somebody said no to it; ``who`` is a name


class Frozen(NamedTuple):
    label: str
    person: str
    why: str


class Names:
    """What ids are called now: people, classes, school units. Asked for at most once each."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @cached_property
    def _people(self) -> readmodel.PeopleIndex | None:
        return self._model.people if self._model else None

    @cached_property
    def _model(self) -> readmodel.ReadModel | None:
        return readmodel.of(self._visit.tenant.id)

    @cached_property
    def _others(self) -> dict[ResourceId, str]:
        ids = load.unit_ids(self._visit.tenant.id)
        found = {ResourceId(ids[code]): name for code, name in self.units.items() if code in ids}
        for each in self._model.classes if self._model else ():
            found[ResourceId(each.id)] = each.name
        return found

    @cached_property
    def units(self) -> dict[str, str]:
        """{school unit code: name}"""
        return {code: unit.name for code, unit in load.units(self._visit.tenant.id).items()}

    def person(self, resource_id: ResourceId) -> readmodel.PersonRow | None:
        return self._people.by_id(resource_id) if self._people else None

    def hidden(self, resource_id: ResourceId) -> bool:
        """Protected identity, now: a plan that was kept before may have a name that must not be shown any more."""
        found = self.person(resource_id)
        return found is not None and found.fate == Fate.PROTECTED

    def of(self, resource_id: ResourceId) -> str:
        """The name, or the id where there is none to show."""
        found = self.person(resource_id)
        return (found.name if found else "") or self._others.get(resource_id, "") or resource_id

    def address(self, resource_id: ResourceId) -> str:
        found = self.person(resource_id)
        return self._visit.url("person", key=found.key) if found else ""


def rows(visit: Visit, plan: plans.StoredPlan, lines: Sequence[Line], names: Names) -> list[Row]:
    """The rows of one page of the list."""
    bare = [line.number for line in lines if not line.label]
    bodies = plans.bodies(plan, bare) if bare else {}
    noes = _noes(visit, plan, [line for line in lines if line.reason])
    return [
        Row(
            line, "" if names.hidden(line.id) else line.label or label_of(line, bodies.get(line.number, NOBODY), names),
            str(VERBS[line.verb]), str(TYPES.get(line.type, line.type)), str(CAUSES.get(line.cause, line.cause)),
            str(REASONS.get(line.reason, line.reason)), names.address(line.id) if line.type == "User" else "",
            names.units.get(line.unit, line.unit), _what(line), noes.get(line.id),
        )
        for line in lines
    ]  # fmt: skip


def attributes_of(line: Line) -> list[str]:
    """What an update is about; extensions are named by what they hold for people."""
    return sorted({name.rpartition(":")[2] for name in line.attributes})


def _what(line: Line) -> str:
    return ", ".join(str(ATTRIBUTES.get(name, name)) for name in attributes_of(line))


def _noes(visit: Visit, plan: plans.StoredPlan, held: Collection[Line]) -> Mapping[ResourceId, decided.Said]:
    ids = [line.id for line in held]
    found = decided.discards(visit.tenant.id, plan.facts.connection_id, plan.facts.mode, ids) if ids else {}
    called = members.names_of(visit.tenant.id, {each.who for each in found.values()}, speaks()) if found else {}
    return {key: each._replace(who=called[each.who]) for key, each in found.items()}


def label_of(line: Line, bodies: Bodies, names: Names) -> str:
    """Of somebody who leaves, or of an employment: what the body itself says, as far as it may be shown."""
    body: dict[str, Any] = json.loads(bodies.after or bodies.before or b"{}")
    if line.cause == "protected":
        return ""
    if isinstance(body.get("user"), dict):
        return names.of(ResourceId(str(body["user"].get("value", ""))))
    return str(body.get("displayName") or "") or names.of(line.id).removeprefix(line.id)


def frozen(plan: plans.StoredPlan, names: Names, only: Collection[str] | None, most: int = 50) -> list[Frozen]:
    """People who stay at the vendor as they were, and what is wrong with their data."""
    found = []
    for key, code in plan.head.frozen.items():
        person = names.person(key)
        if person is None or (only is not None and not set(person.units) & set(only)):
            continue
        entry = CATALOGUE.get(code)
        why = chosen(entry.title_sv, entry.title_en) if entry else code
        found.append(Frozen(person.name or key, names.address(key), why))
    return sorted(found)[:most]
