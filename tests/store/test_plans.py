"""Kept plans and what people said about what they hold: each in its own tenant, connection and mode."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from skolsynk.core.ledger import Verb
from skolsynk.core.plan import Change, Hold, Plan, summary
from skolsynk.core.plan.stored import PART
from skolsynk.store import claims, decided, decisions, plans, save
from skolsynk.store.crypto import CannotOpenError
from skolsynk.store.models import PlanPart, PlanRow
from tests.store.builders import AT, TEST, TODAY, World, change, new_id, plan_holding, world

pytestmark = pytest.mark.django_db


def hold(number: int, mac: bytes = b"f" * 16, reason: str = "changed") -> Hold:
    return Hold(change(number, Verb.UPDATE, mac=mac, cause="data"), reason, "now")


def keep(here: World, run: UUID, *flowing: Change) -> plans.PlanFacts:
    plan = Plan(AT, flowing, (), (), {}, {}, 0, 0)
    save.plan(run, here.connection, TEST, plan, AT)
    plans.keep(
        here.tenant,
        run,
        here.connection,
        TEST,
        "push",
        plan,
        summary(plan),
        snapshot_at=AT,
        rules_version=3,
        named=True,
    )
    found = plans.of_run(here.tenant, run)
    assert found is not None
    return found


def another_run(here: World, mode: str = TEST) -> UUID:
    return claims.create_run(here.tenant, "plan", at=AT, today=TODAY, connection_id=here.connection, mode=mode)


def test_a_no_stays_with_a_held_change_until_its_content_differs() -> None:
    here = world()
    decisions.holds(here.connection, TEST, plan_holding(hold(1), hold(2)), AT)
    said = decisions.discard_holds(here.connection, TEST, [new_id(1), new_id(2)], by="member:7", reason="fel", at=AT)
    assert said == 2
    assert decisions.holds(here.connection, TEST, plan_holding(hold(1), hold(2, b"g" * 16)), AT) == 0
    noes = decided.discards(here.tenant, here.connection, TEST, [new_id(1), new_id(2)])
    assert noes == {new_id(1): decided.Said("member:7", "fel", AT)}
    decisions.holds(here.connection, TEST, plan_holding(), AT)
    assert decided.discarded(here.tenant, here.connection, TEST) == ()


def test_noes_are_counted_by_change_and_of_the_units_that_somebody_sees() -> None:
    here = world()
    decisions.holds(here.connection, TEST, plan_holding(hold(1), hold(1, reason="depends"), hold(2)), AT)
    decisions.discard_holds(here.connection, TEST, None, by="member:7", reason="fel", at=AT)
    unit = hold(1).change.unit
    assert [number for _, number in decided.discarded(here.tenant, here.connection, TEST, [unit])] == [2]
    assert decided.discarded(here.tenant, here.connection, TEST, ["nowhere"]) == ()
    assert decided.discarded(world("C02other").tenant, here.connection, TEST) == ()


def test_holds_of_another_mode_are_listed_beside_the_connections_own() -> None:
    here = world()
    decisions.holds(here.connection, "live", plan_holding(hold(1)), AT)
    lines = decided.connections(here.tenant)
    assert [(line.mode, line.held) for line in lines] == [("live", 1), ("off", 0)]
    assert decided.connections(world("C02other").tenant)[0].held == 0


def test_planning_the_same_run_again_replaces_what_it_kept() -> None:
    here = world()
    keep(here, here.run, *(change(number) for number in range(PART + 1)))
    found = keep(here, here.run, change(1))
    assert PlanRow.objects.count() == PlanPart.objects.count() == 1
    assert len(plans.head(here.tenant, found)) == 1
    assert plans.bodies(here.tenant, found, [0])[0].after is not None


def test_another_tenants_plan_is_neither_found_nor_opened() -> None:
    here, other = world(), world("C02other")
    found = keep(here, here.run, change(1))
    assert plans.of_run(other.tenant, here.run) is plans.of_id(other.tenant, found.id) is None
    assert plans.newest(other.tenant, here.connection, TEST) is None
    assert plans.bodies(other.tenant, found, [0]) == {}
    with pytest.raises(PlanRow.DoesNotExist):
        plans.head(other.tenant, found)
    moved = keep(other, other.run, change(2))
    stolen = PlanRow.objects.get(pk=found.id)
    PlanRow.objects.filter(pk=moved.id).update(head=bytes(stolen.head))
    with pytest.raises(CannotOpenError):
        plans.head(other.tenant, moved)


def test_the_newest_run_that_planned_decides_which_plan_holds() -> None:
    here = world()
    found = keep(here, here.run, change(1))
    assert plans.newest(here.tenant, here.connection, TEST) == found
    waiting = another_run(here)
    assert plans.newest(here.tenant, here.connection, TEST) == found, "a run that has not planned says nothing"
    save.plan(waiting, here.connection, TEST, plan_holding(), AT + timedelta(hours=1))
    assert plans.newest(here.tenant, here.connection, TEST) is None
    assert plans.last(here.tenant, here.connection, TEST) == found
    assert plans.newest(here.tenant, here.connection, "live") is None


def test_what_people_changed_since_the_last_push_is_told() -> None:
    here = world()
    assert decided.since_push(here.tenant, here.connection, "live") is None
    before = decided.since_push(here.tenant, here.connection, TEST)
    assert before is not None
    assert before.rules is before.connection is None
    save.rules(here.tenant, {}, author="member:7", reason="", at=AT + timedelta(minutes=1))
    after = decided.since_push(here.tenant, here.connection, TEST)
    assert after is not None
    assert after.rules
    assert after.rules[:2] == (1, "member:7")
