from __future__ import annotations

from datetime import timedelta

import pytest

from skolsynk.core.connection import Mode
from skolsynk.core.ledger import Verb
from skolsynk.core.plan.values import ApprovedChange, Hold
from skolsynk.core.register import RegisteredUnit
from skolsynk.store import claims, load, save
from skolsynk.store.facts import EndpointFacts
from skolsynk.store.models import (
    ApprovalRow,
    AuditEvent,
    Endpoint,
    HoldRow,
    ReceiptRow,
    RegisterUnit,
    Run,
    Source,
    Tenant,
)
from tests.store.builders import AT, TEST, TODAY, change, new_id, plan_holding, receipt, world

pytestmark = pytest.mark.django_db


def unit(code: str = "12345678", **words: str) -> RegisteredUnit:
    blank = RegisteredUnit(code, "Ekskolan", "AKTIV", ("GR",), "KOMMUN", "2120000000", "Björkvik", "0199", "", "", "")
    return blank._replace(**words)  # type: ignore[arg-type]  # the tests give texts only


def test_a_tenant_made_twice_keeps_its_key_and_namespace() -> None:
    first = save.tenant("C1", "Björkvik", at=AT)
    before = Tenant.objects.get()
    assert save.tenant("C1", "Björkviks kommun", at=AT) == first
    after = Tenant.objects.get()
    assert (after.namespace, bytes(after.wrapped_key)) == (before.namespace, bytes(before.wrapped_key))
    found = load.tenant_by_customer("C1")
    assert found == load.tenant(first)
    assert found is not None
    assert found.name == "Björkviks kommun"
    assert load.tenant_by_customer("C2") is None
    assert load.active_tenants() == (first,)


def test_the_tenants_own_credentials_are_sealed_and_come_back() -> None:
    tenant = world().tenant
    assert load.source(tenant) is None
    save.source(tenant, subject="admin@bjorkvik.example", school_containers=["/Elever"])
    save.source_credentials(tenant, '{"private_key": "secret"}')
    found = load.source(tenant)
    assert found is not None
    assert (found.subject, found.school_containers, found.credentials) == (
        "admin@bjorkvik.example",
        ("/Elever",),
        '{"private_key": "secret"}',
    )
    assert b"secret" not in bytes(Source.objects.get().credentials)
    save.source_credentials(tenant, "")
    found = load.source(tenant)
    assert found is not None
    assert found.credentials == ""


def test_the_newest_rules_rule() -> None:
    tenant = world().tenant
    assert load.rules(tenant) is None
    assert save.rules(tenant, {"placement": []}, author="a@b.example", reason="first", at=AT) == 1
    assert save.rules(tenant, {"placement": [1]}, author="a@b.example", reason="second", at=AT) == 2
    found = load.rules(tenant)
    assert found is not None
    assert (found.number, found.json) == (2, {"placement": [1]})


def test_a_connection_given_new_words_keeps_its_mode() -> None:
    w = world()
    save.mode(w.connection, Mode.LIVE)
    save.pause(w.connection, AT)
    same = save.connection(w.tenant, "sandbox", selection={"roles": []}, guards={}, schedule={}, at=AT)
    facts = load.connection(same)
    assert same == w.connection
    assert facts.mode is Mode.LIVE
    assert facts.selection == {"roles": []}
    assert facts.paused_until == AT
    assert load.connections(w.tenant) == (facts,)
    assert load.connection_to(w.tenant, "sandbox") == facts
    assert load.connection_to(w.tenant, "ne") is None


def test_an_endpoint_keeps_what_is_not_given_anew_and_seals_its_key() -> None:
    w = world()
    assert load.endpoint(w.connection, TEST) == EndpointFacts("", "", "", "", {}, "")
    save.endpoint(w.connection, TEST, address="https://scim.example", limits={"concurrency": 4})
    save.endpoint(w.connection, TEST, api_key="hemlig nyckel")
    found = load.endpoint(w.connection, TEST)
    assert found == EndpointFacts("https://scim.example", "", "", "", {"concurrency": 4}, "hemlig nyckel")
    assert b"hemlig" not in bytes(Endpoint.objects.get().api_key)
    assert load.endpoint(w.connection, "live").api_key == ""
    save.endpoint(w.connection, TEST, api_key="")
    assert load.endpoint(w.connection, TEST).api_key == ""


def test_units_carry_the_operators_corrections_and_the_tenants_group() -> None:
    tenant = world().tenant
    save.register([unit(), unit("87654321")], AT)
    save.correct_unit("12345678", {"email_domain": "ek.example", "school_types": ["GR", "FKLASS"]})
    save.correct_unit("11111111", {"name": "Nya skolan"})
    save.units(tenant, [("12345678", "Ekarna", "own"), ("11111111", "", "new"), ("99999999", "", "unknown")])
    found = load.units(tenant)
    assert set(found) == {"12345678", "11111111"}
    assert found["12345678"].email_domain == "ek.example"
    assert found["12345678"].school_types == ("GR", "FKLASS")
    assert found["12345678"].group == "Ekarna"
    assert [one.code for one in load.register()] == ["11111111", "12345678", "87654321"]


