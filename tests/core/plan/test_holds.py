"""What waits for what, who never waits, and what a yes covers."""

from __future__ import annotations

import pytest

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.ledger import Verb
from skolsynk.core.plan import (
    Refused,
    choose,
    make_unprovision_plan,
)
from tests.core.plan.desk import DEFAULTS, Desk, flowing, held_plan, minus, reasons, school
from tests.core.plan.model import ids_referred_to
from tests.core.plan.worlds import (
    code,
    facts,
    group,
    ledger_of,
    organisation,
    pupil,
    pupils,
    rid,
    unit,
)

# Dependencies


def test_a_delete_waits_while_a_held_group_still_refers_to_it() -> None:
    had = school(3)
    guards = Guards(changed=Limit(0.0, 0))
    plan = Desk(had).plan(minus(had, rid("pupil", 1)) | group(1, [0, 2]), facts(guards=guards))
    assert reasons(plan) == {rid("group", 1): "changed", rid("pupil", 1): "depends"}


def test_a_delete_waits_while_unknown_content_may_refer_to_it() -> None:
    had = school(30) | pupil(90) | group(2, [90])
    desk = Desk(had)
    desk.lose_sight_of(rid("group", 1))
    desk.lose_sight_of(rid("group", 2))
    wanted = minus(had, rid("pupil", 90), rid("group", 2)) | group(1, [])
    plan = desk.plan(wanted)
    assert reasons(plan)[rid("pupil", 90)] == "depends"
    assert rid("group", 1) in {approved.id for approved in choose(plan, "ids", rid("pupil", 90))}


# Protected identity


def test_a_protected_pupil_leaves_a_held_class_at_once() -> None:
    had = school(30)
    key = rid("pupil", 1)
    wanted = minus(had, key) | group(1, [0])
    desk = Desk(had)
    plan = desk.plan(wanted, protected=(key,))
    assert flowing(plan) == [("update", "StudentGroup", "protected"), ("delete", "User", "protected")]
    assert reasons(plan) == {rid("group", 1): "removed"}
    assert len(ids_referred_to(desk.receiver.bodies[rid("group", 1)])) == 30


def test_a_protected_teacher_leaves_even_when_everything_waits() -> None:
    had = school(3)
    desk = Desk(had)
    given = facts(guards=DEFAULTS, refused={rid("staff", 1): Refused("User", Verb.DELETE, None)})
    plan = desk.plan({}, given, protected=(rid("staff", 1),))
    assert flowing(plan) == [
        ("update", "Activity", "protected"),
        ("delete", "Employment", "protected"),
        ("delete", "User", "protected"),
    ]


def test_a_class_never_proven_that_waits_is_deleted_when_somebody_becomes_protected() -> None:
    had = school(2) | pupil(50) | group(2, [0, 50])
    wanted = minus(had, rid("pupil", 50)) | unit(1) | pupils(range(100, 160)) | group(2, [0, 100])
    desk = Desk(had)
    desk.lose_sight_of(rid("group", 2), payload=False)
    plan = desk.plan(wanted, protected=(rid("pupil", 50),))
    assert flowing(plan)[1:] == [("delete", "StudentGroup", "protected"), ("delete", "User", "protected")]
    assert rid("group", 2) not in reasons(plan)
    assert reasons(plan)[rid("pupil", 100)] == "added"


def test_a_refused_class_never_proven_is_deleted_when_somebody_becomes_protected() -> None:
    had = school(2) | pupil(50) | group(2, [50])
    key = rid("group", 2)
    desk = Desk(had)
    desk.lose_sight_of(key, payload=False)
    given = facts(refused={key: Refused("StudentGroup", Verb.DELETE, None)})
    plan = desk.plan(minus(had, key, rid("pupil", 50)), given, protected=(rid("pupil", 50),))
    assert flowing(plan) == [("delete", "StudentGroup", "protected"), ("delete", "User", "protected")]


def test_others_that_wait_are_left_alone_when_somebody_is_protected() -> None:
    had = school(30) | group(2, range(5)) | pupil(50)
    wanted = minus(had, rid("pupil", 50), *(rid("pupil", number) for number in range(20))) | group(1, range(20, 30))
    wanted |= group(2, [])
    plan = Desk(had).plan(wanted, protected=(rid("pupil", 50),))
    assert flowing(plan) == [("delete", "User", "protected")]


# Choosing


@pytest.mark.parametrize(
    ("by", "values", "number"),
    [
        ("all", (), 74),
        ("all_but_removals", (), 61),
        ("unit", (code(1),), 61),
        ("unit", (), 0),
        ("reason", ("removed",), 13),
        ("cause", ("new",), 61),
        ("type", ("StudentGroup",), 3),
        ("ids", (rid("group", 3),), 2),
        ("ids", (rid("pupil", 3),), 2),
    ],
)
def test_a_choice_brings_what_it_needs(by: str, values: tuple[str, ...], number: int) -> None:
    desk, wanted, plan = held_plan()
    chosen = choose(plan, by, *values)
    assert len(chosen) == number
    again = desk.plan(wanted, facts(guards=DEFAULTS, approvals=chosen))
    assert not {hold.change.id for hold in again.held} & {approved.id for approved in chosen}


def test_choosing_by_something_else_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot choose by 'colour'; one of all"):
        choose(held_plan()[2], "colour")


# Emptying on purpose


def test_emptying_waits_for_a_yes_and_keeps_what_is_still_needed() -> None:
    books = ledger_of(organisation() | school(2))
    plan = make_unprovision_plan(books, facts())
    assert set(reasons(plan).values()) == {"unprovision"}
    yes = choose(plan, "type", "User", "Activity")
    part = make_unprovision_plan(books, facts(approvals=yes))
    assert flowing(part) == [("delete", "Activity", "decision")]
    assert reasons(part)[rid("pupil", 0)] == "depends"


def test_emptying_goes_round_a_refused_delete() -> None:
    books = ledger_of(school(1))
    yes = choose(make_unprovision_plan(books, facts()), "all")
    refused = {rid("group", 1): Refused("StudentGroup", Verb.DELETE, None)}
    plan = make_unprovision_plan(books, facts(approvals=yes, refused=refused))
    assert [change.type for change in plan.flowing] == ["Activity", "Employment"]
    assert plan.refused == refused
    assert plan.trips == ()
