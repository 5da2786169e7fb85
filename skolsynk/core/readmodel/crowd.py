"""Everybody as one draft of the rules sees them: one stand-in for each way in which people differ to it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from skolsynk.core.readmodel.survey import (
    ARCHIVED,
    BAD_ADDRESS,
    NO_ADDRESS,
    NO_FAMILY_NAME,
    NO_GIVEN_NAME,
    OWNERS,
    SUSPENDED,
    FieldColumn,
    Members,
    Survey,
    numbered,
)
from skolsynk.core.rules.membership import Membership
from skolsynk.core.rules.ruleset import KINDS, Rules, field_paths, labelled, rules_of
from skolsynk.core.rules.selectors import ByGroup
from skolsynk.core.snapshot import Group, Member, MemberKind, Person

ADDRESS = "{}@prov.invalid"


class Crowd(NamedTuple):
    """``number_of`` gives each person's stand-in; ``groups`` have stand-ins as members."""

    number_of: array[int]
    people: tuple[Person, ...]
    groups: tuple[Group, ...]


class Directory(NamedTuple):
    """What is needed of a directory to draw a crowd of it."""

    survey: Survey
    groups: tuple[Group, ...]  # without people
    members: Callable[[], Sequence[Members]]  # of each group, opened when a rule looks at groups
    field: Callable[[str], FieldColumn | None]  # opened when a rule reads it; None where nobody has it


def stand_in_key(number: int) -> str:
    """What stands for a source key of somebody who may be many."""
    return f"~{number}"


def draw(
    directory: Directory, rules: Rules, named: Mapping[int, tuple[str, str]], *, with_teaching: bool = False
) -> Crowd:
    """``named``: {place: (source key, address)} of people who stand for nobody but themselves.

    ``with_teaching``: people in different teaching groups differ too.
    """
    survey = directory.survey
    sections = [section for section in KINDS if section != "groups" or with_teaching]
    looked_at = _groups_of(rules, directory.groups, sections)
    codes = _codes(directory, looked_at) if looked_at else {}
    fields = {path: column for path in sorted(field_paths(rules)) if (column := directory.field(path))}
    if fields:
        number_of, accounts = numbered((survey.account_of, *(each.numbers for each in fields.values())))
    else:
        number_of, accounts = survey.account_of, [(number,) for number in range(len(survey.accounts))]
    apart = {at: (at + 1 if at in named else 0, codes.get(at, ())) for at in {*named, *codes}}
    number_of, kinds = _set_apart(number_of, accounts, apart)
    people = tuple(_stand_in(number, kind, survey, fields, named) for number, kind in enumerate(kinds))
    found = {number: person.key for number, person in enumerate(people)}
    memberships = {found[number]: kind[-1] for number, kind in enumerate(kinds) if kind[-1]}
    return Crowd(number_of, people, _with_members(directory.groups, memberships))


def _set_apart(
    number_of: array[int], accounts: Sequence[tuple[int, ...]], apart: Mapping[int, tuple[int, tuple[int, ...]]]
) -> tuple[array[int], list[tuple[Any, ...]]]:
    """Accounts as kinds of people, where some differ in more: {place: (1 + place if named, groups)}."""
    kinds = [(*account, 0, ()) for account in accounts]
    if not apart:
        return number_of, kinds
    found, made = {kind: number for number, kind in enumerate(kinds)}, array("I", number_of)
    for at, more in apart.items():
        made[at] = found.setdefault((*accounts[number_of[at]], *more), len(found))
    kinds, used = list(found), sorted(set(made))
    if len(used) == len(kinds):
        return made, kinds
    again = {number: place for place, number in enumerate(used)}  # a kind that nobody is of any more is none
    return array("I", [again[number] for number in made]), [kinds[number] for number in used]


