"""What Google did, and that nothing was lost or sent because of it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from skolsynk.store import load
from tests.scenarios.theatre import Theatre, pupils, theatre

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Iterator[Theatre]:
    with theatre() as made:
        made.sync()
        made.pass_time(hours=1)
        yield made


def assert_read_fails_and_nothing_changes(stage: Theatre, code: str) -> None:
    before, held = load.latest_snapshot_id(stage.tenant_id), stage.held()
    ended = stage.read()
    assert ended.state == "failed", "the read must not become a snapshot"
    assert ended.error_code == code
    assert all(text and "@" not in text for text in ended.error_args)
    assert "Inget har skickats" in ended.error_args[0]
    assert load.latest_snapshot_id(stage.tenant_id) == before
    push = stage.push()
    assert push.counts["requests"] == 0
    assert stage.held() == held


def fault(stage: Theatre, path: str, **how: object) -> None:
    stage.stage.google.fault(path, **how)


def test_google_dies_on_page_3() -> None:
    with theatre(people=1400) as stage:
        stage.sync()
        stage.pass_time(hours=1)
        fault(stage, "GET /admin/directory/v1/users", nth=3, repeat=None, status=503)
        assert_read_fails_and_nothing_changes(stage, "google_down")


def test_google_hiccups_and_the_read_goes_on(stage: Theatre) -> None:
    fault(stage, "GET /admin/directory/v1/users", status=503, repeat=2)
    fault(stage, "GET /admin/directory/v1/users", status=403, reason="quotaExceeded", nth=3)
    assert stage.read().state == "done"


def test_delegation_is_missing(stage: Theatre) -> None:
    desk = stage.stage.google.desk
    for account in desk.accounts:
        stage.stage.google.delegate(account, stage.stage.town.directory.customer_id, ())
    assert_read_fails_and_nothing_changes(stage, "not_delegated")


def test_the_administrator_is_gone(stage: Theatre) -> None:
    directory = stage.stage.town.directory
    admin = directory.find_user(stage.stage.town.admin_email)
    assert admin is not None
    directory.delete_user(admin["id"])
    assert_read_fails_and_nothing_changes(stage, "wrong_subject")


def test_the_administrator_is_suspended(stage: Theatre) -> None:
    directory = stage.stage.town.directory
    admin = directory.find_user(stage.stage.town.admin_email)
    assert admin is not None
    directory.suspend(admin["id"])
    ended = stage.read()
    assert ended.state == "failed"


def test_google_answers_half_a_json(stage: Theatre) -> None:
    fault(stage, "GET /admin/directory/v1/users", kind="truncate", repeat=None)
    assert_read_fails_and_nothing_changes(stage, "not_json")


def test_google_answers_an_html_page_with_200(stage: Theatre) -> None:
    fault(stage, "GET /admin/directory/v1/users", kind="html", status=200, repeat=None)
    assert_read_fails_and_nothing_changes(stage, "not_json")


def test_google_answers_200_without_users(stage: Theatre) -> None:
    fault(stage, "GET /admin/directory/v1/users", kind="drop_key", key="users", repeat=None)
    assert_read_fails_and_nothing_changes(stage, "key_missing")


def test_google_answers_200_with_no_users(stage: Theatre) -> None:
    fault(stage, "GET /admin/directory/v1/users", kind="empty", key="users", repeat=None)
    ended = stage.read()
    assert ended.state == "failed"
    assert ended.error_code in ("no_users", "no_school_users", "still_there")


def test_somebody_is_missing_from_the_list_but_still_there(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    key = pupils(stage)[0]
    directory = stage.stage.town.directory
    honest = stage.stage.google.tenancy.users
    monkeypatch.setattr(
        stage.stage.google.tenancy, "users", lambda of: [user for user in honest(of) if user["id"] != key]
    )
    assert directory.find_user(key) is not None
    assert_read_fails_and_nothing_changes(stage, "still_there")


def test_clock_is_wrong(stage: Theatre) -> None:
    desk = stage.stage.google.desk
    desk.clock = lambda: time.time() + 7200
    ended = stage.read()
    assert (ended.state, ended.error_code) == ("failed", "clock")
