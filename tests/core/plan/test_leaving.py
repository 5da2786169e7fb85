"""Whoever leaves a vendor is told apart: chosen away, taken out by a decision, or gone."""

from __future__ import annotations

from skolsynk.core.ledger import Held
from skolsynk.core.plan.leaving import decided_in
from skolsynk.core.roster import Item, Roster
from skolsynk.core.school import Fate, Outcome
from skolsynk.core.ss12000.base import ResourceId
from tests.core.schools import employment, group, pupil, school, staff, unit, unit_id, user_id

TOWN = school(
    [unit(1)],
    [pupil("a", (1, 7)), staff("b")],
    [employment("b", 1)],
    [group("7A", 1, ["a"])],
    outcomes={"suspended": Outcome(Fate.DECIDED, "suspended", "pupil"), "hidden": Outcome(Fate.PROTECTED, "", "")},
)


def held(*keys: ResourceId) -> dict[ResourceId, Held]:
    return {key: Held("User", b"mark", "") for key in keys}


def roster(*keys: ResourceId) -> Roster:
    return Roster({key: Item("User", b"{}", "") for key in keys}, {}, frozenset(), (), ())


def test_what_the_school_has_and_the_vendor_is_not_shown_was_chosen_away() -> None:
    lesson, post = next(iter(TOWN.student_groups)), next(iter(TOWN.employments))
    away = (user_id("a"), lesson, post, unit_id(1))
    assert decided_in(TOWN, roster(user_id("b")), held(*away, user_id("b"))) == dict.fromkeys(away, "selection")


def test_whoever_is_left_out_on_purpose_goes_by_a_decision_and_nobody_else_is_named() -> None:
    ledger = held(user_id("suspended"), user_id("hidden"), user_id("left long ago"))
    assert decided_in(TOWN, roster(), ledger) == {user_id("suspended"): "decision"}


def test_nothing_is_looked_for_when_nothing_leaves() -> None:
    assert decided_in(TOWN, roster(user_id("a")), held(user_id("a"))) == {}
