"""The school-year change in a whole directory, for classes from org units, from fields and from groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from skolsynk.core.identity import Identity
from skolsynk.core.rules import Built
from skolsynk.core.snapshot import Group, Person
from skolsynk.core.ss12000.base import ResourceId
from tests.core.rules.directory import EK, NAMESPACE, group, groups_of, person, remember, run

Classes = dict[str, range]
Directory = tuple[list[Person], list[Group], dict[str, object]]
JUNE, AUGUST = date(2026, 6, 1), date(2026, 8, 20)


def by_org_unit(classes: Classes) -> Directory:
    people = [person(f"p{n}", f"/Elever/Ekskolan/{name}") for name, who in classes.items() for n in who]
    return people, [], {}


def by_field(classes: Classes) -> Directory:
    rules: dict[str, object] = {"classes": [{"kind": "field", "field": "organizations.costCenter"}]}
    people = [
        person(f"p{n}", "/Elever/Ekskolan", organizations__costCenter=name)
        for name, who in classes.items()
        for n in who
    ]
    return people, [], rules


def by_group(classes: Classes) -> Directory:
    rules: dict[str, object] = {"classes": [{"kind": "group", "match": "name", "pattern": "^Klass (?P<name>.+)$"}]}
    people = [person(f"p{n}", "/Elever/Ekskolan") for who in classes.values() for n in who]
    groups = [group(name, *(f"p{n}" for n in who), name=f"Klass {name}") for name, who in classes.items()]
    return people, groups, rules


def ids(built: Built) -> dict[str, ResourceId]:
    return {name: each.id for (unit, name), each in groups_of(built).items() if unit == EK}


@pytest.fixture(params=[by_org_unit, by_field, by_group])
def arrange(request: pytest.FixtureRequest) -> Callable[[Classes], Directory]:
    chosen: Callable[[Classes], Directory] = request.param
    return chosen


def live(arrange: Callable[[Classes], Directory], *years: Classes) -> list[dict[str, ResourceId]]:
    identity, seen = Identity(NAMESPACE), []
    for today, classes in zip((JUNE, AUGUST, date(2027, 6, 1)), years, strict=False):
        people, groups, rules = arrange(classes)
        built = run(people, groups, rules, identity, today)
        identity = remember(identity, built.news)
        seen.append(ids(built))
    return seen


def test_a_whole_school_rolls_over(arrange: Callable[[Classes], Directory]) -> None:
    june, august = live(
        arrange,
        {"7A": range(10), "7B": range(10, 20), "8A": range(20, 30), "9A": range(30, 40)},
        {"7A": range(50, 60), "8A": range(11), "8B": range(11, 20), "9A": range(21, 30)},
    )
    assert (august["8A"], august["8B"], august["9A"]) == (june["7A"], june["7B"], june["8A"])
    assert august["7A"] not in june.values()


def test_a_rollover_that_comes_back_a_year_later_has_no_old_ids(arrange: Callable[[Classes], Directory]) -> None:
    june, august, next_june = live(
        arrange, {"7A": range(10)}, {"7A": range(20, 30), "8A": range(10)}, {"7A": range(20, 30), "8A": range(10)}
    )
    assert august == next_june
    assert len({*june.values(), *august.values()}) == 2


def test_classes_that_swap_names_keep_their_pupils(arrange: Callable[[Classes], Directory]) -> None:
    june, august = live(arrange, {"7A": range(10), "7B": range(10, 20)}, {"7B": range(10), "7A": range(10, 20)})
    assert (august["7A"], august["7B"]) == (june["7B"], june["7A"])


def test_a_split_keeps_the_named_half(arrange: Callable[[Classes], Directory]) -> None:
    june, august = live(arrange, {"7A": range(20)}, {"7A": range(10), "7B": range(10, 20)})
    assert august["7A"] == june["7A"]
    assert august["7B"] != june["7A"]


def test_a_class_that_vanishes_and_returns_keeps_its_id(arrange: Callable[[Classes], Directory]) -> None:
    june, gone, back = live(arrange, {"7A": range(10)}, {}, {"7A": range(10)})
    assert gone == {}
    assert back == june


def test_changing_where_classes_come_from_keeps_their_ids() -> None:
    classes = {"7A": range(10), "8A": range(10, 20)}
    identity, seen = Identity(NAMESPACE), []
    for arrange in (by_org_unit, by_group, by_field):
        people, groups, rules = arrange(classes)
        built = run(people, groups, rules, identity)
        identity = remember(identity, built.news)
        seen.append(ids(built))
    assert seen[0] == seen[1] == seen[2]
