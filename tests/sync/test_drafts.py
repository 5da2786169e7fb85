"""Drafts are shared and never overwritten in silence; rules are saved with a reason, once, and never by surprise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from skolsynk.core.rules import Rules, RulesError, parse_rules, rules_to_json
from skolsynk.core.rules.edit import with_rule, without_rule
from skolsynk.store import rules as rows
from skolsynk.store import save as save_rows
from skolsynk.store.models import AuditEvent, ReadModelRow, RulesVersion, Run
from skolsynk.store.models import Draft as DraftRow
from skolsynk.sync import drafting, drafts, readmodel, rules
from skolsynk.sync.dispatch import today_at
from tests.scenarios.theatre import Theatre

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
NOBODY = parse_rules({"role": [{"kind": "org_unit", "org_unit": "/Personal", "role": "nobody"}]}).role[0]
SLUTAT = parse_rules({"never": [{"kind": "org_unit", "org_unit": "/Elever/Slutat"}]}).never[0]
TITLES = parse_rules(
    {"role": [{"kind": "field", "field": "externalIds.account", "values": {"x": {"role": "staff"}}}]}
).role[0]


def put(stage: Theatre, document: Any, expected: int, who: str = "member:1") -> drafts.Draft | drafts.Moved:
    return drafts.put(stage.tenant_id, "rules", document, 1, expected, who, AT)


def test_a_draft_is_made_changed_and_thrown_away(stage: Theatre) -> None:
    assert drafts.get(stage.tenant_id, "rules") is None
    made = put(stage, {"a": 1}, 0)
    assert isinstance(made, drafts.Draft)
    assert (made.document, made.base, made.version, made.author) == ({"a": 1}, 1, 1, "member:1")
    changed = put(stage, {"a": 2}, 1, "member:2")
    assert isinstance(changed, drafts.Draft)
    assert (changed.version, changed.author) == (2, "member:2")
    assert not drafts.drop(stage.tenant_id, "rules", 1)
    assert drafts.drop(stage.tenant_id, "rules", 2)
    assert drafts.get(stage.tenant_id, "rules") is None


def test_the_second_of_two_is_told_who_was_first(stage: Theatre) -> None:
    put(stage, {"a": 1}, 0)
    put(stage, {"a": 2}, 1, "member:2")
    assert put(stage, {"a": 3}, 1) == drafts.Moved("member:2", AT, 2)
    assert put(stage, {"a": 3}, 0) == drafts.Moved("member:2", AT, 2)
    drafts.drop(stage.tenant_id, "rules")
    assert put(stage, {"a": 3}, 2) == drafts.Moved("", None, 0)


def test_the_same_document_twice_is_one_edit(stage: Theatre) -> None:
    put(stage, {"a": 1}, 0)
    again = put(stage, {"a": 1}, 0, "member:2")
    assert isinstance(again, drafts.Draft)
    assert (again.version, again.author) == (1, "member:1")


def test_tenants_and_keys_have_drafts_of_their_own(stage: Theatre) -> None:
    other = save_rows.tenant("C9other99", "Annan kommun", at=AT)
    put(stage, {"a": 1}, 0)
    assert drafts.get(other, "rules") is None
    assert not drafts.drop(other, "rules")
    assert drafts.get(stage.tenant_id, "connection:sandbox") is None


# Rules


def desk(stage: Theatre) -> rules.Desk:
    return rules.desk(stage.tenant_id)


def write(stage: Theatre, wanted: Rules, seen: rules.Desk | None = None, who: str = "member:1") -> bool:
    return rules.write(stage.tenant_id, seen or desk(stage), wanted, who=who, at=AT)


def save(stage: Theatre, wanted: Rules, number: int, draft: int | None = None) -> rules.Saved | rules.Moved:
    return rules.save_rules(
        stage.tenant_id, rules_to_json(wanted), who="member:1", reason="prov", expected_number=number, at=AT,
        draft=draft,
    )  # fmt: skip


def with_never(stage: Theatre) -> Rules:
    return with_rule(desk(stage).rules, "never", SLUTAT)


def test_an_edit_is_a_draft_and_the_rules_in_force_stay(stage: Theatre) -> None:
    before = desk(stage)
    assert write(stage, with_never(stage))
    now = desk(stage)
    assert (now.before, now.number) == (before.before, 1)
    assert now.rules.never[-1] == SLUTAT
    assert [(change.section, change.verb) for change in now.changes] == [("never", "added")]
    assert now.seen != before.seen


def test_an_edit_that_brings_back_what_is_in_force_needs_no_draft(stage: Theatre) -> None:
    write(stage, with_never(stage))
    assert write(stage, desk(stage).before)
    assert desk(stage).draft is None


def test_two_editors_at_once_never_write_over_each_other(stage: Theatre) -> None:
    seen = desk(stage)
    assert write(stage, with_never(stage), seen)
    assert not write(stage, with_rule(seen.rules, "role", NOBODY), seen, "member:2")
    seen = desk(stage)
    write(stage, with_rule(seen.rules, "role", NOBODY), seen, "member:2")
    assert not write(stage, without_rule(seen.rules, "role", 0), seen)
    assert not rules.discard(stage.tenant_id, seen, who="member:1", at=AT)
    assert desk(stage).rules.role[-1] == NOBODY


def test_a_draft_made_anew_is_another_even_with_the_same_number(stage: Theatre) -> None:
    write(stage, with_never(stage))
    first = desk(stage)
    rules.discard(stage.tenant_id, first, who="member:2", at=AT)
    drafts.put(stage.tenant_id, "rules", rules_to_json(with_never(stage)), 1, 0, "member:2", AT + timedelta(seconds=5))
    second = desk(stage)
    assert first.draft
    assert second.draft
    assert first.draft.version == second.draft.version
    assert first.seen != second.seen


def test_saving_makes_a_version_and_queues_one_run_that_makes_the_school(stage: Theatre) -> None:
    write(stage, with_never(stage))
    done = save(stage, desk(stage).rules, 1, draft=1)
    assert isinstance(done, rules.Saved)
    assert (done.number, len(done.runs)) == (2, 1)
    kept = rows.newest(stage.tenant_id)
    assert kept
    assert (kept.number, kept.author, kept.reason) == (2, "member:1", "prov")
    assert desk(stage).draft is None
    assert Run.objects.get(pk=done.runs[0]).kind == "school"
    assert not Run.objects.filter(kind="push", state="queued").exists()
    event = AuditEvent.objects.filter(what="rules_saved").latest("pk")
    assert (event.who, event.about) == ("member:1", {"number": 2})


def test_saving_twice_is_saving_once(stage: Theatre) -> None:
    wanted = with_never(stage)
    first = save(stage, wanted, 1)
    again = save(stage, wanted, 1)
    assert isinstance(first, rules.Saved)
    assert again == rules.Saved(2, ())
    assert RulesVersion.objects.filter(tenant_id=stage.tenant_id).count() == 2


def test_saving_over_a_newer_version_is_refused(stage: Theatre) -> None:
    save(stage, with_never(stage), 1)
    assert save(stage, with_rule(desk(stage).before, "role", NOBODY), 1) == rules.Moved(2)
    assert desk(stage).number == 2


def test_saving_a_draft_that_was_edited_since_saves_nothing(stage: Theatre) -> None:
    write(stage, with_never(stage))
    reviewed = desk(stage)
    write(stage, with_rule(reviewed.rules, "role", NOBODY), reviewed, "member:2")
    assert save(stage, reviewed.rules, 1, draft=1) == rules.Moved(1)
    now = desk(stage)
    assert (now.number, now.rules.role[-1]) == (1, NOBODY)
    assert not AuditEvent.objects.filter(what="rules_saved").exists()


def test_rules_with_mistakes_are_never_saved(stage: Theatre) -> None:
    with pytest.raises(RulesError):
        rules.save_rules(
            stage.tenant_id, {"rolle": []}, who="x", reason="", expected_number=1, at=AT,
        )  # fmt: skip
    assert desk(stage).number == 1


def test_a_draft_that_cannot_be_read_shows_the_rules_in_force(stage: Theatre) -> None:
    put(stage, {"rolle": []}, 0)
    now = desk(stage)
    assert [problem.path for problem in now.problems] == ["rolle"]
    assert now.rules == now.before


def test_discarding_is_logged(stage: Theatre) -> None:
    write(stage, with_never(stage))
    assert rules.discard(stage.tenant_id, desk(stage), who="member:1", at=AT)
    assert AuditEvent.objects.filter(what="rules_draft_discarded", who="member:1").exists()
    assert not rules.discard(stage.tenant_id, desk(stage), who="member:1", at=AT)


def test_a_draft_is_carried_over_to_what_somebody_else_saved(stage: Theatre) -> None:
    seen = desk(stage)
    write(stage, with_never(stage))
    save_beside(stage, with_rule(seen.before, "role", NOBODY))
    assert desk(stage).behind
    assert rules.carry_over(stage.tenant_id, desk(stage), who="member:1", at=AT) == ()
    now = desk(stage)
    assert not now.behind
    assert (now.before.role[-1], now.rules.role[-1], now.rules.never[-1]) == (NOBODY, NOBODY, SLUTAT)


def save_beside(stage: Theatre, wanted: Rules) -> None:
    """As a command would, which knows of no draft."""
    kept = DraftRow.objects.filter(tenant_id=stage.tenant_id).values().first()
    save(stage, wanted, 1)
    if kept and not DraftRow.objects.filter(pk=kept["id"]).exists():
        DraftRow.objects.create(**kept)


def test_what_cannot_be_carried_over_is_told(stage: Theatre) -> None:
    seen = desk(stage)
    given: Any = seen.rules.role[0]
    changed = replace(given, role="nobody")
    write(stage, with_rule(seen.rules, "role", changed, 0))
    save_beside(stage, without_rule(seen.before, "role", 0))
    lost = rules.carry_over(stage.tenant_id, desk(stage), who="member:1", at=AT)
    assert lost is not None
    assert [change.after for change in lost] == [changed]
    assert desk(stage).draft is None


def test_carrying_over_a_draft_that_has_moved_on_does_nothing(stage: Theatre) -> None:
    write(stage, with_never(stage))
    seen = desk(stage)
    write(stage, with_rule(seen.rules, "role", NOBODY))
    assert rules.carry_over(stage.tenant_id, seen, who="member:1", at=AT) is None


# Versions


def test_versions_tell_who_why_and_what(stage: Theatre) -> None:
    save(stage, with_never(stage), 1)
    newest, first = rules.versions(stage.tenant_id, 2, 10)
    assert (newest.facts.number, newest.facts.reason, newest.readable) == (2, "prov", True)
    assert [change.after for change in newest.changes] == [SLUTAT]
    assert {change.verb for change in first.changes} == {"added"}
    assert rules.versions(stage.tenant_id, 2, 1) == (newest,)
    assert rules.version(stage.tenant_id, 1) == first
    assert rules.version(stage.tenant_id, 3) is None


def test_restoring_goes_through_the_draft(stage: Theatre) -> None:
    before = desk(stage).before
    save(stage, with_never(stage), 1)
    assert rules.restore(stage.tenant_id, desk(stage), 1, who="member:1", at=AT)
    now = desk(stage)
    assert (now.rules, now.base, now.number) == (before, 2, 2)
    with pytest.raises(LookupError):
        rules.restore(stage.tenant_id, now, 7, who="member:1", at=AT)


def test_restoring_replaces_a_draft_only_when_it_was_seen(stage: Theatre) -> None:
    save(stage, with_never(stage), 1)
    seen = desk(stage)
    write(stage, with_rule(seen.rules, "role", NOBODY), seen, "member:2")
    assert not rules.restore(stage.tenant_id, seen, 1, who="member:1", at=AT)
    assert rules.restore(stage.tenant_id, desk(stage), 1, who="member:1", at=AT)
    assert SLUTAT not in desk(stage).rules.never


# Effects, and reads for them


@pytest.fixture
def modelled(stage: Theatre) -> Theatre:
    readmodel.make(stage.tenant_id, today_at(stage.at))
    return stage


def test_effects_are_remembered_until_something_changes(modelled: Theatre) -> None:
    wanted = Rules()
    first = drafting.effect(modelled.tenant_id, wanted)
    assert first
    assert first.placed == 0
    assert first.leaving > 0
    assert drafting.effect(modelled.tenant_id, wanted) is first
    readmodel.make(modelled.tenant_id, today_at(modelled.at))
    assert drafting.effect(modelled.tenant_id, wanted) is not first


def test_before_the_first_rules_effects_are_of_the_newest_read(stage: Theatre) -> None:
    wanted = desk(stage).before
    RulesVersion.objects.all().delete()
    ReadModelRow.objects.all().delete()
    assert readmodel.of(stage.tenant_id) is None
    found = drafting.effect(stage.tenant_id, wanted)
    assert found
    assert (found.entering, found.leaving) == (found.placed, 0)
    assert found.placed > 40
    assert found.vendors == {}
    assert drafting.asked(stage.tenant_id, lambda model: len(model.people)) == found.total
    assert desk(stage).saved is None


def test_a_preset_and_suggestions_come_from_the_directory(stage: Theatre) -> None:
    offered = drafting.suggestions(stage.tenant_id)
    assert offered is not None
    assert {each.section for each in offered} >= {"role", "placement", "classes"}
    assert drafting.suggestions(stage.tenant_id) is offered
    made = drafting.preset(stage.tenant_id, "org_unit_classes")
    assert made
    assert made.classes
    assert drafting.preset(stage.tenant_id, "nosuch") is None


def test_nothing_can_be_said_before_the_first_read(stage: Theatre) -> None:
    other = save_rows.tenant("C9other99", "Annan kommun", at=AT)
    assert drafting.effect(other, Rules()) is None
    assert drafting.suggestions(other) is None
    assert drafting.preset(other, "mixed") is None
    assert not drafting.is_read(other)
    assert drafting.asked(other, lambda model: True) is None


def test_a_field_that_was_not_read_is_told_of_until_it_is(modelled: Theatre) -> None:
    assert drafting.unread(modelled.tenant_id, desk(modelled)) == ((), False)
    wanted = with_rule(desk(modelled).rules, "role", TITLES)
    rules.write(modelled.tenant_id, desk(modelled), wanted, who="x", at=modelled.at + timedelta(minutes=1))
    assert drafting.unread(modelled.tenant_id, desk(modelled)) == (("externalIds.account",), False)
    modelled.pass_time(minutes=5)
    read = modelled.read()
    assert read.state == "done"
    assert drafting.unread(modelled.tenant_id, desk(modelled)) == ((), False)


def test_a_draft_that_cannot_be_read_keeps_no_directory_from_being_read(modelled: Theatre) -> None:
    put(modelled, {"rolle": []}, 0)
    modelled.pass_time(minutes=5)
    assert modelled.read().state == "done"


def test_groups_that_were_not_read_are_told_of(modelled: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(desk(modelled).before, groups=(), protected=())
    wanted = with_rule(bare, "never", parse_rules({"never": [{"kind": "group", "group": "x@y.example"}]}).never[0])
    seen = desk(modelled)
    draft = drafts.Draft("rules", {}, 1, 1, "x", modelled.at + timedelta(minutes=1))
    monkeypatch.setattr("skolsynk.core.readmodel.opened.Opened.groups", ())
    assert drafting.unread(modelled.tenant_id, seen._replace(before=bare, rules=wanted, draft=draft)) == ((), True)


# One person


def test_one_person_s_chain_differs_between_draft_and_rules(modelled: Theatre) -> None:
    found = drafting.asked(modelled.tenant_id, lambda model: model.people.rows_where(role="pupil", limit=1).rows[0])
    assert found
    never = parse_rules({"never": [{"kind": "person", "person": found.key, "reason": "prov"}]}).never[0]
    write(modelled, with_rule(desk(modelled).rules, "never", never))
    tried = drafting.tried(modelled.tenant_id, desk(modelled), found.key, None)
    assert tried
    assert tried.now
    assert [step.outcome for step in tried.now[:2]] == ["passed", "passed"]
    assert tried.then[0].outcome == "failed"
    assert not tried.protected
    assert drafting.tried(modelled.tenant_id, desk(modelled), "nosuch", None) is None
    assert drafting.tried(modelled.tenant_id, desk(modelled), found.key, frozenset(["10000000"])) is None


def test_somebody_whom_the_draft_protects_is_protected(modelled: Theatre) -> None:
    found = drafting.asked(modelled.tenant_id, lambda model: model.people.rows_where(role="pupil", limit=1).rows[0])
    assert found
    hidden = parse_rules({"protected": [{"kind": "people", "people": [found.key]}]}).protected[0]
    write(modelled, with_rule(desk(modelled).rules, "protected", hidden))
    tried = drafting.tried(modelled.tenant_id, desk(modelled), found.key, None)
    assert tried
    assert tried.protected
