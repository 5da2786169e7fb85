"""Where a tenant is on its way to live: eight steps, each with its true state and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from skolsynk.core.connection import Mode
from skolsynk.core.swedish import counted, grouped
from skolsynk.store import claims, connections, load, runs
from skolsynk.store.connections import Stored
from skolsynk.store.runs import RunLine
from skolsynk.sync import drafts, golive, reach, readmodel
from skolsynk.sync.errors import Misconfigured


class Step(StrEnum):
    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"
    BLOCKED = "blocked"  # cannot begin yet
    ATTENTION = "attention"  # was begun, and somebody must look


class Line(NamedTuple):
    """One step. The texts say why it is as it is, with numbers."""

    code: str
    state: Step
    text_sv: str
    text_en: str
    place: str  # name of the page where it is done

    def text(self, language: str) -> str:
        return self.text_sv if language == "sv" else self.text_en


@dataclass(frozen=True)
class _Seen:
    """Everything the steps look at, gathered once."""

    tenant_id: int
    at: datetime
    source: load.SourceFacts | None
    read_at: datetime | None
    last_read: RunLine | None
    reading: bool
    units: int
    rules: load.RulesFacts | None
    drafted: bool
    model: readmodel.ReadModel | None
    stored: tuple[Stored, ...]

    @property
    def on(self) -> list[Stored]:
        return [each for each in self.stored if each.facts.mode is not Mode.OFF]


def lines(tenant_id: int, at: datetime) -> tuple[Line, ...]:
    """All steps, in the order in which they are best taken."""
    seen = _Seen(
        tenant_id, at, load.source(tenant_id), load.latest_read_at(tenant_id), runs.last_read(tenant_id),
        claims.reading(tenant_id), len(load.units(tenant_id)), load.rules(tenant_id),
        drafts.get(tenant_id, "rules") is not None, readmodel.of(tenant_id), connections.all_stored(tenant_id),
    )  # fmt: skip
    return (_connect(seen), _units(seen), _rules(seen), _people(seen), *_vendors(seen))


def _connect(seen: _Seen) -> Line:
    def line(state: Step, sv: str, en: str) -> Line:
        return Line("connect", state, sv, en, "start_connect")

    if seen.source is None or not seen.source.subject:
        return line(
            Step.NOT_STARTED, "Ingen administratör att läsa som är vald.", "No administrator to read as is chosen."
        )
    if seen.reading:
        return line(Step.UNDER_WAY, "Katalogen läses nu.", "The directory is being read.")
    if seen.last_read and seen.last_read.state == "failed":
        words = [*seen.last_read.error_args, "", ""]
        return line(Step.ATTENTION, f"Läsningen misslyckades: {words[0]}", f"The read failed: {words[1]}")
    if seen.read_at is None:
        return line(Step.NOT_STARTED, "Katalogen är inte läst än.", "The directory has not been read yet.")
    counts = load.latest_read_counts(seen.tenant_id)
    people, groups, outside = (grouped(counts.get(name, 0)) for name in ("people", "groups", "outside"))
    sv = f"{people} personer och {groups} grupper lästa; {outside} personer utanför skolan bara räknade."
    return line(
        Step.DONE, sv, f"{people} people and {groups} groups read; {outside} people outside school only counted."
    )


def _units(seen: _Seen) -> Line:
    if seen.units:
        return Line(
            "units",
            Step.DONE,
            f"{counted(seen.units, 'skolenhet vald', 'skolenheter valda')}.",
            f"{counted(seen.units, 'school unit', 'school units')} chosen.",
            "units",
        )
    return Line("units", Step.NOT_STARTED, "Ingen skolenhet vald.", "No school unit chosen.", "units")


def _rules(seen: _Seen) -> Line:
    if seen.rules:
        more_sv, more_en = (" Ett utkast är inte sparat.", " A draft is not saved.") if seen.drafted else ("", "")
        number = seen.rules.number
        return Line(
            "rules", Step.DONE, f"Version {number} gäller.{more_sv}", f"Version {number} is in force.{more_en}", "rules"
        )
    if seen.read_at is None:
        sv, en = "Katalogen behöver läsas först.", "The directory needs to be read first."
        return Line("rules", Step.BLOCKED, sv, en, "rules")
    if seen.drafted:
        return Line("rules", Step.UNDER_WAY, "Ett utkast är inte sparat.", "A draft is not saved.", "rules")
    sv, en = "Inga regler än. Godta ett förslag att börja från.", "No rules yet. Accept a proposal to begin from."
    return Line("rules", Step.NOT_STARTED, sv, en, "rules")


def _people(seen: _Seen) -> Line:
    if seen.model is None:
        return Line("people", Step.BLOCKED, "Reglerna behövs först.", "The rules are needed first.", "quality")
    placed, errors = seen.model.counts.get("placed", 0), golive.errors_now(seen.model)
    if errors:
        sv = f"{grouped(placed)} personer placerade; {grouped(errors)} fel att se efter."
        en = f"{grouped(placed)} people placed; {counted(errors, 'error', 'errors')} to look at."
        return Line("people", Step.ATTENTION, sv, en, "quality")
    sv, en = f"{grouped(placed)} personer placerade, inga fel.", f"{grouped(placed)} people placed, no errors."
    return Line("people", Step.DONE, sv, en, "quality")


def _vendors(seen: _Seen) -> Iterator[Line]:
    ready = [each for each in seen.stored if _reachable(each)]
    yield _connected(seen, ready)
    yield _planned(seen)
    yield _tested(seen)
    live = sum(each.facts.mode is Mode.LIVE for each in seen.stored)
    if live:
        yield Line(
            "live",
            Step.DONE,
            f"{counted(live, 'leverantör', 'leverantörer')} i skarpt läge.",
            f"{counted(live, 'vendor', 'vendors')} live.",
            "connections",
        )
    elif seen.on:
        yield Line("live", Step.NOT_STARTED, "Ingen leverantör i skarpt läge.", "No vendor is live.", "connections")
    else:
        yield Line("live", Step.BLOCKED, "Testläget kommer först.", "The test comes first.", "connections")


def _reachable(stored: Stored) -> bool:
    try:
        reach.sound(stored.facts, Mode.TEST)
    except Misconfigured:
        return False
    return True


def _connected(seen: _Seen, ready: list[Stored]) -> Line:
    if not seen.stored:
        return Line("vendors", Step.NOT_STARTED, "Ingen leverantör tillagd.", "No vendor added.", "connections")
    sv = f"{len(ready)} av {len(seen.stored)} leverantörer har adress och nyckel."
    en = f"{len(ready)} of {len(seen.stored)} vendors have an address and a key."
    return Line("vendors", Step.DONE if ready else Step.UNDER_WAY, sv, en, "connections")


def _planned(seen: _Seen) -> Line:
    planned = [each for each in seen.on if runs.has_planned(seen.tenant_id, each.facts.id)]
    if planned:
        sv, en = (
            f"{counted(len(planned), 'leverantör', 'leverantörer')} har en plan.",
            f"{counted(len(planned), 'vendor', 'vendors')} with a plan.",
        )
        return Line("plan", Step.DONE, sv, en, "changes")
    if seen.model is None or not seen.stored:
        sv, en = "Regler och en leverantör behövs först.", "Rules and a vendor are needed first."
        return Line("plan", Step.BLOCKED, sv, en, "changes")
    sv, en = "Slå på testläge för en leverantör, så görs en plan.", "Switch a vendor to test, and a plan is made."
    return Line("plan", Step.UNDER_WAY if seen.on else Step.NOT_STARTED, sv, en, "changes")


def _tested(seen: _Seen) -> Line:
    points = [
        next(point for point in golive.points(each, seen.at, None) if point.code == "test_clean") for each in seen.on
    ]
    if any(point.done for point in points):
        sv, en = (
            "Minst en leverantör är testad utan fel i ett dygn.",
            "At least one vendor was tested for a day without errors.",
        )
        return Line("evaluate", Step.DONE, sv, en, "runs")
    if points:
        return Line("evaluate", Step.UNDER_WAY, points[0].text_sv, points[0].text_en, "runs")
    return Line("evaluate", Step.BLOCKED, "Testläget är inte på.", "The test is not on.", "runs")
