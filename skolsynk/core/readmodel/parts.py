"""The read model of one tenant in parts: each is opened only by the pages that need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import orjson

from skolsynk.core.readmodel import listed, survey
from skolsynk.core.readmodel.causes import causes, encode_causes, encode_findings
from skolsynk.core.readmodel.frame import chunks_for, encode_chunks, encode_frame
from skolsynk.core.readmodel.heads import tree
from skolsynk.core.readmodel.people import encode_people
from skolsynk.core.readmodel.values import ClassRow, FieldRow, Heads, TreeNode, UnitCount
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.ruleset import Rules
from skolsynk.core.school import School
from skolsynk.core.snapshot import Snapshot

LAYOUT = "2"  # to be raised when what a part holds changes: parts of another layout are not read
Json = Any  # what orjson gives back: each decoder below knows the shape that its encoder wrote


class Part(NamedTuple):
    name: str
    number: int
    encoded: bytes


class Source(NamedTuple):
    """What a read model is made from."""

    snapshot: Snapshot
    school: School
    rules: Rules
    units: Mapping[str, RegisteredUnit]
    today: date


def counts(source: Source) -> dict[str, int]:
    """Totals that stand beside the parts, readable without opening any."""
    school = source.school
    fates = Counter(outcome.fate.value for outcome in school.outcomes.values())
    roles = Counter(outcome.role for outcome in school.outcomes.values() if outcome.fate == "placed")
    return {
        "people": len(source.snapshot.people),
        **{fate: fates[fate] for fate in ("placed", "broken", "decided", "protected")},
        "pupils": roles["pupil"],
        "teachers": roles["teacher"],
        "staff": roles["staff"],
        "classes": sum(group.is_class for group in school.student_groups.values()),
        "groups": sum(not group.is_class for group in school.student_groups.values()),
        "findings": len(school.findings),
        "chunks": chunks_for(len(source.snapshot.people)),
    }


def parts(source: Source) -> Iterator[Part]:
    """Each part once. They are made one by one, so that no two need be held at a time."""
    snapshot, school, rules, units, today = source
    broken = listed.units_of_broken(snapshot, school.outcomes, rules, units, today)
    rows, people = listed.people(snapshot, school, broken)
    yield Part("people", 0, encode_people(rows))
    yield Part("survey", 0, survey.encode_survey(rows, people, school))
    yield Part("members", 0, survey.encode_members(snapshot, people))
    yield Part("student_groups", 0, survey.encode_student_groups(school, people))
    fields = listed.fields(snapshot, school.outcomes)
    paths = sorted({path for person in people for path in person.fields})
    yield Part("fields", 0, orjson.dumps([[tuple(field) for field in fields], paths]))
    for number, path in enumerate(paths):
        yield Part("field", number, survey.encode_field(path, people))
    found = causes(school.findings)
    yield Part("causes", 0, encode_causes([cause for cause, _ in found], rows))
    for number, (_, findings) in enumerate(found):
        yield Part("findings", number, encode_findings(findings))
    yield Part("tree", 0, encode_tree(tree(snapshot, school.outcomes, rules, units)))
    yield Part("units", 0, orjson.dumps({code: tuple(each) for code, each in listed.unit_counts(rows, school).items()}))
    yield Part("classes", 0, orjson.dumps([tuple(row) for row in listed.classes(school)]))
    yield Part("frame", 0, encode_frame(snapshot, school))
    for number, chunk in encode_chunks(snapshot, school):
        yield Part("person", number, chunk)


def encode_tree(nodes: tuple[TreeNode, ...]) -> bytes:
    return orjson.dumps([(*node[:4], tuple(node.own), tuple(node.below), *node[6:]) for node in nodes])


def decode_tree(encoded: bytes) -> tuple[TreeNode, ...]:
    rows: Json = orjson.loads(encoded)
    return tuple(TreeNode._make((*row[:4], Heads(*row[4]), Heads(*row[5]), *row[6:])) for row in rows)


def decode_units(encoded: bytes) -> dict[str, UnitCount]:
    return {code: UnitCount(*row) for code, row in orjson.loads(encoded).items()}


def decode_classes(encoded: bytes) -> tuple[ClassRow, ...]:
    return tuple(ClassRow(*row) for row in orjson.loads(encoded))


def decode_fields(encoded: bytes) -> tuple[tuple[FieldRow, ...], dict[str, int]]:
    """(rows, {path of every field: number of its part})"""
    rows, paths = orjson.loads(encoded)
    fields = tuple(FieldRow(row[0], row[1], tuple((text, people) for text, people in row[2])) for row in rows)
    return fields, {path: number for number, path in enumerate(paths)}
