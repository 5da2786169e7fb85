"""Google calls; what changed there is at the vendor soon after, once, and within the guards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from skolsynk.core.connection import Mode
from skolsynk.sandbox.directory import Directory
from skolsynk.store import claims, load, realtime
from skolsynk.store.models import Channel, Connection, Hint, Run, SnapshotRow
from skolsynk.sync import dispatch, health, hinted, readmodel, run
from tests.scenarios.theatre import Theatre, pupils, resource, theatre
from tests.scenarios.told import Clock, call, clock_of, follow, follow_now, kinds, listen, open_channel, settle, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Iterator[Theatre]:
    with theatre(people=150) as made:
        made.sync()
        yield made


@pytest.fixture
def clock(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with clock_of(stage, monkeypatch) as made:
        follow_now(stage, made)
        yield made


@pytest.fixture
def channel(stage: Theatre, clock: Clock) -> object:
    return open_channel(stage, clock)


def given_name(stage: Theatre, key: str) -> str:
    body = stage.held()[resource(stage, key)].decode()
    return body.split('"givenName":"')[1].split('"')[0]


def test_a_new_name_is_at_the_vendor_after_one_call(stage: Theatre, clock: Clock, channel: object) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    stage.stage.google.log.clear()
    call(channel, key)
    done = settle(clock)
    assert kinds(done) == ["patch", "push"]
    assert {one.state for one in done} == {"done"}
    assert given_name(stage, key) == "Alva"
    assert done[1].counts["requests"] == 1
    assert len(stage.stage.google.calls("GET")) == 2, "one user was read again, and the tree she has a place in"


def _path_of(directory: Directory, key: str) -> str:
    user = directory.find_user(key)
    assert user
    return str(user["orgUnitPath"])


def test_a_pupil_told_of_before_org_units_that_swapped_names_is_in_her_own_class(
    stage: Theatre, clock: Clock, channel: object
) -> None:
    directory, key = stage.stage.town.directory, pupils(stage)[0]
    mine = _path_of(directory, key)
    above = mine.rpartition("/")[0]
    other = next(
        one["orgUnitPath"]
        for one in directory.org_units
        if one["orgUnitPath"].rpartition("/")[0] == above and one["orgUnitPath"] != mine
    )
    directory.rename_org_unit(other, "Gammal")
    directory.rename_org_unit(mine, other.rpartition("/")[2])
    call(channel, key)
    settle(clock)
    newest = load.latest_snapshot(stage.tenant_id)
    assert newest
    keys = {one.path: one.key for one in newest[1].containers}
    places = {one["orgUnitPath"]: one["orgUnitId"] for one in directory.org_units}
    for person in newest[1].people:
        now = _path_of(directory, person.key)
        assert (person.container, keys[person.container]) == (now, places[now])


def test_a_storm_of_five_hundred_calls_is_a_few_runs_and_nothing_is_lost(
    stage: Theatre, clock: Clock, channel: object
) -> None:
    moved, google = pupils(stage, 12), Client()
    for number in range(500):
        key = moved[number % len(moved)]
        if number < len(moved):
            stage.stage.town.directory.rename_user(key, f"Storm{number}", "Ek")
        assert call(channel, key, number=number + 2, client=google) == 200
    done = settle(clock)
    assert len(done) <= 4, kinds(done)
    assert [given_name(stage, key) for key in moved] == [f"Storm{number}" for number in range(len(moved))]
    stage.assert_equal()


def test_a_storm_about_more_people_than_can_be_asked_for_is_one_whole_read(
    stage: Theatre, clock: Clock, channel: object
) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    clock.sleep(minutes=10)
    told_at = clock.now()
    google = Client()
    for number in range(250):
        call(channel, key if number == 0 else f"9{number}", client=google)
    done = settle(clock)
    assert kinds(done) == ["read", "push"]
    assert given_name(stage, key) == "Alva"
    assert done[1].counts["freshness"]["p95_s"] < 60, "measured from the calls, not from the read before"
    since = Run.objects.get(kind="read", trigger="hints").changed_after
    assert since
    assert since >= told_at


def test_calls_again_late_replayed_and_out_of_order_change_nothing(
    stage: Theatre, clock: Clock, channel: object
) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    for number in (7, 3, 7):
        call(channel, key, number=number)
    settle(clock)
    held, snapshots = stage.held(), SnapshotRow.objects.count()
    for number in (3, 7, 2):
        call(channel, key, number=number)
        done = settle(clock)
        assert kinds(done) == ["patch"], "nothing differs: no snapshot, no push"
    assert stage.held() == held
    assert SnapshotRow.objects.count() == snapshots


def test_a_forged_call_reads_nothing(stage: Theatre, clock: Clock, channel: object) -> None:
    stage.stage.google.log.clear()
    call(channel, pupils(stage)[0], token="forged")
    call("1b671a64-40d5-491e-99b0-da01ff1f3341", pupils(stage)[0])
    assert settle(clock) == []
    assert stage.stage.google.calls() == []


def test_a_new_pupil_reaches_the_vendor(stage: Theatre, clock: Clock, channel: object) -> None:
    google, friend = stage.stage.town.directory, pupils(stage)[0]
    user = {
        **google.users[friend], "id": "990001", "primaryEmail": "alldeles.ny@elev.bjorkvik.example", "aliases": [],
        "name": {"givenName": "Alldeles", "familyName": "Ny"},
    }  # fmt: skip
    google.add_user(user)
    call(channel, "990001", state="add")
    settle(clock)
    assert given_name(stage, "990001") == "Alldeles"
    stage.assert_equal()


def test_somebody_deleted_in_google_is_removed(stage: Theatre, clock: Clock, channel: object) -> None:
    key = pupils(stage)[0]
    gone = resource(stage, key)
    stage.stage.town.directory.delete_user(key)
    call(channel, key, state="delete")
    settle(clock)
    assert gone not in stage.held()
    stage.assert_equal()


def test_google_failing_in_the_middle_keeps_nothing_and_is_tried_again(
    stage: Theatre, clock: Clock, channel: object
) -> None:
    one, other = pupils(stage, 2)
    for key in (one, other):
        stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
        call(channel, key)
    stage.stage.google.fault(f"GET */users/{other}", status=403, reason="forbidden", repeat=2)
    before, held = load.latest_snapshot_id(stage.tenant_id), stage.held()
    clock.sleep(seconds=6)
    (failed,) = work(hinted.due(clock.now()))
    assert (failed.kind, failed.state) == ("patch", "failed")
    assert load.latest_snapshot_id(stage.tenant_id) == before
    assert stage.held() == held
    assert Hint.objects.count() == 2
    clock.sleep(seconds=10)
    assert hinted.due(clock.now()) == (), "not at once"
    clock.sleep(seconds=25)
    assert work(hinted.due(clock.now()))[0].state == "failed"
    clock.sleep(seconds=35)
    assert hinted.due(clock.now()) == (), "and later the second time"
    settle(clock)
    assert given_name(stage, one) == given_name(stage, other) == "Alva"


def test_a_patch_that_always_fails_becomes_a_whole_read(stage: Theatre, clock: Clock, channel: object) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    stage.stage.google.fault(f"GET */users/{key}", status=403, reason="forbidden", repeat=None)
    call(channel, key)
    done = settle(clock, 200)
    assert kinds(done) == ["patch"] * 4 + ["read", "push"]
    assert given_name(stage, key) == "Alva"


@pytest.mark.parametrize("dies_at", ["drop", "found_changes"])
def test_a_worker_that_dies_around_the_snapshot_loses_nothing(
    stage: Theatre, clock: Clock, channel: object, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    call(channel, key)
    told_at = clock.now()
    clock.sleep(seconds=6)
    (patch,) = hinted.due(clock.now())

    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as death:
        death.setattr(realtime if dies_at == "drop" else claims, dies_at, killed)
        with pytest.raises(KilledError):
            run.execute(patch, worker="dead", should_stop=lambda: False)
    assert claims.facts(patch).state == "running", "dead without a word"
    assert Hint.objects.count() == 1
    clock.sleep(minutes=2)
    done = work(dispatch.lost(clock.now()))
    assert kinds(done) == ["patch", "push"]
    assert given_name(stage, key) == "Alva"
    waited = (clock.now() - told_at).total_seconds()
    assert waited - 5 < done[1].counts["freshness"]["p95_s"] <= round(waited, 1), "also the minutes of being dead count"


def test_a_worker_that_dies_between_snapshot_and_push_is_made_up_for(
    stage: Theatre, clock: Clock, channel: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    call(channel, key)
    clock.sleep(seconds=6)
    (patch,) = hinted.due(clock.now())
    with monkeypatch.context() as death:
        death.setattr(run, "AFTER", {})
        assert kinds(work([patch])) == ["patch"]
    assert given_name(stage, key) != "Alva"
    clock.sleep(minutes=1)
    done = work(dispatch.due(clock.now()))
    assert "push" in kinds(done)
    assert "read" not in kinds(done)
    assert given_name(stage, key) == "Alva"


def test_a_disaster_that_comes_one_call_at_a_time_is_held(stage: Theatre, clock: Clock, channel: object) -> None:
    """Somebody's script deletes a school, one pupil every ten minutes: no single push is past any limit."""
    stage.pass_time(minutes=10)
    truth = stage.stage.town.truth
    unit = truth.people[pupils(stage)[0]].unit
    doomed = pupils(stage, 40, unit)
    assert len(doomed) > 25
    sent = []
    for number, key in enumerate(doomed):
        gone = resource(stage, key)
        stage.stage.town.directory.delete_user(key)
        call(channel, key, state="delete", number=number + 2)
        clock.sleep(minutes=10)
        follow_now(stage, clock)
        settle(clock)
        sent.append(gone not in stage.held())
        if clock.now() > Channel.objects.latest("created_at").expires_at - timedelta(hours=1):
            channel = open_channel(stage, clock)
    assert all(sent[:5]), "a few leave every day"
    assert not any(sent[11:]), "eleven in a day and more than a twentieth is past the limit for a school unit"
    last = Run.objects.filter(kind="push").latest("created_at")
    assert last.state == "held"
    assert last.counts["total"]["held"] >= len(doomed) - sum(sent)


