"""Rows that leave the program for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest

from skolsynk.core.roster import Item, Roster
from skolsynk.core.school import Finding, Severity
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.sync import tables


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_is_never_run_as_a_formula(sign: str) -> None:
    assert tables.cell(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize(("value", "text"), [(None, ""), ("", ""), (0, "0"), ("7A", "7A"), ("a=b", "a=b"), ("Å", "Å")])
def test_other_cells_are_as_they_are(value: object, text: str) -> None:
    assert tables.cell(value) == text


def test_roster_rows_come_in_send_order_with_stable_headers() -> None:
    user = {"userName": "a@b.example", "displayName": "=1+1", "emails": [{"value": "a@b.example"}]}
    unit = {"displayName": "Ekskolan", "schoolUnitCode": "99000001"}
    items = {
        ResourceId("00000000-0000-4000-8000-000000000001"): Item("User", json.dumps(user).encode(), "99000001"),
        ResourceId("00000000-0000-4000-8000-000000000002"): Item("SchoolUnit", json.dumps(unit).encode(), "99000001"),
    }
    head, first, second = tables.roster_rows(Roster(items, {}, frozenset(), (), ()))
    assert head == tables.ROSTER_HEADER
    assert (first[0], second[0]) == ("SchoolUnit", "User")
    row = dict(zip(head, second, strict=True))
    assert (row["display_name"], row["e_mail"], row["json"]) == ("'=1+1", "a@b.example", json.dumps(user))


def test_finding_rows_come_errors_first_in_the_language_asked_for() -> None:
    found = [
        Finding("no_class", Severity.WARNING, "person", "2", "99000001", ("/Elever",)),
        Finding("no_school_unit", Severity.ERROR, "person", "-1", "", ("=/Elever",)),
    ]
    head, first, second = tables.finding_rows(found, "sv")
    assert head == tables.FINDING_HEADER
    assert (first[1], first[3], first[5]) == ("no_school_unit", "'-1", "Skolenhet saknas")
    assert second[0] == "warning"
    assert next(iter(list(tables.finding_rows(found, "en"))[1:]))[5] == "No school unit"


def test_a_line_break_in_a_cell_stays_in_its_cell() -> None:
    text = io.StringIO()
    csv.writer(text).writerow([tables.cell("a\nb;c,d")])
    assert next(csv.reader(io.StringIO(text.getvalue(), newline=""))) == ["a\nb;c,d"]
