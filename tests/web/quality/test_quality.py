"""Findings by cause: what each does, who it is about, what is set aside, and the same as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from skolsynk.store import quality as rows
from skolsynk.store.models import AuditEvent, FindingDay, ReadModelRow, Run, Snooze
from skolsynk.sync import quality, readmodel
from skolsynk.sync.dispatch import today_at
from tests.scenarios.theatre import Theatre
from tests.web.conftest import member, signed_in

Address = Callable[..., str]
CODE = "no_school_unit"


@pytest.fixture(scope="module")
def broken(_staged: Theatre, django_db_blocker: Any) -> list[str]:
    """Google ids of people who get into an org unit without a school unit, and some who lose their family name."""
    directory = _staged.stage.town.directory
    pupils = sorted(key for key, user in directory.users.items() if user["orgUnitPath"].startswith("/Elever/R"))
    for key in pupils[:6]:
        directory.move_user(key, "/Elever")
    for key in pupils[10:13]:
        directory.rename_user(key, directory.users[key]["name"]["givenName"], "")
    return pupils[:6]


@pytest.fixture
def troubled(town: Theatre, broken: list[str]) -> Theatre:
    town.pass_time(hours=1)
    assert town.read().state == "done"
    readmodel.make(town.tenant_id, today_at(timezone.now()))
    return town


def model_of(town: Theatre) -> readmodel.ReadModel:
    found = readmodel.of(town.tenant_id)
    assert found
    return found


def today() -> date:
    return today_at(timezone.now())


def line(town: Theatre, code: str = CODE) -> quality.Line:
    return next(each for each in quality.lines(model_of(town), today(), None) if each.code == code)


def form(**changed: str) -> dict[str, str]:
    return {"reason": "rättas efter lovet", "until": str(today() + timedelta(days=14)), "object": "", **changed}


def csv_rows(answer: Any) -> list[dict[str, str]]:
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_each_cause_says_how_many_how_bad_and_what_it_releases(
    as_viewer: Client, address: Address, troubled: Theatre
) -> None:
    text = as_viewer.get(address("quality")).content.decode()
    found = line(troubled)
    assert found.released > 0
    assert "Skolenhet saknas" in text
    assert "Fel: lämnas utanför" in text
    assert "Varning: skickas utan" in text
    assert f"släpper fram upp till {found.released} personer till 2 leverantörer" in text
    assert text.index("Skolenhet saknas") < text.index("Förnamn eller efternamn saknas")


def test_the_page_speaks_english(as_viewer: Client, address: Address, troubled: Theatre) -> None:
    headers = {"accept-language": "en"}
    text = as_viewer.get(address("quality"), headers=headers).content.decode()
    assert "No school unit" in text
    assert "releases up to" in text
    assert "No rule says" in as_viewer.get(address("quality_cause", code=CODE), headers=headers).content.decode()


def test_one_cause_lists_its_people_and_where_to_correct_them(
    as_viewer: Client, address: Address, troubled: Theatre, broken: list[str]
) -> None:
    text = as_viewer.get(address("quality_cause", code=CODE)).content.decode()
    for key in broken:
        assert address("person", key=key) in text
        assert f"https://admin.google.com/ac/users/{key}" in text
        assert troubled.stage.town.directory.users[key]["primaryEmail"] in text
    assert "personen i /Elever" in text
    assert "placeringsregel" in text


def test_objects_come_in_the_order_of_names(troubled: Theatre) -> None:
    found, total = quality.objects(model_of(troubled), CODE, None, today())
    places = [model_of(troubled).people.place(each.person) for each in found]
    assert places == sorted(places, key=lambda place: place or 0)
    assert total == len(found) == line(troubled).objects
    assert quality.objects(model_of(troubled), CODE, None, today(), start=1, stop=3)[0] == found[1:3]


def test_a_cause_that_has_no_findings_is_all_good(as_viewer: Client, address: Address, troubled: Theatre) -> None:
    text = as_viewer.get(address("quality_cause", code="group_cycle")).content.decode()
    assert "Inget att rätta av det här slaget" in text


@pytest.mark.parametrize("code", ["nothing", "x" * 200, "NO_SCHOOL_UNIT"])
def test_a_cause_that_is_not_is_404(code: str, as_editor: Client, address: Address, town: Theatre) -> None:
    assert as_editor.get(address("quality_cause", code=code)).status_code == 404
    assert as_editor.get(address("quality_cause_file", code=code, ending="csv")).status_code == 404
    assert as_editor.post(address("quality_snooze", code=code), form()).status_code == 404


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99999", "?enhet=", "?enhet=nobody", "?enhet=%00"])
def test_a_window_that_is_not_there_is_one_that_is(
    query: str, as_viewer: Client, address: Address, troubled: Theatre
) -> None:
    assert as_viewer.get(address("quality_cause", code=CODE) + query).status_code == 200


def test_nothing_wrong_is_said_with_the_time_of_the_read(as_viewer: Client, address: Address, town: Theatre) -> None:
    from unittest.mock import patch

    with patch.object(quality, "lines", return_value=()):
        text = as_viewer.get(address("quality")).content.decode()
    assert "Inget att rätta" in text


def test_before_the_first_read_the_page_says_what_is_missing(
    as_viewer: Client, address: Address, town: Theatre
) -> None:
    ReadModelRow.objects.all().delete()
    assert "inte läst och sammanställd" in as_viewer.get(address("quality")).content.decode()
    assert as_viewer.get(address("quality_cause", code=CODE)).status_code == 200
    assert csv_rows(as_viewer.get(address("quality_file", ending="csv"))) == []


def test_questions_do_not_grow_with_the_findings(
    as_viewer: Client, address: Address, troubled: Theatre, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for path in (address("quality"), address("quality_cause", code=CODE)):
        as_viewer.get(path)
        with django_assert_max_num_queries(25):
            as_viewer.get(path)


# The trend


def test_the_trend_says_since_when_and_how_many(as_viewer: Client, address: Address, troubled: Theatre) -> None:
    FindingDay.objects.all().delete()
    for ago, number in ((5, 0), (4, 3), (3, 0), (2, 7), (1, 8)):
        FindingDay.objects.update_or_create(
            tenant_id=troubled.tenant_id, day=today() - timedelta(days=ago), defaults={"counts": {CODE: number}}
        )
    found = line(troubled)
    assert found.since == today() - timedelta(days=2)
    assert [number for _, number in found.trend][:5] == [0, 3, 0, 7, 8]
    assert f"0 den {(today() - timedelta(days=5)).day}" in as_viewer.get(address("quality")).content.decode()


def test_without_counted_days_nobody_knows_since_when() -> None:
    assert quality.since([], CODE) is None
    assert quality.since([(date(2026, 1, 1), {})], CODE) is None


# Setting aside


def test_a_whole_cause_is_set_aside_and_taken_back(as_editor: Client, address: Address, troubled: Theatre) -> None:
    for _ in range(2):
        answer = as_editor.post(address("quality_snooze", code=CODE), form())
        assert (answer.status_code, answer.headers["location"]) == (303, address("quality_cause", code=CODE))
    (asleep,) = rows.snoozes(troubled.tenant_id, today())
    assert (asleep.reason, asleep.until) == ("rättas efter lovet", today() + timedelta(days=14))
    assert line(troubled).awake == 0
    text = as_editor.get(address("quality")).content.decode()
    assert text.index("Lagt åt sidan") < text.index("rättas efter lovet")
    assert "Editor" in text
    for _ in range(2):
        path = address("quality_wake", code=CODE, snooze_id=asleep.id)
        assert as_editor.post(path).status_code == 303
    assert not Snooze.objects.exists()
    events = AuditEvent.objects.filter(what__startswith="finding_").order_by("pk")
    assert [event.what for event in events] == ["finding_snoozed", "finding_snoozed", "finding_woken"]


def test_one_object_is_set_aside_and_counted_apart(
    as_editor: Client, address: Address, troubled: Theatre, broken: list[str]
) -> None:
    as_editor.post(address("quality_snooze", code=CODE), form(object=broken[0]))
    found = line(troubled)
    assert (found.snoozed, found.asleep) == (1, None)
    assert quality.objects(model_of(troubled), CODE, None, today())[0][-1].person == broken[0]
    text = as_editor.get(address("quality_cause", code=CODE)).content.decode()
    assert "rättas efter lovet" in text
    assert "varav 1 lagda åt sidan" in as_editor.get(address("quality")).content.decode()


def test_what_is_set_aside_comes_back_by_itself(troubled: Theatre) -> None:
    yesterday = today() - timedelta(days=1)
    rows.snooze(troubled.tenant_id, CODE, "", reason="-", until=yesterday, author="test", at=timezone.now())
    assert line(troubled).asleep is None
    assert rows.snoozes(troubled.tenant_id, yesterday)


@pytest.mark.parametrize("wrong", [
    {"reason": ""}, {"reason": "x" * 301}, {"until": ""}, {"until": "snart"}, {"until": "2020-01-01"},
    {"until": "2999-01-01"}, {"reason": "\x00"},
])  # fmt: skip
def test_garbage_comes_back_and_nothing_is_set_aside(
    wrong: dict[str, str], as_editor: Client, address: Address, troubled: Theatre
) -> None:
    answer = as_editor.post(address("quality_snooze", code=CODE), form(**wrong))
    assert answer.status_code == 422
    assert "Inget har sparats" in answer.content.decode()
    assert not Snooze.objects.exists()


def test_what_is_not_among_the_findings_is_not_set_aside(
    as_editor: Client, address: Address, troubled: Theatre
) -> None:
    assert as_editor.post(address("quality_snooze", code=CODE), form(object="nobody")).status_code == 403
    assert not Snooze.objects.exists()


def test_another_tenants_snooze_is_not_taken_back(
    as_editor: Client, as_stranger: Client, address: Address, troubled: Theatre
) -> None:
    from skolsynk.store import load

    other = load.tenant_by_customer("C9other99")
    assert other
    rows.snooze(other.id, CODE, "", reason="-", until=today(), author="test", at=timezone.now())
    theirs = rows.snoozes(other.id, today())[0].id
    as_editor.post(address("quality_wake", code=CODE, snooze_id=theirs))
    assert rows.snoozes(other.id, today())


# Units


def test_who_is_limited_sees_findings_of_their_units_alone(
    as_limited: Client, address: Address, troubled: Theatre, limited_to: str, broken: list[str]
) -> None:
    mine = list(quality.lines(model_of(troubled), today(), {limited_to}))
    assert CODE not in {each.code for each in mine}
    assert "name_incomplete" in {each.code for each in mine}
    text = as_limited.get(address("quality")).content.decode()
    assert "Skolenhet saknas" not in text
    assert "Förnamn eller efternamn saknas" in text
    assert "Inget att rätta av det här slaget" in as_limited.get(address("quality_cause", code=CODE)).content.decode()
    given = csv_rows(as_limited.get(address("quality_file", ending="csv")))
    assert given
    assert {row["school_unit_code"] for row in given} == {limited_to}


def test_who_is_limited_sets_aside_what_is_theirs_one_by_one(
    address: Address, troubled: Theatre, limited_to: str, broken: list[str]
) -> None:
    head = signed_in(member(troubled.tenant_id, "editor", (limited_to,)))
    mine = quality.findings(model_of(troubled), "name_incomplete", {limited_to})[0].object_key
    assert head.post(address("quality_snooze", code="name_incomplete"), form()).status_code == 403
    assert head.post(address("quality_snooze", code=CODE), form(object=broken[0])).status_code == 403
    assert head.post(address("quality_snooze", code="name_incomplete"), form(object=mine)).status_code == 303
    (asleep,) = rows.snoozes(troubled.tenant_id, today())
    assert head.post(address("quality_wake", code="name_incomplete", snooze_id=asleep.id)).status_code == 303
    rows.snooze(troubled.tenant_id, CODE, "", reason="-", until=today(), author="test", at=timezone.now())
    (whole,) = rows.snoozes(troubled.tenant_id, today())
    assert head.post(address("quality_wake", code=CODE, snooze_id=whole.id)).status_code == 403


# Files and reading again


def test_a_file_has_one_row_a_finding_and_is_written_in_the_log(
    as_viewer: Client, address: Address, troubled: Theatre, broken: list[str]
) -> None:
    given = csv_rows(as_viewer.get(address("quality_cause_file", code=CODE, ending="csv")))
    assert len(given) == line(troubled).objects
    assert set(broken) <= {row["object"] for row in given}
    assert {row["severity"] for row in given} == {"error"}
    assert all("@" in row["address"] for row in given)
    event = AuditEvent.objects.get(what="findings_exported")
    assert event.about == {"count": len(given), "code": CODE, "format": "csv"}
    everything = csv_rows(as_viewer.get(address("quality_file", ending="csv")))
    assert len(everything) > len(given)
    assert as_viewer.get(address("quality_file", ending="xlsx")).getvalue()[:2] == b"PK"
    assert as_viewer.get(address("quality_file", ending="exe")).status_code == 404


def test_reading_again_comes_back_to_where_it_was_asked(as_editor: Client, address: Address, town: Theatre) -> None:
    before = Run.objects.filter(kind="read").count()
    answer = as_editor.post(address("quality_check"), {"code": CODE})
    assert answer.headers["location"] == address("quality_cause", code=CODE)
    assert as_editor.post(address("quality_check"), {"code": "<b>"}).headers["location"] == address("quality")
    assert Run.objects.filter(kind="read").count() == before + 1


def test_every_code_has_a_page_in_both_languages(as_viewer: Client, address: Address, town: Theatre) -> None:
    from skolsynk.core.findings import CATALOGUE

    for code in CATALOGUE:
        for language in ("sv", "en"):
            answer = as_viewer.get(address("quality_cause", code=code), headers={"accept-language": language})
            assert answer.status_code == 200
            assert "{0}" not in answer.content.decode()
