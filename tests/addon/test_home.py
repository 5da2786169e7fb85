"""The home card and the card of runs: what each visitor sees, and nothing that the site would not show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import runs
from skolsynk.store.models import AuditEvent, Connection, HoldRow, Member, Run
from skolsynk.sync import housekeeping, readmodel
from tests.addon.conftest import SITE, Google, Hire
from tests.scenarios.theatre import Theatre


def switched(town: Theatre, vendor: str, mode: Mode) -> None:
    Connection.objects.filter(tenant_id=town.tenant_id, vendor=vendor).update(mode=mode.value)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("sv", ["Testläge", "Mår bra", "Senaste körning", "klar", "Katalogen i Google", "Hitta en person"]),
        ("en", ["Test mode", "Well", "Last run", "done", "The directory in Google", "Find a person"]),
    ],
)
def test_the_home_card_tells_how_each_vendor_fares(locale: str, words: list[str], google: Google, hire: Hire) -> None:
    answer = google.call("home", hire("viewer"), locale=locale)
    for word in words:
        assert word in answer.text
    assert answer.card["header"]["subtitle"] == "Björkviks kommun"
    assert {section.get("header") for section in answer.card["sections"]} >= {"Sandbox", "Binogi"}


def test_links_lead_to_the_sites_own_pages(google: Google, hire: Hire, town: Theatre) -> None:
    answer = google.call("home", hire("viewer"))
    customer = town.stage.town.directory.customer_id
    assert answer.buttons()["Öppna Skolsynk"] == {"openLink": {"url": f"{SITE}/h/{customer}/oversikt/"}}
    assert answer.buttons()["Körningar"]["action"]["function"] == f"{SITE}/addon/runs"
    assert answer.buttons()["Sök"]["action"]["function"] == f"{SITE}/addon/person"


def test_vendors_that_are_off_are_named_and_no_more(google: Google, hire: Hire, town: Theatre) -> None:
    switched(town, "binogi", Mode.OFF)
    sections = google.call("home", hire("viewer")).card["sections"]
    assert {"header": "Avstängda", "widgets": [{"textParagraph": {"text": "Binogi"}}]} in sections
    assert "Binogi" not in [section.get("header") for section in sections]


def test_findings_are_counted_as_on_the_overview(google: Google, hire: Hire, town: Theatre, unit: str) -> None:
    model = readmodel.of(town.tenant_id)
    assert model
    by = {
        severity: [each for each in model.causes if each.severity.value == severity]
        for severity in ("error", "warning")
    }
    everywhere = [sum(each.people for each in by[severity]) for severity in ("error", "warning")]
    here = [sum(each.units.get(unit, 0) for each in by[severity]) for severity in ("error", "warning")]
    assert everywhere != here
    for units, (errors, warnings) in (((), everywhere), ((unit,), here), (("10000000",), [0, 0])):
        told = f"{errors} personer kan inte placeras, {warnings} skickas utan något"
        text = google.call("home", hire("viewer", *units)).text
        assert (told if errors or warnings else "Inga brister i data") in text, units


def test_who_is_limited_sees_no_numbers_and_no_words_of_other_units(
    google: Google, hire: Hire, town: Theatre, unit: str
) -> None:
    run = Run.objects.filter(tenant_id=town.tenant_id, kind="push").latest("created_at")
    Run.objects.filter(pk=run.pk).update(
        state="failed", error_code="credentials", error_args=["Nyckeln till Granskolan.", "The key of Granskolan."]
    )
    assert "Nyckeln till Granskolan." in google.call("home", hire("viewer")).text
    limited = google.call("home", hire("viewer", unit)).text
    assert "Granskolan" not in limited
    assert "Den som ser alla skolenheter kan se varför." in limited


@pytest.mark.parametrize(
    ("locale", "words"), [("sv", "Tyst: en körning borde ha börjat"), ("en", "Silent: a run should have begun")]
)
def test_a_vendor_that_is_silent_says_since_when(
    locale: str, words: str, google: Google, hire: Hire, town: Theatre
) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    Run.objects.filter(tenant_id=town.tenant_id, kind="push").update(created_at=long_ago)
    AuditEvent.objects.filter(tenant_id=town.tenant_id, what="mode_switched").update(at=long_ago)
    assert words in google.call("home", hire("viewer"), locale=locale).text


def test_a_vendor_that_has_not_run_says_that_it_will(google: Google, hire: Hire, town: Theatre) -> None:
    AuditEvent.objects.filter(tenant_id=town.tenant_id, what="mode_switched").update(at=timezone.now())
    text = google.call("home", hire("viewer")).text
    assert "Inte körd än: den första körningen kommer av sig själv" in text
    assert "Ingen körning än" in text


def test_the_first_delivery_waits_for_a_yes_and_leads_to_where_it_is_given(
    google: Google, hire: Hire, town: Theatre
) -> None:
    HoldRow.objects.create(
        connection=Connection.objects.get(tenant_id=town.tenant_id, vendor="sandbox"), mode="test", reason="first_push",
        resource_id="00000000-0000-4000-8000-000000000001", resource_type="User", verb="create", unit="",
        first_seen=timezone.now() - timedelta(days=2), fingerprint=b"x",
    )  # fmt: skip
    answer = google.call("home", hire("viewer"))
    assert "Väntar på beslut: den första leveransen" in answer.text
    row = next(each for each in answer.rows() if each["text"] == "1 ändring väntar på beslut")
    assert row["onClick"]["openLink"]["url"].endswith("/sandbox/test/")
    assert "Sandbox: 1 ändring väntar på beslut i mer än ett dygn" in answer.text
    assert google.call("home", hire("viewer", "10000000")).text.count("väntar på beslut") == 0


def test_what_stops_every_vendor_is_told_first(google: Google, hire: Hire, town: Theatre) -> None:
    Run.objects.create(
        tenant_id=town.tenant_id, kind="read", state="failed", at=town.at, today=town.at.date(), trigger="schedule",
        created_at=timezone.now(), finished_at=timezone.now(), error_code="unauthorized_client",
        error_args=["Google släpper inte in oss.", "Google does not let us in."],
    )  # fmt: skip
    housekeeping.beat("beat", at=timezone.now() - timedelta(hours=1))
    rows = google.call("home", hire("viewer")).rows()
    assert rows[0]["text"] == "Tjänsten arbetar inte just nu"
    assert rows[1]["text"] == "Katalogen går inte att läsa"
    assert rows[1]["bottomLabel"] == "Google släpper inte in oss."


def test_another_tenant_sees_its_own_alone(google: Google, elsewhere: Member, town: Theatre) -> None:
    home = google.call("home", elsewhere)
    assert home.card["header"]["subtitle"] == "Annan kommun"
    assert "Ingen leverantör är tillagd än" in home.text
    assert "Katalogen är inte läst än" in home.text
    assert town.stage.town.directory.customer_id not in home.text
    assert "Ingen körning har gjorts än." in google.call("runs", elsewhere).text


def test_the_last_ten_runs_are_shown_newest_first(google: Google, hire: Hire, town: Theatre) -> None:
    for _ in range(11):
        town.plan()
    answer = google.call("runs", hire("viewer"))
    newest = [run.id for run in runs.listed(town.tenant_id)[:10]]
    shown = [row["onClick"]["openLink"]["url"] for row in answer.rows()]
    assert [address.split("/")[-2] for address in shown] == [str(each) for each in newest]
    assert [row["topLabel"] for row in answer.rows()] == ["Plan · Sandbox"] * 10
    assert {row["text"] for row in answer.rows()} == {"Klar"}


@pytest.mark.parametrize(("name", "most"), [("home", 25), ("person", 25), ("runs", 8), ("sync", 25)])
def test_an_answer_asks_the_database_little(name: str, most: int, google: Google, hire: Hire, given: list[str]) -> None:
    who = hire("editor")
    event = {"inputs": {"q": "an"}, "parameters": {"vendor": "sandbox"}}
    google.call(name, who, **event)
    with CaptureQueriesContext(connection) as asked:
        google.call(name, who, **event)
    assert 0 < len(asked) <= most, [each["sql"] for each in asked]
