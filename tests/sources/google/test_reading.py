"""A whole read over HTTP: what is in the snapshot, and how it was asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from skolsynk.core.snapshot import Container, Domain, Member, MemberKind
from skolsynk.sandbox.google import Quota
from skolsynk.sandbox.municipality import CONVENTIONS, make
from skolsynk.sources.base import Misconfigured
from skolsynk.sources.google import EVERY_FIELD, UnknownFieldError
from tests.sources.google.build import ADMIN, AT, CUSTOMER, Scene, directory, key_file, member, scene


def test_a_snapshot_holds_people_tree_groups_and_domains() -> None:
    with scene() as at:
        snapshot = at.read()
    assert (snapshot.source, snapshot.tenant_key, snapshot.at) == ("google", CUSTOMER, AT)
    assert {one.key for one in snapshot.people} == {"admin", "u1", "u2", "u3"}
    pupil = next(one for one in snapshot.people if one.key == "u1")
    assert (pupil.user_name, pupil.container) == ("elev1@liten.example", "/Elever/7A")
    assert pupil.fields == {"organizations.department": ("7A",)}
    assert snapshot.containers[0].path == "/"
    assert Container("id:7A", "/Elever/7A", "7A") in snapshot.containers
    assert snapshot.domains == (Domain("liten.example", True, True),)
    (group,) = snapshot.groups
    assert (group.email, group.name) == ("klass1@liten.example", "Klass 1")
    assert group.members == tuple(Member(f"u{n}", MemberKind.PERSON, "MEMBER") for n in (1, 2, 3))
    assert snapshot.outside == {}


def test_people_outside_the_school_are_only_counted_and_no_members() -> None:
    made = directory()
    made.set_members("g1", [member("u1"), member("admin", role="OWNER")])
    with scene(made) as at:
        snapshot = at.read(school_containers=("/elever",))
    assert {one.key for one in snapshot.people} == {"u1", "u2", "u3"}
    assert snapshot.outside == {"/Kontor": 1}
    assert [one.key for one in snapshot.groups[0].members] == ["u1"]


def test_an_org_unit_with_a_longer_name_is_not_below_a_shorter_one() -> None:
    made = directory()
    made.add_org_unit("/Elever gamla", "id:gamla")
    made.move_user("u3", "/Elever gamla")
    with scene(made) as at:
        snapshot = at.read(school_containers=("/Elever",))
    assert snapshot.outside == {"/Kontor": 1, "/Elever gamla": 1}


def test_members_are_told_apart_by_id() -> None:
    made = directory(groups=2)
    members = [
        member("u1"),
        member("g2", "GROUP"),
        member("g-elsewhere", "GROUP"),
        member(CUSTOMER, "CUSTOMER"),
        {"id": "x1", "email": "u2@annan.example", "type": "USER", "role": "MANAGER"},
        {"email": "utan.konto@annan.example", "type": "USER", "role": "MEMBER", "id": ""},
    ]
    made.set_members("g1", members)
    with scene(made) as at:
        snapshot = at.read()
    kinds = [(one.key, one.kind, one.role) for one in snapshot.groups[0].members]
    assert kinds == [
        ("u1", MemberKind.PERSON, "MEMBER"),
        ("g2", MemberKind.GROUP, "MEMBER"),
        ("g-elsewhere", MemberKind.EXTERNAL, "MEMBER"),
        (CUSTOMER, MemberKind.EVERYONE, "MEMBER"),
        ("x1", MemberKind.EXTERNAL, "MANAGER"),
    ]


def test_all_pages_are_read() -> None:
    made = directory(pupils=1_203)
    for number in range(2, 406):
        made.add_group({"id": f"g{number}", "email": f"g{number}@liten.example", "name": ""}, [member("u1")])
    with scene(made) as at:
        snapshot = at.read()
    assert len(snapshot.people) == 1_204
    assert len(snapshot.groups) == 405
    assert [len(one.members) for one in snapshot.groups[:2]] == [1_203, 1]
    assert len(at.google.calls("/v1/users")) == 3


def test_without_need_of_groups_their_scope_is_not_asked_for() -> None:
    with scene() as at:
        at.delegate([scope.url for scope in at.source(with_groups=False).scopes()])
        snapshot = at.read(with_groups=False)
    assert snapshot.groups == ()
    assert at.google.calls("/groups") == []


def test_only_fields_that_rules_read_are_kept() -> None:
    made = directory(pupils=1)
    made.update_user("u1", customSchemas={"Skola": {"kod": "123", "annat": "x"}, "Hemligt": {"kod": "9"}})
    with scene(made) as at:
        some = at.read(field_paths=frozenset({"customSchemas.Skola.kod"}))
        every = at.read(field_paths=EVERY_FIELD)
        none = at.read(field_paths=frozenset())
    fields = [next(one.fields for one in snapshot.people if one.key == "u1") for snapshot in (some, every, none)]
    assert fields[0] == {"customSchemas.Skola.kod": ("123",)}
    assert fields[1]["customSchemas.Hemligt.kod"] == ("9",)
    assert fields[1]["organizations.title"] == ("Elev",)
    assert fields[2] == {}


def test_a_field_that_no_user_has_is_refused_before_any_call() -> None:
    with scene() as at, pytest.raises(UnknownFieldError, match=r"organisation\.department"):
        at.source(field_paths=frozenset({"organisation.department"}))
    assert at.google.calls() == []


def test_a_customer_without_org_units_has_a_root_alone() -> None:
    made = directory(pupils=0)
    made.move_user("admin", "/")
    for path in ("/Elever/7A", "/Elever", "/Kontor"):
        made.remove_org_unit(path)
    with scene(made) as at:
        at.google.fault("*/orgunits", kind="drop_key", key="organizationUnits", repeat=None)
        snapshot = at.read()
    assert snapshot.containers == (Container("", "/", ""),)


def test_domain_aliases_are_domains_too() -> None:
    made = directory()
    made.domains[0]["domainAliases"] = [{"domainAliasName": "Alias.example", "verified": True}]
    with scene(made) as at:
        assert Domain("alias.example", False, True) in at.read().domains


def test_another_customers_directory_is_refused() -> None:
    with scene() as at:
        previous = at.read()
        with pytest.raises(Misconfigured) as first:
            at.read(expected_customer="C0other")
        with pytest.raises(Misconfigured) as second:
            at.read(replace(previous, tenant_key="C0other"))
        assert at.read(expected_customer=CUSTOMER).people
    assert first.value.code == second.value.code == "other_customer"


def test_progress_is_told_and_may_stop_the_read() -> None:
    told: list[tuple[str, int, int | None]] = []

    def watch(phase: str, done: int, total: int | None) -> None:
        told.append((phase, done, total))
        if phase == "members":
            raise KeyboardInterrupt

    with scene() as at, pytest.raises(KeyboardInterrupt):
        at.source().read(AT, None, watch)
    assert told[:2] == [("customer", 0, None), ("users", 4, None)]


def test_the_bucket_keeps_under_googles_quota() -> None:
    with scene(directory(groups=60), quota=Quota(40)) as at:
        clock = FakeClock(at)
        at.google.gauge = type(at.google.gauge)(Quota(40), clock)
        source = at.source(calls_per_minute=40, monotonic=clock, pause=clock.pass_by, workers=1)
        source.read(AT, None)
    assert at.google.gauge.refused == 0
    assert at.google.gauge.most_in_window == 40
    assert 60 <= clock.now < 121


class FakeClock:
    """One time for source and fake; a wait moves it."""

    def __init__(self, at: Scene) -> None:
        self.at, self.now = at, 0.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("convention", sorted(CONVENTIONS))
def test_what_is_read_equals_the_invented_municipality(convention: str) -> None:
    made = make(7, 200, convention, date(2026, 11, 23))
    with scene(made.directory) as at:
        snapshot = at.read(subject=made.admin_email, field_paths=EVERY_FIELD)
    directory_ = made.directory
    assert {one.key: one.container for one in snapshot.people} == {
        key: one["orgUnitPath"] for key, one in directory_.users.items()
    }
    assert {one.key: {member_.key for member_ in one.members} for one in snapshot.groups} == {
        key: {one["id"] for one in members} for key, members in directory_.members.items()
    }
    assert {one.path for one in snapshot.containers} == {"/", *(one["orgUnitPath"] for one in directory_.org_units)}


def test_a_probe_tells_of_each_capability() -> None:
    with scene() as at:
        assert {one.name for one in at.source().probe() if one.works} == {
            "users",
            "org_units",
            "customer",
            "domains",
            "groups",
            "reports",
        }
        at.delegate([scope.url for scope in at.source().scopes()])
        refused = {one.name: one.error for one in at.source().probe() if not one.works}
    assert set(refused) == {"reports"}
    assert {error.code for error in refused.values() if error} == {"not_delegated"}


def test_a_key_file_that_is_none_is_said_to_be_so() -> None:
    with scene() as at, pytest.raises(Misconfigured) as wrong:
        at.source(credentials={"client_email": "x@y.example", "private_key": "not a key"})
    assert wrong.value.code == "bad_key"


def test_the_subject_may_be_read_through_an_alias() -> None:
    made = directory()
    made.rename_user("admin", "Ada", "Ek", "ada@liten.example")
    with scene(made) as at:
        assert at.read(subject=ADMIN).people
    assert key_file()["type"] == "service_account"
