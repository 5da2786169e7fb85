"""Findings as pages and files show them: one line a cause, with its trend; and the objects of one cause, by name.

People who are limited to some school units see findings of these units alone. Of people with protected identity there
is a number and nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from skolsynk.core import swedish
from skolsynk.core.findings import CATALOGUE, explain
from skolsynk.core.school import Fate, Finding, Severity
from skolsynk.store import quality as rows
from skolsynk.store import readmodel as kept
from skolsynk.store import save
from skolsynk.store.quality import Snoozed
from skolsynk.sync.readmodel import Cause, GroupRow, ReadModel

HIDDEN = ("protected_identity",)
TREND = timedelta(days=30)
LONGEST = timedelta(days=366)  # that something can be set aside
Only = Collection[str] | None
Days = Sequence[tuple[date, Mapping[str, int]]]


class Line(NamedTuple):
    """One cause."""

    code: str
    severity: Severity
    objects: int
    people: int
    snoozed: int  # of the objects
    released: int  # people who would reach some vendor when this is put right; the most that one vendor would get
    vendors: int  # how many vendors would get somebody
    since: date | None  # first day of the unbroken row of days with it; None where that is not known
    trend: tuple[tuple[date, int], ...]
    asleep: Snoozed | None  # all of it is set aside

    @property
    def awake(self) -> int:
        return self.objects - self.snoozed


class Object(NamedTuple):
    """One finding with what is shown of its object."""

    finding: Finding
    name: str  # "" where there is none, or none to be shown
    about: str  # an address, or a path
    person: str  # source key, "" when it is no person
    asleep: Snoozed | None


def lines(model: ReadModel, today: date, only: Only) -> tuple[Line, ...]:
    """The worst and largest first."""
    asleep = rows.snoozes(model.tenant_id, today)
    days = kept.finding_days(model.tenant_id, today - TREND) if only is None else ()
    found = (_line(model, cause, asleep, days, only) for cause in model.causes)
    return tuple(line for line in found if line is not None)


def _line(model: ReadModel, cause: Cause, asleep: Sequence[Snoozed], days: Days, only: Only) -> Line | None:
    mine = [each for each in asleep if each.code == cause.code]
    whole = next((each for each in mine if not each.object_key), None)
    objects, people, released = cause.objects, cause.people, cause.released
    if only is not None:
        found = findings(model, cause.code, only)
        objects, released = len({(each.object_kind, each.object_key) for each in found}), {}
        people = len({each.object_key for each in found if each.object_kind == "person"})
        if not objects:
            return None
    return Line(
        cause.code, cause.severity, objects, people, objects if whole else _asleep(model, cause.code, mine, only),
        max(released.values(), default=0), sum(number > 0 for number in released.values()), since(days, cause.code),
        tuple((day, counts.get(cause.code, 0)) for day, counts in days), whole,
    )  # fmt: skip


def _asleep(model: ReadModel, code: str, mine: Sequence[Snoozed], only: Only) -> int:
    """How many objects are set aside one by one."""
    if not mine:
        return 0
    keys = {each.object_key for each in mine}
    found = findings(model, code, only)
    return len({(each.object_kind, each.object_key) for each in found if each.object_key in keys})


def since(days: Days, code: str) -> date | None:
    """The first day of the last unbroken row of counted days that have it."""
    first = None
    for day, counts in reversed(days):
        if not counts.get(code):
            break
        first = day
    return first


def findings(model: ReadModel, code: str, only: Only) -> tuple[Finding, ...]:
    """All findings of a cause that a visitor may see."""
    found = model.findings(code)
    return found if only is None else tuple(each for each in found if each.school_unit in only)


def units(found: Sequence[Finding]) -> Mapping[str, int]:
    """{school unit code: findings}, "" where none is known."""
    return Counter(each.school_unit for each in found)


def objects(
    model: ReadModel,
    code: str,
    only: Only,
    today: date,
    *,
    unit: str | None = None,
    start: int = 0,
    stop: int | None = None,
) -> tuple[tuple[Object, ...], int]:
    """One window of the objects of a cause by unit and name, and how many there are. ``unit``: of one only."""
    if code in HIDDEN:
        return (), 0
    found = [each for each in findings(model, code, only) if unit is None or each.school_unit == unit]
    asleep = {each.object_key: each for each in rows.snoozes(model.tenant_id, today, code) if each.object_key}
    groups = {row.key: row for row in model.groups} if any(each.object_kind == "group" for each in found) else {}

    def order(each: Finding) -> tuple[object, ...]:
        # People stand in the order of names already; the rest is few, or has no name.
        place = model.people.place(each.object_key) if each.object_kind == "person" else None
        group = groups.get(each.object_key)
        text = swedish.sort_key(group.name if group else each.object_key) if place is None else ()
        return each.object_key in asleep, each.school_unit, place is None, place or 0, text, each.args

    found.sort(key=order)
    return tuple(_object(model, each, groups, asleep) for each in found[start:stop]), len(found)


def _object(
    model: ReadModel, finding: Finding, groups: Mapping[str, GroupRow], asleep: Mapping[str, Snoozed]
) -> Object:
    name, about, person = "", "", ""
    if finding.object_kind == "person":
        person, row = finding.object_key, model.people.row(finding.object_key)
        if row is not None and row.fate != Fate.PROTECTED.value:
            name, about = row.name, row.email
    elif finding.object_kind == "group":
        group = groups.get(finding.object_key)
        name, about = (group.name, group.email) if group else ("", finding.object_key)
    else:
        about = finding.object_key
    return Object(finding, name, about, person, asleep.get(finding.object_key))


HEADER = (
    "severity", "code", "object_kind", "object", "name", "address", "school_unit_code", "title", "cause", "what_to_do",
    "snoozed_until",
)  # fmt: skip


def table(model: ReadModel, codes: Sequence[str], only: Only, today: date, lang: str) -> Iterator[tuple[object, ...]]:
    """A header, then one row a finding; people with protected identity are absent."""
    yield HEADER
    for code in codes:
        for each in objects(model, code, only, today)[0]:
            finding, said = each.finding, explain(each.finding, lang)
            yield (
                finding.severity.value, finding.code, finding.object_kind, finding.object_key, each.name, each.about,
                finding.school_unit, said.title, said.cause, said.fix, each.asleep.until if each.asleep else "",
            )  # fmt: skip


# Setting aside


def snooze(tenant_id: int, code: str, object_key: str, *, reason: str, until: date, who: str, at: datetime) -> None:
    """Set a cause, or one object of it, aside to and including a day. Raises KeyError for a code that is not."""
    CATALOGUE[code]
    rows.snooze(tenant_id, code, object_key, reason=reason, until=until, author=who, at=at)
    save.audit(tenant_id, who, "finding_snoozed", {"code": code, "object": object_key, "until": until.isoformat()}, at)


def wake(tenant_id: int, snooze_id: int, who: str, at: datetime) -> bool:
    """Take it back; False when there was nothing to take back."""
    woken = rows.wake(tenant_id, snooze_id)
    if woken is not None:
        save.audit(tenant_id, who, "finding_woken", {"code": woken[0], "object": woken[1]}, at)
    return woken is not None
