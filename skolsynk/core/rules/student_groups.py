"""Classes from groups, org units and fields, united by (school unit, name), and teaching groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from skolsynk.core.identity import Candidate
from skolsynk.core.rules.classes import TeachingGroup
from skolsynk.core.rules.judge import Judge
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.schooling import ClassGroup, ClassOf, Schooling
from skolsynk.core.rules.text import fold_case
from skolsynk.core.school import Finding, Severity
from skolsynk.core.snapshot import Group, Person
from skolsynk.core.ss12000.base import ResourceId

_WARNING = Severity.WARNING


class Placed(NamedTuple):
    """One person who has a role and a school unit."""

    person: Person
    id: ResourceId
    pupil: bool
    units: tuple[str, ...]  # school unit codes, the main one first


@dataclass(slots=True)
class Draft:
    """One class while its members are gathered."""

    unit: str
    folded: str
    spellings: Counter[str] = field(default_factory=Counter)
    members: set[ResourceId] = field(default_factory=set)
    teachers: set[ResourceId] = field(default_factory=set)
    sources: dict[str, int] = field(default_factory=dict)  # source key -> place of its rule

    def name(self) -> str:
        """The commonest spelling."""
        return min(self.spellings, key=lambda spelling: (-self.spellings[spelling], spelling))

    def source_key(self) -> str:
        """The source of the first listed rule."""
        return min(self.sources, key=lambda source: (self.sources[source], source))

    def candidate(self) -> Candidate:
        return Candidate(self.unit, self.name(), self.source_key(), tuple(sorted(self.members)))

    def rivals(self) -> int:
        """How many org units, or groups, call themselves by this name: more than one is doubtful."""
        kinds = Counter(source.split(":", 1)[0] for source in self.sources)
        return max(kinds["group"], kinds["container"])


class Teaching(NamedTuple):
    """A teaching group that will become a StudentGroup."""

    key: str  # of the Google Group
    name: str
    unit: str
    group_type: str
    members: tuple[ResourceId, ...]
    teachers: tuple[ResourceId, ...]


class Gathering:
    """Gathers the classes of all who are placed: ``enrol`` pupils first, then ``close``."""

    def __init__(self, schooling: Schooling) -> None:
        self._schooling = schooling
        self._drafts: dict[tuple[str, str], Draft] = {}
        self.findings: list[Finding] = []

    def enrol(self, pupil: ResourceId, classes: Iterable[ClassOf]) -> None:
        for each in classes:
            draft = self._draft(each.unit, each.folded)
            draft.spellings[each.name] += 1
            draft.members.add(pupil)
            draft.sources[each.source_key] = each.place

    def close(self, placed: Mapping[str, Placed]) -> tuple[Draft, ...]:
        """The classes in order of (school unit, name), with their teachers."""
        for each in self._schooling.groups:
            self._close_group(each, placed)
        for someone in placed.values():
            if not someone.pupil:
                self._teach_by_field(someone)
        drafts = tuple(draft for _, draft in sorted(self._drafts.items()))
        for draft in drafts:
            self._doubt(draft)
        return drafts

    def _draft(self, unit: str, folded: str) -> Draft:
        draft = self._drafts.get((unit, folded))
        if draft is None:
            draft = self._drafts[unit, folded] = Draft(unit, folded)
        return draft

    def _close_group(self, each: ClassGroup, placed: Mapping[str, Placed]) -> None:
        """Adds a group's teachers, and makes a class of a group without pupils where its school unit is known."""
        source = f"group:{each.group.key}"
        people = [(placed[key], owns) for key, owns in each.members.items() if key in placed]
        units = {each.unit} if each.unit else {someone.units[0] for someone, _ in people if someone.pupil}
        if each.unknown:
            self._tell("unknown_unit_code", "group", each.group.key, "", each.unknown)
        if not units:
            self._tell("class_without_unit", "group", each.group.key, "", each.name, severity=Severity.ERROR)
        drafts = [self._draft(unit, each.folded) for unit in sorted(units)]
        for draft in drafts:
            draft.sources[source] = each.place
            draft.spellings[each.name] += 1
        for someone, owns in people:
            if drafts and not someone.pupil and (owns or not each.owners_teach):
                self._teach(someone, drafts, each.name)

    def _teach(self, someone: Placed, drafts: Iterable[Draft], name: str) -> None:
        own = [draft for draft in drafts if draft.unit in someone.units]
        for draft in own:
            draft.teachers.add(someone.id)
        if not own:
            self._tell("teacher_without_employment", "person", someone.person.key, someone.units[0], name)

    def _teach_by_field(self, someone: Placed) -> None:
        for _, name in self._schooling.taught_by_field(someone.person):
            for unit in someone.units:
                draft = self._drafts.get((unit, fold_case(name)))
                if draft:
                    draft.teachers.add(someone.id)

    def _doubt(self, draft: Draft) -> None:
        kind, _, key = draft.source_key().partition(":")
        if not draft.members:
            self._tell("empty_class", "group", key, draft.unit, draft.name())
        if draft.rivals() > 1:
            self._tell("duplicate_class_name", kind, key, draft.unit, draft.name(), str(draft.rivals()))

    def _tell(
        self, code: str, kind: str, key: str, unit: str, *args: str, severity: Severity = Severity.WARNING
    ) -> None:
        self.findings.append(Finding(code, severity, kind, key, unit, args))


def teaching_groups(
    rules: Rules, judge: Judge, placed: Mapping[str, Placed], classes: Iterable[ClassGroup]
) -> tuple[list[Teaching], list[Finding]]:
    """The teaching groups, by key of their Google Group. What is a class already is no teaching group too."""
    seen = {each.group.key for each in classes}
    made: list[Teaching] = []
    findings: list[Finding] = []
    for _, label, rule in labelled(rules, "groups", TeachingGroup):
        for group, match in judge.membership.chosen(rule, label):
            if group.key not in seen:
                seen.add(group.key)
                people = [(placed[key], owns) for key, owns in judge.membership.of(group).items() if key in placed]
                found = _teaching(rule, group, rule.name_of(group, match), people)
                made += [found] if found else []
                findings += _teaching_doubts(group, rule.name_of(group, match), found, people)
    return made, findings


def _teaching(rule: TeachingGroup, group: Group, name: str, people: list[tuple[Placed, bool]]) -> Teaching | None:
    counts = Counter(someone.units[0] for someone, _ in people if someone.pupil)
    if not counts:
        return None
    owner = min(counts, key=lambda code: (-counts[code], code))
    teachers = sorted(
        someone.id for someone, owns in people if not someone.pupil and (owns or rule.teachers == "staff")
    )
    members = sorted(someone.id for someone, _ in people if someone.pupil)
    return Teaching(group.key, name, owner, rule.group_type, tuple(members), tuple(teachers))


def _teaching_doubts(
    group: Group, name: str, found: Teaching | None, people: list[tuple[Placed, bool]]
) -> Iterator[Finding]:
    if not found:
        yield Finding("empty_class", _WARNING, "group", group.key, "", (name,))
        return
    teachers = set(found.teachers)
    for someone, _ in people:
        if someone.id in teachers and found.unit not in someone.units:
            yield Finding("teacher_from_other_unit", _WARNING, "person", someone.person.key, found.unit, (name,))
