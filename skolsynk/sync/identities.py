"""Identity as CSV, for tenants that come from another sender or leave for one."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from skolsynk.core.ss12000.base import UUID_TEXT
from skolsynk.core.ss12000.codes import SCHOOL_UNIT_CODE
from skolsynk.store import load, people, save
from skolsynk.store.people import IdentityEntry
from skolsynk.sync.configuration import NO_TEXT

HEADER = ("kind", "source_key", "id", "name", "unit")
LONGEST = {"source_key": 500, "name": 200}
KINDS = ("person", "group", "unit", "unit_group", "class", "organisation")


@dataclass
class IdentityError(Exception):
    """The file cannot be used; nothing was changed."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        shown = "\n".join(f"  {problem}" for problem in self.problems[:50])
        return f"{len(self.problems)} problem(s) in the file; nothing was changed.\n{shown}"


@dataclass(frozen=True, slots=True)
class Report:
    imported: int
    unchanged: int


def export_rows(tenant_id: int) -> Iterator[tuple[str, ...]]:
    """A header, then one row for each stored pair."""
    yield HEADER
    for entry in people.entries(tenant_id):
        yield (entry.kind, entry.source_key, entry.id, entry.name, entry.unit)


def import_csv(tenant_id: int, text: str, *, who: str, at: datetime) -> Report:
    """Store the pairs of a file, all or none. Raises: IdentityError with every problem and its line.

    An id that a vendor already holds under another owner cannot be taken: that would turn one person into
    another there.
    """
    entries = _parse(text, _keys_by_address(tenant_id))
    known = {(entry.kind, entry.source_key): entry.id for entry in people.entries(tenant_id)}
    owners = {entry.id: (entry.kind, entry.source_key) for entry in people.entries(tenant_id)}
    clashes = tuple(
        f"line {line}: {entry.id} already belongs to {owners[entry.id][0]} {owners[entry.id][1]}"
        for line, entry in entries
        if owners.get(entry.id, (entry.kind, entry.source_key)) != (entry.kind, entry.source_key)
    )
    if clashes:
        raise IdentityError(clashes)
    new = [
        entry
        for _, entry in entries
        if entry.id not in owners and known.get((entry.kind, entry.source_key)) != entry.id
    ]
    try:
        people.import_entries(tenant_id, new)
    except IntegrityError as error:  # somebody minted one of them while we looked, or a class has had several ids
        raise IdentityError(("an id or a key is taken by another row; export the identities and compare",)) from error
    save.forget_schools(tenant_id)
    save.audit(tenant_id, who, "identity_imported", {"count": len(new)}, at)
    return Report(len(new), len(entries) - len(new))


def _keys_by_address(tenant_id: int) -> dict[str, str]:
    newest = load.latest_snapshot(tenant_id)
    return {person.user_name: person.key for person in newest[1].people} if newest else {}


def _parse(text: str, keys_by_address: Mapping[str, str]) -> list[tuple[int, IdentityEntry]]:
    problems: list[str] = []
    entries: list[tuple[int, IdentityEntry]] = []
    for line, row in _rows(text):
        entry = _entry(row)
        problems += [f"line {line}: {problem}" for problem in _problems(entry)]
        if entry.kind == "person" and "@" in entry.source_key:
            entry = entry._replace(source_key=keys_by_address.get(entry.source_key.lower(), ""))
            if not entry.source_key:
                problems.append(f"line {line}: nobody in the newest read has this address")
        entries.append((line, entry))
    problems += _repeated("id", (entry.id for _, entry in entries))
    # A class is known by its id alone: another may have had the same key in another year.
    problems += _repeated(
        "source_key", (f"{entry.kind} {entry.source_key}" for _, entry in entries if entry.kind != "class")
    )
    if problems:
        raise IdentityError(tuple(problems))
    return entries


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """(line, {column: text}) of each row. Raises: IdentityError when that is no CSV with our columns."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), restval="")
    try:
        fields = tuple(reader.fieldnames or ())
        rows = [(reader.line_num, {name: row[name].strip() for name in HEADER if name in row}) for row in reader]
    except csv.Error as error:
        raise IdentityError((f"not CSV: {error}",)) from error
    if not {"kind", "source_key", "id"} <= set(fields):
        raise IdentityError(
            (f"line 1: the header must have kind, source_key, id; it has {', '.join(fields) or 'nothing'}",)
        )
    return rows


def _entry(row: Mapping[str, str]) -> IdentityEntry:
    return IdentityEntry(row["kind"], row["source_key"], row["id"].lower(), row.get("name", ""), row.get("unit", ""))


def _problems(entry: IdentityEntry) -> Iterator[str]:
    if entry.kind not in KINDS:
        yield f"kind must be one of {', '.join(KINDS)}"
    if not entry.source_key:
        yield "source_key is missing"
    if not UUID_TEXT.match(entry.id):
        yield "id is not a UUID"
    for column, longest in LONGEST.items():
        value = getattr(entry, column)
        if len(value) > longest or NO_TEXT.search(value):
            yield f"{column} must be text of at most {longest} characters"
    if entry.unit and not SCHOOL_UNIT_CODE.match(entry.unit):
        yield "unit must be a school unit code"
    if entry.kind == "class" and not (entry.name and entry.unit):
        yield "a class needs name and unit"


def _repeated(what: str, values: Iterable[str]) -> list[str]:
    return [f"{what} stands {number} times: {value}" for value, number in Counter(values).items() if number > 1]
