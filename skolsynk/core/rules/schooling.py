"""Which classes and which school year one person has; the same for building the school and for explaining it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    folded: str
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
        self._of_place: dict[tuple[str, str], list[ClassOf]] = {}
        self._of_values: dict[tuple[int, tuple[str, ...], str], list[ClassOf]] = {}
        self._of_group: dict[tuple[str, str], ClassOf] = {}
        self._years_seen: dict[tuple[str, str], Answer[int] | None] = {}
        self._asks_fields = any(isinstance(rule, FieldYear) for _, _, rule in self._years)
        self.groups = tuple(_class_groups(rules, judge, units))
        self._groups_of: defaultdict[str, list[ClassGroup]] = defaultdict(list)
        for each in self.groups:
            for key in each.members:
                self._groups_of[key].append(each)

    def classes_of(self, person: Person, place: Place, unit: str) -> list[ClassOf]:
        """A pupil's classes, the one that counts first first."""
        found = self._of_place.get((place.path, unit))
        if found is None:
            found = self._of_place[place.path, unit] = list(self._classes_of_place(place, unit))
        for index, label, rule in self._fields:
            values = person.fields.get(rule.field, ())
            said = self._of_values.get((index, values, unit))
            if said is None:
                said = list(_classes_of_values(index, label, rule, values, unit))
                self._of_values[index, values, unit] = said
            found = [*found, *said]
        groups = self._groups_of.get(person.key)
        if groups:
            found = [*found, *(self._class_of(each, unit) for each in groups)]
        return found if len(found) < 2 else sorted(found)

    def taught_by_field(self, person: Person) -> Iterator[tuple[str, str]]:
        """Classes that the fields of somebody of the staff name: (label of the rule, name)."""
        for _, label, rule in self._fields:
            for name in rule.names_of(person.fields.get(rule.field, ())):
                yield label, name

    def _class_of(self, each: ClassGroup, unit: str) -> ClassOf:
        key, own = each.group.key, each.unit or unit
        made = self._of_group.get((key, own))
        if made is None:
            made = ClassOf(each.place, each.folded, each.name, own, f"group:{key}", each.label, each.group.email)
            self._of_group[key, own] = made
        return made

    def groups_of(self, key: str) -> Iterable[ClassGroup]:
        return self._groups_of.get(key, ())

    def year_of(self, person: Person, place: Place, classes: Sequence[ClassOf]) -> Answer[int] | None:
        """The school year by the first rule that gives one."""
        if self._asks_fields or len(classes) > 1:
            return self._find_year(person, place, classes)
        key = place.path, classes[0].name if classes else ""
        if key not in self._years_seen:
            self._years_seen[key] = self._find_year(person, place, classes)
        return self._years_seen[key]

    def _find_year(self, person: Person, place: Place, classes: Sequence[ClassOf]) -> Answer[int] | None:
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

    def _named(self, index: int, rule: ClassNameYear | StartYear, name: str) -> int | None:
        key = index, name
        if key not in self._year_of_name:
            self._year_of_name[key] = rule.year_of(name, self._today)
        return self._year_of_name[key]

    def _classes_of_place(self, place: Place, unit: str) -> Iterator[ClassOf]:
        source = f"container:{self._container_keys.get(place.path) or fold_path(place.path)}"
        for index, answer in place.classes:
            yield ClassOf(index, fold_case(answer.value), answer.value, unit, source, answer.rule, place.path)


def _classes_of_values(index: int, label: str, rule: FieldClass, values: Iterable[str], unit: str) -> Iterator[ClassOf]:
    for name in rule.names_of(values):
        folded, path = fold_case(name), rule.field
        yield ClassOf(index, folded, name, unit, f"field:{path}:{folded}", label, f"{path} = {name}")


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
            yield ClassGroup(group, name, fold_case(name), unit, "" if unit else text, owners, index, label, members)