def test_a_renamed_org_unit_is_followed(stage: Theatre, clock: Clock, channel: object) -> None:
    google, key = stage.stage.town.directory, pupils(stage)[0]
    path = google.users[key]["orgUnitPath"]
    name = path.rpartition("/")[2]
    clock.sleep(minutes=1)
    google.rename_org_unit(path, f"{name}x")
    clock.sleep(minutes=3)
    follow(stage, clock)
    assert [one.kind for one in realtime.hints(stage.tenant_id)] == ["org_units"]
    done = settle(clock)
    assert kinds(done)[0] == "patch"
    snapshot = load.latest_snapshot(stage.tenant_id)
    assert snapshot
    patched = {one.key: one.container for one in snapshot[1].people}
    assert patched[key] == f"{path}x"
    assert stage.read().state == "done"
    again = load.latest_snapshot(stage.tenant_id)
    assert again
    assert {one.key: one.container for one in again[1].people} == patched


def test_a_group_that_changed_is_seen_in_the_log_and_reaches_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    with theatre(people=150, convention="groups") as stage:
        stage.sync()
        with clock_of(stage, monkeypatch) as clock:
            open_channel(stage, clock)
            follow_now(stage, clock)
            google = stage.stage.town.directory
            before = stage.held()
            key = pupils(stage)[0]
            group = next(
                one for one, members in sorted(google.members.items())
                if google.groups[one]["email"].startswith("klass-") and any(member["id"] == key for member in members)
            )  # fmt: skip
            clock.sleep(minutes=1)
            google.set_members(group, [one for one in google.members[group] if one["id"] != key])
            changed_at = clock.now()
            clock.sleep(minutes=3)
            follow(stage, clock)
            assert [one.kind for one in realtime.hints(stage.tenant_id)] == ["group"]
            done = settle(clock)
            assert "push" in kinds(done)
            assert stage.held() != before
            stage.assert_equal()
            waited = (clock.now() - changed_at).total_seconds()
            found = done[-1].counts["freshness"]["p95_s"]
            assert 180 <= found <= waited < 360, "groups within six minutes"


