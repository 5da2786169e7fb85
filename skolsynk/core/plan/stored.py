"""A plan as bytes that pages read quickly: an index with one line for each change, and the bodies in parts.

The index tells what, where, why and whether it waits; nobody's body is opened before somebody opens that row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from skolsynk.core.ledger import Verb
from skolsynk.core.plan.links import loses_members
from skolsynk.core.plan.values import Change, GuardTrip, Hold, Plan
from skolsynk.core.ss12000.base import ResourceId

PART = 250  # changes whose bodies are kept together
LAYOUT = "plan-2"


class StoredPlanError(ValueError):
    """Bytes that another version of the program wrote, or that are not ours."""


class Kind(NamedTuple):
    """What many changes have in common; a plan of ten thousand changes has some dozens of kinds."""

    verb: str
    type: str
    unit: str
    cause: str
    reason: str  # "" flows; else why it is held
    window: str
    attributes: tuple[str, ...]
    removals: int
    approved: bool
    removes: bool  # a delete, or an update that takes somebody out of a group


class Line(NamedTuple):
    """One change, without its bodies."""

    number: int  # in the plan; what flows first, in send order
    verb: str
    type: str
    id: ResourceId
    unit: str
    cause: str
    reason: str
    window: str
    attributes: tuple[str, ...]
    removals: int
    label: str  # what people call it; "" when unknown or not to be shown
    fingerprint: bytes | None
    approved: bool
    removes: bool


class Bodies(NamedTuple):
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class Head:
    """The index of one plan, in columns: pages count and filter kinds, and make lines only of what they show."""

    kinds: tuple[Kind, ...]
    kind_of: Sequence[int]  # the place in ``kinds`` of each change
    ids: Sequence[ResourceId]
    labels: Sequence[str]
    marks: Sequence[str]  # fingerprints in hex, "" for none
    trips: tuple[GuardTrip, ...]
    frozen: Mapping[ResourceId, str]  # user id -> finding code
    refused: tuple[ResourceId, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def line(self, number: int) -> Line:
        """Raises IndexError."""
        kind, mark = self.kinds[self.kind_of[number]], self.marks[number]
        return Line(
            number, kind.verb, kind.type, self.ids[number], kind.unit, kind.cause, kind.reason, kind.window,
            kind.attributes, kind.removals, self.labels[number], bytes.fromhex(mark) if mark else None, kind.approved,
            kind.removes,
        )  # fmt: skip

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All of them: a tenth of a second for a plan of 60,000."""
        return tuple(map(self.line, range(len(self))))

    @cached_property
    def counted(self) -> Mapping[Kind, int]:
        """How many changes there are of each kind."""
        return {self.kinds[place]: number for place, number in Counter(self.kind_of).items()}

    def where(self, keeps: Callable[[Kind], bool], text: str = "") -> list[int]:
        """Numbers of the changes of the kinds that ``keeps`` keeps, and with ``text`` in the label or as the id."""
        kept = {place for place, kind in enumerate(self.kinds) if keeps(kind)}
        numbers = [number for number, place in enumerate(self.kind_of) if place in kept]
        if not text:
            return numbers
        folded = text.casefold()
        return [number for number in numbers if folded in self.labels[number].casefold() or text == self.ids[number]]


def encode_head(plan: Plan, *, named: bool = True) -> bytes:
    """``named`` False: people's labels are left out, because some of them must not be shown."""
    kinds: dict[Kind, int] = {}
    places, ids, labels, marks = [], [], [], []
    for change, reason, window in _entries(plan):
        places.append(kinds.setdefault(_kind(change, reason, window), len(kinds)))
        ids.append(change.id)
        labels.append(_label(change) if _shown(change, named) else "")
        marks.append(change.fingerprint.hex() if change.fingerprint else "")
    columns = [places, "\n".join(ids), "\n".join(labels), "\n".join(marks)]
    trips = [tuple(trip_fields(trip)) for trip in plan.trips]
    return orjson.dumps([LAYOUT, list(map(tuple, kinds)), *columns, trips, dict(plan.frozen), sorted(plan.refused)])


def decode_head(encoded: bytes) -> Head:
    """The index again. Raises StoredPlanError."""
    kinds, places, *columns, trips, frozen, refused = _load(encoded, 9)
    ids, labels, marks = (column.split("\n") if places else [] for column in columns)
    return Head(
        tuple(Kind._make((*kind[:6], tuple(kind[6]), *kind[7:])) for kind in kinds), places, ids, labels, marks,
        tuple(GuardTrip(*trip) for trip in trips), frozen, tuple(refused),
    )  # fmt: skip


def encode_parts(plan: Plan, *, named: bool = True) -> Iterator[bytes]:
    """Bodies, PART changes at a time, in the order of the lines."""
    kept: list[tuple[str | None, str | None]] = []
    for change, _, _ in _entries(plan):
        kept.append((_text(change.before), _text(change.payload)) if _shown(change, named) else (None, None))
        if len(kept) == PART:
            yield orjson.dumps([LAYOUT, kept])
            kept = []
    if kept:
        yield orjson.dumps([LAYOUT, kept])


def decode_part(encoded: bytes) -> tuple[Bodies, ...]:
    """Raises StoredPlanError."""
    (rows,) = _load(encoded, 2)
    return tuple(Bodies(_bytes(before), _bytes(after)) for before, after in rows)


def hold_of(line: Line, bodies: Bodies) -> Hold:
    """The held change of one line, as the plan had it."""
    change = Change(
        Verb(line.verb), line.type, line.id, line.unit, bodies.after, line.fingerprint, bodies.before, line.attributes,
        line.removals, line.cause, line.approved,
    )  # fmt: skip
    return Hold(change, line.reason, line.window)


def trip_fields(trip: GuardTrip) -> Sequence[Any]:
    """As ``GuardTrip`` takes them."""
    return (trip.reason, trip.unit, trip.type, trip.window, trip.changes, trip.of, trip.share, trip.count)


def _entries(plan: Plan) -> Iterable[tuple[Change, str, str]]:
    for change in plan.flowing:
        yield change, "", ""
    for hold in plan.held:
        yield hold.change, hold.reason, hold.window


def _shown(change: Change, named: bool) -> bool:
    """Somebody whose identity is protected is not kept here; others of the plan are, unless one cannot tell."""
    return change.cause != "protected" and (named or change.type != "User")


def _kind(change: Change, reason: str, window: str) -> Kind:
    return Kind(
        change.verb.value, change.type, change.unit, change.cause, reason, window, change.attributes, change.removals,
        change.approved, _removes(change),
    )  # fmt: skip


def _removes(change: Change) -> bool:
    return change.verb is Verb.DELETE or (change.verb is Verb.UPDATE and loses_members(change))


def _label(change: Change) -> str:
    body = change.payload or change.before
    return str(orjson.loads(body).get("displayName") or "").replace("\n", " ") if body else ""


def _text(body: bytes | None) -> str | None:
    return None if body is None else body.decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _load(encoded: bytes, length: int) -> list[Any]:
    try:
        parts = orjson.loads(encoded)
    except orjson.JSONDecodeError as error:
        raise StoredPlanError("Not a kept plan.") from error
    if not isinstance(parts, list) or len(parts) != length or parts[0] != LAYOUT:
        raise StoredPlanError("Kept by another version of the program.")
    return parts[1:]