def test_a_unit_that_leaves_the_register_is_kept_and_marked_until_it_is_back() -> None:
    save.register([unit(), unit("87654321")], AT)
    save.correct_unit("11111111", {"name": "Nya skolan"})
    assert save.register([unit(name="Ekskolan 2")], AT) == (0, 1, 1)
    assert RegisterUnit.objects.get(code="87654321").vanished_at == AT
    assert RegisterUnit.objects.get(code="11111111").vanished_at is None
    assert save.register([unit("87654321")], AT, complete=False) == (0, 1, 0)
    assert RegisterUnit.objects.get(code="87654321").vanished_at is None
    assert save.register([unit(name="Ekskolan 2"), unit("87654321")], AT) == (0, 0, 0)


def test_an_import_without_details_does_not_erase_those_that_are_known() -> None:
    save.register([unit(municipality="Björkvik")], AT)
    bare = RegisteredUnit("12345678", "Ekskolan", "VILANDE", (), "", "", "", "", "", "", "")
    save.register([bare], AT)
    (found,) = load.register()
    assert (found.status, found.municipality, found.school_types) == ("VILANDE", "Björkvik", ("GR",))


def test_an_empty_register_and_an_unknown_field_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing was changed"):
        save.register([], AT)
    with pytest.raises(ValueError, match="shoe_size"):
        save.correct_unit("12345678", {"shoe_size": 44})


def test_a_hold_is_announced_once_and_leaves_when_no_longer_true() -> None:
    w = world()
    first, second = Hold(change(1), "added", "now"), Hold(change(2), "added", "now")
    assert save.plan(w.run, w.connection, TEST, plan_holding(first, second), AT) == 2
    later = AT + timedelta(hours=1)
    other = Hold(change(1, mac=b"2" * 16, cause="data"), "added", "24h")
    assert save.plan(w.run, w.connection, TEST, plan_holding(other, Hold(change(3), "added", "now")), later) == 1
    rows = {row.resource_id: row for row in HoldRow.objects.all()}
    assert set(rows) == {new_id(1), new_id(3)}
    assert (rows[new_id(1)].first_seen, rows[new_id(1)].window, rows[new_id(1)].cause) == (AT, "24h", "data")
    assert bytes(rows[new_id(1)].fingerprint or b"") == b"2" * 16
    assert Run.objects.get().counts["reasons"] == {"added": 2}


def test_one_change_may_be_held_for_two_reasons() -> None:
    w = world()
    holds = [Hold(change(1, Verb.DELETE), reason, "now") for reason in ("removed", "removed_in_all")]
    assert save.plan(w.run, w.connection, TEST, plan_holding(*holds), AT) == 2


def test_approving_again_renews_and_discarding_takes_back() -> None:
    w = world()
    yes = [ApprovedChange(Verb.CREATE, "User", new_id(number), bytes([number]) * 16) for number in range(3)]

    def approve(*changes: ApprovedChange, days: int = 7) -> None:
        lapses_at = AT + timedelta(days=days)
        save.approve(w.connection, TEST, changes, by="a@b.example", comment="ok", at=AT, lapses_at=lapses_at)

    approve(*yes)
    renewed = yes[0]._replace(fingerprint=b"n" * 16)
    approve(renewed, days=9)
    assert load.approvals(w.connection, TEST, AT) == {renewed, yes[1], yes[2]}
    assert load.approvals(w.connection, TEST, AT + timedelta(days=8)) == {renewed}
    assert save.discard_approvals(w.connection, TEST, [new_id(1)]) == 1
    assert save.discard_approvals(w.connection, TEST) == 2
    assert not ApprovalRow.objects.exists()


def test_prune_forgets_what_is_old_and_keeps_the_ledger_and_what_is_under_way() -> None:
    w = world()
    save.receipts(w.run, w.connection, TEST, [receipt(1)], w.key)
    old = claims.create_run(w.tenant, "read", at=AT, today=TODAY)
    claims.finish(old, AT, "done")
    save.audit(w.tenant, "a@b.example", "looked", {"id": "x"}, AT)
    future = AT + timedelta(days=3000)
    ends = {"receipts_before": future, "runs_before": future, "events_before": future}
    assert save.prune(world("C02annan").tenant, **ends, now=future)["receipts"] == 0
    assert save.prune(w.tenant, **ends, now=future)["runs"] == 1
    assert not ReceiptRow.objects.exists()
    assert not AuditEvent.objects.exists()
    assert list(Run.objects.filter(tenant_id=w.tenant).values_list("pk", flat=True)) == [w.run]
    assert load.ledger_size(w.connection, TEST) == 1


def test_patches_are_forgotten_long_before_other_runs() -> None:
    w = world()
    kept = [claims.create_run(w.tenant, "read", at=AT, today=TODAY), w.run]
    for kind, days in (("patch", 0), ("school", 0), ("patch", 20)):
        run = claims.create_run(w.tenant, kind, at=AT, today=TODAY)
        claims.finish(run, AT, "done")
        Run.objects.filter(pk=run).update(created_at=AT + timedelta(days=days))
        kept += [run] if days else []
    Run.objects.filter(pk__in=kept[:2]).update(created_at=AT)
    long_ago = AT - timedelta(days=400)
    ends = {"receipts_before": long_ago, "runs_before": long_ago, "events_before": long_ago}
    assert save.prune(w.tenant, **ends, now=AT + timedelta(days=31))["patches"] == 2
    assert set(Run.objects.filter(tenant_id=w.tenant).values_list("pk", flat=True)) == set(kept)
