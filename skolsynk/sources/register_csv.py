"""The school unit register from a file: the columns of the register's CSV form, one school unit a line.

Needed: ``school_unit_code name school_types organizer_type organization_number organizer_name municipality_code
municipality email_domain web_host``; optional: ``status`` (AKTIV where it is left out). Others are passed over.
UTF-8 with or without a byte order mark.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.ss12000.codes import MUNICIPALITY_CODE, SCHOOL_UNIT_CODE
from skolsynk.sources.register_errors import LineProblem, RegisterFileError

COLUMNS = (
    "school_unit_code",
    "name",
    "school_types",
    "organizer_type",
    "organization_number",
    "organizer_name",
    "municipality_code",
    "municipality",
    "email_domain",
    "web_host",
)
MOST_PROBLEMS = 200
_LONGEST = {"name": 200, "organizer_name": 200, "organization_number": 20, "organizer_type": 40, "municipality": 100}
_LONGEST |= {"email_domain": 253, "web_host": 253, "status": 20}


class _TooMany(Exception):
    """The list of problems is long enough."""


class _Problems(list[LineProblem]):
    def note(self, line: int, code: str, *args: str) -> None:
        if len(self) == MOST_PROBLEMS:
            self.append(LineProblem(line, "more"))
            raise _TooMany
        self.append(LineProblem(line, code, args))


def read_file(path: Path) -> tuple[RegisteredUnit, ...]:
    """All school units of a file. Raises RegisterFileError with every problem, OSError where it cannot be opened."""
    with path.open("rb") as file:
        return read_lines(file)


def read_lines(lines: Iterable[bytes]) -> tuple[RegisteredUnit, ...]:
    """All school units of a file's lines, read one at a time. Raises RegisterFileError with every problem."""
    problems = _Problems()
    units: list[RegisteredUnit] = []
    try:
        units.extend(_units(lines, problems))
    except _TooMany:
        pass
    except csv.Error:
        problems.append(LineProblem(len(units) + 2, "not_csv"))
    if problems:
        raise RegisterFileError(sorted(problems, key=lambda problem: problem.line))
    return tuple(units)


def _text(lines: Iterable[bytes], problems: _Problems) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            problems.note(number, "not_utf8")
            yield line.decode("utf-8", "replace")


class _Header(NamedTuple):
    places: dict[str, int]
    width: int


def _units(lines: Iterable[bytes], problems: _Problems) -> Iterator[RegisteredUnit]:
    reader = csv.reader(_text(lines, problems), strict=True)
    header = _header(next(reader, []), problems)
    if header is None:
        return
    first_seen: dict[str, int] = {}
    for cells in reader:
        if cells:
            yield from _unit(cells, header, reader.line_num, first_seen, problems)
    if not first_seen and not problems:
        problems.note(reader.line_num, "no_rows")


def _header(cells: Sequence[str], problems: _Problems) -> _Header | None:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in COLUMNS if name not in names]
    if not any(names):
        problems.note(1, "empty")
    elif len(names) == 1 and (sign := next((each for each in ";\t|" if each in names[0]), "")):
        problems.note(1, "separator", "TAB" if sign == "\t" else sign)
    elif missing:
        problems.note(1, "missing_columns", ", ".join(missing))
    for name in dict.fromkeys(name for name in names if name and names.count(name) > 1):
        problems.note(1, "column_twice", name)
    return None if problems else _Header({name: place for place, name in enumerate(names)}, len(names))


def _unit(
    cells: Sequence[str], header: _Header, line: int, first_seen: dict[str, int], problems: _Problems
) -> Iterator[RegisteredUnit]:
    """The unit of one line; none where something in it is wrong."""
    if len(cells) != header.width:
        problems.note(line, "cells", str(len(cells)), str(header.width))
        return
    values = {name: cells[place].strip() for name, place in header.places.items()}
    found = list(_wrong(values, line, first_seen))
    for code, *args in found:
        problems.note(line, code, *args)
    if not found:
        yield _made(values)


def _wrong(values: dict[str, str], line: int, first_seen: dict[str, int]) -> Iterator[tuple[str, ...]]:
    code = values["school_unit_code"]
    if not SCHOOL_UNIT_CODE.match(code):
        yield "bad_code", code[:40]
    elif code in first_seen:
        yield "duplicate_code", code, str(first_seen[code])
    first_seen.setdefault(code, line)
    if not values["name"]:
        yield ("no_name",)
    municipality = values["municipality_code"]
    if municipality and not MUNICIPALITY_CODE.match(municipality):
        yield "bad_municipality", municipality[:40]
    yield from (("too_long", name) for name, most in _LONGEST.items() if len(values.get(name, "")) > most)


def _made(values: dict[str, str]) -> RegisteredUnit:
    return RegisteredUnit(
        code=values["school_unit_code"],
        name=values["name"],
        status=values.get("status", "").upper() or "AKTIV",
        school_types=tuple(values["school_types"].upper().split()),
        organizer_type=values["organizer_type"],
        organization_number=values["organization_number"],
        organizer_name=values["organizer_name"],
        municipality_code=values["municipality_code"],
        municipality=values["municipality"],
        email_domain=values["email_domain"].lower(),
        web_host=values["web_host"].lower(),
    )
