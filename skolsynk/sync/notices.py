"""Trouble is told once when it begins and once when it is over, however often it is looked at.

    alarms that hold now + notices that are open -> what has begun, what has ended -> letters and webhooks

A letter that cannot be delivered is logged by its notice's id and not sent again: the overview shows the alarm all
the time, and a notice that is repeated is a notice that nobody reads.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from skolsynk.store import load, notices
from skolsynk.sync import delivery
from skolsynk.sync.delivery import Told

log = logging.getLogger(__name__)


class Alarm(NamedTuple):
    """Something that holds now and that a person ought to know. Texts name vendors and numbers, never people."""

    connection_id: int | None
    cause: str  # stable as long as it is the same trouble: "held", "failed:credentials", "silent" …
    since: datetime
    title_sv: str
    title_en: str
    next_sv: str
    next_en: str
    place: str = "overview"  # name of the page where something can be done


class Followed(NamedTuple):
    begun: int
    ended: int


def follow(tenant_id: int, alarms: Iterable[Alarm], at: datetime, *, ending: bool = True) -> Followed:
    """Tell what is new and what is over; with ``ending`` False nothing is over, for not all was looked at."""
    holding = {(alarm.connection_id, alarm.cause): alarm for alarm in alarms}
    known = {(notice.connection_id, notice.cause): notice for notice in notices.current(tenant_id)}
    begun = [alarm for key, alarm in holding.items() if key not in known and _begin(tenant_id, alarm, at)]
    over = [notice for key, notice in known.items() if ending and key not in holding]
    ended = [notice for notice in over if notices.end(tenant_id, notice.id, at)]
    told = [_trouble(tenant_id, alarm) for alarm in begun]
    told += [_recovery(tenant_id, notice, at) for notice in ended]
    delivery.deliver(tenant_id, told, at)
    return Followed(len(begun), len(ended))


def over(tenant_id: int, told: Told, at: datetime) -> None:
    """Something of the whole tenant is over, told in these words: whether or not its beginning was told."""
    for notice in notices.current(tenant_id):
        if notice.connection_id is None and notice.cause == told.cause:
            notices.end(tenant_id, notice.id, at)
    delivery.deliver(tenant_id, [told], at)


def _begin(tenant_id: int, alarm: Alarm, at: datetime) -> bool:
    about = {name: getattr(alarm, name) for name in ("title_sv", "title_en", "place")}
    return notices.begin(tenant_id, alarm.connection_id, alarm.cause, about, at) is not None


def _trouble(tenant_id: int, alarm: Alarm) -> Told:
    return Told(
        "trouble", alarm.cause, _vendor(tenant_id, alarm.connection_id), alarm.since, alarm.title_sv, alarm.title_en,
        alarm.next_sv, alarm.next_en, alarm.place,
    )  # fmt: skip


def _recovery(tenant_id: int, notice: notices.NoticeFacts, at: datetime) -> Told:
    about = notice.about
    return Told(
        "recovered", notice.cause, _vendor(tenant_id, notice.connection_id), at,
        f"Över: {about.get('title_sv', notice.cause)}", f"Over: {about.get('title_en', notice.cause)}",
        "Du behöver inte göra något.", "There is nothing you need to do.", str(about.get("place", "overview")),
    )  # fmt: skip


def _vendor(tenant_id: int, connection_id: int | None) -> str:
    if connection_id is None:
        return ""
    return next((each.vendor for each in load.connections(tenant_id) if each.id == connection_id), "")
