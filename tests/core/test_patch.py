from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from skolsynk.core.patch import Patch, apply, moves, same
from skolsynk.core.snapshot import Container, Domain, Group, Member, MemberKind, Person, Snapshot

AT = datetime(2026, 11, 16, 6, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
SCHOOL = "school"


@dataclass
class World:
    """A directory: units by key with a name and a parent, people by key in a unit, groups by key with members."""

    units: dict[str, tuple[str, str]]
    people: dict[str, tuple[str, str]]  # key -> (unit, name)
    groups: dict[str, tuple[str, dict[str, str]]]  # key -> (name, {member: role})
    touched: set[str] = field(default_factory=set)  # people that Google tells of
    groups_touched: set[str] = field(default_factory=set)
    tree_touched: bool = False

    def path(self, unit: str) -> str:
        name, parent = self.units[unit]
        return f"{self.path(parent) if parent else ''}/{name}"

    def in_school(self, unit: str) -> bool:
        return unit == SCHOOL or (unit != "" and self.in_school(self.units[unit][1]))

    def person(self, key: str) -> Person:
        unit, name = self.people[key]
        return Person(key, f"{key}@x.example", name, "Ek", self.path(unit), False, False, {})

    def group(self, key: str) -> Group:
        name, members = self.groups[key]
        found = [self.member(one, role) for one, role in sorted(members.items())]
        return Group(key, f"{key}@x.example", name, "", tuple(one for one in found if one is not None))

    def member(self, key: str, role: str) -> Member | None:
        if key in self.groups:
            return Member(key, MemberKind.GROUP, role)
        if key in self.people:
            return Member(key, MemberKind.PERSON, role) if self.in_school(self.people[key][0]) else None
        return Member(key, MemberKind.EXTERNAL, role)

    def containers(self) -> tuple[Container, ...]:
        root = Container("", "/", "")
        return (root, *(Container(key, self.path(key), name) for key, (name, _) in sorted(self.units.items())))

    def read(self, at: datetime = AT) -> Snapshot:
        inside = [key for key, (unit, _) in self.people.items() if self.in_school(unit)]
        outside = [self.path(unit) for unit, _ in self.people.values() if not self.in_school(unit)]
        return Snapshot(
            "google", "C1", at, tuple(map(self.person, inside)), self.containers(),
            tuple(map(self.group, self.groups)), (Domain("x.example", True, True),),
            {path: outside.count(path) for path in outside},
        )  # fmt: skip

    def reread(self, at: datetime = LATER) -> Patch:
        """What Google answers about everything that it told of."""
        there = {key for key in self.touched if key in self.people}
        inside = {key for key in there if self.in_school(self.people[key][0])}
        return Patch(
            at,
            {key: self.person(key) for key in inside},
            {key: self.path(self.people[key][0]) for key in there - inside},
            frozenset(self.touched - there),
            {key: self.group(key) if key in self.groups else None for key in self.groups_touched},
            self.containers() if self.tree_touched else None,
        )


def world() -> World:
    units = {SCHOOL: ("Skola", ""), "a": ("Eken", SCHOOL), "b": ("Boken", SCHOOL), "a1": ("7A", "a"), "o": ("Hus", "")}
    people = {f"p{number}": (place, f"Ada {number}") for number, place in enumerate(["a1", "a1", "b", "a", "o", "o"])}
    groups = {
        "g1": ("7A", {"p0": "MEMBER", "p1": "MEMBER", "p4": "OWNER"}),
        "g2": ("Alla", {"g1": "MEMBER", "p2": "MEMBER", "stranger": "MEMBER"}),
    }
    return World(units, people, groups)


Step = tuple[Callable[[World, int, str, str, int], None], int, int]
INSIDE = ("a", "b", "a1", SCHOOL)


def new(here: World, number: int, who: str, group: str, what: int) -> None:
    here.people[f"n{number}"] = (INSIDE[what % len(INSIDE)], "Nya")
    here.touched.add(f"n{number}")


def move(here: World, number: int, who: str, group: str, what: int) -> None:
    places = INSIDE if who.startswith("n") else (*INSIDE, "o")  # one who is new outside cannot be told from one before
    here.people[who] = (places[what % len(places)], here.people[who][1])
    here.touched.add(who)


def name(here: World, number: int, who: str, group: str, what: int) -> None:
    here.people[who] = (here.people[who][0], f"Eva {what}")
    here.touched.add(who)


def delete(here: World, number: int, who: str, group: str, what: int) -> None:
    del here.people[who]
    forget(here, who)
    here.touched.add(who)


def forget(here: World, key: str) -> None:
    for _, members in here.groups.values():
        members.pop(key, None)


def join(here: World, number: int, who: str, group: str, what: int) -> None:
    here.groups[group][1][who] = "MEMBER"
    here.groups_touched.add(group)


def leave(here: World, number: int, who: str, group: str, what: int) -> None:
    here.groups[group][1].pop(who, None)
    here.groups_touched.add(group)


def add_group(here: World, number: int, who: str, group: str, what: int) -> None:
    here.groups[f"h{number}"] = ("Ny", {who: "OWNER"})
    here.groups[group][1][f"h{number}"] = "MEMBER"
    here.groups_touched |= {f"h{number}", group}


def drop_group(here: World, number: int, who: str, group: str, what: int) -> None:
    del here.groups[group]
    forget(here, group)
    here.groups_touched.add(group)


def rename_unit(here: World, number: int, who: str, group: str, what: int) -> None:
    key = ("a", "b", "a1", SCHOOL, "o")[what % 5]
    here.units[key] = (f"{key}{number}", here.units[key][1])
    here.tree_touched = True


def add_unit(here: World, number: int, who: str, group: str, what: int) -> None:
    here.units[f"u{number}"] = (f"Ny{number}", "b")
    here.tree_touched = True


ACTS = (new, move, name, delete, join, leave, add_group, drop_group, rename_unit, add_unit)
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9), st.integers(0, 9)), max_size=12)


