"""What a draft of the rules would do, beside what is so today: exact, and without looking at anybody twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from skolsynk.core.connection import Selection
from skolsynk.core.filters import SelectionError
from skolsynk.core.filters.kinds import Filter
from skolsynk.core.readmodel import named
from skolsynk.core.readmodel.bodies import (
    CONTAINER,
    GROUPS,
    Alike,
    Body,
    GroupRef,
    UnitRef,
    chosen,
    filters_of,
    group_asked,
    reads,
    school_of,
)
from skolsynk.core.readmodel.crowd import Crowd, Directory, Everybody, draw, stand_in_key
from skolsynk.core.readmodel.draft import FROM_OTHER_UNIT, Basis, Drafted, draft, people_by_rule
from skolsynk.core.readmodel.people import PeopleIndex, only_none_of
from skolsynk.core.readmodel.survey import Gathered, Now
from skolsynk.core.readmodel.today import Bodies, today
from skolsynk.core.readmodel.values import PersonRow, RulesEffect
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.ruleset import Rules
from skolsynk.core.school import Fate
from skolsynk.core.snapshot import Container
from skolsynk.core.ss12000.codes import school_types_from_register
from skolsynk.core.vendor import Vendor

PLACED, PROTECTED = Fate.PLACED.value, Fate.PROTECTED.value
SAMPLE = 5


class AtVendor(NamedTuple):
    """One connection as it is saved."""

    vendor: Vendor
    selection: Selection


class Known(NamedTuple):
    """All that is known of the tenant today. What is a function is opened when it is needed."""

    directory: Directory
    containers: tuple[Container, ...]
    people: PeopleIndex
    student_groups: Callable[[], Sequence[Gathered]]
    units: tuple[UnitRef, ...]  # of today's school
    today: date


def effect_of_rules(
    known: Known,
    rules: Rules,
    units: Mapping[str, RegisteredUnit],
    connections: Iterable[AtVendor],
    only: Collection[str] | None = None,
) -> RulesEffect:
    """``units``: the tenant's school units with the draft; ``only``: count people at these units, today or then.

    A vendor whose selection names a school unit that the draft lacks is not among ``vendors``.
    """
    return _Effect(known, rules, units, tuple(connections), only).effect()


@dataclass
class _Effect:
    known: Known
    rules: Rules
    units: Mapping[str, RegisteredUnit]
    connections: tuple[AtVendor, ...]
    only: Collection[str] | None

    def effect(self) -> RulesEffect:
        entering, leaving, moving = self._where(_enters), self._where(_leaves), self._where(_moves)
        new, gone = self._findings()
        placed = [(now, count) for now, count in self._after.items() if now.fate == PLACED]
        return RulesEffect(
            total=sum(self._pairs.values()),
            placed=sum(count for _, count in placed),
            entering=self._people(entering),
            leaving=self._people(leaving),
            moving=self._people(moving),
            sample_in=self._sample(entering, self._then),
            sample_out=self._sample(leaving, self.known.people.row_at),
            sample_moving=self._sample(moving, self._then),
            by_unit=_summed((now.units[0], count) for now, count in placed),
            by_role=_summed((now.role, count) for now, count in placed),
            findings_new=new,
            findings_gone=gone,
            by_rule=self._by_rule(),
            vendors=dict(self._vendors()),
        )

    # The crowd, judged

    @cached_property
    def _selections(self) -> tuple[Selection, ...]:
        return tuple(each.selection for each in self.connections)

    @cached_property
    def _filters(self) -> tuple[Filter, ...]:
        return filters_of(self._selections)

    @cached_property
    def _looked_at(self) -> frozenset[str]:
        return reads(self._filters)

    @cached_property
    def _containers(self) -> Alike:
        return Alike(self._filters, CONTAINER)

    @cached_property
    def _named(self) -> dict[int, tuple[str, str]]:
        spelt = {*named.in_rules(self.rules), *(each for one in self._selections for each in named.in_selection(one))}
        return named.places(spelt, self.known.people, self.known.directory.survey.hidden)

    @cached_property
    def _crowd(self) -> Crowd:
        return draw(self.known.directory, self.rules, self._named, with_teaching=GROUPS in self._looked_at)

    @cached_property
    def _everybody(self) -> Everybody:
        return Everybody(self.known.directory.groups, self.known.directory.members())

    @cached_property
    def _drafted(self) -> Drafted:
        basis = Basis(
            self.rules,
            self.units,
            self.known.containers,
            self.known.today,
            lambda: self._everybody,
            GROUPS in self._looked_at,
        )
        return draft(basis, self._crowd)

    @cached_property
    def _then_of(self) -> list[Now]:
        return [self._drafted.now(number) for number in range(len(self._crowd.people))]

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], int]:
        """{(number of today's, number of the stand-in): people}, of those who are to be counted."""
        survey = self.known.directory.survey
        counted = Counter(zip(survey.now_of, self._crowd.number_of, strict=True))
        return {pair: count for pair, count in counted.items() if self._counts(*pair)}

    def _counts(self, now: int, number: int) -> bool:
        units = (*self._now(now).units, *self._then_of[number].units)
        return self.only is None or not only_none_of(self.only, units)

    def _now(self, number: int) -> Now:
        return self.known.directory.survey.now[number]

    @cached_property
    def _after(self) -> dict[Now, int]:
        found: Counter[Now] = Counter()
        for (_, number), count in self._pairs.items():
            found[self._then_of[number]] += count
        return found

    # Who is counted where

    def _where(self, holds: Callable[[Now, Now], bool]) -> frozenset[tuple[int, int]]:
        return frozenset(pair for pair in self._pairs if holds(self._now(pair[0]), self._then_of[pair[1]]))

    def _people(self, pairs: Iterable[tuple[int, int]]) -> int:
        return sum(self._pairs[pair] for pair in pairs)

    def _sample(self, pairs: Collection[tuple[int, int]], row: Callable[[int], PersonRow]) -> tuple[PersonRow, ...]:
        """The first few in the order of lists; protected people are neither of today's nor of the draft's."""
        shown = {pair for pair in pairs if PROTECTED not in (self._now(pair[0]).fate, self._then_of[pair[1]].fate)}
        found: list[PersonRow] = []
        for at, pair in enumerate(self._each()) if shown else ():
            if pair in shown:
                found.append(row(at))
                if len(found) == SAMPLE:
                    break
        return tuple(found)

    def _each(self) -> Iterator[tuple[int, int]]:
        return zip(self.known.directory.survey.now_of, self._crowd.number_of, strict=True)

    def _then(self, at: int) -> PersonRow:
        """One person's row as the draft would have it."""
        seat = self._drafted.seats[self._crowd.number_of[at]]
        return self.known.people.row_at(at)._replace(
            role=seat.role, fate=seat.fate.value, reason=seat.reason, units=seat.units, classes=seat.classes,
            school_year=seat.school_year,
        )  # fmt: skip

    # Findings

    def _findings(self) -> tuple[dict[str, int], dict[str, int]]:
        """(new, gone) {code: objects}"""
        new, gone = Counter[str](), Counter[str]()
        for (now, number), count in self._pairs.items():
            before, after = self._now(now).codes - {FROM_OTHER_UNIT}, self._then_of[number].codes
            for code in after - before:
                new[code] += count
            for code in before - after:
                gone[code] += count
        then, before_then = self._from_other_unit()
        new[FROM_OTHER_UNIT] += len(then - before_then)
        gone[FROM_OTHER_UNIT] += len(before_then - then)
        if self.only is None:
            others = self.known.directory.survey.others
            new.update(code for code, _, _ in self._drafted.others - others)
            gone.update(code for code, _, _ in others - self._drafted.others)
        return dict(+new), dict(+gone)

    def _from_other_unit(self) -> tuple[set[int], set[int]]:
        """(with the draft, today): places of those who are told of as teachers from another unit."""
        survey = self.known.directory.survey
        told = {number for number, now in enumerate(survey.now) if FROM_OTHER_UNIT in now.codes}
        today_s = {at for at, number in enumerate(survey.now_of) if number in told} if told else set()
        return self._counted_of(self._drafted.from_other_unit), self._counted_of(today_s)

    def _counted_of(self, places: Collection[int]) -> set[int]:
        now_of, number_of = self.known.directory.survey.now_of, self._crowd.number_of
        return {at for at in places if (now_of[at], number_of[at]) in self._pairs}

    def _by_rule(self) -> dict[str, int]:
        weights: Counter[int] = Counter()
        for (_, number), count in self._pairs.items():
            weights[number] += count
        labelled = {each for people in self._drafted.by_group_rule.values() for each in people}
        return people_by_rule(self._drafted, weights, None if self.only is None else self._counted_of(labelled))

    # Vendors

    def _vendors(self) -> Iterator[tuple[str, tuple[int, int]]]:
        changed = self._changed()
        units = tuple(UnitRef(code, school_types_from_register(each.school_types)) for code, each in self.units.items())
        was = school_of([before for before, _, _ in changed], self.known.units, self.known.today)
        then = school_of([after for _, after, _ in changed], units, self.known.today)
        for each in self.connections:
            try:
                had = chosen(was, each.selection, each.vendor, self.known.today)
                gets = chosen(then, each.selection, each.vendor, self.known.today)
            except SelectionError:
                continue
            entering = sum(changed[number][2] for number in gets.keys() - had.keys())
            yield each.vendor.slug, (entering, sum(changed[number][2] for number in had.keys() - gets.keys()))

    def _changed(self) -> list[tuple[Body, Body, int]]:
        """(as she is, as she would be, people): nobody else can enter or leave."""
        survey, student_groups = self.known.directory.survey, self.known.student_groups
        before = today(survey, student_groups, self._filters, self._containers, self._named)
        codes = {(unit.code, unit.school_types) for unit in self.known.units}
        same = codes == {(code, school_types_from_register(unit.school_types)) for code, unit in self.units.items()}
        groups, found = self._groups(), []
        for (body, number), count in self._body_pairs(before).items():
            was = before.bodies[body]
            then = self._body(number, groups.get(number, ()), was.domain)
            if (was != then or not same) and (was.is_user or then.is_user):
                found.append((was, then, count))
        return found

    def _body_pairs(self, before: Bodies) -> Mapping[tuple[int, int], int]:
        if self.only is None:
            return Counter(zip(before.number_of, self._crowd.number_of, strict=True))
        counted = zip(before.number_of, self._crowd.number_of, self.known.directory.survey.now_of, strict=True)
        return Counter((body, number) for body, number, now in counted if (now, number) in self._pairs)

    def _groups(self) -> dict[int, tuple[GroupRef, ...]]:
        """{stand-in: the groups of hers that some filter means}"""
        asked = group_asked(self._filters)
        found: dict[int, tuple[GroupRef, ...]] = {}
        for group in self._drafted.groups if GROUPS in self._looked_at else ():
            ref = GroupRef(group.name, group.type, group.unit)
            for number in group.people if asked(ref) else ():
                found[number] = (*found.get(number, ()), ref)
        return found

    def _body(self, number: int, groups: tuple[GroupRef, ...], domain: str) -> Body:
        """A stand-in as selections would see her."""
        seat, person = self._drafted.seats[number], self._crowd.people[number]
        pupil = seat.placed and seat.role == "pupil"
        enrolments = ((seat.units[0], seat.school_year, seat.school_type),) if pupil else ()
        employed = sorted((code, seat.employment_role) for code in seat.units) if seat.placed and not pupil else ()
        shown = CONTAINER in self._looked_at and seat.fate is Fate.PLACED
        apart = person.key != stand_in_key(number)
        return Body(
            seat.fate.value, seat.role, enrolments, tuple(employed), seat.placed,
            container=self._containers.of(person.container) if shown else "", domain=domain, groups=groups,
            key=person.key if apart else "", user_name=person.user_name if apart else "",
        )  # fmt: skip


def _enters(now: Now, then: Now) -> bool:
    return then.fate == PLACED != now.fate


def _leaves(now: Now, then: Now) -> bool:
    return now.fate == PLACED != then.fate


def _moves(now: Now, then: Now) -> bool:
    both = now.fate == then.fate == PLACED
    return both and (now.role, frozenset(now.units)) != (then.role, frozenset(then.units))


def _summed(counted: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, count in counted:
        found[name] += count
    return dict(sorted(found.items()))
