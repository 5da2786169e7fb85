"""What a draft of the rules would do, before anybody saves it.

Where rules are in force it is worked out on the read model. Before the first rules there is none: then each process
keeps the newest read in the same shape, under rules that say nothing of anybody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import orjson

from skolsynk.core.identity import Identity
from skolsynk.core.readmodel.effect_of_rules import effect_of_rules
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.parts import Source, counts, parts
from skolsynk.core.readmodel.values import PersonRow, RulesEffect
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Rules, build, explain_person, field_paths, needs_groups, parse_rules, rules_to_json
from skolsynk.core.rules.presets import PRESETS, Preset
from skolsynk.core.rules.suggest import Suggestion, suggest
from skolsynk.core.school import Fate, Step
from skolsynk.core.snapshot import Snapshot
from skolsynk.store import load
from skolsynk.sync import people, readmodel
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.readmodel import Replaced
from skolsynk.sync.rules import Desk

T = TypeVar("T")
MOST_KEPT = 2  # tenants whose first read this process keeps
MOST_EFFECTS = 32
SURE = 0.5  # of a suggestion's confidence: from here it is ticked from the start
Units = Mapping[str, RegisteredUnit]


class _First(NamedTuple):
    """One read before there are rules."""

    read: int | None  # id of the snapshot
    snapshot: Snapshot
    units: Units
    model: Opened


class Tried(NamedTuple):
    """One person under the draft, and under the rules in force (None before the first)."""

    row: PersonRow
    now: tuple[Step, ...] | None
    then: tuple[Step, ...]
    protected: bool  # under either: nothing but outcomes is to be shown


_kept: OrderedDict[int, _First] = OrderedDict()
_suggested: OrderedDict[int, tuple[object, tuple[Suggestion, ...]]] = OrderedDict()
_effects: OrderedDict[tuple[object, ...], RulesEffect] = OrderedDict()
_lock = Lock()


def asked(tenant_id: int, question: Callable[[Opened], T]) -> T | None:
    """The question put to what is known of the directory; None when it was never read."""
    found = people.asked(tenant_id, lambda model: (question(model),))
    if found is not None:
        return found[0]
    first = _first(tenant_id)
    return question(first.model) if first else None


def is_read(tenant_id: int) -> bool:
    return load.latest_snapshot_id(tenant_id) is not None


def effect(tenant_id: int, rules: Rules, only: Collection[str] | None = None) -> RulesEffect | None:
    """What these rules would do beside what is so today; None when the directory was never read.

    Each process remembers the latest answers: pages ask the same question again and again.
    """
    key = (_basis(tenant_id), orjson.dumps(rules_to_json(rules)), None if only is None else frozenset(only))
    with _lock:
        kept = _effects.get(key)
    if kept is not None:
        return kept
    found = _effect(tenant_id, rules, only)
    if found is not None:
        with _lock:
            _effects[key] = found
            while len(_effects) > MOST_EFFECTS:
                _effects.popitem(last=False)
    return found


def _basis(tenant_id: int) -> tuple[object, ...]:
    """All that an effect depends on beside the rules."""
    model = readmodel.of(tenant_id)
    connections = tuple((each.vendor, each.mode, repr(each.selection)) for each in load.connections(tenant_id))
    return tenant_id, model.id if model else 0, *_state(tenant_id), connections


def _effect(tenant_id: int, rules: Rules, only: Collection[str] | None) -> RulesEffect | None:
    try:
        return readmodel.effect_of_rules(tenant_id, rules, only=only)
    except Misconfigured:
        first = _first(tenant_id)
    if first is None:
        return None
    with load.without_collecting():
        return effect_of_rules(first.model.known, rules, load.units(tenant_id), (), only)


def unread(tenant_id: int, desk: Desk) -> tuple[tuple[str, ...], bool]:
    """(fields, whether groups): what the draft looks at and the newest read was not asked for.

    A read asks for what the saved rules and the draft of that moment need, and before the first rules for everything.
    """
    if desk.saved is None or desk.draft is None:
        return (), False
    model = readmodel.of(tenant_id)
    if model is None or model.at > desk.draft.updated_at:
        return (), False
    fields = field_paths(desk.rules) - field_paths(desk.before)
    groups = needs_groups(desk.rules) and not needs_groups(desk.before)
    known, any_group = asked(tenant_id, lambda model: ({row.path for row in model.fields}, bool(model.groups))) or (
        set[str](),
        False,
    )
    return tuple(sorted(fields - known)), groups and not any_group


# Trying with one person


def tried(tenant_id: int, desk: Desk, key: str, only: Collection[str] | None) -> Tried | None:
    """One person's chain under the draft and under the saved rules; None for somebody who may not be seen here."""
    units = load.units(tenant_id)
    return asked(tenant_id, lambda model: _tried(model, desk, key, units, only))


