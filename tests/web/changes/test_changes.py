"""The plan as people decide on it: what waits, why, and what a yes covers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from skolsynk.store import load
from skolsynk.store.models import ApprovalRow, AuditEvent, HoldRow, RefusalRow, Run
from skolsynk.sync import plans
from skolsynk.sync.tasks import execute
from skolsynk.web.changes.shown import Names
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
    removed = sum(line.removals for line in plan.held)
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
    asked = as_editor.post(address("changes_discard", **WHERE), {"plan": plan.facts.id})
    assert asked.status_code == 200
    empty = {"plan": plan.facts.id, "reason": " "}
    assert as_editor.post(address("changes_discard", **WHERE), empty).status_code == 422
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
    directory = town.stage.town.directory
    keys = pupils(town, 12)
    before = {key: str(directory.users[key]["orgUnitPath"]) for key in keys}
    directory.add_org_unit("/Elever/9X", "ou-9x")
    for key in keys:
        directory.move_user(key, "/Elever/9X")
    town.read()
    users = {key: dict(directory.users[key]) for key in keys}
    try:
        directory.delete_users(keys)
        directory.remove_org_unit("/Elever/9X")
        for _ in range(2):  # the second read no longer knows where they were
            town.pass_time(hours=1)
            town.read()
            town.plan()
            found = plans.newest(town.tenant_id, town.connection().id, "test")
            assert found is not None
            probable = found.facts.counts["probable"]
            assert isinstance(probable, dict)
            assert (probable["number"], probable["of"], probable["container"]) == (12, 12, "/Elever/9X")
            page = shown(as_viewer, address("changes_of", **WHERE))
            assert "12 av 12 låg i organisationsenheten /Elever/9X, som saknas sedan läsningen" in page
    finally:
        for key in keys:
            directory.add_user(users[key] | {"orgUnitPath": before[key]})
        town.read()


def test_what_waits_is_told_by_unit_and_cause_with_numbers_on_the_buttons(
    town: Theatre, as_editor: Client, address: Address
) -> None:
    plan = hold(town)
    page = shown(as_editor, address("changes_of", **WHERE))
    assert f"Godkänn alla {len(plan.held)}" in page
    assert all(line.removes for line in plan.held)
    assert "utom borttag" not in page, "nothing would be left"
    assert "Över gräns" in page
    assert "utanför urvalet för leverantören" in page
    directory, key = town.stage.town.directory, pupils(town, 14)[-1]
    names = (str(directory.users[key]["name"][part]) for part in ("givenName", "familyName"))
    given, family = names
    try:
        directory.rename_user(key, given, "Nytt-Namn")
        town.read()
        town.plan()
        page = shown(as_editor, address("changes_of", **WHERE))
        assert "1 ändring ryms och skickas vid nästa körning." in page
        rows = shown(as_editor, address("changes_of", **WHERE) + "?q=nytt-namn")
        assert "<tr" in rows
        assert "Nytt-Namn" in rows
    finally:
        directory.rename_user(key, given, family)
        town.read()


def test_a_no_stays_with_the_rows_that_were_ticked(town: Theatre, as_editor: Client, address: Address) -> None:
    plan = hold(town)
    ticked = [line.id for line in plan.held[:2]]
    form = {"plan": plan.facts.id, "values": ticked}
    assert "Avvisa 2 ändringar" in as_editor.post(address("changes_discard", **WHERE), form).content.decode()
    said = as_editor.post(address("changes_discard", **WHERE), {**form, "reason": "flyttar i morgon"})
    assert said.status_code == 303
    assert HoldRow.objects.exclude(discarded_at=None).count() == 2
    town.plan()
    page = shown(as_editor, address("changes_of", **WHERE))
    assert "2 avvisade av Editor" in page
    assert page.count("avvisad av Editor") == 2
    assert "flyttar i morgon" in page


def test_people_limited_to_another_unit_approve_nothing_here(town: Theatre, address: Address) -> None:
    plan = hold(town)
    unit = {line.unit for line in plan.held}.pop()
    limited = signed_in(member(town.tenant_id, "editor", ("87654321",)))
    for form in ({"by": "all"}, {"by": "unit", "values": [unit]}, {"by": "ids", "values": [plan.held[0].id]}):
        answer = limited.post(address("changes_approve", **WHERE), {"plan": plan.facts.id, "sure": "yes", **form})
        assert answer.status_code == 422
    page = shown(limited, address("changes_of", **WHERE))
    assert not any(line.label and line.label in page for line in plan.held)
    limited.post(address("changes_discard", **WHERE), {"plan": plan.facts.id, "reason": "mina"})
    assert not HoldRow.objects.exclude(discarded_at=None).exists()
    assert not ApprovalRow.objects.exists()


def test_somebody_who_became_protected_after_the_plan_is_not_named(
    town: Theatre, as_viewer: Client, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = hold(town)
    one = next(line for line in plan.held if line.type == "User")
    assert one.label in shown(as_viewer, address("changes_of", **WHERE))
    monkeypatch.setattr(Names, "hidden", lambda self, resource_id: resource_id == one.id)
    assert one.label not in shown(as_viewer, address("changes_of", **WHERE))
    opened = shown(as_viewer, address("changes_line", **WHERE, number=one.number))
    assert one.label not in opened
    assert "skyddade personuppgifter" in opened
    file = as_viewer.get(address("changes_file", **WHERE, ending="csv")).getvalue().decode()
    assert one.label not in file


def test_refused_changes_are_sent_again_when_somebody_asks(town: Theatre, as_editor: Client, address: Address) -> None:
    hold(town)
    RefusalRow.objects.create(
        connection_id=town.connection().id, mode="test", resource_type="User", resource_id="x", verb="update",
        status=400, at=town.at,
    )  # fmt: skip
    assert "1 avvisad av leverantören väntar" in shown(as_editor, address("changes_of", **WHERE))
    before = Run.objects.filter(kind="push").count()
    for _ in range(2):
        assert as_editor.post(address("changes_retry", **WHERE)).status_code == 303
    assert not RefusalRow.objects.exists()
    assert Run.objects.filter(kind="push").count() == before + 1


def test_asking_twice_for_a_plan_makes_one(town: Theatre, as_editor: Client, address: Address) -> None:
    before = Run.objects.filter(kind="plan").count()
    for _ in range(2):
        answer = as_editor.post(address("changes_plan", vendor="binogi"), {"mode": "live"})
        assert answer.status_code == 303
    assert Run.objects.filter(kind="plan", mode="live").count() == 1
    assert Run.objects.filter(kind="plan").count() == before + 1
    assert "En ny körning är på väg" in shown(as_editor, address("changes_of", vendor="binogi", mode="live"))


def test_an_update_is_told_attribute_by_attribute(town: Theatre, as_viewer: Client, address: Address) -> None:
    plan = hold(town)
    group = next(line for line in plan.held if line.type == "StudentGroup")
    opened = shown(as_viewer, address("changes_line", **WHERE, number=group.number))
    gone = {line.label for line in plan.held if line.type == "User"}
    assert any(f'<del class="diff-old">{name}</del>' in opened for name in gone)
    assert "Väntar på:" in opened
    person = next(line for line in plan.held if line.type == "User")
    assert "Godkänns den, följer dessa med" in shown(
        as_viewer, address("changes_line", **WHERE, number=person.number)
    ), "its groups stop naming a pupil who goes"
