"""The log: who did and saw what, found again, and taken away."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from skolsynk.store import load, save
from skolsynk.store.models import AuditEvent, Member
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.conftest import member, signed_in

Address = Callable[..., str]


@pytest.fixture
def happened(town: Theatre, as_owner: Client) -> Member:
    """Somebody let somebody in at 23.30 Swedish time, and looked at a person the next day."""
    AuditEvent.objects.filter(tenant_id=town.tenant_id).delete()
    eva = Member.objects.get(tenant_id=town.tenant_id, role="owner")
    about = {"member": eva.pk, "role": "editor", "units": 0}
    who = f"member:{eva.pk}"
    save.audit(town.tenant_id, who, "member_admitted", about, datetime(2026, 11, 18, 22, 30, tzinfo=UTC))
    save.audit(town.tenant_id, who, "person_seen", {"person": "1001"}, datetime(2026, 11, 18, 23, 30, tzinfo=UTC))
    said = {"vendor": "binogi", "mode": "test", "count": 1284, "comment": "<b>Sett</b> & godkänt"}
    save.audit(town.tenant_id, "command", "changes_approved", said, datetime(2026, 11, 20, 7, tzinfo=UTC))
    return eva


def page_of(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_events_are_sentences_with_names_newest_first(happened: Member, as_viewer: Client, address: Address) -> None:
    page = page_of(as_viewer, address("log"))
    titles = re.findall(r'data-label="Vad">([^<]+)<', page)
    assert titles == ["Godkände ändringar", "Öppnade en persons sida", "Gav någon tillgång"]
    assert "Binogi, test: 1\N{NO-BREAK SPACE}284 ändringar" in page
    assert "&lt;b&gt;Sett&lt;/b&gt; &amp; godkänt" in page
    assert "driften, på kommandoraden" in page
    assert f"{happened.name}: redigerare" in page
    assert address("person", key="1001") in page
    assert address("connection", vendor="binogi") in page


def test_in_english(happened: Member, town: Theatre, address: Address) -> None:
    page = page_of(signed_in(member(town.tenant_id, "viewer"), "en"), address("log"))
    assert "Approved changes" in page
    assert "Binogi, test: 1,284 changes" in page
    assert "the operator, by command" in page


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ({"what": "person_seen"}, "Öppnade en persons sida", "</q>"),
        ({"who": "command"}, "</q>", '<td data-label="Vad">Öppnade'),
        ({"first": "2026-11-19"}, "</q>", '<td data-label="Vad">Gav någon'),
        ({"last": "2026-11-18"}, '<td data-label="Vad">Gav någon', "</q>"),
        ({"first": "2026-11-19", "last": "2026-11-19"}, '<td data-label="Vad">Öppnade', '<td data-label="Vad">Gav'),
    ],
)
def test_found_by_event_person_and_swedish_day(
    happened: Member, as_viewer: Client, address: Address, query: dict[str, str], there: str, not_there: str
) -> None:
    page = page_of(as_viewer, address("log"), **query)
    assert there in page
    assert not_there not in page


def test_nothing_found_says_so_and_leads_on(happened: Member, as_viewer: Client, address: Address) -> None:
    page = page_of(as_viewer, address("log"), last="2020-01-01")
    assert "Inget i loggen stämmer med frågan" in page
    assert "Visa hela loggen" in page


@pytest.mark.parametrize(
    "query",
    [
        {"first": "igår"}, {"last": "2026-13-45"}, {"what": "'; drop table"}, {"who": "member:999999999999"},
        {"first": "\x00"},
    ],
)  # fmt: skip
def test_a_question_of_garbage_shows_everything_and_says_so(
    happened: Member, as_viewer: Client, address: Address, query: dict[str, str]
) -> None:
    answer = as_viewer.get(address("log"), query)
    assert answer.status_code == 422
    assert "Frågan gick inte att förstå" in answer.content.decode()
    assert "</q>" in answer.content.decode()


@pytest.mark.parametrize("query", [{"page": "x"}, {"page": "99999"}, {"first": "0001-01-01"}, {"last": "9999-12-31"}])
def test_odd_but_sound_questions_are_answered(
    happened: Member, as_viewer: Client, address: Address, query: dict[str, str]
) -> None:
    assert "</q>" in page_of(as_viewer, address("log"), **query)


def test_a_fragment_is_only_the_list(happened: Member, as_viewer: Client, address: Address) -> None:
    part = as_viewer.get(address("log"), headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="events"')
    assert "<html" not in part


def test_two_hundred_events_cost_as_many_questions_as_three(
    happened: Member, town: Theatre, as_viewer: Client, address: Address, django_assert_max_num_queries: Any
) -> None:
    for number in range(200):
        about = {"member": member_id(town, number), "role": "viewer"}
        save.audit(town.tenant_id, f"member:{number}", "member_admitted", about, SOME_DAY)
    with django_assert_max_num_queries(14):
        page = page_of(as_viewer, address("log"), page="2")
    assert page.count('data-label="Vad"') == 50
    assert "Visar 51–100 av 203" in page


def member_id(town: Theatre, number: int) -> int:
    return Member.objects.create(
        tenant_id=town.tenant_id, email=f"p{number}@bjorkvik.example", role="viewer", created_at=SOME_DAY
    ).pk


def test_a_file_holds_every_row_that_the_question_finds_and_is_itself_logged(
    happened: Member, town: Theatre, as_viewer: Client, address: Address
) -> None:
    answer = as_viewer.get(address("log_file", format="csv"), {"who": "command"})
    text = answer.getvalue().decode("utf-8-sig")
    head, row = text.strip().splitlines()
    assert head == "Tid;Vem;Händelse;Mer;Sagt;Kod"
    assert row.startswith("2026-11-20 08:00:00+01:00;driften, på kommandoraden;Godkände ändringar;Binogi, test:")
    newest = AuditEvent.objects.filter(tenant_id=town.tenant_id).order_by("-pk").first()
    assert newest is not None
    assert (newest.what, newest.about) == ("log_exported", {"count": 1})


def test_the_file_may_be_a_workbook(happened: Member, as_viewer: Client, address: Address) -> None:
    answer = as_viewer.get(address("log_file", format="xlsx"))
    assert "xl/workbook.xml" in ZipFile(BytesIO(answer.getvalue())).namelist()
    assert as_viewer.get(address("log_file", format="pdf")).status_code == 404
    assert as_viewer.get(address("log_file", format="csv"), {"first": "x"}).status_code == 404


def test_another_tenants_events_and_people_are_out_of_sight(
    happened: Member, town: Theatre, as_viewer: Client, as_stranger: Client, address: Address
) -> None:
    other = load.tenant_by_customer("C9other99")
    assert other is not None
    theirs = Member.objects.get(tenant_id=other.id)
    save.audit(other.id, "operator", "ledger_rebuilt", {"vendor": "ne", "mode": "live"}, SOME_DAY)
    save.audit(town.tenant_id, f"member:{theirs.pk}", "signed_in", {"member": theirs.pk}, SOME_DAY)
    page = page_of(as_viewer, address("log"))
    assert "Läste om vad en leverantör har" not in page
    assert "någon som inte längre är känd" in page


def test_an_event_that_nobody_has_put_into_words_is_shown_all_the_same(
    happened: Member, town: Theatre, as_viewer: Client, address: Address
) -> None:
    save.audit(town.tenant_id, "x", "brand_new", {"person": {"not": "a key"}, "member": "x"}, SOME_DAY)
    assert "brand new" in page_of(as_viewer, address("log"))
