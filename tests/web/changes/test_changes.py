"""The plan as people decide on it: what waits, why, and what a yes covers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.store import load
from skolsynk.store.models import ApprovalRow, AuditEvent, Run
from skolsynk.sync import plans
from skolsynk.sync.tasks import execute
from tests.scenarios.theatre import Theatre, pupils
from tests.web.changes.pages import WHERE, hold
from tests.web.conftest import member, signed_in

Address = Callable[..., str]
GARBAGE = ("", "0", "-1", "x", "9" * 40, "\x00", "'; drop table x; --")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody works here: what is queued stays queued."""
    monkeypatch.setattr(execute, "delay", lambda **_: None)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_has_every_connection_and_those_that_wait_first(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    page = shown(as_viewer, address("changes"))
    assert "Inget väntar på beslut" in page
    hold(town)
    page = shown(as_viewer, address("changes"))
    assert page.index("Sandbox") < page.index("Binogi")
    assert "Inget väntar på beslut" not in page


def test_the_plan_says_what_was_exceeded_and_that_nothing_was_sent(
    town: Theatre, as_viewer: Client, address: Address
) -> None:
    plan = hold(town)
    page = shown(as_viewer, address("changes_of", **WHERE))
    assert "Gränser har överskridits. Det som väntar har inte skickats." in page
    assert "skulle tas bort" in page
    assert "Planen har inte skickat något." in page
    assert "Godkänn" not in page, "viewers are offered no buttons"
    one = next(line for line in plan.held if line.type == "User")
    held = plans.bodies(plan, [one.number])[one.number].before
    assert load.payloads(town.connection().id, "test", [one.id])[one.id] == held
    assert one.label in page, "whoever is removed is named as the vendor has them"


def test_a_plan_without_changes_and_none_at_all_say_so(town: Theatre, as_viewer: Client, address: Address) -> None:
    town.plan()
    assert "Inget skulle ändras" in shown(as_viewer, address("changes_of", **WHERE))
    assert "Ingen plan är gjord än" in shown(as_viewer, address("changes_of", vendor="sandbox", mode="live"))


def test_approving_everything_asks_for_the_number_first(town: Theatre, as_editor: Client, address: Address) -> None:
    plan = hold(town)
    form = {"plan": plan.facts.id, "by": "all"}
    asked = as_editor.post(address("changes_approve", **WHERE), form)
    assert asked.status_code == 200
    assert not ApprovalRow.objects.exists()
    removed = sum(1 for line in plan.held if line.removals)
    assert f"Skriv antalet borttag, {removed}," in asked.content.decode()
    for wrong in ("", "1", str(removed + 1), "många"):
        answer = as_editor.post(address("changes_approve", **WHERE), {**form, "sure": "yes", "number": wrong})
        assert answer.status_code in (200, 422)
        assert not ApprovalRow.objects.exists()
    sure = {**form, "sure": "yes", "number": str(removed), "comment": "de har slutat"}
    before = Run.objects.filter(kind="push").count()
    for _ in range(2):  # a double click
        assert as_editor.post(address("changes_approve", **WHERE), sure).status_code == 303
    assert ApprovalRow.objects.count() == len(plan.held)
    assert Run.objects.filter(kind="push").count() >= before + 1
    event = AuditEvent.objects.filter(what="changes_approved").latest("at")
    assert (event.about["count"], event.about["comment"]) == (len(plan.held), "de har slutat")


def test_a_unit_and_a_single_row_can_be_approved(town: Theatre, as_editor: Client, address: Address) -> None:
    plan = hold(town)
    unit = plan.held[0].unit
    asked = as_editor.post(address("changes_approve", **WHERE), {"plan": plan.facts.id, "by": "unit", "values": [unit]})
    assert "Inget är godkänt ännu." in asked.content.decode()
    group = next(line for line in plan.held if line.type == "StudentGroup")
    form = {"plan": plan.facts.id, "by": "ids", "values": [group.id], "sure": "yes"}
    assert as_editor.post(address("changes_approve", **WHERE), form).status_code in (200, 303)


def test_nothing_chosen_is_said_and_nothing_happens(town: Theatre, as_editor: Client, address: Address) -> None:
    plan = hold(town)
    answer = as_editor.post(address("changes_approve", **WHERE), {"plan": plan.facts.id, "by": "ids"})
    assert answer.status_code == 422
    assert "Ingen av de hållna ändringarna var vald" in answer.content.decode()


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_approves_nothing(town: Theatre, as_editor: Client, address: Address, garbage: str) -> None:
    plan = hold(town)
    for form in ({"plan": garbage, "by": "all"}, {"plan": plan.facts.id, "by": garbage, "values": garbage}):
        answer = as_editor.post(address("changes_approve", **WHERE), {**form, "sure": "yes", "number": garbage})
        assert answer.status_code in (409, 422)
    assert as_editor.post(address("changes_discard", **WHERE), {"plan": garbage, "reason": ""}).status_code == 422
    assert as_editor.get(address("changes_of", **WHERE), {"unit": garbage, "page": garbage}).status_code == 200
    assert not ApprovalRow.objects.exists()


def test_whoever_saw_another_plan_is_told_what_moved(town: Theatre, as_editor: Client, address: Address) -> None:
    seen = hold(town, 12)
    hold(town, 14)
    form = {"plan": seen.facts.id, "by": "all", "sure": "yes", "number": "12"}
    answer = as_editor.post(address("changes_approve", **WHERE), form)
    assert answer.status_code == 409
    assert "Planen har ändrats sedan du tittade. Inget är godkänt" in answer.content.decode()
    assert (
        as_editor.post(address("changes_discard", **WHERE), {"plan": seen.facts.id, "reason": "fel"}).status_code == 409
    )
    assert not ApprovalRow.objects.exists()


def test_a_no_needs_a_reason_and_is_shown_to_the_others(
    town: Theatre, as_editor: Client, as_viewer: Client, address: Address
) -> None:
    plan = hold(town)
    assert as_editor.post(address("changes_discard", **WHERE), {"plan": plan.facts.id}).status_code == 422
    said = {"plan": plan.facts.id, "reason": "de är inte alls borta"}
    assert as_editor.post(address("changes_discard", **WHERE), said).status_code == 303
    assert "de är inte alls borta" in shown(as_viewer, address("changes_of", **WHERE))


def test_one_change_opens_to_before_after_and_json(town: Theatre, as_viewer: Client, address: Address) -> None:
    plan = hold(town)
    group = next(line for line in plan.held if line.type == "StudentGroup")
    person = next(line for line in plan.held if line.type == "User")
    opened = shown(as_viewer, address("changes_line", **WHERE, number=group.number))
    assert "Elever" in opened
    assert "studentMemberships" in opened
    assert (
        "<!DOCTYPE"
        not in as_viewer.get(
            address("changes_line", **WHERE, number=person.number), headers={"hx-request": "true"}
        ).content.decode()
    )
    assert AuditEvent.objects.get(what="change_seen").about["resource"] == person.id
    assert as_viewer.get(address("changes_line", **WHERE, number=len(plan.lines))).status_code == 404


def test_rows_are_filtered_and_counted(town: Theatre, as_viewer: Client, address: Address) -> None:
    plan = hold(town)
    deletes = sum(line.verb == "delete" for line in plan.lines)
    assert f"{deletes} ändringar" in shown(as_viewer, address("changes_of", **WHERE) + "?verb=delete")
    assert "Ingen ändring passar filtret" in shown(as_viewer, address("changes_of", **WHERE) + "?cause=new")


def test_people_limited_to_a_unit_see_and_decide_theirs_only(town: Theatre, address: Address) -> None:
    plan = hold(town)
    mine = plan.held[0].unit
    other = next((str(unit["code"]) for unit in town.stage.town.school_units if unit["code"] != mine), "99999999")
    form = {"plan": plan.facts.id, "by": "all"}
    for code, status in ((mine, 200), (other, 422)):
        limited = signed_in(member(town.tenant_id, "editor", (code,)))
        answer = limited.get(address("changes_file", **WHERE, ending="csv"))
        rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";"))
        assert [row[4] for row in rows[1:]] == [code] * sum(line.unit == code for line in plan.lines)
        assert limited.post(address("changes_approve", **WHERE), form).status_code == status
        seen = limited.get(address("changes_line", **WHERE, number=plan.held[0].number)).status_code
        assert seen == (200 if plan.held[0].unit == code else 404)
    assert not ApprovalRow.objects.exists()


