"""Files of exactly what each vendor would get."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from skolsynk.store.models import AuditEvent, Connection, RulesVersion, SnapshotRow
from skolsynk.sync.tables import ROSTER_HEADER
from skolsynk.web.rosters.views import COLUMNS
from tests.scenarios.theatre import Theatre

Address = Callable[..., str]


def csv_rows(answer: Any, delimiter: str = ";") -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def test_the_complete_file_is_what_a_run_would_send(as_viewer: Client, address: Address, town: Theatre) -> None:
    given = csv_rows(as_viewer.get(address("roster_file", vendor="sandbox", kind="allt", ending="csv")))
    assert {row["id"]: row["json"].encode() for row in given} == town.roster()


def test_one_type_at_a_time_makes_the_whole(as_viewer: Client, address: Address, town: Theatre) -> None:
    together: dict[str, str] = {}
    for kind in ("SchoolUnit", "User", "Employment", "StudentGroup", "Activity"):
        rows = csv_rows(as_viewer.get(address("roster_file", vendor="sandbox", kind=kind, ending="csv")))
        assert {row["resource_type"] for row in rows} == {kind}
        together |= {row["id"]: row["json"] for row in rows}
    assert together.keys() == town.roster().keys()


def test_xlsx_holds_the_same_rows(as_viewer: Client, address: Address, town: Theatre) -> None:
    answer = as_viewer.get(address("roster_file", vendor="sandbox", kind="User", ending="xlsx"))
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    users = csv_rows(as_viewer.get(address("roster_file", vendor="sandbox", kind="User", ending="csv")))
    assert len(re.findall(r"<row ", sheet)) == len(users) + 1
    for text in (*ROSTER_HEADER, *(row["id"] for row in users), *(row["user_name"] for row in users)):
        assert text in sheet


def test_english_readers_get_commas(as_viewer: Client, address: Address, town: Theatre) -> None:
    path = address("roster_file", vendor="sandbox", kind="User", ending="csv")
    assert csv_rows(as_viewer.get(path, headers={"accept-language": "en"}), ",")[0]["resource_type"] == "User"


def test_taking_a_file_is_written_in_the_log_without_its_content(
    as_viewer: Client, address: Address, town: Theatre
) -> None:
    as_viewer.get(address("roster_file", vendor="sandbox", kind="allt", ending="csv"))
    about = AuditEvent.objects.get(what="roster_exported").about
    assert about == {"vendor": "sandbox", "kind": "allt", "count": len(town.roster()), "format": "csv"}


def test_looking_at_the_page_is_not_taking_a_file(as_viewer: Client, address: Address, town: Theatre) -> None:
    text = as_viewer.get(address("rosters")).content.decode()
    assert "Vad kolumnerna betyder" in text
    assert address("roster_file", vendor="binogi", kind="StudentGroup", ending="xlsx") in text
    assert not AuditEvent.objects.filter(what="roster_exported").exists()


def test_every_column_is_explained() -> None:
    assert tuple(COLUMNS) == ROSTER_HEADER


@pytest.mark.parametrize(("vendor", "kind", "ending"), [
    ("ne", "allt", "csv"), ("nobody", "allt", "csv"), ("sandbox", "Everything", "csv"), ("sandbox", "allt", "exe"),
    ("sandbox", "user", "csv"),
])  # fmt: skip
def test_a_file_that_is_not_there_is_404(
    vendor: str, kind: str, ending: str, as_viewer: Client, address: Address, town: Theatre
) -> None:
    path = address("roster_file", vendor=vendor, kind=kind, ending=ending)
    assert as_viewer.get(path).status_code == 404
    assert not AuditEvent.objects.filter(what="roster_exported").exists()


def test_who_is_limited_gets_the_resources_of_their_units(
    as_limited: Client, address: Address, town: Theatre, limited_to: str
) -> None:
    from skolsynk.store import members
    from skolsynk.store.models import Member

    path = address("roster_file", vendor="sandbox", kind="allt", ending="csv")
    assert {row["school_unit_code"] for row in csv_rows(as_limited.get(path))} == {limited_to}
    assert members.listed(town.tenant_id)
    Member.objects.filter(role="viewer").update(units=["88888888"])
    assert csv_rows(as_limited.get(path)) == []


def test_a_selection_that_points_at_nothing_says_so_and_gives_no_file(
    as_viewer: Client, address: Address, town: Theatre
) -> None:
    Connection.objects.filter(pk=town.connection().id).update(selection={"school_units": ["88888888"]})
    answer = as_viewer.get(address("roster_file", vendor="sandbox", kind="allt", ending="csv"))
    assert answer.status_code == 409
    assert "Filen kunde inte göras" in answer.content.decode()
    assert not AuditEvent.objects.filter(what="roster_exported").exists()


@pytest.mark.parametrize("model", [RulesVersion, SnapshotRow])
def test_without_a_read_or_rules_there_is_no_file_but_words(
    model: Any, as_viewer: Client, address: Address, town: Theatre
) -> None:
    model.objects.all().delete()
    answer = as_viewer.get(address("roster_file", vendor="sandbox", kind="allt", ending="csv"))
    assert answer.status_code == 409
    assert "Inget har skickats" in answer.content.decode()


def test_without_vendors_the_page_says_what_to_do(as_viewer: Client, address: Address, town: Theatre) -> None:
    Connection.objects.filter(tenant_id=town.tenant_id).delete()
    assert "Inga leverantörer är tillagda" in as_viewer.get(address("rosters")).content.decode()