def test_freshness_is_shown_from_call_to_acceptance(stage: Theatre, clock: Clock, channel: object) -> None:
    key = pupils(stage)[0]
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    call(channel, key)
    told_at = clock.now()
    clock.sleep(seconds=20)  # the queue is long
    settle(clock)
    (state,) = health.states(stage.tenant_id, clock.now())
    assert state.freshness
    assert 26 <= state.freshness["p50_s"] <= (clock.now() - told_at).total_seconds()


def test_pages_follow_within_a_minute_and_say_how_old_they_are(stage: Theatre, clock: Clock, channel: object) -> None:
    key = pupils(stage)[0]
    before = readmodel.of(stage.tenant_id)
    assert before
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    call(channel, key)
    settle(clock)
    shown = readmodel.of(stage.tenant_id)
    assert shown
    assert (shown.at, shown.stale) == (before.at, True), "the old one says its own age"
    clock.sleep(minutes=1)
    done = work(dispatch.due(clock.now()))
    assert kinds(done) == ["school"], "and no plans follow: the pushes have been made"
    now = readmodel.of(stage.tenant_id)
    assert now
    assert (now.stale, now.at) == (False, load.latest_read_at(stage.tenant_id))
    assert work(dispatch.due(clock.now())) == []


def test_a_push_that_came_while_another_was_under_way_follows_at_once(
    stage: Theatre, clock: Clock, channel: object
) -> None:
    connection = stage.connection()
    first = dispatch.queue(connection, "push", clock.now())
    second = dispatch.queue(connection, "push", clock.now())
    assert claims.claim(first, "busy", clock.now())
    assert run.execute(second, worker="told", should_stop=lambda: False) == ()
    claims.requeue(first, clock.now())
    assert second in run.execute(first, worker="told", should_stop=lambda: False)


