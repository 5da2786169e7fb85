"""A draft becomes a version with a reason and plans, and never on top of what others saved; older ones come back."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from skolsynk.core.rules import Rules
from skolsynk.core.rules.exclusion import ProtectedPeople
from skolsynk.store.models import AuditEvent, RulesVersion, Run
from skolsynk.sync import drafts, readmodel, rules, tasks
from tests.scenarios.theatre import Theatre, pupils
from tests.web.rules.drafted import CLOSED, by_another, draft, emptied, left_behind, seen, write

Address = Callable[..., str]
FRAGMENT = {"HX-Request": "true"}


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def numbers(town: Theatre) -> list[int]:
    return sorted(RulesVersion.objects.filter(tenant_id=town.tenant_id).values_list("number", flat=True))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the runs that were handed to a worker."""
    found: list[str] = []

    def delay(*, run_id: str) -> None:
        found.append(run_id)

    monkeypatch.setattr(tasks.execute, "delay", delay)
    return found


# Saving


def test_saving_needs_a_reason_and_keeps_the_draft(
    town: Theatre, address: Address, as_editor: Client, started: list[str]
) -> None:
    draft(town)
    for reason in ("", "   ", "x" * 501):
        answer = as_editor.post(address("rules_review"), {**seen(town), "reason": reason})
        assert answer.status_code == 422
        assert "/Stängd" in body(answer)
    assert "x" * 501 in body(answer)
    assert (numbers(town), started) == ([1], [])


def test_saving_makes_a_version_and_a_run_and_sends_nothing(
    town: Theatre, address: Address, as_editor: Client, started: list[str]
) -> None:
    draft(town)
    held = town.held()
    page = body(as_editor.get(address("rules_review")))
    assert "/Stängd" in page
    assert "Inget skickas när ni sparar" in page
    answer = as_editor.post(address("rules_review"), {**seen(town), "reason": "Skolan är stängd"})
    assert (answer.status_code, answer.headers["location"]) == (303, address("rules_version", number=2))
    saved = RulesVersion.objects.get(tenant_id=town.tenant_id, number=2)
    assert saved.reason == "Skolan är stängd"
    assert saved.author.startswith("member:")
    assert started == [str(run.pk) for run in Run.objects.filter(tenant_id=town.tenant_id, state="queued")]
    assert len(started) == 1
    assert town.held() == held
    page = body(as_editor.get(address("rules_version", number=2)))
    assert "Reglerna är sparade som version 2" in page
    assert "Skolan är stängd" in page
    assert rules.desk(town.tenant_id).draft is None
    about = AuditEvent.objects.get(tenant_id=town.tenant_id, what="rules_saved").about
    assert about == {"number": 2}


def test_sending_twice_saves_once(town: Theatre, address: Address, as_editor: Client, started: list[str]) -> None:
    draft(town)
    form = {**seen(town), "reason": "prov"}
    for _ in range(2):
        assert as_editor.post(address("rules_review"), form).status_code == 303
    assert numbers(town) == [1, 2]
    assert len(started) == 1


def test_what_was_not_reviewed_is_not_saved(
    town: Theatre, address: Address, as_editor: Client, started: list[str]
) -> None:
    draft(town)
    form = {**seen(town), "reason": "mina ord"}
    by_another(town)
    answer = as_editor.post(address("rules_review"), form)
    page = body(answer)
    assert answer.status_code == 409
    assert "Utkastet har ändrats" in page
    assert "mina ord" in page
    assert (numbers(town), started) == ([1], [])


def test_a_draft_left_behind_is_carried_over_before_it_is_saved(
    town: Theatre, address: Address, as_editor: Client, started: list[str]
) -> None:
    draft(town)
    number = left_behind(town)
    assert "Någon har sparat andra regler" in body(as_editor.get(address("rules")))
    answer = as_editor.post(address("rules_review"), {**seen(town), "reason": "prov"})
    assert answer.status_code == 409
    assert numbers(town) == [1, number]
    assert as_editor.post(address("rules_draft"), {**seen(town), "do": "carry"}).status_code == 303
    desk = rules.desk(town.tenant_id)
    assert not desk.behind
    assert {rule.label for rule in desk.rules.never} >= {"org_unit /Annan", "org_unit /Stängd"}
    assert as_editor.post(address("rules_review"), {**seen(town), "reason": "prov"}).status_code == 303
    assert numbers(town) == [1, number, number + 1]


