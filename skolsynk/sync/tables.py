"""Rows for CSV: stable headers, Swedish natural order, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from skolsynk.core.findings import explain
from skolsynk.core.roster import Roster
from skolsynk.core.school import Finding
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import references_of

ROSTER_HEADER = (
    "resource_type", "id", "school_unit_code", "display_name", "user_name", "e_mail", "school_year", "role",
    "group_type", "refers_to", "json",
)  # fmt: skip
FINDING_HEADER = ("severity", "code", "object_kind", "object", "school_unit_code", "title", "cause", "what_to_do")


def cell(value: object) -> str:
    """Text that stays text in a spreadsheet: a leading = + - @ or tab gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def roster_rows(roster: Roster) -> Iterator[tuple[str, ...]]:
    """A header, then one row for each resource in send order; ``json`` is byte for byte what is sent."""
    yield ROSTER_HEADER
    for identifier, item in sorted(roster.items.items(), key=lambda row: (BY_NAME[row[1].type].rank, row[0])):
        body = json.loads(item.payload)
        kind = BY_NAME[item.type]
        refers = " ".join(f"{reference.attribute}:{target}" for reference, target in references_of(kind, body))
        emails = body.get("emails") or [{}]
        columns = (
            item.type, identifier, item.unit, body.get("displayName"), body.get("userName"), emails[0].get("value"),
            _school_year(body), body.get("employmentRole"), body.get("studentGroupType"), refers, item.payload.decode(),
        )  # fmt: skip
        yield tuple(cell(column) for column in columns)


def _school_year(body: Mapping[str, object]) -> object:
    for key, value in body.items():
        if key.startswith("urn:") and isinstance(value, dict) and value.get("enrolments"):
            return value["enrolments"][0].get("schoolYear")
    return None


def finding_rows(findings: Iterable[Finding], language: str) -> Iterator[tuple[str, ...]]:
    """A header, then one row a finding, errors first. The object is the directory's own id, never a name."""
    yield FINDING_HEADER
    for finding in sorted(
        findings, key=lambda found: (found.severity, found.code, found.school_unit, found.object_key)
    ):
        texts = explain(finding, language)
        columns = (
            finding.severity, finding.code, finding.object_kind, finding.object_key, finding.school_unit,
            texts.title, texts.cause, texts.fix,
        )  # fmt: skip
        yield tuple(cell(column) for column in columns)
