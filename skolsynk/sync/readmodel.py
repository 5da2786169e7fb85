"""The read model of one tenant: made after each read and each change of rules, asked by every page.

``of`` gives the newest kept one; its parts are opened when asked for and kept for a while in each process. The
effects of drafts are worked out on it, and nothing of them is stored.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from hashlib import blake2b
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import orjson

from skolsynk.core import codec
from skolsynk.core.connection import Mode, Selection
from skolsynk.core.connection_json import selection_from_json, selection_to_json
from skolsynk.core.filters import SelectionError
from skolsynk.core.readmodel import effect_of_rules as rules_effect
from skolsynk.core.readmodel import effect_of_selection as selection_effect
from skolsynk.core.readmodel import parts
from skolsynk.core.readmodel.effect_of_rules import AtVendor, Known
from skolsynk.core.readmodel.opened import Opened
from skolsynk.core.readmodel.people import PeopleIndex as PeopleIndex
from skolsynk.core.readmodel.values import Cause as Cause
from skolsynk.core.readmodel.values import ClassRow as ClassRow
from skolsynk.core.readmodel.values import FieldRow as FieldRow
from skolsynk.core.readmodel.values import Found as Found
from skolsynk.core.readmodel.values import GroupRow as GroupRow
from skolsynk.core.readmodel.values import Heads as Heads
from skolsynk.core.readmodel.values import PersonPart as PersonPart
from skolsynk.core.readmodel.values import PersonRow as PersonRow
from skolsynk.core.readmodel.values import RulesEffect as RulesEffect
from skolsynk.core.readmodel.values import SelectionEffect as SelectionEffect
from skolsynk.core.readmodel.values import TreeNode as TreeNode
from skolsynk.core.readmodel.values import UnitCount as UnitCount
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Rules, parse_rules, rules_to_json
from skolsynk.store import claims, load
from skolsynk.store import readmodel as rows
from skolsynk.sync import dispatch, schools, targets
from skolsynk.sync.errors import Misconfigured, bad_selection, no_rules

ATTEMPTS = 3
LAYOUT = blake2b(f"{parts.LAYOUT} {codec.SNAPSHOT_LAYOUT} {codec.SCHOOL_LAYOUT}".encode(), digest_size=8).hexdigest()
EFFECT_BYTES = 8_000  # counts and a few names
MOST_BYTES = 64_000_000  # of opened parts in this process, as they were before decoding
T = TypeVar("T")


# Parts that stay open


class _Kept:
    """The parts that were asked for last, within a bound of bytes."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._found: OrderedDict[tuple[str, str, int], tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str, int]) -> Any:
        with self._lock:
            found = self._found.get(key)
            if found is None:
                return None
            self._found.move_to_end(key)
            return found[0]

    def put(self, key: tuple[str, str, int], value: Any, size: int) -> None:
        with self._lock:
            self._bytes += size - self._found.pop(key, (None, 0))[1]
            self._found[key] = value, size
            while self._bytes > self._most and len(self._found) > 1:
                self._bytes -= self._found.popitem(last=False)[1][1]


_kept = _Kept(MOST_BYTES)


class Replaced(Exception):  # not an error: somebody else has made or taken away a model while a page was made
    """The read model was replaced while it was being read: ask again."""