def test_the_file_has_every_change_and_is_recorded(town: Theatre, as_viewer: Client, address: Address) -> None:
    plan = hold(town)
    answer = as_viewer.get(address("changes_file", **WHERE, ending="csv"))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(plan.lines) + 1
    assert as_viewer.get(address("changes_file", **WHERE, ending="xlsx")).getvalue()[:2] == b"PK"
    assert as_viewer.get(address("changes_file", **WHERE, ending="exe")).status_code == 404
    assert AuditEvent.objects.filter(what="changes_downloaded").count() == 2


def test_unknown_vendors_and_modes_are_not_found(town: Theatre, as_viewer: Client, address: Address) -> None:
    for where in ({"vendor": "ne", "mode": "test"}, {"vendor": "sandbox", "mode": "off"}, {"vendor": "x", "mode": "y"}):
        assert as_viewer.get(address("changes_of", **where)).status_code == 404


def test_the_number_of_questions_does_not_grow_with_the_plan(
    town: Theatre, as_viewer: Client, address: Address, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    hold(town, 12)
    shown(as_viewer, address("changes_of", **WHERE))
    with django_assert_max_num_queries(30):
        shown(as_viewer, address("changes_of", **WHERE))
    hold(town, 20)
    with django_assert_max_num_queries(30):
        shown(as_viewer, address("changes_of", **WHERE))
    with django_assert_max_num_queries(12):
        shown(as_viewer, address("changes"))


def test_probable_cause_names_the_org_unit_that_vanished(town: Theatre, as_viewer: Client, address: Address) -> None:
    keys = pupils(town, 12)
    directory = town.stage.town.directory
    for key in keys:
        directory.suspend(key)
    try:
        town.pass_time(hours=1)
        town.read()
        town.plan()
    finally:
        for key in keys:
            directory.suspend(key, suspended=False)
    found = plans.newest(town.tenant_id, town.connection().id, "test")
    assert found is not None
    probable = found.facts.counts["probable"]
    paths = {directory.users[key]["orgUnitPath"] for key in keys}
    page = shown(as_viewer, address("changes_of", **WHERE))
    assert ("Trolig orsak" in page) == bool(probable)
    if len(paths) == 1:
        assert probable == [{"number": 12, "of": 12, "container": paths.pop(), "vanished": False}]
