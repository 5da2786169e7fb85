"""What differs, what is refused and who is frozen, one incident or rule at a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.ledger import Verb
from skolsynk.core.plan import (
    Refused,
)
from tests.core.plan.desk import FROZEN, Desk, flowing, mark, minus, reasons, school
from tests.core.plan.model import contents, ids_referred_to
from tests.core.plan.worlds import (
    TODAY,
    activity,
    activity_id,
    code,
    employment_id,
    facts,
    group,
    pupil,
    pupils,
    rid,
    teacher,
    unit,
)

# What differs


def test_a_changed_pupil_is_updated_and_named_by_what_changed() -> None:
    had = school()
    (change,) = Desk(had).plan(had | pupil(3, name="Alm")).flowing
    assert (change.verb, change.id, change.cause) == (Verb.UPDATE, rid("pupil", 3), "data")
    assert change.attributes == ("displayName", "name")
    assert change.before == had[rid("pupil", 3)].payload


def test_unknown_content_is_sent_again_past_the_guards() -> None:
    had = school()
    desk = Desk(had)
    for number in range(25):
        desk.lose_sight_of(rid("pupil", number), payload=number % 2 == 0)
    plan = desk.plan(had, facts(guards=Guards(changed=Limit(0.0, 0))))
    assert set(flowing(plan)) == {("update", "User", "retry")}
    assert plan.unproven == 25


def test_a_retry_that_takes_out_many_members_is_held() -> None:
    had = school()
    desk = Desk(had)
    desk.lose_sight_of(rid("group", 1))
    plan = desk.plan(had | group(1, []))
    assert reasons(plan) == {rid("group", 1): "removed"}


def test_unknown_content_that_goes_is_deleted_as_usual() -> None:
    had = school() | pupil(40)
    desk = Desk(had)
    desk.lose_sight_of(rid("pupil", 40))
    assert flowing(desk.plan(minus(had, rid("pupil", 40)))) == [("delete", "User", "gone")]


def test_a_decision_is_named_as_the_cause() -> None:
    had = school() | pupil(40)
    given = facts(decided={rid("pupil", 40): "decision"})
    assert flowing(Desk(had).plan(minus(had, rid("pupil", 40)), given)) == [("delete", "User", "decision")]


def test_deletes_go_in_reverse_after_everything_else() -> None:
    had = school(2)
    wanted = unit(1) | pupils([7], 1)
    plan = Desk(had).plan(wanted, facts())
    assert [change.type for change in plan.flowing] == [
        "SchoolUnit", "User", "Activity", "StudentGroup", "Employment", "User", "User", "User", "SchoolUnit",
    ]  # fmt: skip


# Refused


def test_a_refused_pupil_is_left_out_of_the_class_until_it_changes() -> None:
    wanted = school(3)
    key = rid("pupil", 1)
    given = facts(refused={key: Refused("User", Verb.CREATE, mark(wanted, key))})
    desk = Desk({})
    plan = desk.plan(wanted, given)
    assert plan.refused == given.refused
    assert key not in desk.receiver.bodies
    assert ids_referred_to(desk.receiver.bodies[rid("group", 1)]) == {rid("unit", 0), rid("pupil", 0), rid("pupil", 2)}
    assert desk.plan(wanted | pupil(1, name="Alm"), given).refused == {}


def test_what_needs_a_refused_resource_is_refused_too() -> None:
    wanted = school(3)
    key = rid("group", 1)
    given = facts(refused={key: Refused("StudentGroup", Verb.CREATE, mark(wanted, key))})
    plan = Desk({}).plan(wanted, given)
    assert plan.refused == {**given.refused, activity_id(1): Refused("Activity", Verb.CREATE, None)}


def test_a_class_that_moves_to_a_refused_unit_stays_and_so_do_its_pupils() -> None:
    had = school(2)
    wanted = minus(had, rid("pupil", 1)) | unit(1) | group(1, [0], 1)
    given = facts(refused={rid("unit", 1): Refused("SchoolUnit", Verb.CREATE, mark(wanted, rid("unit", 1)))})
    plan = Desk(had).plan(wanted, given)
    assert plan.refused[rid("group", 1)] == Refused("StudentGroup", Verb.UPDATE, None)
    assert reasons(plan) == {rid("pupil", 1): "depends"}


def test_a_refused_update_does_not_touch_what_the_vendor_accepted_before() -> None:
    had = school(2)
    wanted = had | pupil(0, name="Alm")
    key = rid("pupil", 0)
    given = facts(refused={key: Refused("User", Verb.UPDATE, mark(wanted, key))})
    plan = Desk(had).plan(wanted, given)
    assert plan.flowing == ()
    assert plan.refused == given.refused
    assert Desk(wanted).plan(wanted, given).refused == {}


def test_a_refused_delete_waits_for_somebody_to_ask() -> None:
    had = school(2) | group(2, [0])
    given = facts(refused={rid("group", 2): Refused("StudentGroup", Verb.DELETE, None)})
    plan = Desk(had).plan(minus(had, rid("group", 2)), given)
    assert (plan.flowing, plan.refused) == ((), given.refused)
    assert Desk(had).plan(had | group(2, [1]), given).refused == {}


# Frozen


def test_a_broken_pupil_and_teacher_stay_where_they_were() -> None:
    had = school(3)
    wanted = unit(0) | pupils([0, 2]) | group(1, [0, 2], name="7B") | activity(1, [], name="7B")
    broken = {rid("pupil", 1): "no_email", rid("staff", 1): "no_unit"}
    desk = Desk(had)
    plan = desk.plan(wanted, facts(guards=FROZEN), broken)
    assert plan.frozen == {**broken, employment_id(1): "no_unit"}
    assert desk.receiver.bodies == contents(
        had | group(1, [0, 1, 2], name="7B") | activity(1, [employment_id(1)], name="7B")
    )
    assert plan.standing["frozen"] == {(code(0), "User"): 2, (code(0), "Employment"): 1}


def test_a_class_that_only_broken_people_are_left_in_stays_with_all_it_needs() -> None:
    had = school(2)
    broken = {rid("pupil", 1): "no_email"}
    desk = Desk(had)
    plan = desk.plan(unit(5), facts(guards=FROZEN), broken)
    assert set(plan.frozen) == {rid("pupil", 1), rid("group", 1), activity_id(1), rid("unit", 0)}
    assert set(plan.frozen.values()) == {"no_email"}
    assert desk.receiver.bodies == contents(unit(5) | unit(0) | pupil(1) | group(1, [1]) | activity(1, []))


def test_a_class_dissolved_while_its_pupils_remain_is_not_kept_for_a_broken_one() -> None:
    had = school(2)
    desk = Desk(had)
    desk.plan(unit(0) | pupil(0) | teacher(1), facts(guards=FROZEN), {rid("pupil", 1): "no_email"})
    assert desk.receiver.bodies == contents(unit(0) | pupils([0, 1]) | teacher(1))


def test_an_activity_stays_for_a_broken_teacher_only_with_its_group() -> None:
    had = school(2)
    broken = {rid("staff", 1): "no_unit"}
    plan = Desk(had).plan(unit(0) | pupils([0, 1]) | group(1, [0, 1]), facts(guards=FROZEN), broken)
    assert activity_id(1) in plan.frozen
    assert plan.flowing == ()
    plan = Desk(had).plan(unit(0) | pupils([0, 1]), facts(guards=FROZEN), broken)
    assert activity_id(1) not in plan.frozen


@pytest.mark.parametrize(("days", "verbs"), [(13, []), (14, [Verb.UPDATE, Verb.DELETE])])
def test_after_fourteen_days_a_broken_person_goes(days: int, verbs: list[Verb]) -> None:
    had = school(3)
    given = facts(guards=FROZEN, broken_since={rid("pupil", 1): TODAY - timedelta(days=days)})
    plan = Desk(had).plan(minus(had, rid("pupil", 1)) | group(1, [0, 2]), given, {rid("pupil", 1): "no_email"})
    assert [change.verb for change in plan.flowing] == verbs
    assert [change.cause for change in plan.flowing if change.verb is Verb.DELETE] == ["broken_too_long"][: len(verbs)]


def test_a_broken_teachers_employments_go_with_the_teacher_after_the_days() -> None:
    had = school(1)
    given = facts(broken_since={rid("staff", 1): date(2026, 1, 1)})
    plan = Desk(had).plan(
        minus(had, rid("staff", 1), employment_id(1)) | activity(1, []), given, {rid("staff", 1): "x"}
    )
    assert flowing(plan)[1:] == [("delete", "Employment", "broken_too_long"), ("delete", "User", "broken_too_long")]


def test_a_broken_person_never_sent_is_left_out() -> None:
    had = school(2)
    plan = Desk(had).plan(had, facts(), {rid("pupil", 9): "no_email"})
    assert (plan.flowing, dict(plan.frozen)) == ((), {})


def test_a_frozen_employment_without_payload_is_known_by_its_id() -> None:
    had = school(1)
    desk = Desk(had)
    desk.lose_sight_of(employment_id(1), payload=False)
    plan = desk.plan(minus(had, rid("staff", 1), employment_id(1)) | activity(1, []), facts(), {rid("staff", 1): "x"})
    assert employment_id(1) in plan.frozen


def test_a_frozen_group_without_payload_is_left_to_the_roster() -> None:
    had = school(1)
    desk = Desk(had)
    desk.lose_sight_of(rid("group", 1), payload=False)
    wanted = minus(had, rid("staff", 1), employment_id(1)) | group(1, []) | activity(1, [])
    plan = desk.plan(wanted, facts(), {rid("staff", 1): "x"})
    assert [change.payload for change in plan.flowing] == [wanted[rid("group", 1)].payload]
