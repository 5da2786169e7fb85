"""A connection in versions: what is kept, who comes too late, and that saving plans but never sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from skolsynk.core.connection import Exclusion, Guards, Limit, Mode, Selection
from skolsynk.store import claims, load
from skolsynk.store.models import AuditEvent, Connection, ConnectionVersion, LedgerRow
from skolsynk.sync import configuration, connections, tenants
from skolsynk.sync.connections import Moved, Relation, Saved
from skolsynk.sync.errors import Misconfigured
from skolsynk.sync.schedule_json import Schedule
from tests.scenarios.theatre import Theatre


def selection(stage: Theatre) -> Selection:
    return connections.saved(stage.connection()).selection


def keep(stage: Theatre, expected: int, **parts: object) -> Saved | Moved:
    return connections.save_connection(
        stage.tenant_id, "sandbox", who="member:1", reason="prov", expected_version=expected, at=stage.at,
        **parts,  # type: ignore[arg-type]  # selection, guards, schedule or wait, as each test needs
    )  # fmt: skip


def test_an_imported_connection_has_its_first_version(stage: Theatre) -> None:
    (first,) = connections.versions(stage.connection())
    assert (first.number, first.author) == (1, "demo")
    assert first.document["selection"] == stage.connection().selection


def test_saving_makes_a_version_and_a_plan_and_sends_nothing(stage: Theatre) -> None:
    before = LedgerRow.objects.count()
    narrow = replace(selection(stage), roles=("pupil",))
    saved = keep(stage, 1, selection=narrow)
    assert isinstance(saved, Saved)
    assert saved.version == 2
    assert saved.run_id
    assert selection(stage) == narrow
    newest = connections.versions(stage.connection())[0]
    assert (newest.number, newest.author, newest.reason) == (2, "member:1", "prov")
    run = claims.facts(saved.run_id)
    assert (run.kind, run.mode, run.state) == ("plan", "test", "queued")
    assert stage.do(saved.run_id).state in ("done", "held")
    assert LedgerRow.objects.count() == before


def test_parts_that_are_not_given_stay(stage: Theatre) -> None:
    was = connections.saved(stage.connection())
    keep(stage, 1, guards=Guards(removed=Limit(0.1, 3)))
    now = connections.saved(stage.connection())
    assert now == replace(was, guards=Guards(removed=Limit(0.1, 3)))
    keep(stage, 2, schedule=Schedule(every_minutes=30))
    assert connections.saved(stage.connection()) == replace(now, schedule=Schedule(every_minutes=30))


def test_who_comes_with_an_old_version_is_told_and_overwrites_nothing(stage: Theatre) -> None:
    narrow = replace(selection(stage), roles=("pupil",))
    keep(stage, 1, selection=narrow)
    moved = keep(stage, 1, guards=Guards(freeze_days=2))
    assert moved == Moved("member:1", stage.at, 2)
    assert connections.saved(stage.connection()).guards == Guards()
    assert ConnectionVersion.objects.filter(connection_id=stage.connection().id).count() == 2


def test_the_same_words_twice_are_one_version_and_one_plan(stage: Theatre) -> None:
    narrow = replace(selection(stage), roles=("pupil",))
    first = keep(stage, 1, selection=narrow)
    again = keep(stage, 1, selection=narrow)
    assert again == Saved(2, None)
    assert isinstance(first, Saved)
    assert first.run_id
    assert len(connections.versions(stage.connection())) == 2


def test_wait_pauses_the_connections_own_runs(stage: Theatre) -> None:
    keep(stage, 1, selection=replace(selection(stage), roles=("pupil",)), wait=True)
    assert stage.connection().paused_until == stage.at + timedelta(days=7)


def test_wait_never_shortens_a_pause(stage: Theatre) -> None:
    later = stage.at + timedelta(days=30)
    connections.pause(stage.connection(), later, "member:1", stage.at)
    keep(stage, 1, selection=replace(selection(stage), roles=("pupil",)), wait=True)
    assert stage.connection().paused_until == later


def test_a_connection_that_is_off_makes_no_plan(stage: Theatre) -> None:
    stage.switch(Mode.OFF)
    assert keep(stage, 1, guards=Guards(freeze_days=2)) == Saved(2, None)
    assert stage.connection().paused_until is None


def test_a_tenant_that_was_never_read_makes_no_plan(own_stage: Theatre) -> None:
    assert keep(own_stage, 1, guards=Guards(freeze_days=2)) == Saved(2, None)


def test_another_tenants_vendor_is_not_there(stage: Theatre) -> None:
    with pytest.raises(LookupError):
        connections.save_connection(
            stage.tenant_id + 1, "sandbox", guards=Guards(), who="x", reason="", expected_version=1, at=stage.at
        )
    with pytest.raises(LookupError):
        connections.relation(stage.tenant_id + 1, "sandbox")


def test_a_version_from_before_versions_were_kept_is_kept_when_the_first_is_made(stage: Theatre) -> None:
    ConnectionVersion.objects.filter(connection_id=stage.connection().id).delete()
    was = dict(stage.connection().selection)
    keep(stage, 1, selection=replace(selection(stage), roles=("pupil",)))
    second, first = connections.versions(stage.connection())
    assert (first.number, first.author, first.document["selection"]) == (1, "", was)
    assert second.number == 2


def test_reverting_makes_a_new_version_with_the_old_words(stage: Theatre) -> None:
    was = connections.saved(stage.connection())
    keep(stage, 1, selection=replace(was.selection, roles=("pupil",)), guards=Guards(freeze_days=2))
    back = connections.revert(
        stage.tenant_id, "sandbox", 1, who="member:2", reason="fel", expected_version=2, at=stage.at
    )
    assert isinstance(back, Saved)
    assert back.version == 3
    assert back.run_id
    assert connections.saved(stage.connection()) == was
    assert connections.versions(stage.connection())[0].reason == "fel"


def test_reverting_to_what_never_was_is_refused(stage: Theatre) -> None:
    with pytest.raises(LookupError):
        connections.revert(stage.tenant_id, "sandbox", 9, who="x", reason="", expected_version=1, at=stage.at)


def test_what_is_audited_is_numbers_only(stage: Theatre) -> None:
    left = Exclusion("google-id-1", "Elsa Ek ville inte", date(2026, 12, 1))
    keep(stage, 1, selection=replace(selection(stage), exclusions=(left,)))
    event = AuditEvent.objects.filter(what="connection_saved").get()
    assert event.about == {"vendor": "sandbox", "version": 2, "parts": ["selection"]}


def test_adding_a_vendor_sends_nobody_and_happens_once(stage: Theatre) -> None:
    assert connections.add(stage.tenant_id, "gleerups", "member:1", stage.at)
    assert not connections.add(stage.tenant_id, "gleerups", "member:1", stage.at)
    made = stage.connection("gleerups")
    held = connections.saved(made)
    assert made.mode is Mode.OFF
    assert held.selection.school_units == ()
    assert held.selection.group_types == ("Klass", "Undervisning")
    assert (held.guards, held.schedule) == (Guards(), Schedule())
    assert [each.number for each in connections.versions(made)] == [1]
    assert AuditEvent.objects.filter(what="connection_added").count() == 1


def test_a_vendor_that_does_not_exist_cannot_be_added(stage: Theatre) -> None:
    with pytest.raises(Misconfigured):
        connections.add(stage.tenant_id, "nobody", "member:1", stage.at)
    assert not Connection.objects.filter(vendor="nobody").exists()


def test_where_it_stands_with_the_vendor_is_remembered(stage: Theatre) -> None:
    assert connections.relation(stage.tenant_id, "sandbox") == Relation()
    told = Relation("waiting", "support@sandbox.example", date(2026, 11, 2), "Nyckel på väg")
    connections.set_relation(stage.tenant_id, "sandbox", told, "member:1", stage.at)
    assert connections.relation(stage.tenant_id, "sandbox") == told
    event = AuditEvent.objects.get(what="relation_saved")
    assert event.about == {"vendor": "sandbox", "state": "waiting", "agreed": True}


def test_a_state_that_nobody_knows_reads_as_nothing_asked(stage: Theatre) -> None:
    Connection.objects.filter(pk=stage.connection().id).update(relation={"state": "married"})
    assert connections.relation(stage.tenant_id, "sandbox").state == ""


def test_a_key_is_sealed_and_its_setting_is_told_without_it(stage: Theatre) -> None:
    connections.set_key(stage.connection(), Mode.TEST, "secret-1", "member:1", stage.at)
    assert load.endpoint(stage.connection().id, Mode.TEST).api_key == "secret-1"
    event = AuditEvent.objects.filter(what="secret_set").latest("pk")
    assert event.about == {"vendor": "sandbox", "mode": "test"}
    connections.set_key(stage.connection(), Mode.TEST, "", "member:1", stage.at)
    assert load.endpoint(stage.connection().id, Mode.TEST).api_key == ""


def test_an_import_makes_a_version_only_of_what_differs(stage: Theatre) -> None:
    document = tenants.export(stage.tenant_id)
    document["connections"][0]["guards"] = {"freeze_days": 3}  # type: ignore[index]  # connections are a list
    wanted = tenants.check(configuration.write_yaml(document))
    tenants.apply(wanted, author="command", reason="fil", at=stage.at)
    numbers = {row.vendor: row.version for row in Connection.objects.filter(tenant_id=stage.tenant_id)}
    assert sorted(numbers.values()) == [1, 2]
    changed = next(vendor for vendor, number in numbers.items() if number == 2)
    newest = connections.versions(stage.connection(changed))[0]
    assert (newest.number, newest.author, newest.reason) == (2, "command", "fil")
