"""Channels and the admin log: kept open, replaced, lost and found again; and which runs their hints want."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from skolsynk.core.connection import Mode
from skolsynk.sources.google.auth import ALWAYS, GROUPS
from skolsynk.store import claims, load, realtime, save
from skolsynk.store.models import ActivityCursor, Channel, Connection, Run
from skolsynk.store.realtime import NewHint
from skolsynk.sync import directory, dispatch, following, hinted, listening
from tests.scenarios.theatre import Theatre, pupils
from tests.scenarios.told import Clock, clock_of, follow, follow_now, listen, open_channel, work


@pytest.fixture
def clock(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    stage.stage.town.directory.log.clear()
    with clock_of(stage, monkeypatch) as made:
        yield made
    google = stage.stage.google
    google.switchboard.channels.clear()
    google.faults.clear()
    for account in google.desk.accounts:
        google.delegate(account, stage.stage.town.directory.customer_id)


def hints(stage: Theatre) -> set[tuple[str, str]]:
    return {(one.kind, one.key) for one in realtime.hints(stage.tenant_id)}


def google_channels(stage: Theatre) -> set[str]:
    return set(stage.stage.google.switchboard.channels)


def delegate(stage: Theatre, *scopes: str) -> None:
    google = stage.stage.google
    for account in google.desk.accounts:
        google.delegate(account, stage.stage.town.directory.customer_id, scopes)


# Channels


def test_a_tenant_with_a_connection_on_gets_a_channel(stage: Theatre, clock: Clock) -> None:
    listen(stage, clock)
    row = Channel.objects.get()
    assert google_channels(stage) == {str(row.pk)}
    assert row.resource_id
    assert timedelta(hours=5, minutes=59) < row.expires_at - clock.now() <= timedelta(hours=6)
    asked = stage.stage.google.switchboard.channels[str(row.pk)]
    assert asked.address == "http://127.0.0.1:9/google/notiser/"
    assert len(asked.token) >= 43
    assert asked.token.encode() not in bytes(row.token)


def test_the_first_channel_asks_for_a_whole_read_since_nobody_told_before(stage: Theatre, clock: Clock) -> None:
    listen(stage, clock)
    hint = realtime.hints(stage.tenant_id)[0]
    assert (hint.kind, hint.changed_at) == ("everything", load.latest_read_at(stage.tenant_id))


def test_looking_again_opens_no_second_channel(stage: Theatre, clock: Clock) -> None:
    for _ in range(3):
        listen(stage, clock)
    assert Channel.objects.count() == 1


def test_a_channel_is_replaced_before_it_ends_and_stopped_when_the_new_one_is_heard(
    stage: Theatre, clock: Clock
) -> None:
    old = open_channel(stage, clock)
    stage.stage.google.switchboard.channels.clear()
    clock.sleep(hours=5, minutes=35)
    listen(stage, clock)
    new = Channel.objects.exclude(pk=old).get()
    assert Channel.objects.get(pk=old).state == "open", "until the new one is heard, the old one is what there is"
    assert hints(stage) == set(), "there was always a channel"
    listen(stage, clock)
    assert Channel.objects.get(pk=old).state == "open"
    realtime.heard(new.pk, 1, clock.now())
    listen(stage, clock)
    assert Channel.objects.get(pk=old).state == "stopped"
    assert google_channels(stage) == {str(new.pk)}


def test_a_channel_lost_for_three_days_is_made_anew_and_everything_read(stage: Theatre, clock: Clock) -> None:
    open_channel(stage, clock)
    heard = Channel.objects.get().heard_at
    clock.sleep(days=3)
    listen(stage, clock)
    assert Channel.objects.filter(expires_at__gt=clock.now()).count() == 1
    hint = realtime.hints(stage.tenant_id)[0]
    assert (hint.kind, hint.changed_at) == ("everything", heard)
    (run_id,) = hinted.due(clock.now() + timedelta(seconds=6))
    assert claims.facts(run_id).kind == "read"
    assert work([run_id])[0].state == "done"
    assert hints(stage) == set()
    assert Run.objects.get(pk=run_id).changed_after == heard


def test_a_tenant_with_nothing_on_has_its_channels_stopped(stage: Theatre, clock: Clock) -> None:
    listen(stage, clock)
    Connection.objects.update(mode=Mode.OFF.value)
    assert stage.tenant_id in listening.tenants()
    listen(stage, clock)
    assert google_channels(stage) == set()
    assert Channel.objects.get().state == "stopped"
    assert hints(stage) == set()
    assert stage.tenant_id not in listening.tenants()


def test_a_channel_that_google_will_not_stop_is_stopped_here(stage: Theatre, clock: Clock) -> None:
    listen(stage, clock)
    delegate(stage)
    listening.stop(stage.tenant_id)
    assert Channel.objects.get().state == "stopped"


def test_a_refused_channel_is_asked_for_again_after_five_minutes(stage: Theatre, clock: Clock) -> None:
    stage.stage.google.fault("POST */users/watch", status=400, reason="invalid")
    listen(stage, clock)
    assert google_channels(stage) == set()
    listen(stage, clock)
    assert google_channels(stage) == set()
    clock.sleep(minutes=6)
    listen(stage, clock)
    assert len(google_channels(stage)) == 1


@pytest.mark.parametrize("site", ["", "http://skola.example", "https://localhost"])
def test_without_a_public_https_address_no_channel_is_asked_for(
    stage: Theatre, clock: Clock, monkeypatch: pytest.MonkeyPatch, site: str
) -> None:
    monkeypatch.setattr(settings, "SITE_URL", site)
    monkeypatch.setattr(settings, "GOOGLE_ROOT_URL", "https://admin.googleapis.com/")
    listen(stage, clock)
    assert Channel.objects.count() == 0
    assert listening.state(stage.tenant_id, clock.now()).users == "no_address"


def test_a_public_https_address_will_do(settings: object) -> None:
    settings.SITE_URL = "https://skolsynk.example/"  # type: ignore[attr-defined]  # pytest-django's
    assert listening.address() == "https://skolsynk.example/google/notiser/"


def test_the_state_tells_how_word_comes(stage: Theatre, clock: Clock) -> None:
    def users() -> str:
        return listening.state(stage.tenant_id, clock.now()).users

    assert users() == "off"
    listen(stage, clock)
    assert users() == "asked"
    clock.sleep(minutes=11)
    assert users() == "unheard"
    realtime.heard(Channel.objects.get().pk, 1, clock.now())
    assert users() == "on"
    clock.sleep(hours=6)
    assert users() == "off"


def test_long_ended_channels_are_forgotten(stage: Theatre, clock: Clock) -> None:
    old = open_channel(stage, clock)
    clock.sleep(days=8)
    listen(stage, clock)
    assert not Channel.objects.filter(pk=old).exists()


# The admin log


def test_the_first_look_begins_a_log_and_asks_for_a_whole_read(stage: Theatre, clock: Clock) -> None:
    follow(stage, clock)
    assert hints(stage) == {("everything", "")}
    assert ActivityCursor.objects.get().looked_at


def test_what_admins_do_to_org_units_is_hinted_at_once(stage: Theatre, clock: Clock) -> None:
    follow_now(stage, clock)
    google = stage.stage.town.directory
    clock.sleep(minutes=1)
    google.add_org_unit("/Nytt hus", "id:nytt")
    made_at = clock.now()
    try:
        clock.sleep(minutes=3)
        follow(stage, clock)
        (hint,) = realtime.hints(stage.tenant_id)
        assert hint.kind == "org_units"
        assert abs(hint.changed_at - made_at) < timedelta(seconds=2)
        realtime.drop(stage.tenant_id, [hint])
        clock.sleep(minutes=3)
        follow(stage, clock)
        assert hints(stage) == set(), "what was seen is not told again, though it is read again"
    finally:
        google.remove_org_unit("/Nytt hus")


def test_people_are_hinted_at_by_the_log_only_where_no_channel_told(stage: Theatre, clock: Clock) -> None:
    follow_now(stage, clock)
    google, (one, other) = stage.stage.town.directory, pupils(stage, 2)
    clock.sleep(minutes=1)
    google.suspend(one, False)
    clock.sleep(minutes=1)
    open_channel(stage, clock)
    google.suspend(other, False)
    clock.sleep(minutes=3)
    follow(stage, clock)
    assert hints(stage) == {("user", one)}


def test_somebody_new_is_hinted_at_by_id_and_never_by_address(stage: Theatre, clock: Clock) -> None:
    follow_now(stage, clock)
    google, key = stage.stage.town.directory, pupils(stage)[0]
    user = {**google.users[key], "id": "99000", "primaryEmail": "alldeles.ny@bjorkvik.example", "aliases": []}
    clock.sleep(minutes=1)
    google.add_user(user)
    try:
        clock.sleep(minutes=3)
        follow(stage, clock)
        assert hints(stage) == {("user", "99000")}
    finally:
        google.delete_user("99000")


def test_a_log_not_followed_for_hours_asks_for_a_whole_read(stage: Theatre, clock: Clock) -> None:
    follow_now(stage, clock)
    looked_at = clock.now()
    clock.sleep(days=3)
    follow(stage, clock)
    (hint,) = realtime.hints(stage.tenant_id)
    assert hint.kind == "everything"
    assert abs(hint.changed_at - looked_at) < timedelta(seconds=2)


def test_without_the_scope_the_schedule_goes_on_and_the_state_says_why(stage: Theatre, clock: Clock) -> None:
    open_channel(stage, clock)
    delegate(stage, *(scope.url for scope in (*ALWAYS, GROUPS)))
    follow(stage, clock)
    state = listening.state(stage.tenant_id, clock.now())
    assert (state.users, state.log, state.live) == ("on", "not_delegated", False)
    assert hints(stage) == set()
    clock.sleep(minutes=61)
    (run_id,) = dispatch.due(clock.now())
    assert claims.facts(run_id).kind == "read"


def test_a_missing_scope_is_not_asked_for_every_three_minutes(stage: Theatre, clock: Clock) -> None:
    delegate(stage, *(scope.url for scope in (*ALWAYS, GROUPS)))
    stage.stage.google.log.clear()
    for _ in range(60):
        follow(stage, clock)
        clock.sleep(minutes=3)
    assert len(stage.stage.google.calls("POST /token")) <= 20


def test_a_log_that_never_ends_asks_for_a_whole_read(
    stage: Theatre, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skolsynk.sources.google.activity.MOST_PAGES", 0)
    follow_now(stage, clock)
    clock.sleep(minutes=1)
    stage.stage.town.directory.suspend(pupils(stage)[0], False)
    clock.sleep(minutes=3)
    follow(stage, clock)
    assert hints(stage) == {("everything", "")}


def test_an_hour_of_trouble_at_google_is_remembered_as_such(stage: Theatre, clock: Clock) -> None:
    follow_now(stage, clock)
    clock.sleep(minutes=3)
    stage.stage.google.fault("GET */applications/admin", status=400, reason="invalid")
    follow(stage, clock)
    row = ActivityCursor.objects.get()
    assert row.failed_since
    assert row.error_code
    clock.sleep(minutes=3)
    follow(stage, clock)
    assert ActivityCursor.objects.get().error_code == ""


# Which runs are wanted


def note(stage: Theatre, clock: Clock, *told: tuple[str, str]) -> None:
    realtime.note(stage.tenant_id, [NewHint(kind, key, clock.now()) for kind, key in told], clock.now())


def due(clock: Clock) -> list[str]:
    return [claims.facts(run_id).kind for run_id in hinted.due(clock.now())]


def test_a_patch_waits_until_it_is_quiet_for_five_seconds(stage: Theatre, clock: Clock) -> None:
    note(stage, clock, ("user", "1"))
    assert due(clock) == []
    clock.sleep(seconds=4)
    note(stage, clock, ("user", "2"))
    clock.sleep(seconds=2)
    assert due(clock) == []
    clock.sleep(seconds=4)
    assert due(clock) == ["patch"]
    assert due(clock) == [], "one is enough"


def test_a_patch_waits_no_longer_than_fifteen_seconds(stage: Theatre, clock: Clock) -> None:
    for _ in range(4):
        note(stage, clock, ("user", "1"))
        assert due(clock) == []
        clock.sleep(seconds=4)
    note(stage, clock, ("user", "1"))
    assert due(clock) == ["patch"]


def test_two_patches_of_one_tenant_are_twenty_seconds_apart(stage: Theatre, clock: Clock) -> None:
    note(stage, clock, ("user", "1"))
    clock.sleep(seconds=6)
    assert work(hinted.due(clock.now()))[0].state == "done"
    note(stage, clock, ("user", "1"))
    clock.sleep(seconds=16)
    assert due(clock) == []
    clock.sleep(seconds=4)
    assert due(clock) == ["patch"]


@pytest.mark.parametrize("kind", ["groups", "everything"])
def test_what_is_about_everything_is_read_whole(stage: Theatre, clock: Clock, kind: str) -> None:
    clock.sleep(minutes=10)
    note(stage, clock, (kind, ""))
    clock.sleep(seconds=6)
    assert due(clock) == ["read"]


def test_more_than_two_hundred_people_are_read_whole(stage: Theatre, clock: Clock) -> None:
    clock.sleep(minutes=10)
    note(stage, clock, *(("user", str(number)) for number in range(200)))
    clock.sleep(seconds=6)
    assert due(clock) == ["patch"]
    Run.objects.filter(kind="patch").delete()
    note(stage, clock, ("user", "one more"))
    clock.sleep(seconds=6)
    assert due(clock) == ["read"]


@pytest.mark.parametrize("kind", ["read", "school", "patch"])
@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_patch_waits_for_what_is_under_way(stage: Theatre, clock: Clock, kind: str, state: str) -> None:
    Run.objects.create(
        tenant_id=stage.tenant_id, kind=kind, state=state, at=clock.now(), today=stage.at, created_at=clock.now()
    )
    note(stage, clock, ("user", "1"))
    clock.sleep(seconds=20)
    assert due(clock) == []


def test_nothing_is_read_for_a_tenant_with_nothing_on(stage: Theatre, clock: Clock) -> None:
    Connection.objects.update(mode=Mode.OFF.value)
    note(stage, clock, ("user", "1"))
    clock.sleep(seconds=20)
    assert due(clock) == []


def test_a_hint_told_again_during_a_patch_is_kept(stage: Theatre, clock: Clock) -> None:
    note(stage, clock, ("user", "1"), ("user", "2"))
    taken = realtime.hints(stage.tenant_id)
    note(stage, clock, ("user", "2"), ("user", "3"))
    realtime.drop(stage.tenant_id, taken)
    assert hints(stage) == {("user", "2"), ("user", "3")}


def test_a_whole_read_drops_only_what_was_told_before_it_began(
    stage: Theatre, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(stage, clock, ("user", "1"))
    honest = directory.read

    def meanwhile(*args: object) -> object:
        note(stage, clock, ("user", "2"))
        return honest(*args)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(directory, "read", meanwhile)
    stage.read()
    assert hints(stage) == {("user", "2")}


# Whole reads of those that are told of


def live(stage: Theatre, clock: Clock) -> None:
    open_channel(stage, clock, hours=200)
    follow_now(stage, clock)
    save.source(stage.tenant_id, subject=stage.stage.town.admin_email, school_containers=stage.stage.town.containers())
    Run.objects.filter(kind__in=("read", "push")).update(created_at=clock.now())


@pytest.fixture
def no_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where no rule looks at groups."""
    monkeypatch.setattr(dispatch, "needs_groups", lambda rules: False)


