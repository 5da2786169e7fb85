"""A read model whose parts are opened as they are asked for. Where they are kept is somebody else's matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

import orjson

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel import parts, survey
from skolsynk.core.readmodel.bodies import UnitRef
from skolsynk.core.readmodel.causes import decode_causes, decode_codes, decode_findings
from skolsynk.core.readmodel.crowd import Directory
from skolsynk.core.readmodel.effect_of_rules import Known
from skolsynk.core.readmodel.frame import Frame, chunk_of
from skolsynk.core.readmodel.people import PeopleIndex
from skolsynk.core.readmodel.values import Cause, ClassRow, FieldRow, GroupRow, PersonPart, TreeNode, UnitCount
from skolsynk.core.school import Finding

T = TypeVar("T")


class Open(Protocol):
    """Gives one part, decoded; what it has decoded once it may keep."""

    def __call__(self, name: str, decode: Callable[[bytes], T], number: int = 0) -> T: ...


class Opened:
    """What one snapshot, one version of the rules and one day gave."""

    def __init__(self, opens: Open, counts: Mapping[str, int], today: date) -> None:
        self._open = opens
        self.counts = counts  # of core.readmodel.parts.counts
        self.today = today

    @property
    def people(self) -> PeopleIndex:
        return self._open("people", PeopleIndex)

    @property
    def tree(self) -> tuple[TreeNode, ...]:
        """In the order of paths, parents before children."""
        return self._open("tree", parts.decode_tree)

    def causes_under(self, selections: Mapping[str, Selection]) -> tuple[Cause, ...]:
        """The worst and largest first. ``selections``: {vendor slug: selection} that decide what a fix releases."""
        return decode_causes(self._open("causes", bytes), selections)

    def findings(self, code: str) -> tuple[Finding, ...]:
        codes = decode_codes(self._open("causes", bytes))
        return self._open("findings", decode_findings, codes.index(code)) if code in codes else ()

    @property
    def unit_counts(self) -> Mapping[str, UnitCount]:
        """{school unit code: counts}"""
        return self._open("units", parts.decode_units)

    @property
    def classes(self) -> tuple[ClassRow, ...]:
        """Classes and teaching groups by school unit, type and name."""
        return self._open("classes", parts.decode_classes)

    @property
    def fields(self) -> tuple[FieldRow, ...]:
        """User fields that anybody has, by path."""
        return self._open("fields", parts.decode_fields)[0]

    @property
    def groups(self) -> tuple[GroupRow, ...]:
        return self._frame.group_rows()

    def person(self, key: str) -> PersonPart | None:
        """One person's part of directory and school; None for a key that the directory lacks."""
        chunk = self._open("person", orjson.loads, chunk_of(key, self.counts["chunks"]))
        row = chunk.get(key)
        return self._frame.narrowed(row) if row else None

    @property
    def known(self) -> Known:
        """All that effects of drafts are worked out on."""
        frame = self._frame
        _, numbers = self._open("fields", parts.decode_fields)

        def field(path: str) -> survey.FieldColumn | None:
            return self._open("field", survey.FieldColumn, numbers[path]) if path in numbers else None

        def members() -> Sequence[survey.Members]:
            return self._open("members", survey.decode_members)

        def student_groups() -> Sequence[survey.Gathered]:
            return self._open("student_groups", survey.decode_student_groups)

        directory = Directory(self._open("survey", survey.Survey), frame.snapshot.groups, members, field)
        units = tuple(UnitRef(each.school_unit_code, each.school_types) for each in frame.school.school_units.values())
        return Known(directory, frame.snapshot.containers, self.people, student_groups, units, self.today)

    @property
    def _frame(self) -> Frame:
        return self._open("frame", Frame)
