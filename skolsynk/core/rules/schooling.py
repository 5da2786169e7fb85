"""Which classes and which school year one person has; the same for building the school and for explaining it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from skolsynk.core.rules.answer import Answer
from skolsynk.core.rules.classes import FieldClass, GroupClass
from skolsynk.core.rules.judge import Judge
from skolsynk.core.rules.ruleset import Rules, labelled
from skolsynk.core.rules.school_year import ClassNameYear, FieldYear, PatternYear, StartYear, YearRule
from skolsynk.core.rules.text import fold_case, fold_path
from skolsynk.core.rules.tree import Place
from skolsynk.core.rules.units import Units
from skolsynk.core.snapshot import Container, Group, Person


class ClassGroup(NamedTuple):
    """A Google Group that stands for a class."""

    group: Group
    name: str
    unit: str  # school unit code, "" where each pupil's own counts
    unknown: str  # what its name calls a school unit that nobody has chosen
    owners_teach: bool
    place: int  # of its rule in the section
    label: str
    members: Mapping[str, bool]  # person's key -> owns or manages


class ClassOf(NamedTuple):
    """One class that one person is in."""

    place: int  # of the rule in the section: earlier ones count first
    folded: str  # the name for comparing
    name: str
    unit: str
    source_key: str
    label: str
    evidence: str


class Schooling:
    def __init__(self, rules: Rules, judge: Judge, units: Units, containers: Iterable[Container], today: date) -> None:
        self._today = today
        self._container_keys = {each.path: each.key for each in containers}
        self._fields = list(labelled(rules, "classes", FieldClass))
        self._years: list[tuple[int, str, YearRule]] = list(
            labelled(rules, "school_year", ClassNameYear, StartYear, FieldYear, PatternYear)
        )
        self._year_of_name: dict[tuple[int, str], int | None] = {}
        self._folded: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self.groups = tuple(_class_groups(rules, judge, units))
        self._groups_of: defaultdict[str, list[ClassGroup]] = defaultdict(list)
        for each in self.groups:
            for key in each.members:
                self._groups_of[key].append(each)

    def classes_of(self, person: Person, place: Place, unit: str) -> list[ClassOf]:
        """A pupil's classes, the one that counts first first."""
        found = [self._class_of_place(index, answer, place, unit) for index, answer in place.classes]
        found += [
            ClassOf(index, self.fold(name), name, unit, f"field:{path}:{self.fold(name)}", label, f"{path} = {name}")
            for index, label, path, name in self.field_names(person)
        ]
        found += [
            ClassOf(
                each.place,
                self.fold(each.name),
                each.name,
                each.unit or unit,
                f"group:{each.group.key}",
                each.label,
                each.group.email,
            )
            for each in self._groups_of.get(person.key, ())
        ]
        return found if len(found) < 2 else sorted(found)

    def field_names(self, person: Person) -> Iterator[tuple[int, str, str, str]]:
        """Classes that a person's fields name: (place of the rule, label, field path, name)."""
        for index, label, rule in self._fields:
            for name in rule.names_of(person.fields.get(rule.field, ())):
                yield index, label, rule.field, name

    def groups_of(self, key: str) -> Iterable[ClassGroup]:
        return self._groups_of.get(key, ())

    def year_of(self, person: Person, place: Place, classes: Iterable[ClassOf]) -> Answer[int] | None:
        """The school year by the first rule that gives one."""
        for index, label, rule in self._years:
            if isinstance(rule, FieldYear):
                said = [(rule.year_of(value), value) for value in person.fields.get(rule.field, ())]
            elif isinstance(rule, PatternYear):
                said = [(year.value, year.evidence) for at, year in place.years if at == index]
            else:
                said = [(self._named(index, rule, each.name), each.name) for each in classes]
            for year, evidence in said:
                if year is not None:
                    return Answer(year, label, evidence)
        return None

    def year_of_class(self, name: str) -> int | None:
        """The school year that a class's own name tells."""
        for index, _, rule in self._years:
            year = self._named(index, rule, name) if isinstance(rule, ClassNameYear | StartYear) else None
            if year is not None:
                return year
        return None

    def fold(self, name: str) -> str:
        folded = self._folded.get(name)
        if folded is None:
            folded = self._folded[name] = fold_case(name)
        return folded

    def _named(self, index: int, rule: ClassNameYear | StartYear, name: str) -> int | None:
        key = index, name
        if key not in self._year_of_name:
            self._year_of_name[key] = rule.year_of(name, self._today)
        return self._year_of_name[key]

    def _class_of_place(self, index: int, answer: Answer[str], place: Place, unit: str) -> ClassOf:
        source = self._sources.get(place.path)
        if source is None:
            key = self._container_keys.get(place.path) or fold_path(place.path)
            source = self._sources[place.path] = f"container:{key}"
        return ClassOf(index, self.fold(answer.value), answer.value, unit, source, answer.rule, place.path)


def _class_groups(rules: Rules, judge: Judge, units: Units) -> Iterator[ClassGroup]:
    """Each group once, by the first rule that makes a class of it."""
    seen: set[str] = set()
    for index, label, rule in labelled(rules, "classes", GroupClass):
        for group, match in judge.membership.chosen(rule, label):
            name = rule.name_of(group, match)
            if group.key in seen or not name:
                continue
            seen.add(group.key)
            text = match["unit"] or "" if not isinstance(match, bool) and rule.part("unit") else ""
            unit = units.find(text, rule.units) if text else ""
            members = judge.membership.of(group)
            owners = rule.teachers == "owners"
            yield ClassGroup(group, name, unit, "" if unit else text, owners, index, label, members)
