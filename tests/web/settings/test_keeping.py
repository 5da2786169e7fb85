"""Retention that is obeyed, the source that is checked, and the configuration that goes out and comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import load, save
from skolsynk.store.models import AuditEvent, ReceiptRow, Tenant
from skolsynk.sync import housekeeping, preferences, targets, tenants, transfer
from skolsynk.sync.preferences import Preferences
from tests.scenarios.theatre import Theatre
from tests.sources.google.build import CUSTOMER, directory
from tests.web.settings.pages import KEPT

Address = Callable[..., str]
WAS = "180 400 730 30 "


def whats(town: Theatre) -> list[str]:
    return list(AuditEvent.objects.filter(tenant_id=town.tenant_id).order_by("pk").values_list("what", flat=True))


# Retention


def test_a_shorter_time_is_obeyed_and_other_tenants_keep_theirs(
    town: Theatre, as_owner: Client, as_stranger: Client, address: Address
) -> None:
    assert as_owner.post(address("settings_retention"), {**KEPT, "was": WAS}).status_code == 303
    assert preferences.of(town.tenant_id) == Preferences(90, 365, 730, "skola@bjorkvik.example", 14)
    assert ReceiptRow.objects.exists()
    ReceiptRow.objects.update(at=timezone.now() - timedelta(days=89))
    housekeeping.prune(timezone.now())
    assert ReceiptRow.objects.exists()
    other = load.tenant_by_customer("C9other99")
    assert other is not None
    for tenant_id in (town.tenant_id, other.id):
        save.audit(tenant_id, "operator", "ledger_rebuilt", {}, timezone.now() - timedelta(days=729))
    housekeeping.prune(timezone.now() + timedelta(days=2))
    assert not ReceiptRow.objects.exists()
    assert "preferences_changed" in whats(town)
    assert "ledger_rebuilt" not in whats(town)


def test_vendors_are_told_whom_to_ask(town: Theatre, as_owner: Client, address: Address) -> None:
    as_owner.post(address("settings_retention"), {**KEPT, "was": WAS})
    target = targets.target(town.connection(), Mode.TEST)
    assert "(+skola@bjorkvik.example)" in target.user_agent


@pytest.mark.parametrize(
    "wrong",
    [
        {"receipt_days": "29"}, {"receipt_days": "731"}, {"event_days": "364"}, {"run_days": ""}, {"run_days": "många"},
        {"run_days": "1e3"}, {"receipt_days": "9" * 400}, {"contact": "ingen adress"}, {"contact": "http://x.example"},
        {"contact": "https://x.example/\r\nX-Key: 1"}, {"contact": "åsa@bjorkvik.example"}, {"contact": "x" * 201},
    ],
)  # fmt: skip
def test_what_cannot_be_kept_to_is_refused_and_kept_in_the_form(
    town: Theatre, as_owner: Client, address: Address, wrong: dict[str, str]
) -> None:
    answer = as_owner.post(address("settings_retention"), {**KEPT, **wrong, "was": WAS})
    assert answer.status_code == 422
    assert "Inget har sparats" in answer.content.decode()
    assert preferences.of(town.tenant_id) == Preferences()


@pytest.mark.parametrize(
    "was", ["", "1 2", "a b c", "180 400 731 30 ", "180 400 730 ", "180 400 730 30 någon annan", "9" * 5000]
)
def test_a_form_from_an_old_page_overwrites_nothing(
    town: Theatre, as_owner: Client, address: Address, was: str
) -> None:
    answer = as_owner.post(address("settings_retention"), {**KEPT, "was": was})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Någon annan har ändrat" in page
    assert 'value="90"' in page
    assert preferences.of(town.tenant_id) == Preferences()


@pytest.mark.parametrize(
    "stored", [{"receipt_days": "x", "contact": 7}, {"receipt_days": 1, "run_days": 10**9}, {"x": 1}]
)
def test_odd_words_in_the_table_are_read_within_limits(town: Theatre, stored: dict[str, object]) -> None:
    Tenant.objects.filter(pk=town.tenant_id).update(preferences=stored)
    found = preferences.of(town.tenant_id)
    assert found.receipt_days in (30, 180)
    assert found.run_days in (400, 1100)
    assert found.contact == ""
    assert preferences.choose(town.tenant_id, Preferences(), was=found, who="demo", at=timezone.now())
    assert Tenant.objects.get(pk=town.tenant_id).preferences.get("x") == stored.get("x")


# The source


def test_trying_the_source_tells_what_google_allows(town: Theatre, as_editor: Client, address: Address) -> None:
    page = as_editor.post(address("settings_source_try")).content.decode()
    assert "Katalogen går att läsa" in page
    assert page.count('data-label="Svar"') == 6
    account = town.stage.account["client_email"]
    customer = town.stage.town.directory.customer_id
    granted = town.stage.google.desk.accounts[account].delegated[customer]
    try:
        town.stage.google.delegate(account, customer, [one for one in granted if "group" not in one])
        page = as_editor.post(address("settings_source_try")).content.decode()
        assert "En sak som behövs går inte att läsa" in page
        town.stage.google.delegate(account, customer, ())
        page = as_editor.post(address("settings_source_try")).content.decode()
        assert "Katalogen går inte att läsa" in page
        assert "24 timmar" in page
    finally:
        town.stage.google.delegate(account, customer, granted)


def test_an_administrator_of_somebody_elses_organisation_is_refused(
    town: Theatre, as_owner: Client, address: Address
) -> None:
    """Whoever types a victim's administrator reads nothing: Google says whose administrator it is."""
    town.stage.google.directories[CUSTOMER] = directory()
    account = town.stage.account["client_email"]
    town.stage.google.delegate(account, CUSTOMER)
    was = town.stage.town.admin_email
    try:
        answer = as_owner.post(address("settings_source"), {"subject": "admin@liten.example", "was": was})
        assert answer.status_code == 422
        assert "en annan organisation" in answer.content.decode()
        save.source(town.tenant_id, subject="admin@liten.example", school_containers=[])
        page = as_owner.post(address("settings_source_try")).content.decode()
        assert "en annan organisation" in page
        assert 'data-label="Svar"' not in page
        text = transfer.written(town.tenant_id)
        save.source(town.tenant_id, subject=was, school_containers=[])
        page = as_owner.post(address("settings_configuration"), {"text": text}).content.decode()
        assert "source.subject" in page
        assert "en annan organisation" in page
    finally:
        del town.stage.google.directories[CUSTOMER]


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("ingen@bjorkvik.example", "finns inte i Google"),
        ("", "Administratörens adress"),
        ("x\x00@y.example", "Administratörens adress"),
    ],
)
def test_an_administrator_that_is_none(
    town: Theatre, as_owner: Client, address: Address, subject: str, words: str
) -> None:
    was = town.stage.town.admin_email
    answer = as_owner.post(address("settings_source"), {"subject": subject, "was": was})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    source = load.source(town.tenant_id)
    assert source is not None
    assert source.subject == was


