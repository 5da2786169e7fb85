"""People whom a draft names one by one: they are looked at apart from all others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from skolsynk.core.connection import Selection
from skolsynk.core.filters.kinds import PersonIn
from skolsynk.core.readmodel.people import PeopleIndex
from skolsynk.core.rules.exclusion import NeverPerson, ProtectedPeople
from skolsynk.core.rules.ruleset import Rules


def in_rules(rules: Rules) -> Iterator[str]:
    """Every spelling by which rules name somebody."""
    for rule in rules.never:
        if isinstance(rule, NeverPerson):
            yield from (rule.person, rule.person.casefold())
    for protecting in rules.protected:
        if isinstance(protecting, ProtectedPeople):
            for person in protecting.people:
                yield from (person, person.casefold())


def in_selection(selection: Selection) -> Iterator[str]:
    """Every spelling by which a selection names somebody."""
    filters = [*(each for block in selection.filters for each in block), *selection.not_filters]
    listed = [person for each in filters if isinstance(each, PersonIn) for person in each.people]
    for person in (*listed, *(each.person for each in selection.exclusions)):
        yield from (person, person.lower())


def places(spelt: Collection[str], people: PeopleIndex, hidden: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """{place: (source key, address)} of everybody so spelt. ``hidden``: addresses of protected people."""
    if not spelt:
        return {}
    wanted = frozenset(spelt)
    found = {at for at, address in enumerate(people.emails) if address in wanted}
    found.update(at for at, address in hidden.items() if address in wanted)
    found.update(at for each in wanted if (at := people.place(each)) is not None)
    return {at: (people.keys[at], hidden.get(at, people.emails[at])) for at in sorted(found)}
