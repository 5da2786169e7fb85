"""The customer's admin log (Reports API, application ``admin``): what administrators have changed, a few minutes late.

Only users can be watched; that a group or an org unit has changed is told here and nowhere else. An event is a hint of
what to read again, never what to believe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from skolsynk.sources.google import auth
from skolsynk.sources.google.client import Calling, Client
from skolsynk.sources.google.texts import incomplete

EVENTS_A_PAGE = 1000
MOST_PAGES = 20
FIELDS = "nextPageToken,items(id(time,uniqueQualifier),events(type,name,parameters(name,value)))"

# Kinds of hints, as they are stored
USER, GROUP, ORG_UNITS, GROUPS, EVERYTHING = "user", "group", "org_units", "groups", "everything"


class Event(NamedTuple):
    """One thing that an administrator did. Addresses are lower case, "" where the event has none."""

    at: datetime
    qualifier: str  # tells entries of the same instant apart
    type: str
    name: str
    group: str
    user: str


class Hint(NamedTuple):
    """Something to read again. ``key``: an address for "user" and "group", "" for the others."""

    kind: str
    key: str = ""


# Group events that change nothing that we read.
IDLE_OF_GROUPS = frozenset({"GROUP_LIST_DOWNLOAD", "GROUP_MEMBERS_DOWNLOAD", "WHITELISTED_GROUPS_UPDATED"})
# Of users most events are about passwords, tokens and devices: only these can change what a school is made of.
OF_USERS = (
    "CREATE_USER", "DELETE_USER", "UNDELETE_USER", "SUSPEND_USER", "UNSUSPEND_USER", "ARCHIVE_USER", "UNARCHIVE_USER",
    "RENAME_USER", "MOVE_USER_TO_ORG_UNIT", "CHANGE_FIRST_NAME", "CHANGE_LAST_NAME", "CHANGE_USER_CUSTOM_FIELD",
    "CHANGE_USER_ORGANIZATION", "CHANGE_USER_EXTERNAL_ID", "CHANGE_USER_RELATION", "CHANGE_USER_LOCATION",
    "CHANGE_USER_LANGUAGE", "CHANGE_USER_KEYWORD", "ADD_USER_ALIAS", "REMOVE_USER_ALIAS", "ADD_NICKNAME",
)  # fmt: skip
BULK = frozenset({"BULK_UPLOAD", "USER_BULK_UPLOAD"})


def events(calling: Calling, since: datetime) -> tuple[Event, ...]:
    """Everything in the log from an instant on, newest first. Raises SourceError.

    Not asked for by event name: Google allows few such questions a minute, and sorting here costs nothing.
    """
    options = {
        "userKey": "all", "applicationName": "admin", "startTime": _instant(since), "maxResults": EVENTS_A_PAGE,
        "fields": FIELDS,
    }  # fmt: skip
    found: list[Event] = []
    with Client(calling, (auth.REPORTS,)) as client:
        activities = client.service("admin", "reports_v1").activities()
        for number, rows in enumerate(client.pages(activities, options, "items", "reports"), 1):
            if number > MOST_PAGES:
                raise incomplete("page_cap", what="reports", pages=str(MOST_PAGES))
            for row in rows:
                found += _events_of(row)
    return tuple(found)


def hints_of(event: Event) -> tuple[Hint, ...]:
    """What to read again after an event; () for one that changes nothing that we read."""
    if event.type == "GROUP_SETTINGS" and event.name not in IDLE_OF_GROUPS:
        # An event of groups that names none (an upload of members), or that we have never heard of: better too much.
        return (Hint(GROUP, event.group),) if event.group else (Hint(GROUPS),)
    if event.type == "USER_SETTINGS":
        if event.name in BULK:
            return (Hint(EVERYTHING),)
        return (Hint(USER, event.user),) if event.user and event.name in OF_USERS else ()
    if event.type == "ORG_SETTINGS" and "ORG_UNIT" in event.name:
        return (Hint(ORG_UNITS),)
    return ()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _events_of(row: Mapping[str, Any]) -> Iterator[Event]:
    key = row.get("id")
    if not isinstance(key, dict):
        raise incomplete("key_missing", what="reports", key="id")
    try:
        at = datetime.fromisoformat(str(key.get("time")))
    except ValueError as strange:
        raise incomplete("key_missing", what="reports", key="time") from strange
    for each in row.get("events") or ():
        said = {str(one.get("name")): str(one.get("value", "")) for one in each.get("parameters") or ()}
        yield Event(
            at, str(key.get("uniqueQualifier", "")), str(each.get("type", "")), str(each.get("name", "")),
            said.get("GROUP_EMAIL", "").lower(), said.get("USER_EMAIL", "").lower(),
        )  # fmt: skip
