"""The way to live, with true states; and connecting the directory, which is the first step of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load, save
from skolsynk.store.models import ReadModelRow, RulesVersion, Run, SnapshotRow, TenantUnit
from skolsynk.sync import checklist, directory, dispatch, drafts
from skolsynk.sync.checklist import Step
from skolsynk.sync.tasks import execute
from tests.scenarios.theatre import SOME_DAY, Theatre

Address = Callable[..., str]


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    given: list[str] = []
    monkeypatch.setattr(execute, "delay", lambda *, run_id: given.append(run_id))
    return given


def states(tenant_id: int) -> dict[str, Step]:
    return {line.code: line.state for line in checklist.lines(tenant_id, timezone.now())}


def test_a_new_tenant_has_everything_before_it(db: None) -> None:
    tenant_id = save.tenant("C9new", "Nya kommunen", at=SOME_DAY)
    assert states(tenant_id) == {
        "connect": Step.NOT_STARTED, "units": Step.NOT_STARTED, "rules": Step.BLOCKED, "people": Step.BLOCKED,
        "vendors": Step.NOT_STARTED, "plan": Step.BLOCKED, "evaluate": Step.BLOCKED, "live": Step.BLOCKED,
    }  # fmt: skip


def test_a_tenant_in_test_has_most_of_it_behind_it(town: Theatre) -> None:
    found = states(town.tenant_id)
    assert [found[code] for code in ("connect", "units", "rules", "vendors", "plan")] == [Step.DONE] * 5
    assert found["evaluate"] in (Step.UNDER_WAY, Step.DONE)
    assert found["live"] is Step.NOT_STARTED


def test_connecting_tells_of_reading_and_of_what_went_wrong(town: Theatre) -> None:
    run_id = dispatch.queue_read(town.tenant_id, timezone.now())
    assert states(town.tenant_id)["connect"] is Step.UNDER_WAY
    claims.finish(run_id, timezone.now(), "failed", error_code="x", error_args=["Google svarar inte.", "No answer."])
    line = checklist.lines(town.tenant_id, timezone.now())[0]
    assert (line.state, "Google svarar inte." in line.text("sv"), "No answer." in line.text("en")) == (
        Step.ATTENTION, True, True,
    )  # fmt: skip


def test_rules_are_a_draft_before_they_are_in_force(town: Theatre) -> None:
    RulesVersion.objects.filter(tenant_id=town.tenant_id).delete()
    ReadModelRow.objects.all().delete()
    assert states(town.tenant_id)["rules"] is Step.NOT_STARTED
    drafts.put(town.tenant_id, "rules", {}, 0, 0, "member:1", timezone.now())
    found = states(town.tenant_id)
    assert (found["rules"], found["people"]) == (Step.UNDER_WAY, Step.BLOCKED)
    SnapshotRow.objects.all().delete()
    drafts.drop(town.tenant_id, "rules")
    assert states(town.tenant_id)["rules"] is Step.BLOCKED


def test_units_vendors_and_live_follow_what_is_stored(town: Theatre) -> None:
    TenantUnit.objects.all().delete()
    save.mode(town.connection().id, Mode.LIVE)
    found = states(town.tenant_id)
    assert (found["units"], found["live"]) == (Step.NOT_STARTED, Step.DONE)
    for vendor in ("sandbox", "binogi"):
        save.mode(town.connection(vendor).id, Mode.OFF)
    Run.objects.all().delete()
    found = states(town.tenant_id)
    assert (found["plan"], found["evaluate"], found["live"]) == (Step.NOT_STARTED, Step.BLOCKED, Step.BLOCKED)


def test_the_list_leads_to_the_next_step_in_both_languages(
    town: Theatre, as_viewer: Client, as_stranger: Client, address: Address
) -> None:
    page = as_viewer.get(address("start")).content.decode()
    assert "steg är klara" in page
    assert "steps are done" in as_viewer.get(address("start"), headers={"accept-language": "en"}).content.decode()
    assert "Nästa: Anslut katalogen" in as_stranger.get("/h/C9other99/kom-igang/").content.decode()


def test_the_tree_is_chosen_from_before_anything_is_read(
    town: Theatre, as_editor: Client, address: Address, queued: list[str]
) -> None:
    source = load.source(town.tenant_id)
    assert source
    page = as_editor.get(address("start_connect")).content.decode()
    assert 'value="/Elever"' in page or "/Elever" in page
    form = {"path": ["/Elever", "inte en väg"], "was": list(source.school_containers)}
    assert as_editor.post(address("start_connect"), form).status_code == 303
    changed = load.source(town.tenant_id)
    assert changed
    assert changed.school_containers == ("/Elever",)
    assert len(queued) == 1
    late = as_editor.post(address("start_connect"), {"path": ["/Personal"], "was": list(source.school_containers)})
    assert late.status_code == 409
    assert "Någon annan ändrade valet" in late.content.decode()
    assert len(queued) == 1


def test_what_google_refuses_is_told_in_words(
    town: Theatre, as_viewer: Client, address: Address, settings: Settings
) -> None:
    settings.GOOGLE_ROOT_URL = "http://127.0.0.1:9/"
    page = as_viewer.get(address("start_connect"))
    assert page.status_code == 200
    assert "Katalogen går inte att nå än" in page.content.decode()


def test_the_first_read_asks_for_every_field_of_the_chosen_org_units(town: Theatre) -> None:
    RulesVersion.objects.filter(tenant_id=town.tenant_id).delete()
    made = directory.source(town.tenant_id)
    assert made.with_groups
    assert made.school_containers
