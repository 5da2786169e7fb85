"""What the page of a plan counts: figures, units, causes and choices, worked out of the index without opening a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.http import QueryDict

from skolsynk.core.plan.stored import Kind
from skolsynk.store import decided
from skolsynk.sync import plans
from skolsynk.web.changes.said import CAUSES, REASONS, TYPES, VERBS, trip_limit, trip_title
from skolsynk.web.words import chosen, words

KEYS = ("verb", "unit", "cause", "reason", "type")
FLOWS, HELD = "flows", "held"


@dataclass(frozen=True)
class Filter:
    """Which rows somebody asked for; "" means any."""

    verb: str
    unit: str
    cause: str
    reason: str  # FLOWS for what is not held, HELD for whatever is
    type: str
    text: str

    @classmethod
    def of(cls, query: QueryDict) -> Filter:
        given = {key: query.get(key, "")[:60] for key in KEYS}
        return cls(**given, text=query.get("q", "").strip()[:100])

    def keeps(self, kind: Kind) -> bool:
        return (
            self.verb in ("", kind.verb)
            and self.unit in ("", kind.unit)
            and self.cause in ("", kind.cause)
            and self.reason in ("", kind.reason or FLOWS, HELD if kind.reason else FLOWS)
            and self.type in ("", kind.type)
        )

    @property
    def asked(self) -> bool:
        return any((self.verb, self.unit, self.cause, self.reason, self.type, self.text))


@dataclass
class Seen:
    """A plan as one visitor may see it: of some school units, or of all."""

    plan: plans.StoredPlan
    only: Collection[str] | None

    def visible(self, kind: Kind) -> bool:
        return self.only is None or kind.unit in self.only

    @cached_property
    def counted(self) -> dict[Kind, int]:
        return {kind: number for kind, number in self.plan.head.counted.items() if self.visible(kind)}

    def count(self, keeps: Callable[[Kind], bool]) -> int:
        return sum(number for kind, number in self.counted.items() if keeps(kind))

    @cached_property
    def held(self) -> int:
        return self.count(lambda kind: bool(kind.reason))

    @property
    def flowing(self) -> int:
        return self.count(lambda kind: not kind.reason)

    @property
    def additions(self) -> int:
        """What waits and takes nobody away."""
        return self.count(lambda kind: bool(kind.reason) and not kind.removes)

    @property
    def depends(self) -> int:
        return self.count(lambda kind: kind.reason == "depends")

    def numbers(self, wanted: Filter) -> list[int]:
        """Rows that were asked for, what waits first."""
        found = self.plan.head.where(lambda kind: self.visible(kind) and wanted.keeps(kind), wanted.text)
        flowing = sum(number for kind, number in self.plan.head.counted.items() if not kind.reason)
        return [*(each for each in found if each >= flowing), *(each for each in found if each < flowing)]


class UnitRow(NamedTuple):
    code: str
    name: str
    new: int
    changed: int
    removed: int
    held: int
    over: bool  # a limit of this unit is exceeded


def unit_rows(seen: Seen, names: Mapping[str, str]) -> list[UnitRow]:
    """Units with changes, those with most held first."""
    counts: dict[str, Counter[str]] = {}
    for kind, number in seen.counted.items():
        of_unit = counts.setdefault(kind.unit, Counter())
        of_unit[kind.verb] += number
        of_unit["held"] += number if kind.reason else 0
    over = {trip.unit for trip in seen.plan.trips}
    rows = [
        UnitRow(
            code, names.get(code, code) or chosen("Hela huvudmannen", "The whole school authority"),
            n["create"], n["update"], n["delete"], n["held"], bool(code) and code in over,
        )
        for code, n in counts.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row.held, row.name))


def choices(seen: Seen, names: Mapping[str, str]) -> dict[str, list[tuple[str, str, int]]]:
    """{key: (value, in words, rows)}: what can be filtered on, with numbers."""
    said: dict[str, Mapping[str, Any]] = {
        "verb": VERBS, "unit": names, "cause": CAUSES, "type": TYPES,
        "reason": {
            **REASONS, FLOWS: words("skickas utan beslut", "sent without a decision"),
            HELD: words("något (allt som väntar)", "anything (all that waits)"),
        },
    }  # fmt: skip
    found = {}
    for key in KEYS:
        counts = _numbers((getattr(kind, key), number) for kind, number in seen.counted.items())
        if key == "reason":
            counts = {value or FLOWS: number for value, number in counts.items()} | (
                {HELD: seen.held} if seen.held else {}
            )
        listed = [(value, str(said[key].get(value, value) or "–"), number) for value, number in counts.items()]
        found[key] = sorted(listed, key=lambda one: one[1])
    return found


def _numbers(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for value, number in pairs:
        counts[value] += number
    return dict(counts)


def held_by(seen: Seen, key: str, said: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """(value, in words, held changes), the largest first: what can be approved at once."""
    counts = _numbers((getattr(kind, key), number) for kind, number in seen.counted.items() if kind.reason)
    return [
        (value, str(said.get(value, value)), n) for value, n in sorted(counts.items(), key=lambda one: (-one[1], one))
    ]


def trips_of(seen: Seen, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """(what would happen, the limit) of each exceeded guard."""
    shown = [trip for trip in seen.plan.trips if seen.only is None or trip.unit in seen.only]
    return [(trip_title(trip, dict(names)), trip_limit(trip)) for trip in shown]


def parts_of(seen: Seen) -> list[dict[str, object]]:
    """The bar: what flows by kind, what waits, and what stays as it is. A number is a link to its rows."""
    standing = decided.figures(seen.plan.facts.counts, seen.only)

    def flowing(verb: str) -> int:
        return seen.count(lambda kind: kind.verb == verb and not kind.reason)

    figures = [
        ("new", "?verb=create&reason=flows#rows", chosen("Nya", "New"), flowing("create")),
        ("changed", "?verb=update&reason=flows#rows", chosen("Ändrade", "Changed"), flowing("update")),
        ("removed", "?verb=delete&reason=flows#rows", chosen("Borttagna", "Removed"), flowing("delete")),
        ("held", "?reason=held#rows", chosen("Väntar på beslut", "Held"), seen.held),
        ("frozen", "#frozen", chosen("Frysta", "Frozen"), standing.get("frozen", 0)),
        ("refused", "#refused", chosen("Avvisade", "Refused"), standing.get("refused", 0)),
        ("same", "", chosen("Oförändrade", "Unchanged"), standing.get("unchanged", 0)),
    ]
    return [
        {"kind": kind, "url": url if value else "", "label": label, "value": value}
        for kind, url, label, value in figures
    ]
