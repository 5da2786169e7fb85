"""The list before going live: each point is worked out from what is so, and going past it leaves a trace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from skolsynk.core.connection import Guards, Mode
from skolsynk.store import claims, load, save, trust
from skolsynk.store import connections as rows
from skolsynk.store.models import AuditEvent, RefusalRow, Run
from skolsynk.sync import connections, golive, readmodel
from skolsynk.sync.connections import Relation
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.golive import Blocked
from tests.scenarios.theatre import Theatre

PEOPLE = 56


def stored(stage: Theatre) -> rows.Stored:
    found = rows.stored(stage.tenant_id, "sandbox")
    assert found
    return found


def points(stage: Theatre, people: int | None = PEOPLE, at: datetime | None = None) -> dict[str, golive.Point]:
    return {point.code: point for point in golive.points(stored(stage), at or timezone.now(), people)}


def model(stage: Theatre) -> readmodel.ReadModel:
    return readmodel.make(stage.tenant_id, today_at(stage.at))


def aged(stage: Theatre, hours: int) -> None:
    """The pushes were that long ago; and there is one of the last hour."""
    then = timezone.now() - timedelta(hours=hours)
    Run.objects.filter(kind="push").update(created_at=then, finished_at=then)


def ended(stage: Theatre, state: str) -> None:
    run = claims.create_run(
        stage.tenant_id, "push", at=stage.at, today=date(2026, 11, 16),
        connection_id=stage.connection().id, mode="test",
    )  # fmt: skip
    Run.objects.filter(pk=run).update(state=state, finished_at=timezone.now())


def test_every_point_says_in_both_languages_what_is_so(stage: Theatre) -> None:
    for point in points(stage).values():
        assert point.text("sv") != point.text("en")
        assert point.text("sv").endswith(".")


def test_nobody_chosen_cannot_be_passed(stage: Theatre) -> None:
    assert points(stage)["selection"].done
    nobody = points(stage, people=0)["selection"]
    assert (nobody.done, nobody.needed) == (False, True)
    unknown = points(stage, people=None)["selection"]
    assert (unknown.done, unknown.needed) == (False, False)


def test_address_and_key_are_needed(stage: Theatre) -> None:
    assert points(stage)["reachable"].done
    save.endpoint(stage.connection().id, Mode.LIVE, api_key="")
    point = points(stage)["reachable"]
    assert (point.done, point.needed) == (False, True)
    assert "Nyckeln" in point.text("sv")


def test_a_young_test_is_not_clean_yet(stage: Theatre) -> None:
    assert not points(stage)["test_clean"].done


def test_a_day_of_runs_without_errors_is_clean(stage: Theatre) -> None:
    aged(stage, 30)
    assert not points(stage)["test_clean"].done, "nothing ran in the last day"
    ended(stage, "done")
    assert points(stage)["test_clean"].done
    assert "30 timmar" in points(stage)["test_clean"].text("sv")
    assert "1 körning, 0 med fel" in points(stage)["test_clean"].text("sv")


@pytest.mark.parametrize("state", ["failed", "partly"])
def test_a_run_with_errors_in_the_last_day_is_not_clean(stage: Theatre, state: str) -> None:
    aged(stage, 30)
    ended(stage, "done")
    ended(stage, state)
    assert not points(stage)["test_clean"].done


def test_a_refusal_is_not_clean(stage: Theatre) -> None:
    aged(stage, 30)
    ended(stage, "done")
    RefusalRow.objects.create(
        connection_id=stage.connection().id, mode="test", resource_type="User", resource_id="x", verb="create",
        status=400, at=stage.at,
    )  # fmt: skip
    assert not points(stage)["test_clean"].done
    assert "1 post nu" in points(stage)["test_clean"].text("sv")


def test_a_connection_that_never_ran_is_not_clean(own_stage: Theatre) -> None:
    assert "slut än" in points(own_stage)["test_clean"].text("sv")


def test_findings_are_unknown_without_a_read_model(own_stage: Theatre) -> None:
    assert not points(own_stage)["findings"].done


def test_findings_are_looked_through_until_there_are_more(stage: Theatre) -> None:
    errors = golive.errors_now(model(stage))
    assert errors > 0
    assert not points(stage)["findings"].done
    golive.confirm(stored(stage), "findings", "member:1", stage.at)
    assert points(stage)["findings"].done
    AuditEvent.objects.filter(what="findings_reviewed").update(about={"vendor": "sandbox", "objects": errors - 1})
    assert not points(stage)["findings"].done


def test_guards_are_set_by_saving_them_or_by_saying_that_the_defaults_are_right(stage: Theatre) -> None:
    assert not points(stage)["guards"].done
    golive.confirm(stored(stage), "guards", "member:1", stage.at)
    assert points(stage)["guards"].done
    AuditEvent.objects.all().delete()
    connections.save_connection(
        stage.tenant_id, "sandbox", guards=Guards(freeze_days=3), who="member:1", reason="", expected_version=1,
        at=stage.at,
    )  # fmt: skip
    assert points(stage)["guards"].done


def test_what_was_confirmed_for_one_vendor_says_nothing_of_another(stage: Theatre) -> None:
    binogi = rows.stored(stage.tenant_id, "binogi")
    assert binogi
    golive.confirm(binogi, "guards", "member:1", stage.at)
    assert not points(stage)["guards"].done


def test_other_points_cannot_be_confirmed(stage: Theatre) -> None:
    with pytest.raises(KeyError):
        golive.confirm(stored(stage), "test_clean", "member:1", stage.at)


@pytest.mark.parametrize(
    ("told", "done"),
    [
        (Relation("ready", "", date(2026, 11, 1)), True),
        (Relation("ready"), False),
        (Relation("waiting", "", date(2026, 11, 1)), False),
        (Relation("ready", "", date(2099, 1, 1)), False),
    ],
)
def test_the_agreement_needs_a_day_that_has_come(stage: Theatre, told: Relation, done: bool) -> None:
    connections.set_relation(stage.tenant_id, "sandbox", told, "member:1", stage.at)
    assert points(stage)["agreement"].done is done


def switch(stage: Theatre, to: Mode, leave: str | None = "keep", reason: str = "", people: int = PEOPLE) -> golive.Gone:
    return golive.switch(stored(stage), to, leave, people=people, reason=reason, who="member:1", at=stage.at)


def test_going_live_past_the_list_needs_a_reason(stage: Theatre) -> None:
    with pytest.raises(Blocked) as caught:
        switch(stage, Mode.LIVE, reason="  ")
    assert {point.code for point in caught.value.points} >= {"test_clean", "agreement"}
    assert stage.connection().mode is Mode.TEST


def test_a_reason_goes_past_the_list_and_stays_in_the_versions(stage: Theatre) -> None:
    gone = switch(stage, Mode.LIVE, reason="Skolan börjar i morgon")
    assert gone.switched.after is Mode.LIVE
    assert connections.versions(stage.connection())[0].reason == "Skolan börjar i morgon"
    event = AuditEvent.objects.get(what="golive_overridden")
    assert "test_clean" in event.about["missing"]
    assert "börjar" not in str(event.about)


def test_going_live_queues_a_plan_in_live(stage: Theatre) -> None:
    (run,) = switch(stage, Mode.LIVE, reason="ja").runs
    assert (claims.facts(run).kind, claims.facts(run).mode) == ("plan", "live")


def test_what_is_needed_cannot_be_passed_with_a_reason(stage: Theatre) -> None:
    with pytest.raises(Blocked) as caught:
        switch(stage, Mode.LIVE, reason="ja", people=0)
    assert [point.code for point in caught.value.points] == ["selection"]


def test_a_switch_that_fails_keeps_no_trace(stage: Theatre) -> None:
    with pytest.raises(Misconfigured):
        switch(stage, Mode.LIVE, leave=None, reason="ja")
    assert len(connections.versions(stage.connection())) == 1
    assert not AuditEvent.objects.filter(what="golive_overridden").exists()


def test_removing_all_queues_both_the_removal_and_the_new_plan(stage: Theatre) -> None:
    gone = switch(stage, Mode.LIVE, leave="remove", reason="ja")
    assert [claims.facts(run).kind for run in gone.runs] == ["unprovision", "plan"]


def test_switching_off_asks_for_no_list_and_no_plan(stage: Theatre) -> None:
    assert switch(stage, Mode.OFF).runs == ()


def test_what_waits_and_was_refused_is_counted_for_each_connection(stage: Theatre) -> None:
    facts = stage.connection()
    assert trust.held(stage.tenant_id) == trust.refused(stage.tenant_id) == {}
    RefusalRow.objects.create(
        connection_id=facts.id, mode="test", resource_type="User", resource_id="x", verb="create", status=400,
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert trust.refused(stage.tenant_id) == {facts.id: 1}
    people, resources = trust.people_held(facts.id, "test")
    assert 0 < people < resources == load.ledger_size(facts.id, "test")
