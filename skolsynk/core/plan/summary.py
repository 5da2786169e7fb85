"""A plan in figures, and what the held people have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from skolsynk.core.ledger import Verb
from skolsynk.core.plan.values import Hold, Plan
from skolsynk.core.ss12000.base import ResourceId

WORDS = {Verb.CREATE: "created", Verb.UPDATE: "updated", Verb.DELETE: "deleted"}
COUNTS = (*WORDS.values(), "held", "frozen", "refused", "unchanged")


def summary(plan: Plan) -> dict[str, object]:
    """Counts for JSON: ``total``, ``by_type`` and ``by_unit`` {name: counts}, ``reasons`` {reason: held}, ``trips``.

    Each counts object has all of COUNTS; created, updated and deleted are what flows.
    """
    total: Counter[str] = Counter()
    by_type: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_unit: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, unit, type_name, number in _counted(plan):
        for counts in (total, by_type[type_name], by_unit[unit]):
            counts[word] += number
    return {
        "total": _spelt_out(total),
        "by_type": {name: _spelt_out(counts) for name, counts in sorted(by_type.items())},
        "by_unit": {code: _spelt_out(counts) for code, counts in sorted(by_unit.items())},
        "reasons": dict(sorted(Counter(hold.reason for hold in plan.held).items())),
        "trips": [
            {
                "reason": trip.reason,
                "unit": trip.unit,
                "type": trip.type,
                "window": trip.window,
                "changes": trip.changes,
                "of": trip.of,
                "share": trip.share,
                "count": trip.count,
            }
            for trip in plan.trips
        ],
    }


def _counted(plan: Plan) -> Iterator[tuple[str, str, str, int]]:
    for change in plan.flowing:
        yield WORDS[change.verb], change.unit, change.type, 1
    for hold in plan.held:
        yield "held", hold.change.unit, hold.change.type, 1
    for word, buckets in plan.standing.items():
        for (unit, type_name), number in buckets.items():
            yield word, unit, type_name, number


def _spelt_out(counts: Mapping[str, int]) -> dict[str, int]:
    return {word: counts.get(word, 0) for word in COUNTS}


def probable_cause(holds: Iterable[Hold], attribute_of: Mapping[ResourceId, Mapping[str, str]]) -> str:
    """What more than half of the held have in common, e.g. ``"48 of 48 container=/Elever/9A"``; "" if nothing.

    ``attribute_of`` {id: {attribute: value}} may cover everybody: among values shared by equally many of the held, the
    one that fewest others have says most.
    """
    ids = sorted({hold.change.id for hold in holds if hold.change.id in attribute_of})
    shared = Counter(pair for key in ids for pair in attribute_of[key].items())
    if not shared:
        return ""
    everywhere = Counter(pair for attributes in attribute_of.values() for pair in attributes.items())
    (name, value), number = min(shared.items(), key=lambda found: (-found[1], everywhere[found[0]], found[0]))
    return f"{number} of {len(ids)} {name}={value}" if 2 * number > len(ids) else ""
