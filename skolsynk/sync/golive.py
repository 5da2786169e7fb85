"""What should be true before a connection goes live, and what is: from runs, refusals, findings and what people said.

A point that is not met stops nobody who may decide: an owner goes on with a reason. Only what sending cannot do
without (``needed``: address, key, somebody chosen) cannot be passed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from skolsynk.core.connection import Mode
from skolsynk.core.school import Severity
from skolsynk.core.swedish import counted, grouped
from skolsynk.store import connections as rows
from skolsynk.store import load, save, trust
from skolsynk.sync import connections, modes, reach, readmodel
from skolsynk.sync.connections import Relation
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.errors import Misconfigured

CLEAN = timedelta(hours=24)
CONFIRMED = {"findings": "findings_reviewed", "guards": "guards_confirmed"}
"""{point that a person can confirm: how the log names it}"""


class Point(NamedTuple):
    """One thing on the list. The texts say what is so, with numbers."""

    code: str  # "test_clean" | "findings" | "guards" | "agreement" | "selection" | "reachable"
    done: bool
    needed: bool  # nobody can go past it
    text_sv: str
    text_en: str

    def text(self, language: str) -> str:
        return self.text_sv if language == "sv" else self.text_en


@dataclass(frozen=True)
class _Asked:
    """What the points look at, gathered once."""

    stored: rows.Stored
    at: datetime
    events: Sequence[trust.Event]
    model: readmodel.ReadModel | None
    people: int | None  # who would be sent; None: cannot be counted now

    def last(self, what: str) -> trust.Event | None:
        return next((event for event in self.events if event.what == what), None)


def points(stored: rows.Stored, at: datetime, people: int | None) -> tuple[Point, ...]:
    """The whole list, in the order in which it is best met. ``people``: how many the selection takes now."""
    facts = stored.facts
    said = trust.events(facts.tenant_id, facts.vendor, (*CONFIRMED.values(), "connection_saved"))
    asked = _Asked(stored, at, said, readmodel.of(facts.tenant_id), people)
    return tuple(point(asked) for point in POINTS)


def missing(found: Sequence[Point]) -> tuple[Point, ...]:
    return tuple(point for point in found if not point.done)


def confirm(stored: rows.Stored, code: str, who: str, at: datetime) -> None:
    """A person says that findings were looked at, or that the guards are right. Raises KeyError for other points."""
    about: dict[str, object] = {"vendor": stored.facts.vendor, "version": stored.version}
    if code == "findings":
        about["objects"] = errors_now(readmodel.of(stored.facts.tenant_id))
    save.audit(stored.facts.tenant_id, who, CONFIRMED[code], about, at)


def errors_now(model: readmodel.ReadModel | None) -> int:
    """How many things the rules could not place."""
    causes = model.causes if model else ()
    return sum(cause.objects for cause in causes if cause.severity is Severity.ERROR)


def _selection(asked: _Asked) -> Point:
    people = asked.people
    if people is None:
        sv, en = "Urvalet kan inte räknas än: katalogen är inte läst, eller reglerna saknas.", (
            "The selection cannot be counted yet: the directory is not read, or there are no rules."
        )  # fmt: skip
        return Point("selection", False, False, sv, en)
    sv = f"Urvalet tar med {counted(people, 'person', 'personer')}." if people else "Urvalet tar inte med någon."
    en = f"The selection takes {counted(people, 'person', 'people')}." if people else "The selection takes nobody."
    return Point("selection", bool(people), True, sv, en)


def _reachable(asked: _Asked) -> Point:
    try:
        reach.sound(asked.stored.facts, Mode.LIVE)
    except Misconfigured as error:
        return Point("reachable", False, True, error.text_sv, error.text_en)
    return Point("reachable", True, True, "Adress och nyckel för skarpt läge finns.", "Live address and key are there.")


def _test_clean(asked: _Asked) -> Point:
    facts = asked.stored.facts
    runs = trust.pushes(facts.id, Mode.TEST, asked.at - CLEAN)
    refused = trust.refused_in(facts.id, Mode.TEST)
    if runs.first_at is None:
        sv, en = "Ingen körning i testläge har nått sitt slut än.", "No run in test mode has come to its end yet."
        return Point("test_clean", False, False, sv, en)
    long_enough = asked.at - runs.first_at >= CLEAN
    done = long_enough and runs.ended > 0 and not runs.failed and not refused
    hours = int((asked.at - runs.first_at).total_seconds() // 3600)
    sv = (
        f"Testat i {counted(hours, 'timme', 'timmar')} (minst 24). Senaste dygnet: "
        f"{counted(runs.ended, 'körning', 'körningar')}, {runs.failed} med fel. "
        f"Leverantören avvisar {counted(refused, 'post', 'poster')} nu."
    )
    en = (
        f"Tested for {counted(hours, 'hour', 'hours')} (at least 24). The last 24 h: "
        f"{counted(runs.ended, 'run', 'runs')}, {runs.failed} with errors. "
        f"The vendor refuses {counted(refused, 'resource', 'resources')} now."
    )
    return Point("test_clean", done, False, sv, en)


def _findings(asked: _Asked) -> Point:
    number = errors_now(asked.model)
    if asked.model is None:
        sv, en = "Datakvaliteten är inte känd än.", "The data quality is not known yet."
        return Point("findings", False, False, sv, en)
    if not number:
        return Point("findings", True, False, "Reglerna kunde placera alla.", "The rules could place everybody.")
    seen = asked.last(CONFIRMED["findings"])
    then = seen.about.get("objects", 0) if seen else 0
    sv = f"{grouped(number)} fel i datakvaliteten; " + (
        f"{then} är genomgångna." if seen else "ingen har sagt att de är genomgångna."
    )
    en = f"{counted(number, 'error', 'errors')} in the data; " + (
        f"{then} have been looked through." if seen else "nobody has said that they have been looked through."
    )
    return Point("findings", seen is not None and then >= number, False, sv, en)


def _guards(asked: _Asked) -> Point:
    own = any(event.what == "connection_saved" and "guards" in event.about.get("parts", ()) for event in asked.events)
    if own:
        return Point("guards", True, False, "Gränserna är satta av er.", "You have set the limits.")
    if asked.last(CONFIRMED["guards"]):
        sv, en = "Ni har sagt att de förvalda gränserna passar.", "You have said that the default limits are right."
        return Point("guards", True, False, sv, en)
    sv = "De förvalda gränserna gäller; ingen har sagt att de passar er."
    return Point("guards", False, False, sv, "The default limits hold; nobody has said that they suit you.")


def _agreement(asked: _Asked) -> Point:
    told = connections.relation_of(asked.stored)
    done = agreed(told, today_at(asked.at))
    if done:
        sv, en = f"Avtalet är bekräftat {told.agreed_on}.", f"The agreement was confirmed on {told.agreed_on}."
    else:
        sv = "Leverantören är inte markerad som klar med ett avtalsdatum."
        en = "The vendor is not marked as ready with a date of agreement."
    return Point("agreement", done, False, sv, en)


def agreed(told: Relation, today: date) -> bool:
    return told.state == "ready" and told.agreed_on is not None and told.agreed_on <= today


POINTS: tuple[Callable[[_Asked], Point], ...] = (_selection, _reachable, _test_clean, _findings, _guards, _agreement)


# Switching


class Blocked(Exception):
    """Going live is not possible, or only for a reason. ``points`` are those not met."""

    def __init__(self, points: Sequence[Point]) -> None:
        super().__init__(", ".join(point.code for point in points))
        self.points = tuple(points)


class Gone(NamedTuple):
    """A connection in its new mode, and what is queued: plans that people look at."""

    switched: modes.Switched
    runs: tuple[UUID, ...]


@transaction.atomic
def switch(
    stored: rows.Stored, to: Mode, leave: str | None, *, people: int | None, reason: str, who: str, at: datetime
) -> Gone:
    """Switch, queue a plan of the new mode, and keep the reason for going past the list in the versions.

    Raises: Blocked when a needed point is not met, or another and there is no reason; Misconfigured as
    ``modes.switch``. Nothing is changed then.
    """
    facts = stored.facts
    past = _past(stored, to, people, reason, at)
    switched = modes.switch(facts, to, leave, who=who, at=at)
    if past:
        _override(stored, past, reason, who, at)
    plan = connections.plan_soon(load.connection(facts.id), who, at) if switched.before is not to else None
    return Gone(switched, tuple(run for run in (switched.removal_run, plan) if run))


def _past(stored: rows.Stored, to: Mode, people: int | None, reason: str, at: datetime) -> tuple[Point, ...]:
    """Points that are gone past."""
    if to is not Mode.LIVE or stored.facts.mode is Mode.LIVE:
        return ()
    unmet = missing(points(stored, at, people))
    needed = tuple(point for point in unmet if point.needed)
    if needed or (unmet and not reason.strip()):
        raise Blocked(needed or unmet)
    return unmet


def _override(stored: rows.Stored, past: Sequence[Point], reason: str, who: str, at: datetime) -> None:
    facts, codes = stored.facts, [point.code for point in past]
    rows.replace(
        facts.tenant_id, facts.vendor, stored.version, stored.document,
        author=who, reason=reason.strip()[: connections.LONGEST_REASON], at=at,
    )  # fmt: skip
    save.audit(facts.tenant_id, who, "golive_overridden", {"vendor": facts.vendor, "missing": codes}, at)
