"""Who is who over time: the stored pairs of source key and UUID, and how classes keep theirs.

People, groups and school units have immutable keys at their source, so their ids follow from the keys.
A class has none: its org unit, its field value or its group is used again for other pupils next year.
A class is therefore known by its members: ``settle_classes`` keeps the id where most of them are the same.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from skolsynk.core.ss12000.base import ResourceId, new_id

REMEMBERED = timedelta(days=400)
"""How long a class that is gone may come back under its own id: a school year and some weeks."""

FRESH = timedelta(days=7)
"""``last_seen`` is written again after this long, so that an unchanged day changes no record."""


class ClassRecord(NamedTuple):
    """One class as it was last seen. Kept for ever: its id is never minted again for another class."""

    id: ResourceId
    source_key: str  # "group:<key>" | "container:<key or path>" | "field:<path>:<name>"; "" when imported
    unit: str  # school unit code
    name: str
    generation: int  # 1 for the first class minted under (unit, name), 2 for the next …
    members: tuple[ResourceId, ...]  # users, sorted; the last that were not empty
    last_seen: date


@dataclass(frozen=True, slots=True)
class Identity:
    """All stored identity of one tenant, shared by test and live."""

    namespace: uuid.UUID
    people: Mapping[str, ResourceId] = field(default_factory=dict)  # source key -> user id
    groups: Mapping[str, ResourceId] = field(default_factory=dict)  # source key -> teaching group id
    units: Mapping[str, ResourceId] = field(default_factory=dict)  # school unit code -> id
    classes: tuple[ClassRecord, ...] = ()
    organisation: ResourceId | None = None
    unit_groups: Mapping[str, ResourceId] = field(default_factory=dict)  # name -> id


@dataclass(frozen=True, slots=True)
class IdentityNews:
    """What a build minted or saw change; to be stored before anything is sent.

    ``people``, ``groups``, ``units`` and ``unit_groups`` hold new pairs only; ``classes`` new and changed
    records, to be written over those with the same id; ``organisation`` is None when it was known.
    """

    people: Mapping[str, ResourceId] = field(default_factory=dict)
    groups: Mapping[str, ResourceId] = field(default_factory=dict)
    units: Mapping[str, ResourceId] = field(default_factory=dict)
    classes: tuple[ClassRecord, ...] = ()
    organisation: ResourceId | None = None
    unit_groups: Mapping[str, ResourceId] = field(default_factory=dict)


class Candidate(NamedTuple):
    """A class that today's directory shows, before it is known which one it is."""

    unit: str
    name: str
    source_key: str
    members: tuple[ResourceId, ...]  # sorted


Matches = dict[Candidate, ClassRecord]


def settle_classes(
    identity: Identity, candidates: Sequence[Candidate], today: date
) -> tuple[tuple[ResourceId, ...], tuple[ClassRecord, ...]]:
    """Which class each candidate is: ids in the candidates' order, and the records that are new or changed.

    Inside a school unit, candidates and records seen within ``REMEMBERED`` are first matched one to one where
    at least 60 % of both sides' members are the same, the greatest overlap first. Then a candidate with the
    source key and name of a record that is still free is that class when 60 % of either side are the same, or
    one side is empty: it grew or shrank. Any other candidate is a new class with an id never used before.
    """
    records = [record for record in identity.classes if record.last_seen >= today - REMEMBERED]
    matches = _by_members(candidates, records)
    _by_name(candidates, records, matches)
    used = {record.id for record in identity.classes}
    minted = {each: _mint(identity.namespace, each, used, today) for each in sorted(set(candidates) - matches.keys())}
    changed = [_seen(record, each, today) for each, record in matches.items()]
    ids = tuple((matches.get(each) or minted[each]).id for each in candidates)
    known = set(identity.classes)
    news = [record for record in (*changed, *minted.values()) if record not in known]
    return ids, tuple(sorted(news))


def _alike(overlap: int, size: int) -> bool:
    """At least 60 % of one side."""
    return 5 * overlap >= 3 * size


def _overlaps(
    candidates: Sequence[Candidate], records: Sequence[ClassRecord]
) -> Iterator[tuple[int, Candidate, ClassRecord]]:
    """Every pair of one school unit that shares members, and how many."""
    holding: defaultdict[tuple[str, ResourceId], list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        for member in record.members:
            holding[record.unit, member].append(index)
    for each in candidates:
        shared = Counter(index for member in each.members for index in holding.get((each.unit, member), ()))
        for index, overlap in shared.items():
            yield overlap, each, records[index]


def _likeness(overlap: int, each: Candidate, record: ClassRecord) -> tuple[object, ...]:
    """Sorts the likeliest pair first, and no two pairs alike."""
    return (
        -overlap,
        each.source_key != record.source_key,
        each.name != record.name,
        -record.last_seen.toordinal(),
        each,
        record.id,
    )


def _by_members(candidates: Sequence[Candidate], records: Sequence[ClassRecord]) -> Matches:
    pairs = [
        (_likeness(overlap, each, record), each, record)
        for overlap, each, record in _overlaps(candidates, records)
        if _alike(overlap, len(each.members)) and _alike(overlap, len(record.members))
    ]
    matches: Matches = {}
    _take(sorted(pairs), matches)
    return matches


def _by_name(candidates: Sequence[Candidate], records: Sequence[ClassRecord], matches: Matches) -> None:
    """Adds the classes that grew or shrank beyond likeness."""
    named: defaultdict[tuple[str, str], list[ClassRecord]] = defaultdict(list)
    for record in records:
        named[record.unit, record.name.casefold()].append(record)
    pairs = []
    for each in candidates:
        for record in named.get((each.unit, each.name.casefold()), ()) if each not in matches else ():
            overlap = len(set(each.members).intersection(record.members))
            sizes = len(each.members), len(record.members)
            if record.source_key in ("", each.source_key) and any(_alike(overlap, size) for size in sizes):
                pairs.append((_likeness(overlap, each, record), each, record))
    _take(sorted(pairs), matches)


def _take(pairs: Sequence[tuple[tuple[object, ...], Candidate, ClassRecord]], matches: Matches) -> None:
    """One to one: the first pair of each side counts."""
    taken = {record.id for record in matches.values()}
    for _, each, record in pairs:
        if each not in matches and record.id not in taken:
            matches[each] = record
            taken.add(record.id)


def _seen(record: ClassRecord, each: Candidate, today: date) -> ClassRecord:
    """The record as it is now. An emptied class keeps its last members: by them it is known when it moves on."""
    last_seen = today if today - record.last_seen >= FRESH else record.last_seen
    now = record._replace(source_key=each.source_key, name=each.name, members=each.members or record.members)
    return now._replace(last_seen=last_seen if now == record else max(today, record.last_seen))


def _mint(namespace: uuid.UUID, each: Candidate, used: set[ResourceId], today: date) -> ClassRecord:
    generation = 1
    while (minted := new_id(namespace, f"class:{each.unit}:{each.name}:{generation}")) in used:
        generation += 1
    used.add(minted)
    return ClassRecord(minted, each.source_key, each.unit, each.name, generation, each.members, today)
