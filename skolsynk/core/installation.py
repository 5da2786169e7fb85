"""Whether the app is installed at one customer, as Google's answers let us believe, and what follows from it.

    works      every scope that a read needs gave an answer
    gone       Google knows the app as removed, or refuses every scope that a read needs
    trouble    anything else: a quota, an outage, an administrator who was suspended, one scope of many

One look that finds it gone is no proof: Google has bad hours, and administrators press the wrong button. Only looks a
day apart with none in between that found it working put a customer in quarantine; one that does brings it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

# What a read cannot do without. Groups are needed only where rules look at them; the others never are.
NEEDED = ("users", "org_units", "customer", "domains")
REFUSED = "not_delegated"  # the token endpoint's unauthorized_client and access_denied
LICENSED, UNLICENSED = "ACTIVE", "UNLICENSED"  # Marketplace API v2, customerLicense.state; "" is unknown
APART = timedelta(hours=24)


class State(StrEnum):
    PENDING = "pending"  # Google has not let us in yet
    ACTIVE = "active"
    QUARANTINED = "quarantined"  # removed: nothing is read or sent, and everything is kept for a while
    PURGED = "purged"  # personal data is erased; ids and the namespace stay


class Sight(StrEnum):
    WORKS = "works"
    TROUBLE = "trouble"
    GONE = "gone"


class Event(StrEnum):
    NONE = ""
    ACTIVATED = "activated"  # let in for the first time
    MISSED = "missed"  # gone for the first time
    FOUND = "found"  # a miss that was none
    QUARANTINED = "quarantined"
    RESUMED = "resumed"  # back before the purge


class Answer(NamedTuple):
    """What Google said to one small question with a token of its own. ``code``: why not, "" where it works."""

    works: bool
    code: str


class Verdict(NamedTuple):
    state: State
    missing_since: datetime | None
    event: Event


def sight(answers: Mapping[str, Answer], licence: str, was_licensed: bool) -> Sight:
    """What one look saw. ``answers`` by scope; ``licence`` of the Marketplace, "" when unknown.

    UNLICENSED also means "never installed": a customer that has delegated by hand and was never seen with a licence is
    judged by its answers alone.
    """
    if licence == UNLICENSED and was_licensed:
        return Sight.GONE
    needed = [answers.get(name, Answer(False, "")) for name in NEEDED]
    if all(answer.works for answer in needed):
        return Sight.WORKS
    return Sight.GONE if all(answer.code == REFUSED for answer in needed) else Sight.TROUBLE


def judged(state: State, missing_since: datetime | None, seen: Sight, at: datetime) -> Verdict:
    """What a look at ``at`` changes. Trouble changes nothing: it neither proves nor disproves."""
    if state is State.PURGED or seen is Sight.TROUBLE:
        return Verdict(state, missing_since, Event.NONE)
    if seen is Sight.WORKS:
        return Verdict(State.ACTIVE, None, _back(state, missing_since))
    if state is not State.ACTIVE:
        return Verdict(state, missing_since, Event.NONE)
    if missing_since is None:
        return Verdict(state, at, Event.MISSED)
    if at - missing_since < APART:
        return Verdict(state, missing_since, Event.NONE)
    return Verdict(State.QUARANTINED, missing_since, Event.QUARANTINED)


def _back(state: State, missing_since: datetime | None) -> Event:
    if state is State.ACTIVE:
        return Event.FOUND if missing_since else Event.NONE
    return Event.ACTIVATED if state is State.PENDING else Event.RESUMED


SOON, HOURLY, DAILY = timedelta(minutes=10), timedelta(hours=1), timedelta(hours=24)
EAGER, PATIENT = timedelta(days=3), timedelta(days=30)  # Google promises a day; then less and less is likely


def every(state: State, missing_since: datetime | None, age: timedelta) -> timedelta:
    """How long to wait between looks. ``age``: since the tenant was made."""
    if state is State.PENDING:
        return SOON if age < EAGER else HOURLY if age < PATIENT else DAILY
    return HOURLY if state is State.ACTIVE and missing_since else DAILY


def due(
    state: State, looked_at: datetime | None, missing_since: datetime | None, since: datetime, at: datetime
) -> bool:
    """Is it time to look again? ``since``: when the tenant was made. What is purged waits for somebody to sign in."""
    if state is State.PURGED:
        return False
    return looked_at is None or at - looked_at >= every(state, missing_since, at - since)