def happen(here: World, steps: list[Step]) -> None:
    """Changes such as an administrator makes, and what Google tells of each. Nobody enters from the outside."""
    for number, (act, first, second) in enumerate(steps):
        people = sorted(key for key, (unit, _) in here.people.items() if here.in_school(unit))
        groups = sorted(here.groups)
        if people and groups:
            act(here, number, people[first % len(people)], groups[second % len(groups)], first + second)


def plain(snapshot: Snapshot) -> tuple[object, ...]:
    """Without the order of things, which means nothing."""
    groups = [group._replace(members=tuple(sorted(group.members))) for group in snapshot.groups]
    people = sorted((*one[:7], tuple(sorted(one.fields.items()))) for one in snapshot.people)
    return people, sorted(snapshot.containers), sorted(groups), snapshot.domains, dict(snapshot.outside), snapshot.at


@given(STEPS)
def test_a_patch_of_what_was_told_gives_what_a_whole_read_gives(steps: list[Step]) -> None:
    here = world()
    before = here.read()
    happen(here, steps)
    assert plain(apply(before, here.reread())) == plain(here.read(LATER))


@given(STEPS)
def test_a_patch_that_comes_twice_changes_nothing_the_second_time(steps: list[Step]) -> None:
    here = world()
    before = here.read()
    happen(here, steps)
    once = apply(before, here.reread())
    assert apply(once, here.reread()) == once


@given(STEPS, st.randoms())
def test_patches_of_single_things_may_come_in_any_order(steps: list[Step], chance: object) -> None:
    here = world()
    before = here.read()
    happen(here, steps)
    whole = here.reread()
    parts = [Patch(LATER, people={key: one}) for key, one in whole.people.items()]
    parts += [Patch(LATER, outside={key: path}) for key, path in whole.outside.items()]
    parts += [Patch(LATER, gone=frozenset({key})) for key in whole.gone]
    parts += [Patch(LATER, groups={key: group}) for key, group in whole.groups.items()]
    # A renamed org unit may take a name that another has just left: the tree and its people are read together.
    start = apply(before, Patch(LATER, containers=whole.containers))
    chance.shuffle(parts)  # type: ignore[attr-defined]  # hypothesis gives a Random
    patched = start
    for part in parts:
        patched = apply(patched, part)
    assert plain(patched) == plain(here.read(LATER))


def test_a_patch_of_nothing_leaves_everything_but_the_time() -> None:
    before = world().read()
    after = apply(before, Patch(LATER))
    assert after == replace(before, at=LATER)
    assert same(before, after)


def test_snapshots_that_differ_in_one_person_are_not_the_same() -> None:
    before = world().read()
    assert not same(before, apply(before, Patch(LATER, gone=frozenset({"p0"}))))


def test_somebody_new_in_google_is_added() -> None:
    here = world()
    before = here.read()
    here.people["new"] = ("a1", "Nils")
    here.touched.add("new")
    assert here.person("new") in apply(before, here.reread()).people


def test_a_renamed_org_unit_takes_everybody_below_it_along() -> None:
    here = world()
    before = here.read()
    here.units["a"] = ("Almen", SCHOOL)
    here.tree_touched = True
    after = {one.key: one.container for one in apply(before, here.reread()).people}
    assert after["p0"] == "/Skola/Almen/7A"
    assert after["p3"] == "/Skola/Almen"
    assert after["p2"] == "/Skola/Boken"


def test_two_org_units_that_change_names_with_each_other_do_not_mix_their_people() -> None:
    here = world()
    before = here.read()
    here.units["a"], here.units["b"] = ("Boken", SCHOOL), ("Eken", SCHOOL)
    here.tree_touched = True
    assert plain(apply(before, here.reread())) == plain(here.read(LATER))


def test_a_head_count_outside_follows_its_org_unit_and_those_who_leave() -> None:
    here = world()
    before = here.read()
    here.units["o"] = ("Kontor", "")
    here.people["p0"] = ("o", "Ada 0")
    here.tree_touched, here.touched = True, {"p0"}
    assert apply(before, here.reread()).outside == {"/Kontor": 3}


def test_paths_are_joined_whatever_their_case() -> None:
    before, after = Container("k", "/Skola/EKEN", "EKEN"), Container("k", "/Skola/Eken", "Eken")
    snapshot = replace(
        world().read(), containers=(before,), people=(world().person("p0")._replace(container="/skola/eken"),)
    )
    assert moves([before], [after]) == {"/skola/eken": "/Skola/Eken"}
    assert apply(snapshot, Patch(LATER, containers=(after,))).people[0].container == "/Skola/Eken"


def test_a_member_that_was_a_stranger_is_known_when_it_is_read() -> None:
    group = Group("g", "g@x.example", "G", "", (Member("x", MemberKind.EXTERNAL, "MEMBER"),))
    snapshot = replace(world().read(), groups=(group,))
    person = world().person("p0")._replace(key="x")
    as_person = apply(snapshot, Patch(LATER, people={"x": person}))
    as_group = apply(snapshot, Patch(LATER, groups={"x": group._replace(key="x", members=())}))
    assert as_person.groups[0].members == (Member("x", MemberKind.PERSON, "MEMBER"),)
    assert as_group.groups[0].members == (Member("x", MemberKind.GROUP, "MEMBER"),)