def _stand_in(
    number: int,
    kind: Sequence[Any],
    survey: Survey,
    fields: Mapping[str, FieldColumn],
    named: Mapping[int, tuple[str, str]],
) -> Person:
    (place, flags), values = survey.accounts[kind[0]], kind[1:-2]
    address = "" if flags & NO_ADDRESS else "x" if flags & BAD_ADDRESS else ADDRESS.format(number)
    key, address = named[kind[-2] - 1] if kind[-2] else (stand_in_key(number), address)
    given, family = "" if flags & NO_GIVEN_NAME else "x", "" if flags & NO_FAMILY_NAME else "x"
    said = {path: column.values[value] for (path, column), value in zip(fields.items(), values, strict=True)}
    return Person(
        key,
        address,
        given,
        family,
        survey.places[place],
        bool(flags & SUSPENDED),
        bool(flags & ARCHIVED),
        {path: texts for path, texts in said.items() if texts},
    )


# Groups


def _groups_of(rules: Rules, groups: Iterable[Group], sections: Iterable[str]) -> frozenset[str]:
    """Keys of the groups that some sections look at, and of those in them."""
    if not any(isinstance(rule, ByGroup) for section in sections for rule in rules_of(rules, section)):
        return frozenset()
    membership, by_key = Membership(groups), {group.key: group for group in groups}
    waiting = [
        group.key
        for section in sections
        for _, label, rule in labelled(rules, section, ByGroup)
        for group, _ in membership.chosen(rule, label)
    ]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in seen and key in by_key:
            seen.add(key)
            waiting += [member.key for member in by_key[key].members if member.kind is MemberKind.GROUP]
    return frozenset(seen)


def _codes(directory: Directory, looked_at: Collection[str]) -> dict[int, tuple[int, ...]]:
    """{place of somebody: her groups among these}: twice the group's place, and one more where she owns it."""
    found: dict[int, tuple[int, ...]] = {}
    members = directory.members()
    for at, group in enumerate(directory.groups):
        if group.key in looked_at:
            for people, code in ((members[at].plain, (2 * at,)), (members[at].owners, (2 * at + 1,))):
                for person in people:
                    found[person] = found.get(person, ()) + code
    return found


def _with_members(groups: Sequence[Group], memberships: Mapping[str, Iterable[int]]) -> tuple[Group, ...]:
    added: dict[int, list[Member]] = {}
    for key, codes in memberships.items():
        for code in codes:
            added.setdefault(code // 2, []).append(Member(key, MemberKind.PERSON, "OWNER" if code % 2 else "MEMBER"))
    return tuple(
        group._replace(members=(*group.members, *added[at])) if at in added else group
        for at, group in enumerate(groups)
    )


class Everybody:
    """Members of groups, direct and nested, as ``Membership.of`` finds them, by place in lists."""

    def __init__(self, groups: Sequence[Group], members: Sequence[Members]) -> None:
        self._members = {group.key: each for group, each in zip(groups, members, strict=True)}
        self._groups = {group.key: group for group in groups}

    def of(self, top: Group) -> tuple[Collection[int], Collection[int]]:
        """(everybody, those who own or manage it)"""
        own = self._members[top.key]
        if not any(member.kind is MemberKind.GROUP for member in top.members):
            return own.everybody, own.owners
        owners = set(own.owners)
        everybody = owners.union(own.plain)
        for key, owned in self._nested(top):
            inside = self._members[key]
            for found in (everybody, owners) if owned else (everybody,):
                found.update(inside.plain, inside.owners)
        return everybody, owners

    def _nested(self, top: Group) -> Iterator[tuple[str, bool]]:
        """(key, is owned) of the groups in a group; who comes in through one has the role that it has."""
        seen = {(top.key, False), (top.key, True)}
        waiting = [(member.key, member.role in OWNERS) for member in _groups_in(top)]
        while waiting:
            each = waiting.pop()
            if each not in seen and each[0] in self._groups:
                seen.add(each)
                yield each
                waiting += [(member.key, each[1]) for member in _groups_in(self._groups[each[0]])]


def _groups_in(group: Group) -> Iterator[Member]:
    return (member for member in group.members if member.kind is MemberKind.GROUP)