def test_where_rules_look_at_groups_whole_reads_go_on_however_often_people_change(stage: Theatre, clock: Clock) -> None:
    live(stage, clock)
    kinds = []
    for _ in range(6):
        clock.sleep(minutes=50)
        note(stage, clock, ("user", "1"))
        clock.sleep(seconds=6)
        kinds += [each.kind for each in work(hinted.due(clock.now()))]
        follow_now(stage, clock)
        kinds += [each.kind for each in work(dispatch.due(clock.now()))]
    assert kinds.count("patch") == 6
    assert kinds.count("read") == 3, "after 100, 200 and 300 minutes"


@pytest.mark.usefixtures("no_groups")
def test_a_tenant_that_is_told_of_changes_is_read_at_night_and_pushed_by_the_schedule(
    stage: Theatre, clock: Clock
) -> None:
    live(stage, clock)
    clock.sleep(minutes=61)
    follow_now(stage, clock)
    found = [claims.facts(run_id) for run_id in dispatch.due(clock.now())]
    assert {one.kind for one in found} == {"push"}
    assert found
    clock.sleep(days=1)
    follow_now(stage, clock)
    Run.objects.filter(kind="push").update(state="done")
    assert [claims.facts(run_id).kind for run_id in dispatch.due(clock.now())] == ["read"]