class ReadModel(Opened):
    """What one snapshot, one version of the rules and one day gave. Raises Replaced when it was taken away."""

    def __init__(self, kept: rows.ReadModelFacts) -> None:
        super().__init__(self._kept_or_opened, kept.counts, kept.today)
        self._row = kept
        self.tenant_id = kept.tenant_id
        self.snapshot_id = kept.snapshot_id or 0
        self.rules_version = kept.rules_version
        self.at: datetime = kept.at  # of the read

    @property
    def stale(self) -> bool:
        """A newer snapshot or newer rules exist; the model of them is being made."""
        return rows.is_stale(self._row)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The worst and largest first. ``released`` is of the selections as they are saved now."""
        return self.causes_under(_saved_selections(self.tenant_id))

    def _kept_or_opened(self, name: str, decode: Callable[[bytes], T], number: int = 0) -> T:
        found = self._part(name, decode, number)
        if found is None and self._row != (newest := rows.facts(self.tenant_id)) and newest and _is_ours(newest):
            self._row = newest  # replaced while a page is made: what the page asks from here on is of the newest
            found = self._part(name, decode, number)
        if found is None:
            raise Replaced
        return found

    def _part(self, name: str, decode: Callable[[bytes], T], number: int) -> T | None:
        key = self._row.making, name, number
        found: T | None = _kept.get(key)
        if found is None:
            plain = rows.part(self._row, name, number)
            if plain is not None:
                with load.without_collecting():
                    found = decode(plain)
                _kept.put(key, found, len(plain))
        return found

    @property
    def id(self) -> str:
        """Another one when this model has been replaced."""
        return self._row.making


def _saved_selections(tenant_id: int) -> dict[str, Selection]:
    """{vendor slug: what is saved}, of connections that can be read."""
    found = {}
    for connection in load.connections(tenant_id):
        try:
            found[connection.vendor] = selection_from_json(connection.selection)
        except SelectionError:
            continue
    return found


def of(tenant_id: int) -> ReadModel | None:
    """The newest kept one; None when the directory was never read, there are no rules, or another program made it."""
    kept = rows.facts(tenant_id)
    return ReadModel(kept) if kept and _is_ours(kept) else None


def make(tenant_id: int, today: date) -> ReadModel:
    """Make and keep the read model of the newest snapshot and rules.

    Raises: Misconfigured when the directory was never read or the tenant has no rules.
    """
    made = schools.make(tenant_id, today)
    _, snapshot = schools.snapshot_of(tenant_id)
    rules = load.rules(tenant_id)
    if rules is None:
        raise no_rules()
    source = parts.Source(snapshot, made.school, parse_rules(rules.json), load.units(tenant_id), today)
    with load.without_collecting(), claims.tenant_lock(tenant_id):
        kept = rows.replace(
            tenant_id, parts.parts(source), snapshot_id=made.snapshot_id, rules_version=made.rules_number,
            today=today, at=snapshot.at, layout=LAYOUT, counts=parts.counts(source),
        )  # fmt: skip
    rows.finding_day(tenant_id, today, Counter(finding.code for finding in made.school.findings))
    return ReadModel(kept)


def _is_ours(kept: rows.ReadModelFacts) -> bool:
    """Whether this program can read what that one wrote."""
    return kept.layout == LAYOUT


# Effects of drafts


def effect_of_rules(
    tenant_id: int,
    rules: Rules,
    units: Mapping[str, RegisteredUnit] | None = None,
    only: Collection[str] | None = None,
) -> RulesEffect:
    """What these rules (and units, if others than the saved) would do to everybody, or at some units only.

    The answers given last are kept with the parts: a draft is shown on one page after another.
    Raises: Misconfigured when there is no read model yet.
    """
    chosen = load.units(tenant_id) if units is None else units
    connections = _connections(tenant_id)
    asked = _asked(rules_to_json(rules), chosen, connections, only)
    return _whole(tenant_id, lambda known: rules_effect.effect_of_rules(known, rules, chosen, connections, only), asked)


def _asked(
    rules: object,
    units: Mapping[str, RegisteredUnit],
    connections: tuple[AtVendor, ...],
    only: Collection[str] | None,
) -> str:
    """A name for all that the effect of a draft depends on, beside the read model."""
    at_vendors = [(each.vendor.slug, selection_to_json(each.selection)) for each in connections]
    told = [rules, sorted(units.items()), at_vendors, None if only is None else sorted(only)]
    return blake2b(orjson.dumps(told, default=list), digest_size=16).hexdigest()


def effect_of_selection(
    tenant_id: int, vendor_slug: str, selection: Selection, only: Collection[str] | None = None
) -> SelectionEffect:
    """Whom this selection would show the vendor, beside whom the saved one does.

    Raises: Misconfigured when there is no read model yet or no such vendor, or the selection names units that the
    school lacks.
    """
    vendor = targets.vendor(vendor_slug)
    saved = _saved_selections(tenant_id).get(vendor_slug, Selection(()))
    try:
        return _whole(
            tenant_id,
            lambda known: selection_effect.effect_of_selection(known, vendor, selection, saved, only),
        )
    except SelectionError as error:
        raise bad_selection(vendor.name, error) from error


def _connections(tenant_id: int) -> tuple[AtVendor, ...]:
    """Connections that are on, or that somebody has chosen people for."""
    saved = _saved_selections(tenant_id)
    return tuple(
        AtVendor(targets.vendor(each.vendor), saved[each.vendor])
        for each in load.connections(tenant_id)
        if each.vendor in saved and (each.mode is not Mode.OFF or saved[each.vendor].school_units)
    )


def _whole(tenant_id: int, work: Callable[[Known], T], asked: str = "") -> T:
    """Work on one read model, or on the next one when it is replaced meanwhile; ``asked``: a name to keep it by."""
    for _ in range(ATTEMPTS):
        model = of(tenant_id)
        if model is None:
            raise no_read_model()
        before = model.id
        kept: T | None = _kept.get((before, asked, 0)) if asked else None
        if kept is not None:
            return kept
        try:
            with load.without_collecting():
                found = work(model.known)
        except Replaced:
            continue
        if model.id == before:
            if asked:
                _kept.put((before, asked, 0), found, EFFECT_BYTES)
            return found
    raise no_read_model()


def no_read_model() -> Misconfigured:
    return Misconfigured(
        "no_read_model",
        "Det finns ingen sammanställning av katalogen ännu, så inget kan räknas. Den görs vid nästa läsning.",
        "The directory has not been put together yet, so nothing can be counted. The next read does it.",
    )


# When rules or units change


def queue_school(tenant_id: int, at: datetime, who: str) -> tuple[UUID, ...]:
    """After rules or units changed: a run that makes school and read model; plans follow for what is not off.

    The ids of runs to be started now; one that waits already is enough.
    """
    waiting = rows.queued_school(tenant_id)
    return waiting or (dispatch.queue_school(tenant_id, at, asked_by=who),)
