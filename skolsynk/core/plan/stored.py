"""A plan as bytes that pages read quickly: an index with one line for each change, and the bodies in parts.

The index tells what, where, why and whether it waits; nobody's body is opened before somebody opens that row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from skolsynk.core.ledger import Verb
from skolsynk.core.plan.links import loses_members
from skolsynk.core.plan.values import Change, GuardTrip, Hold, Plan
from skolsynk.core.ss12000.base import ResourceId

PART = 250  # changes whose bodies are kept together
LAYOUT = "plan-1"


class StoredPlanError(ValueError):
    """Bytes that another version of the program wrote, or that are not ours."""


class Line(NamedTuple):
    """One change, without its bodies."""

    number: int  # in the plan; what flows first, in send order
    verb: str
    type: str
    id: ResourceId
    unit: str
    cause: str
    reason: str  # "" flows; else why it is held
    window: str
    attributes: tuple[str, ...]
    removals: int
    label: str  # what people call it; "" when unknown or not to be shown
    fingerprint: bytes | None
    approved: bool
    removes: bool  # a delete, or an update that takes somebody out of a group


class Bodies(NamedTuple):
    before: bytes | None
    after: bytes | None


class Head(NamedTuple):
    """The index of one plan. ``frozen`` {user id: finding code}; ``refused`` are ids."""

    lines: tuple[Line, ...]
    trips: tuple[GuardTrip, ...]
    frozen: dict[ResourceId, str]
    refused: tuple[ResourceId, ...]


def encode_head(plan: Plan, *, named: bool = True) -> bytes:
    """``named`` False: people's labels are left out, because some of them must not be shown."""
    rows = [
        (
            change.verb.value, change.type, change.id, change.unit, change.cause, reason, window, change.attributes,
            change.removals, _label(change) if _shown(change, named) else "",
            change.fingerprint.hex() if change.fingerprint else None, change.approved, _removes(change),
        )
        for change, reason, window in _entries(plan)
    ]  # fmt: skip
    trips = [tuple(trip_fields(trip)) for trip in plan.trips]
    return orjson.dumps([LAYOUT, rows, trips, dict(plan.frozen), sorted(plan.refused)])


def decode_head(encoded: bytes) -> Head:
    """The index again. Raises StoredPlanError."""
    rows, trips, frozen, refused = _load(encoded, 5)
    lines = tuple(
        Line._make(
            (number, *row[:7], tuple(row[7]), *row[8:10], bytes.fromhex(row[10]) if row[10] else None, *row[11:])
        )
        for number, row in enumerate(rows)
    )
    return Head(lines, tuple(GuardTrip(*trip) for trip in trips), frozen, tuple(refused))


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


def _removes(change: Change) -> bool:
    return change.verb is Verb.DELETE or (change.verb is Verb.UPDATE and loses_members(change))


def _label(change: Change) -> str:
    body = change.payload or change.before
    return str(orjson.loads(body).get("displayName") or "") if body else ""


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