def _tried(model: Opened, desk: Desk, key: str, units: Units, only: Collection[str] | None) -> Tried | None:
    row, part = model.people.row(key), model.person(key)
    if row is None or part is None or (only is not None and not set(only) & set(row.units)):
        return None

    def chain(rules: Rules) -> tuple[Step, ...]:
        return explain_person(part.snapshot, rules, units, key, model.today)

    now = chain(desk.before) if desk.saved else None
    then = chain(desk.rules)
    hidden = any(step.name == "protection" and step.outcome == "failed" for step in (*(now or ()), *then))
    return Tried(row, now, then, hidden or row.fate == Fate.PROTECTED.value)


# Before the first rules


def suggestions(tenant_id: int) -> tuple[Suggestion, ...] | None:
    """What rules the directory seems to follow; None when it was never read."""
    key = _state(tenant_id)
    with _lock:
        kept = _suggested.get(tenant_id)
    if kept and kept[0] == key:
        return kept[1]
    snapshot = _snapshot(tenant_id)
    if snapshot is None:
        return None
    with load.without_collecting():
        found = suggest(snapshot, _listed(load.units(tenant_id)))
    _keep(_suggested, tenant_id, (key, found))
    return found


def preset(tenant_id: int, slug: str) -> Rules | None:
    """The rules that a preset makes of the tenant's directory; None when it was never read, or there is no such."""
    wanted = next((each for each in PRESETS if each.slug == slug), None)
    snapshot = _snapshot(tenant_id) if wanted else None
    if wanted is None or snapshot is None:
        return None
    with load.without_collecting():
        return parse_rules(wanted.make(snapshot, _listed(load.units(tenant_id))))


def presets() -> tuple[Preset, ...]:
    return PRESETS


def _listed(units: Units) -> Sequence[RegisteredUnit]:
    return tuple(units.values())


def _state(tenant_id: int) -> tuple[object, ...]:
    return load.latest_snapshot_id(tenant_id), tuple(load.units(tenant_id).values())


def _snapshot(tenant_id: int) -> Snapshot | None:
    with _lock:
        kept = _kept.get(tenant_id)
    if kept and kept.read == load.latest_snapshot_id(tenant_id):
        return kept.snapshot
    found = load.latest_snapshot(tenant_id)
    return found[1] if found else None


def _first(tenant_id: int) -> _First | None:
    """The newest read under rules that say nothing; kept until another read, or other units."""
    read, units = load.latest_snapshot_id(tenant_id), load.units(tenant_id)
    with _lock:
        kept = _kept.get(tenant_id)
    if kept and (kept.read, kept.units) == (read, units):
        return kept
    snapshot = _snapshot(tenant_id)
    if snapshot is None:
        return None
    with load.without_collecting():
        made = _First(read, snapshot, units, _unruled(tenant_id, snapshot, units, snapshot.at.date()))
    _keep(_kept, tenant_id, made)
    return made


def _unruled(tenant_id: int, snapshot: Snapshot, units: Units, today: date) -> Opened:
    """A read model of people whom no rule has said anything of."""
    nobody = Identity(load.tenant(tenant_id).namespace)
    source = Source(snapshot, build(snapshot, Rules(), units, nobody, "", today).school, Rules(), units, today)
    encoded = {(part.name, part.number): part.encoded for part in parts(source)}
    opened: dict[tuple[str, int], Any] = {}

    def opens(name: str, decode: Callable[[bytes], T], number: int = 0) -> T:
        if (name, number) not in opened:
            if (name, number) not in encoded:
                raise Replaced
            opened[name, number] = decode(encoded[name, number])
        found: T = opened[name, number]
        return found

    return Opened(opens, counts(source), today)


def _keep(kept: OrderedDict[int, T], tenant_id: int, made: T) -> None:
    with _lock:
        kept[tenant_id] = made
        kept.move_to_end(tenant_id)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
