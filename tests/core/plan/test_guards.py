"""Limits, one incident at a time."""

from __future__ import annotations

from datetime import date

import pytest

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.plan import (
    choose,
)
from tests.core.plan.desk import DEFAULTS, Desk, Items, flowing, minus, reasons, school, spent
from tests.core.plan.worlds import (
    code,
    facts,
    group,
    pupil,
    pupils,
    rid,
    teacher,
    unit,
)


def test_five_hundred_swapped_for_five_hundred_is_held() -> None:
    had = school(2) | pupils(range(100, 600))
    wanted = school(2) | pupils(range(1000, 1500))
    plan = Desk(had).plan(wanted)
    assert plan.flowing == ()
    assert {trip.reason for trip in plan.trips} == {"removed", "removed_in_all", "added"}
    assert len(plan.held) == 1000


def test_a_class_whose_members_are_all_swapped_is_held() -> None:
    had = unit(0) | pupils(range(60)) | group(1, range(30))
    plan = Desk(had).plan(had | group(1, range(30, 60)))
    assert reasons(plan) == {rid("group", 1): "removed"}
    (trip,) = plan.trips
    assert (trip.changes, trip.of, trip.type) == (30, 31, "StudentGroup")


def test_those_who_leave_the_vendor_do_not_count_again_in_their_groups() -> None:
    groups: Items = {}
    for number in range(9):
        groups |= group(number, range(60))
    had = unit(0) | pupils(range(60)) | groups
    wanted = minus(had, *(rid("pupil", number) for number in range(4)))
    for number in range(9):
        wanted |= group(number, range(4, 60))
    assert Desk(had).plan(wanted).held == ()


def test_a_class_keeps_its_pupils_while_their_deletes_are_held() -> None:
    had = school(25)
    wanted = minus(had, *(rid("pupil", number) for number in range(12))) | group(1, range(12, 25))
    plan = Desk(had).plan(wanted)
    assert plan.flowing == ()
    assert reasons(plan)[rid("group", 1)] == "depends"


def test_many_deleted_classes_are_held_though_the_unit_has_many_memberships() -> None:
    had = unit(0) | pupils(range(300)) | group(50, range(300))
    for number in range(11):
        had |= group(number, [])
    plan = Desk(had).plan(minus(had, *(rid("group", number) for number in range(11))))
    assert set(reasons(plan).values()) == {"removed"}


def test_the_whole_connection_has_its_own_limit() -> None:
    had: Items = {}
    for at in range(10):
        had |= unit(at) | pupils(range(at * 100, at * 100 + 100), at)
    wanted = minus(had, *(rid("pupil", at * 100 + number) for at in range(10) for number in range(6)))
    plan = Desk(had).plan(wanted)
    assert set(reasons(plan).values()) == {"removed_in_all"}
    (trip,) = plan.trips
    assert (trip.changes, trip.of, trip.unit) == (60, 1010, "")


@pytest.mark.parametrize(("cumulative", "held"), [(True, True), (False, False)])
@pytest.mark.parametrize("window", ["24h", "7d"])
def test_a_slow_bleed_is_held_by_what_the_window_already_spent(window: str, *, cumulative: bool, held: bool) -> None:
    had = unit(0) | pupils(range(100))
    before = spent(removed={(code(0), "User"): 8})
    name = "spent_day" if window == "24h" else "spent_week"
    given = facts(guards=Guards(cumulative=cumulative), **{name: before})
    plan = Desk(had).plan(minus(had, *(rid("pupil", number) for number in range(6))), given)
    assert {hold.window for hold in plan.held} == ({window} if held else set())


def test_the_whole_connection_bleeds_over_days_too() -> None:
    had = unit(0) | pupils(range(300))
    given = facts(guards=DEFAULTS, spent_week=spent(removed={(code(9), "User"): 60}))
    plan = Desk(had).plan(minus(had, rid("pupil", 1)), given)
    assert [(hold.reason, hold.window) for hold in plan.held] == [("removed_in_all", "7d")]


def test_what_is_approved_neither_counts_nor_waits() -> None:
    had = unit(0) | pupils(range(100))
    wanted = minus(had, *(rid("pupil", number) for number in range(12)))
    held = Desk(had).plan(wanted)
    some = choose(held, "ids", *(rid("pupil", number) for number in range(5)))
    plan = Desk(had).plan(wanted, facts(guards=DEFAULTS, approvals=some))
    assert plan.held == ()
    assert sum(change.approved for change in plan.flowing) == 5


def test_an_approval_binds_the_content() -> None:
    had = unit(0) | pupils(range(60))
    guards = Guards(changed=Limit(0.0, 0))
    yes = choose(Desk(had).plan(had | pupil(1, name="Alm"), facts(guards=guards)), "all")
    assert Desk(had).plan(had | pupil(1, name="Alm"), facts(guards=guards, approvals=yes)).held == ()
    assert len(Desk(had).plan(had | pupil(1, name="Bok"), facts(guards=guards, approvals=yes)).held) == 1


def test_first_push_waits_in_live_and_flows_in_test() -> None:
    wanted = school(80)
    live = Desk({}).plan(wanted)
    assert set(reasons(live).values()) == {"first_push"}
    assert len(live.held) == len(wanted)
    test = Desk({}).plan(wanted, facts(live=False, guards=DEFAULTS))
    assert len(test.flowing) == len(wanted)
    assert all(change.approved for change in test.flowing)  # so that it does not count later
    assert Desk({}).plan(wanted, facts(guards=Guards(hold_first_live_push=False))).held == ()


def test_an_interrupted_first_push_in_test_goes_on() -> None:
    wanted = school(80)
    had = unit(0)
    assert Desk(had).plan(wanted, facts(live=False, guards=DEFAULTS, first_push=True)).held == ()
    assert set(reasons(Desk(had).plan(wanted, facts(guards=DEFAULTS, first_push=True))).values()) == {
        "added",
        "depends",
    }


def test_a_unit_new_to_the_vendor_is_held_as_added() -> None:
    had = school(2)
    plan = Desk(had).plan(had | unit(1) | pupils(range(100, 160), 1) | group(9, range(100, 160), 1))
    assert reasons(plan)[rid("pupil", 100)] == "added"
    assert reasons(plan)[rid("group", 9)] == "depends"
    assert flowing(plan) == [("create", "SchoolUnit", "new")]


def test_an_empty_roster_never_empties_the_vendor() -> None:
    had = school(3)
    plan = Desk(had).plan({})
    assert set(reasons(plan).values()) == {"empty"}
    assert len(plan.held) == len(had)


@pytest.mark.parametrize(("day", "reason"), [(date(2026, 8, 1), "school_year"), (date(2026, 11, 1), "changed")])
def test_new_school_years_in_summer_are_one_question(day: date, reason: str) -> None:
    had = unit(0) | pupils(range(100)) | teacher(1)
    plan = Desk(had).plan(had | pupils(range(100), year=8), facts(guards=DEFAULTS, today=day))
    assert set(reasons(plan).values()) == {reason}
    assert [(trip.changes, trip.of) for trip in plan.trips] == [(100, 100 if reason == "school_year" else 101)]


def test_a_few_new_school_years_or_other_changes_in_summer_are_ordinary() -> None:
    had = unit(0) | unit(1) | pupils(range(100))
    summer = facts(guards=DEFAULTS, today=date(2026, 8, 1))
    assert Desk(had).plan(had | pupils(range(40), year=8), summer).held == ()
    moved = Desk(had).plan(had | pupils(range(40), at=1), summer)
    assert moved.held == ()
