"""Plans are kept as they were made; approving is about exactly what was seen."""

from __future__ import annotations

import pytest

from skolsynk.core.connection import Mode
from skolsynk.store import decided, load, save
from skolsynk.store import plans as plan_rows
from skolsynk.store.models import ApprovalRow, AuditEvent, PlanPart, PlanRow
from skolsynk.sync import plans
from tests.scenarios.theatre import Theatre, resource
from tests.scenarios.theatre import pupils as pupils_of


def gone(made: Theatre, number: int = 12) -> list[str]:
    """So many pupils are suspended, and the directory is read: over the guard's limit of ten."""
    keys = pupils_of(made, number)
    for key in keys:
        made.stage.town.directory.suspend(key)
    made.pass_time(hours=1)
    made.read()
    return keys


def kept(made: Theatre) -> plans.StoredPlan:
    connection = made.connection()
    found = plans.newest(made.tenant_id, connection.id, str(connection.mode))
    assert found is not None
    return found


def test_a_push_keeps_what_it_planned_and_sent(stage: Theatre) -> None:
    plan = kept(stage)
    assert plan.facts.kind == "push"
    assert not plan.held
    users = [line for line in plan.lines if line.type == "User"]
    found = plans.bodies(plan, [users[0].number, users[-1].number])
    assert users[0].label in (found[users[0].number].after or b"").decode()
    assert {line.id for line in plan.lines} == stage.held().keys()


def test_a_plan_without_changes_makes_the_one_before_it_history(stage: Theatre) -> None:
    before = kept(stage)
    stage.pass_time(hours=1)
    stage.plan()
    connection = stage.connection()
    assert plans.newest(stage.tenant_id, connection.id, "test") is None
    assert plans.of_run(stage.tenant_id, before.facts.run) is not None


def test_approving_what_was_seen_sends_exactly_that(own_stage: Theatre) -> None:
    own_stage.sync()
    keys = gone(own_stage)
    own_stage.push()
    plan = kept(own_stage)
    removed = {line.id for line in plan.held if line.verb == "delete" and line.type == "User"}
    assert removed == {resource(own_stage, key) for key in keys}
    deletes = plans.bodies(plan, [line.number for line in plan.held if line.id in removed])
    assert all(each.before and not each.after for each in deletes.values()), "a removed person can still be told"
    given = plans.approve(
        own_stage.connection(),
        Mode.TEST,
        plan.facts.id,
        plans.Which("all"),
        who="member:1",
        comment="",
        at=own_stage.at,
    )
    assert given == plans.Given(len(plan.held), len(plan.held))
    own_stage.push()
    own_stage.assert_equal()
    assert plans.newest(own_stage.tenant_id, own_stage.connection().id, "test") is not None


def test_all_but_removals_and_single_rows_bring_what_they_need(own_stage: Theatre) -> None:
    own_stage.sync()
    gone(own_stage)
    own_stage.push()
    plan = kept(own_stage)
    one = next(line for line in plan.held if line.type == "User")
    assert len(plans.covered(plan, plans.Which("ids", (one.id,))).ids) > 1, "groups stop naming the person first"
    assert not plans.covered(plan, plans.Which("ids", ("nobody",))).ids
    assert plans.covered(plan, plans.Which("all")).ids == {line.id for line in plan.held}


def test_whoever_looked_at_an_older_plan_is_told_what_moved(own_stage: Theatre) -> None:
    own_stage.sync()
    gone(own_stage)
    own_stage.plan()
    seen = kept(own_stage)
    back = next(line for line in seen.held if line.type == "User")
    key = next(key for key, found in load.identity(own_stage.tenant_id).people.items() if found == back.id)
    own_stage.stage.town.directory.suspend(key, suspended=False)
    own_stage.pass_time(hours=1)
    own_stage.read()
    own_stage.plan()
    moved = plans.approve(
        own_stage.connection(),
        Mode.TEST,
        seen.facts.id,
        plans.Which("all"),
        who="member:1",
        comment="",
        at=own_stage.at,
    )
    assert isinstance(moved, plans.Moved)
    assert moved.went >= 1
    assert not ApprovalRow.objects.exists()
    said = plans.discard(
        own_stage.connection(), Mode.TEST, seen.facts.id, who="member:1", reason="fel", at=own_stage.at
    )
    assert isinstance(said, plans.Moved)


def test_a_no_is_recorded_with_its_reason_and_sends_nothing(own_stage: Theatre) -> None:
    own_stage.sync()
    gone(own_stage)
    own_stage.push()
    plan, before = kept(own_stage), own_stage.held()
    number = plans.discard(
        own_stage.connection(), Mode.TEST, plan.facts.id, who="member:1", reason="flyttade av misstag", at=own_stage.at
    )
    assert number == len(plan.held)
    event = AuditEvent.objects.get(what="changes_discarded")
    assert (event.about["reason"], event.about["count"]) == ("flyttade av misstag", number)
    noes = decided.discarded(own_stage.tenant_id, plan.facts.connection_id, "test")
    assert [(said.who, said.reason, n) for said, n in noes] == [("member:1", "flyttade av misstag", number)]
    own_stage.pass_time(hours=1)
    own_stage.push()
    assert own_stage.held() == before
    assert decided.discarded(own_stage.tenant_id, plan.facts.connection_id, "test") == noes, (
        "the same question as before"
    )


def test_old_plans_make_room_and_another_tenants_are_not_found(stage: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_rows, "KEPT", 3)
    connection = stage.connection()
    directory = stage.stage.town.directory
    key = pupils_of(stage)[0]
    given, before = (str(directory.users[key]["name"][part]) for part in ("givenName", "familyName"))
    try:
        for number in range(3 + 2):
            directory.rename_user(key, given, f"Efternamn{chr(65 + number)}")
            stage.pass_time(hours=1)
            stage.read()
            stage.plan()
    finally:
        directory.rename_user(key, given, before)
    assert PlanRow.objects.filter(connection_id=connection.id, mode="test").count() == 3
    assert PlanPart.objects.exclude(plan__in=PlanRow.objects.all()).count() == 0
    other = save.tenant("C9other99", "Annan kommun", at=stage.at)
    assert plans.of_run(other, kept(stage).facts.run) is None
    assert plans.newest(other, connection.id, "test") is None


def test_where_a_vendor_may_have_protected_people_nobody_is_named_in_its_plans(own_stage: Theatre) -> None:
    connection = own_stage.connection()
    selection = {**connection.selection, "include_protected": True}
    save.connection(own_stage.tenant_id, "sandbox", selection=selection, guards={}, schedule={}, at=own_stage.at)
    own_stage.sync()
    gone(own_stage)
    own_stage.push()
    plan = kept(own_stage)
    people = [line for line in plan.held if line.type == "User"]
    assert people
    assert not any(line.label for line in people)
    assert not any(any(each) for each in plans.bodies(plan, [line.number for line in people]).values())
    given = plans.approve(
        own_stage.connection(),
        Mode.TEST,
        plan.facts.id,
        plans.Which("all"),
        who="member:1",
        comment="",
        at=own_stage.at,
    )
    assert given == plans.Given(len(plan.held), len(plan.held))
    own_stage.push()
    own_stage.assert_equal()
