"""Findings gathered by what causes them, and whom a vendor would get if one were put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel.values import Cause, PersonRow
from skolsynk.core.school import Fate, Finding, Severity

Json = Any  # what orjson gives back: each decoder below knows the shape that its encoder wrote


def causes(findings: Iterable[Finding]) -> tuple[tuple[Cause, tuple[Finding, ...]], ...]:
    """Each cause with its findings: errors first, then what concerns most people."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    made = [(_cause(code, found), tuple(found)) for code, found in by_code.items()]
    return tuple(sorted(made, key=lambda each: _order(each[0])))


def _cause(code: str, findings: Sequence[Finding]) -> Cause:
    objects = {(finding.object_kind, finding.object_key) for finding in findings}
    worst = Severity.ERROR if any(each.severity is Severity.ERROR for each in findings) else Severity.WARNING
    people = sum(kind == "person" for kind, _ in objects)
    units = Counter(finding.school_unit for finding in findings)
    return Cause(code, worst, len(objects), people, dict(sorted(units.items())), {})


def _order(cause: Cause) -> tuple[bool, int, int, str]:
    return cause.severity is not Severity.ERROR, -cause.people, -cause.objects, cause.code


def encode_causes(found: Iterable[Cause], rows: Iterable[PersonRow]) -> bytes:
    broken = Counter((row.reason, row.role, row.units[:1]) for row in rows if row.fate == Fate.BROKEN.value)
    return orjson.dumps([[cause[:5] for cause in found], [(*key, number) for key, number in broken.items()]])


def decode_causes(encoded: bytes, selections: Mapping[str, Selection]) -> tuple[Cause, ...]:
    """``selections``: {vendor slug: what is saved}, which decide whom putting something right would release."""
    rows, broken = orjson.loads(encoded)
    return tuple(
        Cause(
            row[0],
            Severity(row[1]),
            row[2],
            row[3],
            row[4],
            {slug: _released(row[0], broken, selection) for slug, selection in selections.items()},
        )
        for row in rows
    )


def decode_codes(encoded: bytes) -> list[str]:
    """The codes, each at the number of its findings' part."""
    return [row[0] for row in orjson.loads(encoded)[0]]


def _released(code: str, broken: Json, selection: Selection) -> int:
    """People left out for this reason alone whom the selection's roles and school units allow for."""
    return sum(number for reason, role, units, number in broken if reason == code and _allows(selection, role, units))


def _allows(selection: Selection, role: str, units: Collection[str]) -> bool:
    if not selection.roles or not selection.school_units:
        return False
    at = not units or not frozenset(units).isdisjoint(selection.school_units)
    return at and (not role or role in selection.roles)


def encode_findings(findings: Iterable[Finding]) -> bytes:
    return orjson.dumps([tuple(finding) for finding in findings])


def decode_findings(encoded: bytes) -> tuple[Finding, ...]:
    rows: Json = orjson.loads(encoded)
    return tuple(Finding(row[0], Severity(row[1]), row[2], row[3], row[4], tuple(row[5])) for row in rows)