@pytest.mark.usefixtures("no_groups")
def test_new_rules_are_a_reason_to_read_at_once(stage: Theatre, clock: Clock) -> None:
    live(stage, clock)
    clock.sleep(minutes=10)
    follow_now(stage, clock)
    assert all(claims.facts(run_id).kind == "push" for run_id in dispatch.due(clock.now()))
    rules = load.rules(stage.tenant_id)
    assert rules
    save.rules(stage.tenant_id, rules.json, author="x", reason="x", at=clock.now())
    assert [claims.facts(run_id).kind for run_id in dispatch.due(clock.now())] == ["read"]


def test_nights_are_spread_from_one_to_five(stage: Theatre, clock: Clock) -> None:
    nights = [dispatch.night_of(tenant, clock.now()) for tenant in range(1, 51)]
    hours = {night.astimezone(dispatch.STOCKHOLM).hour for night in nights}
    assert hours == {1, 2, 3, 4}
    assert len(set(nights)) == 50
    assert all(clock.now() - timedelta(days=1) <= night <= clock.now() for night in nights)


def test_a_dead_workers_push_is_made_up_for(stage: Theatre, clock: Clock) -> None:
    live(stage, clock)
    clock.sleep(minutes=1)
    newest = load.latest_snapshot(stage.tenant_id)
    assert newest
    save.snapshot(stage.tenant_id, replace(newest[1], at=clock.now()))
    found = [claims.facts(run_id).kind for run_id in dispatch.due(clock.now())]
    assert "push" in found
    assert "read" not in found


def test_following_is_for_tenants_with_a_connection_on(stage: Theatre, clock: Clock) -> None:
    assert following.tenants() == (stage.tenant_id,)
    Connection.objects.update(mode=Mode.OFF.value)
    assert following.tenants() == ()
