"""Identity as CSV, for tenants that come from another sender or leave for one."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from skolsynk.core.ss12000.base import UUID_TEXT
from skolsynk.store import load, people, save
from skolsynk.store.people import IdentityEntry

HEADER = ("kind", "source_key", "id", "name", "unit")
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
    new = [entry for _, entry in entries if known.get((entry.kind, entry.source_key)) != entry.id]
    people.import_entries(tenant_id, new)
    save.audit(tenant_id, who, "identity_imported", {"count": len(new)}, at)
    return Report(len(new), len(entries) - len(new))


def _keys_by_address(tenant_id: int) -> dict[str, str]:
    newest = load.latest_snapshot(tenant_id)
    return {person.user_name: person.key for person in newest[1].people} if newest else {}


def _parse(text: str, keys_by_address: Mapping[str, str]) -> list[tuple[int, IdentityEntry]]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    fields = tuple(reader.fieldnames or ())
    if not {"kind", "source_key", "id"} <= set(fields):
        raise IdentityError(
            (f"line 1: the header must have kind, source_key, id; it has {', '.join(fields) or 'nothing'}",)
        )
    problems: list[str] = []
    entries: list[tuple[int, IdentityEntry]] = []
    for row in reader:
        line = reader.line_num
        kind, key, identifier = ((row.get(name) or "").strip() for name in ("kind", "source_key", "id"))
        identifier = identifier.lower()
        if kind not in KINDS:
            problems.append(f"line {line}: kind must be one of {', '.join(KINDS)}")
        if not key:
            problems.append(f"line {line}: source_key is missing")
        if not UUID_TEXT.match(identifier):
            problems.append(f"line {line}: id is not a UUID")
        if kind == "person" and "@" in key:
            key = keys_by_address.get(key.lower(), "")
            if not key:
                problems.append(f"line {line}: nobody in the newest read has this address")
        entries.append((line, IdentityEntry(kind, key, identifier, (row.get("name") or ""), (row.get("unit") or ""))))
    problems += _repeated("id", (entry.id for _, entry in entries))
    problems += _repeated("source_key", (f"{entry.kind} {entry.source_key}" for _, entry in entries))
    if problems:
        raise IdentityError(tuple(problems))
    return entries


def _repeated(what: str, values: Iterable[str]) -> list[str]:
    return [f"{what} stands {number} times: {value}" for value, number in Counter(values).items() if number > 1]