def test_review_without_a_draft_goes_back_to_the_rules(address: Address, as_editor: Client) -> None:
    answer = as_editor.get(address("rules_review"))
    assert answer.headers["location"] == address("rules")
    assert "Det finns inget utkast att spara" in body(as_editor.get(address("rules")))


# Throwing away


def test_a_draft_is_thrown_away_by_whoever_has_seen_it(town: Theatre, address: Address, as_editor: Client) -> None:
    draft(town)
    stale = {**seen(town), "do": "discard"}
    by_another(town)
    as_editor.post(address("rules_draft"), stale)
    assert rules.desk(town.tenant_id).draft is not None
    assert "Utkastet har ändrats" in body(as_editor.get(address("rules")))
    as_editor.post(address("rules_draft"), {**seen(town), "do": "discard"})
    assert rules.desk(town.tenant_id).draft is None
    assert numbers(town) == [1]
    assert as_editor.post(address("rules_draft"), {**seen(town), "do": "discard"}).status_code == 303  # a second click


def test_a_draft_that_nobody_can_read_is_put_right_as_text_or_thrown_away(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    drafts.put(town.tenant_id, rules.KEY, {"nevr": [{"kind": "suspended"}]}, 1, 0, "test", timezone.now())
    page = body(as_editor.get(address("rules")))
    assert "Utkastet går inte att läsa" in page
    for name, where in (("rules_review", {}), ("rules_begin", {}), ("rules_edit", {"section": "role", "at": 0})):
        answer = as_editor.get(address(name, **where))
        assert answer.status_code == 200
        assert "nevr" in body(answer), name
        assert as_editor.post(address(name, **where), seen(town)).status_code == 409, name
    assert "nevr" in body(as_editor.get(address("rules_text")))
    answer = as_editor.post(address("rules_text"), {**seen(town), "text": "never: [{kind: suspended}]"})
    assert answer.status_code == 303
    assert rules.desk(town.tenant_id).problems == ()


# Versions


def test_versions_tell_who_and_why_and_come_back_through_the_draft(
    town: Theatre, address: Address, as_editor: Client, started: list[str]
) -> None:
    first = rules.desk(town.tenant_id).before
    draft(town)
    as_editor.post(address("rules_review"), {**seen(town), "reason": "Skolan är stängd"})
    page = body(as_editor.get(address("rules_versions")))
    assert "Skolan är stängd" in page
    assert "Editor" in page
    page = body(as_editor.get(address("rules_version", number=1)))
    assert "Gör version 1 till utkast" in page
    answer = as_editor.post(address("rules_version", number=1), seen(town))
    assert (answer.status_code, answer.headers["location"]) == (303, address("rules_review"))
    assert numbers(town) == [1, 2]
    assert rules.desk(town.tenant_id).rules == first
    as_editor.post(address("rules_review"), {**seen(town), "reason": "Öppen igen"})
    assert numbers(town) == [1, 2, 3]
    assert rules.desk(town.tenant_id).before == first


def test_restoring_does_not_write_over_a_draft_that_moved_on(
    town: Theatre, address: Address, as_editor: Client
) -> None:
    left_behind(town)
    form = seen(town)
    now = draft(town)
    answer = as_editor.post(address("rules_version", number=1), form)
    assert answer.status_code == 409
    assert rules.desk(town.tenant_id) == now


def test_viewers_read_versions_and_change_none(town: Theatre, address: Address, as_viewer: Client) -> None:
    left_behind(town)
    assert "Gör version 1" not in body(as_viewer.get(address("rules_version", number=1)))
    assert as_viewer.post(address("rules_version", number=1), seen(town)).status_code == 403
    assert as_viewer.post(address("rules"), {**seen(town), "do": "remove:role:0"}).status_code == 403
    assert as_viewer.post(address("rules_draft"), {**seen(town), "do": "read"}).status_code == 403


# Trying with a person


def test_a_person_is_tried_under_the_draft_and_under_what_is_in_force(
    town: Theatre, address: Address, as_viewer: Client
) -> None:
    key = pupils(town)[0]
    emptied(town)
    model = readmodel.of(town.tenant_id)
    assert model
    row = model.people.row(key)
    assert row
    answer = as_viewer.post(address("rules_person"), {"q": row.email}, headers=FRAGMENT)
    page = body(answer)
    assert "<html" not in page
    assert row.name in page
    assert "Med utkastet" in page
    assert "Med reglerna som gäller" in page
    assert "Utkastet ändrar det som gäller för personen" in page
    logged = AuditEvent.objects.filter(tenant_id=town.tenant_id, what="person_explained").latest("pk")
    assert logged.about == {"person": key, "protected": False}


def test_protected_people_are_tried_without_their_name(town: Theatre, address: Address, as_viewer: Client) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    key = pupils(town)[0]
    row = model.people.row(key)
    assert row
    assert row.name
    write(town, replace(rules.desk(town.tenant_id).rules, protected=(ProtectedPeople(people=(key,)),)))
    page = body(as_viewer.post(address("rules_person"), {"key": key}))
    assert "Person med skyddade personuppgifter" in page
    assert row.name not in page
    assert row.email not in page
    for name in row.classes:
        assert f">{name}<" not in page


def test_nobody_is_tried_from_another_unit(
    town: Theatre, address: Address, as_limited: Client, limited_to: str
) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    other = next(row for row in model.people.rows_where(limit=1000).rows if row.name and limited_to not in row.units)
    page = body(as_limited.post(address("rules_person"), {"key": other.key}))
    assert "Personen finns inte i katalogen" in page
    assert other.name not in page
    assert as_limited.post(address("rules_person"), {"q": "\x00" + "x" * 999, "key": "nobody"}).status_code == 200


# As text


def test_text_is_checked_as_a_whole_and_kept(town: Theatre, address: Address, as_editor: Client) -> None:
    for written in ("never: [{kind: suspendd}]", "never: [", "- 1", "never: !!python/object:os.system x", "\x00"):
        answer = as_editor.post(address("rules_text"), {**seen(town), "text": written})
        assert answer.status_code == 422, written
    answer = as_editor.post(address("rules_text"), {**seen(town), "text": "never: [{kind: suspendd}]"})
    page = body(answer)
    assert "never[0].kind" in page
    assert "menas suspended?" in page
    assert "never: [{kind: suspendd}]" in page
    assert rules.desk(town.tenant_id).draft is None


def test_text_is_tried_before_it_is_kept_and_json_will_do(town: Theatre, address: Address, as_editor: Client) -> None:
    form = {**seen(town), "text": '{"never": [{"kind": "org_unit", "org_unit": "/Stängd", "reason": "prov"}]}'}
    page = body(as_editor.post(address("rules_text"), {**form, "do": "check"}))
    assert "Texten går att använda" in page
    assert "Reglerna ger ingen en plats" in page
    assert rules.desk(town.tenant_id).draft is None
    assert as_editor.post(address("rules_text"), form).status_code == 303
    assert rules.desk(town.tenant_id).rules == Rules(never=(CLOSED,))


def test_the_text_of_what_is_in_force_changes_nothing(town: Theatre, address: Address, as_editor: Client) -> None:
    page = as_editor.get(address("rules_text")).content.decode()
    written = html.unescape(page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0])
    assert as_editor.post(address("rules_text"), {**seen(town), "text": written}).status_code == 303
    assert rules.desk(town.tenant_id).draft is None


def test_stale_text_is_kept_and_writes_over_nothing(town: Theatre, address: Address, as_editor: Client) -> None:
    form = {**seen(town), "text": "never: [{kind: archived}]"}
    now = by_another(town)
    answer = as_editor.post(address("rules_text"), form)
    assert answer.status_code == 409
    assert "never: [{kind: archived}]" in body(answer)
    assert rules.desk(town.tenant_id) == now
