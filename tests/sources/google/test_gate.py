"""A read that lost something is no snapshot: who is missing is looked up, and what must not be empty is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from skolsynk.core.snapshot import Container
from skolsynk.sources.base import Misconfigured, ReadIncomplete, SuspiciouslyEmpty, Transient
from skolsynk.sources.google import gate
from tests.sources.google.build import AT, directory, scene

USERS = "GET /admin/directory/v1/users"


def test_people_who_were_deleted_are_believed_gone() -> None:
    with scene() as at:
        previous = at.read()
        at.directory.delete_user("u2")
        snapshot = at.read(previous)
    assert {one.key for one in snapshot.people} == {"admin", "u1", "u3"}
    assert [one.status for one in at.google.calls("GET /admin/directory/v1/users/")] == [412]


def test_people_whom_google_has_forgotten_are_believed_gone() -> None:
    with scene() as at:
        previous = at.read()
        at.directory.delete_user("u2")
        at.directory.deleted_users.clear()
        assert len(at.read(previous).people) == 3
    assert [one.status for one in at.google.calls("GET /admin/directory/v1/users/")] == [404]


def test_people_missing_from_the_list_but_still_there_stop_the_read() -> None:
    with scene(directory(pupils=700)) as at:
        previous = at.read()
        # The first page loses its token: the list seems to end after 500 of 701.
        at.google.fault(USERS, kind="lose_token")
        with pytest.raises(ReadIncomplete) as found:
            at.read(previous)
    assert found.value.code == "still_there"
    assert found.value.details["missing"] == "201"
    assert found.value.details["still"] == "201"


def test_somebody_who_left_the_school_is_not_looked_up() -> None:
    with scene() as at:
        previous = at.read(school_containers=("/Elever",))
        at.directory.move_user("u2", "/Kontor")
        snapshot = at.read(previous, school_containers=("/Elever",))
    assert {one.key for one in snapshot.people} == {"u1", "u3"}
    assert snapshot.outside == {"/Kontor": 2}
    assert at.google.calls("GET /admin/directory/v1/users/") == []


def test_what_google_will_not_say_stops_the_read() -> None:
    with scene() as at:
        previous = at.read()
        at.directory.delete_user("u2")
        at.google.fault("GET /admin/directory/v1/users/u2", status=403, reason="forbidden", repeat=None)
        with pytest.raises(Misconfigured) as found:
            at.read(previous)
    assert found.value.code == "not_admin"


def test_of_very_many_only_a_sample_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_CONFIRMED", 10)
    with scene(directory(pupils=60)) as at:
        previous = at.read()
        at.directory.delete_users([f"u{number}" for number in range(1, 51)])
        assert len(at.read(previous).people) == 11
    assert len(at.google.calls("GET /admin/directory/v1/users/")) == 10


def test_a_sample_has_a_member_of_every_long_run() -> None:
    keys = [str(number) for number in range(10_000)]
    sample = gate.spread(keys, 500)
    assert len(set(sample)) == 500
    gaps = [int(second) - int(first) for first, second in pairwise(sample)]
    assert max(gaps) == 20
    assert gate.spread(keys[:3], 500) == ("0", "1", "2")


def test_a_group_that_was_deleted_is_believed_gone() -> None:
    with scene(directory(groups=3)) as at:
        previous = at.read()
        at.directory.delete_group("g2")
        assert [one.key for one in at.read(previous).groups] == ["g1", "g3"]


def test_groups_missing_from_the_list_but_still_there_stop_the_read() -> None:
    with scene(directory(pupils=1, groups=201)) as at:
        previous = at.read()
        at.google.fault("GET /admin/directory/v1/groups", kind="lose_token")
        with pytest.raises(ReadIncomplete) as found:
            at.read(previous)
    assert (found.value.code, found.value.details["missing"]) == ("still_there", "1")


def test_no_groups_are_believed_only_where_there_were_none() -> None:
    with scene(directory(groups=0)) as at:
        assert at.read(at.read()).groups == ()
    with scene() as at:
        previous = at.read()
        at.google.fault("GET /admin/directory/v1/groups", kind="drop_key", key="groups", repeat=None)
        with pytest.raises(SuspiciouslyEmpty) as found:
            at.read(previous)
    assert (found.value.code, found.value.details["before"]) == ("no_groups", "1")


def test_a_group_emptied_against_googles_own_count_is_asked_for_again() -> None:
    with scene() as at:
        previous = at.read()
        at.google.fault("*/members", kind="drop_key", key="members")
        assert len(at.read(previous).groups[0].members) == 3
        at.google.fault("*/members", kind="drop_key", key="members", repeat=None)
        with pytest.raises(SuspiciouslyEmpty) as found:
            at.read(previous)
    assert (found.value.code, found.value.details["count"]) == ("no_members", "3")


def test_a_group_that_really_became_empty_is_believed() -> None:
    with scene() as at:
        previous = at.read()
        at.directory.set_members("g1", [])
        assert at.read(previous).groups[0].members == ()


def test_a_count_that_lags_is_no_proof_where_the_group_was_empty_before() -> None:
    made = directory()
    made.set_members("g1", [])
    made.groups["g1"] = {**made.groups["g1"], "directMembersCount": "4"}
    with scene(made) as at:
        previous = at.read()
        assert at.read(previous).groups[0].members == ()


def test_members_on_a_page_that_was_lost_are_asked_for_again() -> None:
    made = directory(pupils=250)
    with scene(made) as at:
        previous = at.read()
        at.google.fault("*/members", kind="lose_token")
        assert len(at.read(previous).groups[0].members) == 250


def test_a_group_deleted_during_the_read_is_left_out() -> None:
    with scene(directory(groups=2)) as at:
        at.google.fault("*/groups/g1/members", status=404, reason="notFound", repeat=None)
        at.google.fault("GET */groups/g1", status=404, reason="notFound", repeat=None)
        assert [one.key for one in at.read().groups] == ["g2"]


def test_a_group_whose_members_are_not_found_though_it_is_there_stops_the_read() -> None:
    with scene(directory(groups=2)) as at:
        at.google.fault("*/groups/g1/members", status=404, reason="notFound", repeat=None)
        with pytest.raises(ReadIncomplete) as found:
            at.read()
    assert found.value.code == "group_vanished"


def test_a_school_org_unit_that_was_renamed_stops_the_read() -> None:
    with scene() as at:
        at.read(school_containers=("/Elever",))
        at.directory.rename_org_unit("/Elever", "Barn")
        with pytest.raises(Misconfigured) as found:
            at.read(school_containers=("/Elever",))
    assert found.value.code == "container_missing"
    assert "/Elever" in found.value.text("sv")


def test_org_units_renamed_during_the_read_stop_it() -> None:
    with scene() as at:

        def rename(phase: str, done: int, total: int | None) -> None:
            if phase == "users":
                at.directory.rename_org_unit("/Elever/7A", "7B")

        with pytest.raises(Transient) as found:
            at.source().read(AT, None, rename)
    assert found.value.code == "tree_moved"


def test_an_org_unit_made_during_the_read_does_no_harm() -> None:
    with scene() as at:

        def add(phase: str, done: int, total: int | None) -> None:
            if phase == "users":
                at.directory.add_org_unit("/Elever/7C", "id:7C")

        assert at.source().read(AT, None, add).people


def test_a_school_without_people_is_not_believed_where_there_were_some() -> None:
    with scene() as at:
        previous = at.read(school_containers=("/Elever",))
        for key in ("u1", "u2", "u3"):
            at.directory.move_user(key, "/Kontor")
        with pytest.raises(SuspiciouslyEmpty) as found:
            at.read(previous, school_containers=("/Elever",))
        assert at.read(replace(previous, people=()), school_containers=("/Elever",)).people == ()
    assert found.value.code == "no_school_users"


def test_somebody_listed_twice_is_one_person_at_the_later_place() -> None:
    with scene(directory(pupils=600)) as at:
        users = at.directory.users

        def move(phase: str, done: int, total: int | None) -> None:
            if phase == "users" and done == 500:
                first = users.pop("u1")
                users["u1"] = {**first, "orgUnitPath": "/Kontor"}
                at.directory.version += 1

        snapshot = at.source(school_containers=("/Elever",)).read(AT, None, move)
    assert "u1" not in {one.key for one in snapshot.people}
    assert snapshot.outside == {"/Kontor": 2}


def test_the_tree_and_doubts_by_themselves() -> None:
    root, below = Container("r", "/", ""), Container("a", "/A", "A")
    gate.check_tree((root,), ("/",))
    gate.check_tree((root, below), ("/A",))
    with pytest.raises(ReadIncomplete):
        gate.check_tree((root,), ("/A",))
    gate.check_same_tree((below,), (below, root))
    with pytest.raises(Transient):
        gate.check_same_tree((root, below), (root,))
    assert not gate.members_doubtful(3, 4, {}, "g")
    assert not gate.members_doubtful(3, 3, {"g": 9}, "g")
    assert gate.members_doubtful(3, 4, {"g": 4}, "g")
