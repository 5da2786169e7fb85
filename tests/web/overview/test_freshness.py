"""From a change in Google to the vendor's yes: an upper bound, of what nobody kept waiting, over all of seven days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from skolsynk.core.connection import Exclusion
from skolsynk.core.connection_json import selection_from_json, selection_to_json
from skolsynk.store import claims, load
from skolsynk.store.models import Connection, ReceiptRow, Run, SnapshotRow
from skolsynk.sync import dispatch, health
from tests.scenarios.theatre import Theatre, pupils

Address = Callable[..., str]


def exclude(town: Theatre, number: int) -> None:
    """So few that no limit holds them."""
    row = Connection.objects.get(tenant_id=town.tenant_id, vendor="sandbox")
    gone = tuple(Exclusion(key, "prov") for key in pupils(town, number))
    row.selection = selection_to_json(replace(selection_from_json(row.selection), exclusions=gone))
    row.save(update_fields=["selection"])


@pytest.fixture
def read_twice(town: Theatre) -> tuple[datetime, datetime]:
    """When the directory was read: before the change, and after."""
    first = load.latest_read_at(town.tenant_id)
    town.pass_time(minutes=20)
    town.read()
    second = load.latest_read_at(town.tenant_id)
    assert first
    assert second
    return first, second


def changed_after(run_id: UUID) -> datetime | None:
    return Run.objects.values_list("changed_after", flat=True).get(pk=run_id)


def test_a_first_push_is_not_measured(town: Theatre) -> None:
    pushed = Run.objects.get(kind="push", state="done")
    assert pushed.changed_after is None
    assert "freshness" not in pushed.counts


def test_it_counts_from_the_read_before_the_one_that_saw_the_change(
    town: Theatre, read_twice: tuple[datetime, datetime]
) -> None:
    exclude(town, 1)
    pushed = town.push()
    assert changed_after(pushed.id) == read_twice[0]
    fresh = Run.objects.get(pk=pushed.id).counts["freshness"]
    assert fresh["count"] >= 1
    assert fresh["p50_s"] >= (town.at - read_twice[0]).total_seconds()


def test_after_pushes_that_failed_it_counts_from_the_read_before_the_first_of_them(
    town: Theatre, read_twice: tuple[datetime, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = dispatch.queue(town.connection(), "push", town.at)
    claims.carries_from(missing, town.connection().id, "test", read_twice[0])
    claims.finish(missing, town.at, "failed", error_code="unreachable", error_args=["", ""])
    town.pass_time(minutes=20)
    town.read()
    exclude(town, 1)
    assert load.read_before(town.tenant_id) == read_twice[1]
    assert changed_after(town.push().id) == read_twice[0]
    assert changed_after(town.push().id) == read_twice[1], "a sound push ends that"


def test_a_push_that_goes_on_counts_from_where_it_began(town: Theatre, read_twice: tuple[datetime, datetime]) -> None:
    run_id = dispatch.queue(town.connection(), "push", town.at)
    here = town.connection().id
    assert claims.carries_from(run_id, here, "test", read_twice[0]) == read_twice[0]
    assert claims.carries_from(run_id, here, "test", read_twice[1]) == read_twice[0]


def test_what_waited_for_a_persons_yes_is_not_counted(town: Theatre, read_twice: tuple[datetime, datetime]) -> None:
    exclude(town, 12)
    town.plan()
    assert town.approve()
    pushed = Run.objects.get(pk=town.push().id)
    assert ReceiptRow.objects.filter(run=pushed, answer="done", approved=True).exists()
    assert "freshness" not in pushed.counts


def test_a_rehearsal_of_another_day_is_not_measured(town: Theatre, read_twice: tuple[datetime, datetime]) -> None:
    exclude(town, 1)
    assert changed_after(town.push(today=town.at.date() + timedelta(days=3)).id) is None


def test_seven_days_are_seven_days_however_many_runs(town: Theatre, as_viewer: Client, address: Address) -> None:
    now = timezone.now()
    for minutes in range(1, 61):
        slow = {"count": 1, "p50_s": 1000.0, "p95_s": 1000.0} if minutes > 30 else {"count": 1, "p50_s": 1, "p95_s": 1}
        run_id = dispatch.queue(town.connection(), "push", now)
        claims.finish(run_id, now, "done", counts={"freshness": slow})
        Run.objects.filter(pk=run_id).update(created_at=now - timedelta(minutes=minutes))
    eight_days = dispatch.queue(town.connection(), "push", now)
    claims.finish(eight_days, now, "done", counts={"freshness": {"count": 500, "p50_s": 9, "p95_s": 9}})
    Run.objects.filter(pk=eight_days).update(created_at=now - timedelta(days=8))
    found = {state.connection.vendor: state.freshness for state in health.states(town.tenant_id, now)}
    assert found["sandbox"] == {"count": 60, "p50_s": 1, "p95_s": 1000.0}
    assert found["binogi"] is None
    assert "17\N{NO-BREAK SPACE}min" in as_viewer.get(address("overview")).content.decode()


def test_without_a_read_before_there_is_nothing_to_count_from(town: Theatre) -> None:
    SnapshotRow.objects.filter(tenant_id=town.tenant_id).exclude(
        pk=SnapshotRow.objects.filter(tenant_id=town.tenant_id).latest("at").pk
    ).delete()
    exclude(town, 1)
    assert changed_after(town.push().id) is None
