"""Plans as a person would check them, one incident or rule at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import orjson
import pytest

from skolsynk.core.connection import Guards, Limit
from skolsynk.core.ledger import Verb
from skolsynk.core.plan import (
    ApprovedChange,
    Change,
    Facts,
    Hold,
    Plan,
    Refused,
    Spent,
    choose,
    make_plan,
    make_unprovision_plan,
    probable_cause,
    summary,
)
from skolsynk.core.roster import Item
from skolsynk.core.ss12000.base import ResourceId, fingerprint
from tests.core.plan.model import Books, Receiver, contents, ids_referred_to
from tests.core.plan.worlds import (
    ANYTHING,
    KEY,
    TODAY,
    activity,
    activity_id,
    code,
    employment_id,
    facts,
    group,
    ledger_of,
    organisation,
    pupil,
    pupils,
    rid,
    roster,
    teacher,
    unit,
)

Items = dict[ResourceId, Item]
DEFAULTS = Guards()
FROZEN = Guards(ANYTHING, ANYTHING, ANYTHING, ANYTHING, freeze_days=14)


def school(number: int = 25) -> Items:
    """One unit, one class with its pupils, one teacher and their activity."""
    members = range(number)
    people = pupils(members) | teacher(1)
    return unit(0) | people | group(1, members) | activity(1, [employment_id(1)])


@dataclass
class Desk:
    """A vendor that holds ``had``, and plans against it."""

    had: Items

    def __post_init__(self) -> None:
        self.books = Books(dict(ledger_of(self.had)), {key: item.payload for key, item in self.had.items()})
        self.receiver = Receiver(contents(self.had))

    def lose_sight_of(self, key: ResourceId, *, payload: bool = True) -> None:
        self.books.rows[key] = self.books.rows[key]._replace(fingerprint=None)
        if not payload:
            del self.books.payloads[key]

    def plan(
        self,
        wanted: Items,
        given: Facts | None = None,
        broken: Mapping[ResourceId, str] | None = None,
        protected: tuple[ResourceId, ...] = (),
    ) -> Plan:
        chosen = given or facts(guards=DEFAULTS)
        plan = make_plan(roster(wanted, broken, protected), self.books.rows, chosen, self.books.payloads_of)
        self.receiver.bodies = contents(self.had)
        self.receiver.apply_all(plan.flowing)
        return plan


def minus(items: Items, *keys: ResourceId) -> Items:
    return {key: item for key, item in items.items() if key not in keys}


def flowing(plan: Plan) -> list[tuple[str, str, str]]:
    return [(change.verb.value, change.type, change.cause) for change in plan.flowing]


def reasons(plan: Plan) -> dict[ResourceId, str]:
    return {hold.change.id: hold.reason for hold in plan.held}


def spent(**removed_and_so_on: dict[tuple[str, str], int]) -> Spent:
    return Spent(**{"added": {}, "changed": {}, "removed": {}, **removed_and_so_on})


def mark(items: Items, key: ResourceId) -> bytes:
    return fingerprint(items[key].payload, KEY)


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


# Guards


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


def test_a_class_whose_creation_was_never_answered_is_sent_without_the_protected() -> None:
    wanted = school(2) | unit(1) | pupils(range(100, 160)) | group(2, [0, 100]) | group(3, [100], 1)
    had = school(2) | pupil(50) | group(2, [0, 50]) | group(3, [50])
    desk = Desk(had)
    desk.lose_sight_of(rid("group", 2), payload=False)
    desk.lose_sight_of(rid("group", 3), payload=False)
    plan = make_plan(
        roster(wanted, protected=[rid("pupil", 50)]), desk.books.rows, facts(guards=DEFAULTS), desk.books.payloads_of
    )
    sent = {change.id: change for change in plan.flowing if change.cause == "protected"}
    assert ids_referred_to(sent[rid("group", 2)].payload or b"{}") == {rid("unit", 0), rid("pupil", 0)}
    assert rid("group", 3) not in sent  # it needs a unit that is not there yet; the next run sends it


def test_others_that_wait_are_left_alone_when_somebody_is_protected() -> None:
    had = school(30) | group(2, range(5)) | pupil(50)
    wanted = minus(had, rid("pupil", 50), *(rid("pupil", number) for number in range(20))) | group(1, range(20, 30))
    wanted |= group(2, [])
    plan = Desk(had).plan(wanted, protected=(rid("pupil", 50),))
    assert flowing(plan) == [("delete", "User", "protected")]


# Choosing


def held_plan() -> tuple[Desk, Items, Plan]:
    """Twelve pupils leave, sixty arrive with their class, and a class changes its name."""
    had = unit(0) | unit(1) | pupils(range(100)) | group(1, range(30)) | group(2, range(30, 40))
    wanted = minus(had, *(rid("pupil", number) for number in range(12))) | group(1, range(12, 30))
    wanted |= pupils(range(200, 260), 1) | group(3, [200], 1) | group(2, range(30, 40), name="7B")
    desk = Desk(had)
    return desk, wanted, desk.plan(wanted)


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


# Figures


def test_the_summary_is_json_with_counts_by_type_and_unit() -> None:
    plan = held_plan()[2]
    figures = orjson.loads(orjson.dumps(summary(plan)))
    assert figures["total"]["held"] == 74
    assert figures["total"]["unchanged"] == 90
    assert figures["by_type"]["StudentGroup"]["updated"] == 1
    assert figures["by_unit"][code(1)]["held"] == 61
    assert figures["reasons"] == {"added": 60, "depends": 2, "removed": 12}
    assert (figures["trips"][0]["changes"], figures["trips"][0]["of"]) == (12, 100)


def leaving(numbers: range) -> list[Hold]:
    return [
        Hold(Change(Verb.DELETE, "User", rid("pupil", n), code(0), None, None, None, (), 1, "gone"), "removed", "now")
        for n in numbers
    ]


def test_the_probable_cause_is_what_most_share_and_fewest_others_have() -> None:
    people = {
        rid("pupil", n): {"container": "/Elever/9A" if n < 48 else "/Elever/8A", "role": "pupil"} for n in range(96)
    }
    assert probable_cause(leaving(range(48)), people) == "48 of 48 container=/Elever/9A"
    assert probable_cause(leaving(range(40, 56)), people) == "16 of 16 role=pupil"


def test_there_is_no_probable_cause_when_nothing_is_shared() -> None:
    people = {rid("pupil", n): {"container": f"/{n}"} for n in range(9)}
    assert probable_cause(leaving(range(9)), people) == ""
    assert probable_cause(leaving(range(9)), {}) == ""


def test_an_approved_change_is_named_by_verb_type_id_and_content() -> None:
    had = school(25)
    plan = Desk(had).plan(had | group(1, []))
    key = rid("group", 1)
    assert choose(plan, "all") == {
        ApprovedChange(Verb.UPDATE, "StudentGroup", key, mark(group(1, []), key)),
    }
