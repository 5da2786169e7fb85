"""What pages read of one tenant: rows, counts and the effects of drafts, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from skolsynk.core.school import School, Severity
from skolsynk.core.snapshot import Snapshot


class PersonRow(NamedTuple):
    """One person as lists show her. Protected identity: name, email, units, classes and container are empty."""

    key: str  # the source's own id
    id: str  # UUID, "" while she has none
    name: str  # "Given Family"
    email: str
    role: str  # "pupil" | "teacher" | "staff" | ""
    fate: str  # of core.school.Fate
    reason: str  # finding code when broken, decision code when decided, else ""
    units: tuple[str, ...]  # school unit codes, the main one first
    classes: tuple[str, ...]  # names of classes she is in, or teaches; in natural order
    school_year: int | None
    container: str  # path
    suspended: bool
    archived: bool


class Found(NamedTuple):
    """One window of a list, and how long the whole list is."""

    rows: tuple[PersonRow, ...]
    total: int


class Heads(NamedTuple):
    """People by what finally became of them; ``unplaced`` would be somebody, but their data does not suffice.

    People with protected identity count as ``nobody``. Suspended and archived accounts that are left out for that
    reason are ``suspended`` and nothing else.
    """

    pupils: int = 0
    teachers: int = 0
    staff: int = 0
    nobody: int = 0
    unplaced: int = 0
    suspended: int = 0

    def __add__(self, other: object) -> Heads:
        """The sum, member by member."""
        if not isinstance(other, Heads):
            return NotImplemented
        return Heads(*(one + two for one, two in zip(self, other, strict=True)))


class TreeNode(NamedTuple):
    """One org unit. ``how`` says where its school unit comes from; ``rule`` is the label of the rule that says so."""

    path: str
    name: str
    depth: int  # 0 for the root
    parent: str  # "" for the root
    own: Heads
    below: Heads  # in it and below
    outside: int  # people in it whom the tenant did not mark as school: a head count
    unit: str  # school unit code, or ""
    how: str  # "own" | "inherited" | "pattern" | "ignored" | "none"
    rule: str


class Cause(NamedTuple):
    """All findings of one code."""

    code: str
    severity: Severity  # the worst of them
    objects: int  # people, groups, org units or rules, each once
    people: int  # of these, people
    units: Mapping[str, int]  # school unit code -> findings; "" where none is known
    released: Mapping[str, int]  # vendor slug -> people who may reach it when this is put right


class UnitCount(NamedTuple):
    """What one school unit has. Protected people are not counted."""

    pupils: int = 0
    teachers: int = 0
    staff: int = 0
    classes: int = 0
    groups: int = 0  # teaching groups and others that are no classes
    teaching: int = 0  # teachers and staff of its classes and groups, each once


class ClassRow(NamedTuple):
    """One class or teaching group."""

    id: str
    name: str
    unit: str  # school unit code
    type: str  # "Klass", "Undervisning" …
    members: int
    teachers: int


class FieldRow(NamedTuple):
    """One user field of the directory: how many have it, and its most common values."""

    path: str
    people: int
    values: tuple[tuple[str, int], ...]  # (text, people), at most 50, the most common first


class GroupRow(NamedTuple):
    """One group of the directory (Google Group)."""

    key: str
    email: str
    name: str
    members: int  # direct


class PersonPart(NamedTuple):
    """The directory and the school narrowed to one person, enough for every explanation of her.

    ``snapshot`` has her alone, and every group with what groups it has in it, but of people only her; ``school`` has
    her own user, employments and outcome, and every student group with her alone in it.
    """

    snapshot: Snapshot
    school: School


class RulesEffect(NamedTuple):
    """What a draft of the rules would do, beside what is so today. Nothing of it is stored."""

    total: int  # people
    placed: int
    entering: int  # placed by the draft, not today
    leaving: int  # placed today, not by the draft
    moving: int  # placed by both, in another role or at other school units
    sample_in: tuple[PersonRow, ...]  # as the draft would have them; at most 5, never protected
    sample_out: tuple[PersonRow, ...]  # as they are today
    sample_moving: tuple[PersonRow, ...]  # as the draft would have them
    by_unit: Mapping[str, int]  # main school unit -> people placed
    by_role: Mapping[str, int]  # role -> people placed
    findings_new: Mapping[str, int]  # code -> findings that today's school lacks
    findings_gone: Mapping[str, int]
    by_rule: Mapping[str, int]  # rule's label -> people it decides something of
    vendors: Mapping[str, tuple[int, int]]  # slug -> (entering, leaving) the vendor


class SelectionEffect(NamedTuple):
    """What a draft of a selection would do, beside what is saved. Nothing of it is stored."""

    total: int  # people whom the vendor would get
    pupils: int
    teachers: int
    staff: int
    entering: int
    leaving: int
    sample_in: tuple[PersonRow, ...]  # at most 5, never protected
    sample_out: tuple[PersonRow, ...]
    by_unit: Mapping[str, int]  # school unit code -> people
    by_filter: tuple[tuple[str, int], ...]  # ("filters[0][1]", people whom it would leave out alone)
    warnings: tuple[tuple[str, str], ...]  # (Swedish, English)
