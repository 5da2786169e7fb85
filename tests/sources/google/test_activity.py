"""The admin log, and what each event of it hints at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from skolsynk.sources.base import Misconfigured, ReadIncomplete
from skolsynk.sources.google import activity
from skolsynk.sources.google.activity import Event, Hint, hints_of
from skolsynk.sources.google.auth import ALWAYS, GROUPS
from tests.sources.google.build import directory, member, scene

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_events_come_newest_first_with_whom_they_are_about() -> None:
    made = directory()
    with scene(made) as at:
        made.set_members("g1", [member("u1", email="Elev1@liten.example")])
        made.rename_org_unit("/Elever/7A", "8A")
        found = at.source().events(datetime.now(UTC) - timedelta(minutes=5))
    assert [one.name for one in found][:1] == ["EDIT_ORG_UNIT_NAME"]
    removed = next(one for one in found if one.name == "REMOVE_GROUP_MEMBER")
    assert removed.group == "klass1@liten.example"
    assert removed.type == "GROUP_SETTINGS"


def test_what_is_older_is_not_asked_for() -> None:
    with scene() as at:
        assert at.source().events(datetime.now(UTC) + timedelta(minutes=5)) == ()


def test_every_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "EVENTS_A_PAGE", 2)
    made = directory(pupils=5)
    with scene(made) as at:
        for number in range(1, 6):
            made.suspend(f"u{number}")
        found = at.source().events(datetime.now(UTC) - timedelta(minutes=5))
    assert sum(one.name == "SUSPEND_USER" for one in found) == 5


def test_a_log_that_never_ends_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "EVENTS_A_PAGE", 1)
    monkeypatch.setattr(activity, "MOST_PAGES", 2)
    with scene() as at, pytest.raises(ReadIncomplete):
        at.source().events(datetime.now(UTC) - timedelta(minutes=5))


def test_without_the_scope_the_error_says_so() -> None:
    with scene() as at:
        at.delegate([scope.url for scope in (*ALWAYS, GROUPS)])
        with pytest.raises(Misconfigured) as refused:
            at.source().events(AT)
    assert refused.value.code == "not_delegated"


def test_a_row_without_a_time_is_an_error() -> None:
    made = directory()
    made.log[-1] = {**made.log[-1], "id": {"time": "igår"}}
    with scene(made) as at, pytest.raises(ReadIncomplete):
        at.source().events(datetime.now(UTC) - timedelta(minutes=5))


def event(kind: str, name: str, group: str = "", user: str = "") -> Event:
    return Event(AT, "1", kind, name, group, user)


@pytest.mark.parametrize(
    ("told", "hinted"),
    [
        (
            event("GROUP_SETTINGS", "ADD_GROUP_MEMBER", "7a@x.example", "ada@x.example"),
            (Hint("group", "7a@x.example"),),
        ),
        (event("GROUP_SETTINGS", "DELETE_GROUP", "7a@x.example"), (Hint("group", "7a@x.example"),)),
        (event("GROUP_SETTINGS", "GROUP_MEMBER_BULK_UPLOAD"), (Hint("groups"),)),
        (event("GROUP_SETTINGS", "GROUP_THING_OF_TOMORROW", "7a@x.example"), (Hint("group", "7a@x.example"),)),
        (event("GROUP_SETTINGS", "GROUP_THING_OF_TOMORROW"), (Hint("groups"),)),
        (event("GROUP_SETTINGS", "GROUP_LIST_DOWNLOAD"), ()),
        (event("USER_SETTINGS", "MOVE_USER_TO_ORG_UNIT", user="ada@x.example"), (Hint("user", "ada@x.example"),)),
        (event("USER_SETTINGS", "CHANGE_PASSWORD", user="ada@x.example"), ()),
        (event("USER_SETTINGS", "CREATE_USER"), ()),
        (event("USER_SETTINGS", "BULK_UPLOAD"), (Hint("everything"),)),
        (event("ORG_SETTINGS", "MOVE_ORG_UNIT"), (Hint("org_units"),)),
        (event("ORG_SETTINGS", "CHANGE_LOGO"), ()),
        (event("SECURITY_SETTINGS", "CHANGE_SESSION_LENGTH"), ()),
    ],
)
def test_each_event_hints_at_what_to_read_again(told: Event, hinted: tuple[Hint, ...]) -> None:
    assert hints_of(told) == hinted
