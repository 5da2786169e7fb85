"""People as they are today, as far as some selections can tell them apart."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel.bodies import (
    CONTAINER,
    DOMAIN,
    GROUPS,
    Body,
    GroupRef,
    filters_of,
    group_asked,
    reads,
)
from skolsynk.core.readmodel.survey import Basic, Gathered, Survey, numbered


class Bodies(NamedTuple):
    """``number_of``: each person's body. Those who are nobody's user have one too, without position."""

    number_of: array[int]
    bodies: tuple[Body, ...]


def today(
    survey: Survey,
    student_groups: Callable[[], Sequence[Gathered]],
    selections: Iterable[Selection],
    named: Mapping[int, tuple[str, str]],
) -> Bodies:
    """``student_groups`` is opened when a filter looks at groups; ``named``: {place: (source key, address)}."""
    filters = filters_of(selections)
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
            survey.place_of if CONTAINER in looked_at else nothing,
            survey.domain_of if DOMAIN in looked_at else nothing,
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
            body = body._replace(container=survey.places[place])
        made.append(body._replace(domain=survey.domains[domain]) if DOMAIN in looked_at else body)
    return Bodies(number_of, tuple(made))


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
