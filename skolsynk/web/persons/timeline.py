"""What has happened to one person, newest first: what was sent and answered, what waits, what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from skolsynk.store import persons as rows
from skolsynk.sync.people import Person
from skolsynk.web.access import Visit
from skolsynk.web.changes.said import REASONS
from skolsynk.web.persons.labels import ANSWER_KINDS, ANSWERS, EVENTS, TYPES, VERBS
from skolsynk.web.persons.links import address
from skolsynk.web.words import chosen

MOMENTS = 50


class Moment(NamedTuple):
    """``who`` did it, "" for nobody in particular; ``mode`` is "" where none is meant."""

    at: datetime
    title: str
    detail: str
    kind: str  # of a chip
    mode: str
    run_at: str  # address of the run's page
    who: str


def timeline(visit: Visit, found: Person, events: Sequence[rows.Event]) -> list[Moment]:
    names = {at.stored.facts.id: at.vendor.name for at in found.vendors}
    moments = [
        *(_answered(visit, each, names) for each in found.answers),
        *(_waiting(each, names) for each in found.waiting),
        *(_event(each) for each in events if each.what in EVENTS),
    ]
    return sorted(moments, key=lambda each: each.at, reverse=True)[:MOMENTS]


def _answered(visit: Visit, each: rows.Answered, names: dict[int, str]) -> Moment:
    vendor, what = names.get(each.connection_id, each.vendor), TYPES.get(each.type, each.type)
    title = f"{vendor}: {what}, {VERBS[each.verb]}"
    status = f" ({each.status})" if each.status else ""
    said = f" – ”{each.message}”" if each.message else ""
    detail = f"{ANSWERS[each.answer]}{status}{said}"
    return Moment(each.at, title, detail, ANSWER_KINDS[each.answer], each.mode, address(visit, "run", run=each.run), "")


def _waiting(each: rows.Waiting, names: dict[int, str]) -> Moment:
    vendor, what = names.get(each.connection_id, ""), TYPES.get(each.type, each.type)
    detail = chosen("hålls tillbaka", "held back") + f": {REASONS.get(each.reason, each.reason)}"
    return Moment(each.since, f"{vendor}: {what}, {VERBS[each.verb]}", detail, "warning", "", "", "")


def _event(each: rows.Event) -> Moment:
    vendor = str(each.about.get("vendor", ""))
    return Moment(each.at, str(EVENTS[each.what]), vendor, "neutral", "", "", each.who)
