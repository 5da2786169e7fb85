"""Read again: only what was told of, with the care of a whole read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from skolsynk.core.patch import Patch, apply
from skolsynk.core.snapshot import MemberKind, Snapshot
from skolsynk.sources.base import Misconfigured, ReadIncomplete, SourceError, SuspiciouslyEmpty, Transient
from skolsynk.sources.google import Told, WholeRead
from tests.sources.google.build import AT, Scene, directory, member, scene, user

LATER = AT + timedelta(minutes=5)
SCHOOL = ("/Elever",)


def again(at: Scene, previous: Snapshot, told: Told, school: tuple[str, ...] = SCHOOL, **how: Any) -> Patch:
    found = at.source(school_containers=school, **how).reread(told, previous, LATER)
    assert isinstance(found, Patch)
    return found


def plain(snapshot: Snapshot) -> Snapshot:
    groups = tuple(sorted(group._replace(members=tuple(sorted(group.members))) for group in snapshot.groups))
    return replace(snapshot, people=tuple(sorted(snapshot.people, key=lambda one: one.key)), groups=groups, at=AT)


def test_people_and_groups_that_changed_give_what_a_whole_read_gives() -> None:
    made = directory(groups=2)
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.rename_user("u1", "Ny", "Ek")
        made.delete_user("u2")
        made.add_user(user(9))
        made.set_members("g1", [member("u1"), member("u9"), member("admin"), member("x")])
        made.members["g1"][-1].pop("status")
        made.delete_group("g2")
        patch = again(at, previous, Told(("u1", "u2", "u9"), ("g1", "klass2@liten.example")))
        whole = at.read(previous, school_containers=SCHOOL)
    assert patch.people.keys() == {"u1", "u9"}
    assert patch.gone == {"u2"}
    assert patch.groups["g2"] is None
    assert plain(apply(previous, patch)) == plain(whole)


def test_somebody_moved_out_of_the_school_is_counted_there() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.move_user("u1", "/Kontor")
        patch = again(at, previous, Told(("u1",)))
        whole = at.read(previous, school_containers=SCHOOL)
    assert patch.outside == {"u1": "/Kontor"}
    assert plain(apply(previous, patch)) == plain(whole)


def test_somebody_who_comes_into_the_school_is_found_in_the_groups_too() -> None:
    made = directory()
    with scene(made) as at:
        made.add_user(user(8, "/Kontor"))
        made.set_members("g1", [member("u1"), member("u8")])
        previous = at.read(school_containers=SCHOOL)
        made.move_user("u8", "/Elever/7A")
        after = apply(previous, again(at, previous, Told(("u8",))))
    assert [(one.key, one.kind) for one in after.groups[0].members] == [
        ("u1", MemberKind.PERSON), ("u8", MemberKind.PERSON),
    ]  # fmt: skip


def test_nobody_asks_for_groups_when_no_rule_looks_at_them() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL, with_groups=False)
        made.add_user(user(9))
        patch = again(at, previous, Told(("u9",), ("g1",)), with_groups=False)
        assert at.google.calls("/groups") == []
    assert patch.groups == {}


def test_a_group_made_anew_under_the_same_address_replaces_the_old_one() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.delete_group("g1")
        made.add_group({"id": "g9", "email": "Klass1@liten.example", "name": "Ny"}, [member("u1")])
        patch = again(at, previous, Told(groups=("klass1@liten.example",)))
    assert patch.groups["g1"] is None
    assert patch.groups["g9"] is not None


def test_an_address_that_nobody_ever_had_changes_nothing() -> None:
    with scene() as at:
        previous = at.read(school_containers=SCHOOL)
        assert again(at, previous, Told(groups=("ingen@liten.example",))).groups == {}


def test_a_renamed_org_unit_gives_its_people_their_new_place() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.rename_org_unit("/Elever/7A", "8A")
        after = apply(previous, again(at, previous, Told(tree=True)))
        whole = at.read(previous, school_containers=SCHOOL)
    assert {one.container for one in after.people} == {"/Elever/8A"}
    assert plain(after) == plain(whole)


def test_a_person_in_an_org_unit_that_nobody_knows_brings_the_tree_along() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.add_org_unit("/Elever/7B", "id:7B")
        made.move_user("u1", "/Elever/7B")
        patch = again(at, previous, Told(("u1",)))
    assert patch.containers is not None
    assert "/Elever/7B" in {one.path for one in patch.containers}


def test_an_org_unit_that_enters_the_school_is_not_patched() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.move_org_unit("/Kontor", "/Elever")
        found = at.source(school_containers=SCHOOL).reread(Told(tree=True), previous, LATER)
    assert found == WholeRead("org_units")


def test_a_school_org_unit_that_was_renamed_stops_the_patch_as_it_stops_a_read() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.rename_org_unit("/Elever", "Barn")
        with pytest.raises(Misconfigured) as stopped:
            at.source(school_containers=SCHOOL).reread(Told(tree=True), previous, LATER)
    assert stopped.value.code == "container_missing"


def test_people_who_move_while_the_tree_is_read_are_read_another_time() -> None:
    made = directory()
    with scene(made) as at:
        previous = at.read(school_containers=SCHOOL)
        made.users["u1"] = {**made.users["u1"], "orgUnitPath": "/Elever/Nyss"}
        with pytest.raises(Transient) as stopped:
            at.source(school_containers=SCHOOL).reread(Told(("u1",)), previous, LATER)
    assert stopped.value.code == "tree_moved"


@pytest.mark.parametrize("status", [404, 412])
def test_only_googles_own_no_means_that_somebody_is_gone(status: int) -> None:
    with scene() as at:
        previous = at.read(school_containers=SCHOOL)
        at.google.fault("GET */users/u1", status=status, reason="notFound")
        assert again(at, previous, Told(("u1",))).gone == {"u1"}


def test_a_forbidden_person_is_an_error_and_not_gone() -> None:
    with scene() as at:
        previous = at.read(school_containers=SCHOOL)
        at.google.fault("GET */users/u1", status=403, reason="forbidden", repeat=None)
        with pytest.raises(SourceError):
            again(at, previous, Told(("u1",)))


def test_a_group_that_seems_empty_stops_the_patch() -> None:
    with scene() as at:
        previous = at.read(school_containers=SCHOOL)
        at.google.fault("GET */members", kind="empty", key="members", repeat=None)
        with pytest.raises((SuspiciouslyEmpty, ReadIncomplete)):
            again(at, previous, Told(groups=("g1",)))


def test_a_person_is_found_by_address_also_by_an_old_one() -> None:
    with scene() as at:
        at.directory.rename_user("u1", "Ny", "Ek", "ny@liten.example")
        assert at.source().id_of("Elev1@liten.example") == "u1"
        assert at.source().id_of("ingen@liten.example") is None


def test_a_patch_tells_that_it_is_alive_while_google_is_silent_and_stops_when_asked() -> None:
    class Enough(Exception):
        pass

    heard: list[tuple[str, int, int | None]] = []

    def tell(phase: str, done: int, total: int | None) -> None:
        heard.append((phase, done, total))
        if len(heard) == 2:
            raise Enough

    with scene(directory(groups=0)) as at:
        previous = at.read(school_containers=SCHOOL)
        at.google.fault("*/users/u1", kind="slow", seconds=1.5)
        with pytest.raises(Enough):
            at.source(school_containers=SCHOOL).reread(Told(("u1",)), previous, LATER, tell)
    assert heard == [("users", 0, 1), ("users", 0, 1)]
