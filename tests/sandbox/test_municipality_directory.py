"""The directory that changes while it is served keeps Google's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from skolsynk.sandbox.directory import Directory, timestamp

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def directory() -> Directory:
    made = Directory("C01", {"id": "C01", "customerDomain": "a.example"}, clock=lambda: NOON)
    for number, path in enumerate(("/Elever", "/Elever/Ek", "/Elever/Ek/7A", "/Elever/Ek/7B", "/Personal")):
        made.add_org_unit(path, f"id:{number}")
    for key, path in (("1", "/Elever/Ek/7A"), ("2", "/Elever/Ek/7A"), ("3", "/Personal")):
        made.add_user(user(key, path))
    made.add_group({"id": "g1", "email": "7a@a.example", "name": "7A"}, [member("1"), member("2")])
    made.add_group({"id": "g2", "email": "alla@a.example", "name": "Alla"}, [member("g1")])
    return made


def user(key: str, path: str) -> dict[str, Any]:
    address = f"person{key}@a.example"
    return {
        "id": key,
        "primaryEmail": address,
        "name": {"givenName": "Person", "familyName": key, "fullName": f"Person {key}"},
        "suspended": False,
        "archived": False,
        "orgUnitPath": path,
        "emails": [{"address": address, "primary": True}, {"address": "hem@x.example", "type": "home"}],
    }


def member(key: str) -> dict[str, Any]:
    return {"id": key, "email": f"person{key}@a.example", "role": "MEMBER", "type": "USER", "status": "ACTIVE"}


def events(made: Directory) -> list[str]:
    return [item["events"][0]["name"] for item in made.log]


def test_times_are_written_as_google_writes_them() -> None:
    assert timestamp(NOON + timedelta(milliseconds=7)) == "2026-11-22T12:00:00.007Z"
    assert timestamp(NOON) == "2026-11-22T12:00:00.000Z"


def test_a_directory_made_from_parts_finds_them() -> None:
    first = directory()
    second = Directory("C01", first.customer, users=first.users, groups=first.groups, org_units=first.org_units)
    assert second.find_user("PERSON1@a.example") == first.users["1"]
    assert second.find_group("7A@a.example") == first.groups["g1"]
    assert [each["id"] for each in second.users_at("/elever/ek/7a")] == ["1", "2"]


def test_a_deleted_user_leaves_its_groups_and_is_kept_with_a_time() -> None:
    made = directory()
    made.delete_user("1")
    assert made.find_user("person1@a.example") is None
    assert made.deleted_users["1"]["deletionTime"] == timestamp(NOON)
    assert [each["id"] for each in made.members["g1"]] == ["2"]
    assert made.groups["g1"]["directMembersCount"] == "1"
    made.add_user({**user("9", "/Elever"), "primaryEmail": "person1@a.example"})


def test_a_taken_id_or_address_is_refused() -> None:
    made = directory()
    with pytest.raises(ValueError, match="already there"):
        made.add_user({**user("9", "/Elever"), "primaryEmail": "Person1@a.example"})
    with pytest.raises(ValueError, match="another user"):
        made.rename_user("1", "A", "B", "person2@a.example")
    with pytest.raises(ValueError, match="already a group"):
        made.add_group({"id": "g9", "email": "7a@a.example", "name": "x"})
    with pytest.raises(ValueError, match="already a group"):
        made.rename_group("g2", "Alla", "7a@a.example")
    with pytest.raises(ValueError, match="already an org unit"):
        made.add_org_unit("/elever", "id:9")
    with pytest.raises(ValueError, match="already an org unit"):
        made.rename_org_unit("/Elever/Ek/7A", "7b")


def test_an_org_unit_that_is_not_there_is_refused() -> None:
    made = directory()
    with pytest.raises(LookupError):
        made.move_user("1", "/Nowhere")
    with pytest.raises(LookupError):
        made.add_org_unit("/Nowhere/7A", "id:9")


def test_a_new_primary_address_keeps_the_old_one_as_alias() -> None:
    made = directory()
    made.rename_user("1", "Ny", "Ek", "ny.ek@a.example")
    renamed = made.users["1"]
    assert renamed["name"] == {"givenName": "Ny", "familyName": "Ek", "fullName": "Ny Ek"}
    assert renamed["aliases"] == ["person1@a.example"]
    assert [each["address"] for each in renamed["emails"]] == ["ny.ek@a.example", "person1@a.example", "hem@x.example"]
    made.rename_user("1", "Ny", "Ek", "person1@a.example")
    assert made.users["1"]["aliases"] == ["ny.ek@a.example"]


def test_a_renamed_org_unit_takes_everything_below_along() -> None:
    made = directory()
    before = made.users["1"]
    made.rename_org_unit("/Elever/Ek", "Ekskolan")
    assert before["orgUnitPath"] == "/Elever/Ek/7A"
    assert made.users["1"]["orgUnitPath"] == "/Elever/Ekskolan/7A"
    assert {each["orgUnitPath"] for each in made.org_units} >= {"/Elever/Ekskolan/7A", "/Elever/Ekskolan/7B"}
    made.rename_org_unit("/Elever/Ekskolan/7A", "7a")
    assert made.users["1"]["orgUnitPath"] == "/Elever/Ekskolan/7a"
    assert made.find_org_unit("/Elever/Ek") is None


def test_a_moved_org_unit_gets_its_new_parent() -> None:
    made = directory()
    made.move_org_unit("/Elever/Ek/7A", "/Personal")
    moved = made.find_org_unit("/Personal/7A")
    assert moved is not None
    assert (moved["parentOrgUnitPath"], moved["parentOrgUnitId"]) == ("/Personal", "id:4")
    made.move_org_unit("/Personal/7A", "/")
    assert made.users["2"]["orgUnitPath"] == "/7A"


def test_only_an_empty_org_unit_can_be_removed() -> None:
    made = directory()
    with pytest.raises(ValueError, match="not empty"):
        made.remove_org_unit("/Elever/Ek/7A")
    with pytest.raises(ValueError, match="not empty"):
        made.remove_org_unit("/Elever/Ek")
    made.remove_org_unit("/Elever/Ek/7B")
    assert made.find_org_unit("/Elever/Ek/7B") is None


def test_suspending_and_archiving_show_and_can_be_undone() -> None:
    made = directory()
    made.suspend("1")
    made.archive("2")
    assert (made.users["1"]["suspended"], made.users["1"]["suspensionReason"]) == (True, "ADMIN")
    assert made.users["2"]["archived"]
    made.suspend("1", suspended=False)
    made.archive("2", archived=False)
    assert made.users["1"]["suspended"] is False
    assert "suspensionReason" not in made.users["1"]
    assert made.users["2"]["archived"] is False
    names = ["SUSPEND_USER", "ARCHIVE_USER", "UNSUSPEND_USER", "UNARCHIVE_USER"]
    assert events(made)[-4:] == names


def test_fields_are_set_and_taken_away() -> None:
    made = directory()
    made.update_user("1", organizations=[{"title": "Elev"}])
    assert made.users["1"]["organizations"] == [{"title": "Elev"}]
    made.update_user("1", organizations=None)
    assert "organizations" not in made.users["1"]


def test_a_deleted_group_leaves_the_groups_that_held_it() -> None:
    made = directory()
    made.delete_group("g1")
    assert made.members["g2"] == []
    assert made.find_group("7a@a.example") is None


def test_members_set_anew_are_told_one_by_one() -> None:
    made = directory()
    made.set_members("g1", [member("2"), member("3")])
    assert events(made)[-2:] == ["ADD_GROUP_MEMBER", "REMOVE_GROUP_MEMBER"]
    last = made.log[-1]["events"][0]
    assert {"name": "USER_EMAIL", "value": "person1@a.example"} in last["parameters"]
    assert made.groups["g1"]["directMembersCount"] == "2"


def test_a_renamed_group_is_found_by_its_new_address_only() -> None:
    made = directory()
    made.rename_group("g1", "8A", "8a@a.example")
    assert made.find_group("7a@a.example") is None
    assert made.find_group("8a@a.example") == made.groups["g1"]
    made.rename_group("g1", "Åtta A")
    assert made.groups["g1"]["name"] == "Åtta A"


def test_every_change_moves_the_version_and_is_logged_unless_the_log_is_off() -> None:
    made = directory()
    version, lines = made.version, len(made.log)
    made.move_user("1", "/Elever/Ek/7B")
    assert (made.version, len(made.log)) == (version + 1, lines + 1)
    made.logging = False
    made.move_user("1", "/Elever/Ek/7A")
    assert (made.version, len(made.log)) == (version + 2, lines + 1)


def test_times_come_from_the_clock_of_this_machine_unless_another_is_given() -> None:
    made = Directory("C01", {})
    made.add_org_unit("/A", "id:1")
    assert made.log[0]["id"]["time"][:4] >= "2026"