@pytest.mark.parametrize("mode", [Mode.TEST, Mode.LIVE])
def test_a_connection_that_rests_gets_nothing_until_it_opens(
    stage: Theatre, clock: Clock, channel: object, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "needs_groups", lambda rules: False)  # whole reads are for the night
    key = pupils(stage)[0]
    Connection.objects.update(mode=mode.value, paused_until=clock.now() + timedelta(hours=1))
    stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
    call(channel, key)
    assert kinds(settle(clock)) == ["patch"]
    clock.sleep(minutes=61)
    follow_now(stage, clock)
    assert "push" in [claims.facts(run_id).kind for run_id in dispatch.due(clock.now())]


@pytest.mark.django_db(transaction=True)
def test_a_change_in_google_reaches_the_vendor_over_real_connections(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake Google opens a channel, calls the site, and is read again."""
    with theatre(people=60) as stage:
        stage.sync()
        with clock_of(stage, monkeypatch, live_server.url) as clock:
            follow_now(stage, clock)
            listen(stage, clock)
            google = stage.stage.google
            until(lambda: Channel.objects.filter(state="open").exists())
            realtime.forget_hints(stage.tenant_id)
            key = pupils(stage)[0]
            stage.stage.town.directory.rename_user(key, "Alva", "Nyberg")
            until(lambda: Hint.objects.filter(kind="user", key=key).exists())
            assert {status for _, _, status in google.switchboard.delivered} == {200}
            settle(clock)
            assert given_name(stage, key) == "Alva"


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "nothing came within ten seconds"
        time.sleep(0.02)
