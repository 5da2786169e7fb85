"""What a draft of a selection would do, beside what is saved: exact, and each kind of person is asked of once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from skolsynk.core.connection import Selection
from skolsynk.core.filters import SelectionError
from skolsynk.core.readmodel import named
from skolsynk.core.readmodel.bodies import CONTAINER, Alike, Gathering, chosen, filters_of, left_out_alone, school_of
from skolsynk.core.readmodel.effect_of_rules import PROTECTED, SAMPLE, Known
from skolsynk.core.readmodel.people import only_none_of
from skolsynk.core.readmodel.today import Bodies, today
from skolsynk.core.readmodel.values import PersonRow, SelectionEffect
from skolsynk.core.vendor import Vendor

Homes = Mapping[int, tuple[str, str]]
Warning_ = tuple[str, str]
MANY_LEAVE, MANY_LEAVE_SHARE = 10, 0.05  # as the guards' own limit for one school unit and type


def effect_of_selection(
    known: Known, vendor: Vendor, selection: Selection, saved: Selection, only: Collection[str] | None = None
) -> SelectionEffect:
    """``only``: count people at these units. Raises SelectionError when the draft names units that the school lacks."""
    return _Effect(known, vendor, selection, saved, only).effect()


@dataclass
class _Effect:
    known: Known
    vendor: Vendor
    selection: Selection
    saved: Selection
    only: Collection[str] | None

    def effect(self) -> SelectionEffect:
        gets, had = self._chosen(self.selection), self._had
        roles, units = Counter[str](), Counter[str]()
        for number, (role, unit) in gets.items():
            roles[role] += self._weights[number]
            units[unit] += self._weights[number]
        by_filter = tuple((path, self._people(numbers)) for path, numbers in self._left_out().items())
        entering, leaving = gets.keys() - had.keys(), had.keys() - gets.keys()
        return SelectionEffect(
            total=self._people(gets),
            pupils=roles["pupil"],
            teachers=roles["teacher"],
            staff=roles["staff"],
            entering=self._people(entering),
            leaving=self._people(leaving),
            sample_in=self._sample(entering),
            sample_out=self._sample(leaving),
            by_unit=dict(sorted(units.items())),
            by_filter=by_filter,
            warnings=tuple(self._warnings(gets, self._people(leaving), dict(by_filter))),
        )

    @cached_property
    def _named(self) -> dict[int, tuple[str, str]]:
        spelt = {*named.in_selection(self.selection), *named.in_selection(self.saved)}
        return named.places(spelt, self.known.people, self.known.directory.survey.hidden)

    @cached_property
    def _today(self) -> Bodies:
        filters, known = filters_of((self.selection, self.saved)), self.known
        alike = Alike(filters, CONTAINER)
        return today(known.directory.survey, known.student_groups, filters, alike, self._named)

    @cached_property
    def _weights(self) -> dict[int, int]:
        """{number of a body: people}, of those who are to be counted."""
        counted = Counter(self._today.number_of)
        return {number: count for number, count in counted.items() if self._counts(number)}

    def _counts(self, number: int) -> bool:
        body = self._today.bodies[number]
        units = [*(code for code, _, _ in body.enrolments), *(code for code, _ in body.employments)]
        return self.only is None or not only_none_of(self.only, units)

    @cached_property
    def _school(self) -> Gathering:
        return school_of(self._today.bodies, self.known.units, self.known.today)

    def _chosen(self, selection: Selection) -> dict[int, tuple[str, str]]:
        found = chosen(self._school, selection, self.vendor, self.known.today)
        return {number: home for number, home in found.items() if number in self._weights}

    @cached_property
    def _had(self) -> Homes:
        try:
            return self._chosen(self.saved)
        except SelectionError:
            return {}  # what is saved names a school unit that is gone: nothing is sent before that is put right

    def _people(self, numbers: Collection[int]) -> int:
        return sum(self._weights[number] for number in numbers)

    def _left_out(self) -> Mapping[str, tuple[int, ...]]:
        found = left_out_alone(self._school, self.selection, self.vendor, self.known.today)
        return {path: tuple(each for each in numbers if each in self._weights) for path, numbers in found.items()}

    def _sample(self, numbers: Collection[int]) -> tuple[PersonRow, ...]:
        """The first few in the order of lists."""
        shown = {each for each in numbers if self._today.bodies[each].fate != PROTECTED}
        found: list[PersonRow] = []
        for at, number in enumerate(self._today.number_of) if shown else ():
            if number in shown:
                found.append(self.known.people.row_at(at))
                if len(found) == SAMPLE:
                    break
        return tuple(found)

    # Warnings

    def _warnings(self, gets: Homes, leaving: int, by_filter: Mapping[str, int]) -> Iterator[Warning_]:
        yield from self._nobody(gets)
        yield from self._many_leave(leaving)
        yield from self._idle_filters(by_filter)
        yield from self._empty_units(gets)
        yield from self._exclusions()
        if self.selection.include_protected:
            yield (
                "Personer med skyddade personuppgifter är med i urvalet och skickas till leverantören.",
                "People with protected identity are in the selection and are sent to the vendor.",
            )

    def _nobody(self, gets: Homes) -> Iterator[Warning_]:
        if not self.selection.school_units:
            yield (
                "Ingen skolenhet är vald, så leverantören får ingen alls.",
                "No school unit is chosen, so the vendor gets nobody at all.",
            )
        elif not self.selection.roles:
            yield "Ingen roll är vald, så leverantören får ingen alls.", "No role is chosen, so the vendor gets nobody."
        elif not gets:
            yield "Ingen person uppfyller alla villkoren.", "No person meets all the conditions."

    def _many_leave(self, leaving: int) -> Iterator[Warning_]:
        had = self._people(self._had)
        if leaving > MANY_LEAVE and leaving > MANY_LEAVE_SHARE * had:
            yield (
                f"{leaving} av {had} personer tas bort hos leverantören. Så många kan vänta på ett godkännande.",
                f"{leaving} of {had} people leave the vendor. So many may wait for an approval.",
            )

    def _idle_filters(self, by_filter: Mapping[str, int]) -> Iterator[Warning_]:
        sentences = {
            **{
                f"filters[{index}][{at}]": each
                for index, block in enumerate(self.selection.filters)
                for at, each in enumerate(block)
            },
            **{f"not_filters[{at}]": each for at, each in enumerate(self.selection.not_filters)},
        }
        for path, left_out in by_filter.items():
            if not left_out:
                each = sentences[path]
                yield (
                    f"Villkoret ”{each.sentence('sv')}” utesluter ingen.",
                    f"The condition “{each.sentence('en')}” leaves nobody out.",
                )

    def _empty_units(self, gets: Homes) -> Iterator[Warning_]:
        reached = {unit for _, unit in gets.values()}
        empty = [code for code in self.selection.school_units if code not in reached and self._shown(code)]
        if gets and empty:
            yield (
                f"Från {len(empty)} av de valda skolenheterna kommer ingen med: {', '.join(empty)}.",
                f"Nobody comes from {len(empty)} of the chosen school units: {', '.join(empty)}.",
            )

    def _shown(self, code: str) -> bool:
        return self.only is None or code in self.only

    def _exclusions(self) -> Iterator[Warning_]:
        over = sum(each.until is not None and each.until < self.known.today for each in self.selection.exclusions)
        if over:
            yield (
                f"{over} undantag har gått ut: de personerna skickas igen.",
                f"{over} exclusions have run out: these people are sent again.",
            )
        known = {spelt for pair in self._named.values() for spelt in pair}
        excluded = [each.person for each in self.selection.exclusions]
        strangers = sum(known.isdisjoint((person, person.lower())) for person in excluded)
        if strangers:
            yield (
                f"{strangers} undantag gäller personer som inte finns i katalogen.",
                f"{strangers} exclusions are of people who are not in the directory.",
            )