def test_somebody_who_is_no_administrator_cannot_be_read_as(town: Theatre, as_owner: Client, address: Address) -> None:
    was = town.stage.town.admin_email
    other = next(user["primaryEmail"] for user in town.stage.town.directory.users.values() if not user.get("isAdmin"))
    answer = as_owner.post(address("settings_source"), {"subject": other, "was": was})
    assert answer.status_code == 422
    assert "forbidden" in answer.content.decode()


def test_the_source_moved_on(town: Theatre, as_owner: Client, address: Address) -> None:
    form = {"subject": town.stage.town.admin_email, "was": "nagon.annan@bjorkvik.example"}
    assert as_owner.post(address("settings_source"), form).status_code == 409


# The configuration as a file


def test_the_file_goes_out_and_comes_back_the_same(
    town: Theatre, as_owner: Client, as_editor: Client, address: Address
) -> None:
    answer = as_editor.get(address("settings_configuration_file"))
    assert answer.headers["content-disposition"] == 'attachment; filename="skolsynk.yaml"'
    assert answer.headers["content-type"].startswith("application/yaml")
    assert b"key" not in answer.content.lower().replace(b"keyed", b"")
    file = SimpleUploadedFile("skolsynk.yaml", answer.content)
    page = as_owner.post(address("settings_configuration"), {"file": file}).content.decode()
    assert "Filen säger redan det som gäller" in page
    assert whats(town)[-1] == "configuration_exported"


def changed(town: Theatre) -> str:
    return transfer.written(town.tenant_id).replace(town.stage.town.town.name, "Nya Björkvik")


def hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_a_change_is_shown_then_applied_with_a_reason_and_nothing_is_sent(
    town: Theatre, as_owner: Client, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[str] = []
    monkeypatch.setattr("skolsynk.sync.tasks.execute.delay", lambda *, run_id: queued.append(run_id))
    before = len(town.held())
    text = changed(town)
    page = as_owner.post(address("settings_configuration"), {"text": text}).content.decode()
    assert "+  name: Nya Björkvik" in page
    assert "Läs in, 2 rader ändras" in page
    assert load.tenant(town.tenant_id).name == town.stage.town.town.name
    form = {"text": text, "base": hidden(page, "base"), "reason": "Ny namntavla"}
    unsaid = as_owner.post(address("settings_configuration_apply"), {**form, "reason": ""})
    assert unsaid.status_code == 422
    done = as_owner.post(address("settings_configuration_apply"), form)
    assert done.headers["location"] == address("settings_configuration")
    assert load.tenant(town.tenant_id).name == "Nya Björkvik"
    assert "configuration_imported" in whats(town)
    assert queued
    assert len(town.held()) == before
    twice = as_owner.post(address("settings_configuration_apply"), form)
    assert twice.status_code == 409
    assert "har ändrats sedan du såg skillnaden" in twice.content.decode()


def test_a_diff_that_no_longer_holds_is_shown_anew(town: Theatre, as_owner: Client, address: Address) -> None:
    text = changed(town)
    page = as_owner.post(address("settings_configuration"), {"text": text}).content.decode()
    save.units(town.tenant_id, [])
    form = {"text": text, "base": hidden(page, "base"), "reason": "Sent"}
    answer = as_owner.post(address("settings_configuration_apply"), form)
    assert answer.status_code == 409
    assert "school_units" in answer.content.decode()
    assert load.tenant(town.tenant_id).name == town.stage.town.town.name
    assert hidden(answer.content.decode(), "base") != form["base"]


def test_a_file_of_another_organisation_is_refused(
    town: Theatre, as_owner: Client, as_stranger: Client, address: Address
) -> None:
    customer = town.stage.town.directory.customer_id
    text = transfer.written(town.tenant_id).replace(customer, "C9other99")
    answer = as_owner.post(address("settings_configuration"), {"text": text})
    assert answer.status_code == 422
    assert "filen hör till en annan organisation" in answer.content.decode()
    forced = {"text": text, "base": "0" * 64, "reason": "x"}
    assert as_owner.post(address("settings_configuration_apply"), forced).status_code == 422
    other = load.tenant_by_customer("C9other99")
    assert other is not None
    assert other.name == "Annan kommun"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "line 1"),
        ("", "Välj en fil eller klistra in text"),
        ("tenant: {}", "saknas"),
        ("&a [*a]", "alias"),
        ("x" * 2_100_000, "större än"),
        ("<script>alert(1)</script>", "måste vara"),
        ("- \x00", "Eller klistra in texten:"),
    ],
)
def test_what_is_wrong_in_a_file_is_listed_and_the_text_kept(
    town: Theatre, as_owner: Client, address: Address, text: str, words: str
) -> None:
    answer = as_owner.post(address("settings_configuration"), {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert words in page
    assert "<script>alert" not in page
    assert tenants.export(town.tenant_id)["school_units"]


def test_a_file_that_is_no_text(town: Theatre, as_owner: Client, address: Address) -> None:
    file = SimpleUploadedFile("bild.png", b"\x89PNG\xff\xfe")
    answer = as_owner.post(address("settings_configuration"), {"file": file})
    assert answer.status_code == 422
    assert "Filen är inte text i UTF-8" in answer.content.decode()


def test_every_problem_is_told_in_the_readers_language(town: Theatre, as_owner: Client, address: Address) -> None:
    text = "tenant: {nam: x}\nsource: {kind: azure}\nschool_units: [{code: '1'}]\nrules: {}\n"
    as_owner.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    swedish = as_owner.post(address("settings_configuration"), {"text": text}).content.decode()
    assert "okänd nyckel; menade du name?" in swedish
    assert "är ingen skolenhetskod" in swedish
    english = as_owner.post(
        address("settings_configuration"), {"text": text}, headers={"accept-language": "en"}
    ).content.decode()
    assert "is not a school unit code" in english


def test_the_page_of_a_viewer_has_no_forms(as_viewer: Client, address: Address, town: Theatre) -> None:
    for name in ("settings_retention", "settings_source", "settings_configuration"):
        page = as_viewer.get(address(name)).content.decode()
        assert "Ägare" in page or name == "settings_source"
        assert 'type="submit" class="ds-button">' not in page.partition("<main")[2].partition("</main")[0]
