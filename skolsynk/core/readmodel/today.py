"""People as they are today, as far as some selections can tell them apart."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from skolsynk.core.filters.kinds import Filter
from skolsynk.core.readmodel.bodies import (
    CONTAINER,
    DOMAIN,
    GROUPS,
    Alike,
    Body,
    GroupRef,
    group_asked,
    reads,
)
from skolsynk.core.readmodel.survey import Basic, Column, Gathered, Survey, numbered


class Bodies(NamedTuple):
    """``number_of``: each person's body. Those who are nobody's user have one too, without position."""

    number_of: array[int]
    bodies: tuple[Body, ...]


def today(
    survey: Survey,
    student_groups: Callable[[], Sequence[Gathered]],
    filters: Sequence[Filter],
    containers: Alike,
    named: Mapping[int, tuple[str, str]],
) -> Bodies:
    """``filters``: those that shall tell people apart; ``student_groups`` is opened when one of them looks at groups.

    ``named``: {place: (source key, address)}.
    """
    looked_at = reads(filters)
    refs, groups = _groups(survey, student_groups(), group_asked(filters)) if GROUPS in looked_at else ((), None)
    if not named and not groups and looked_at.isdisjoint((CONTAINER, DOMAIN)):
        return Bodies(survey.basic_of, tuple(_body(known) for known in survey.basic))
    nothing = array("I", bytes(4 * len(survey)))
    own = array("I", nothing)
    for at in named:
        own[at] = at + 1
    number_of, kinds = numbered(
        (
            survey.basic_of,
            _alike(survey.place_of, survey.places, containers) if CONTAINER in looked_at else nothing,
            _alike(survey.domain_of, survey.domains, Alike(filters, DOMAIN)) if DOMAIN in looked_at else nothing,
            own,
            groups or [()] * len(survey),
        )
    )
    made = []
    for basic, place, domain, name, inside in kinds:
        known = survey.basic[basic]
        key, address = named[name - 1] if name else ("", "")
        body = _body(known)._replace(groups=tuple(refs[each] for each in inside), key=key, user_name=address)
        if CONTAINER in looked_at and known.shown:
            body = body._replace(container=containers.of(survey.places[place]))
        made.append(body._replace(domain=survey.domains[domain]) if DOMAIN in looked_at else body)
    return Bodies(number_of, tuple(made))


def _alike(column: Column, table: Sequence[str], alike: Alike) -> Column:
    """The column with one number for all that no filter tells apart."""
    first: dict[str, int] = {}
    numbers = [first.setdefault(alike.of(text), number) for number, text in enumerate(table)]
    return [numbers[each] for each in column]


def _groups(
    survey: Survey, groups: Iterable[Gathered], asked: Callable[[GroupRef], bool]
) -> tuple[tuple[GroupRef, ...], list[tuple[int, ...]]]:
    """The groups that filters mean, and each person's places in them."""
    refs: list[GroupRef] = []
    inside: list[tuple[int, ...]] = [()] * len(survey)
    for group in groups:
        ref = GroupRef(group.name, group.type, group.unit)
        if asked(ref):
            for at in group.people:
                inside[at] += (len(refs),)
            refs.append(ref)
    return tuple(refs), inside


def _body(known: Basic) -> Body:
    return Body(known.fate, known.role, known.enrolments, known.employments, known.email)
