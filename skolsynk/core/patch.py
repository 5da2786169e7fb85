"""What has been read again of a directory, laid over the last complete snapshot: another complete snapshot.

Pure. A patch holds only what Google has answered about now; what it does not mention is as it was. Patches of
different things may come in any order, and one that comes twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from skolsynk.core.snapshot import Container, Group, Member, MemberKind, Person, Snapshot


@dataclass(frozen=True, slots=True)
class Patch:
    """People, groups and the tree as they are now, all by the directory's immutable ids.

    ``outside``: {key: container path} of people who are not (or no longer) in the org units marked as school.
    ``gone``: people confirmed absent. ``groups``: None for one that is confirmed absent. ``containers``: the whole
    tree, or None when it was not read.
    """

    at: datetime  # aware, UTC
    people: Mapping[str, Person] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    groups: Mapping[str, Group | None] = field(default_factory=dict)
    containers: tuple[Container, ...] | None = None


def apply(snapshot: Snapshot, patch: Patch) -> Snapshot:
    """The snapshot with what the patch knows better.

    Of people outside the school only head counts are kept, so one who was there before cannot be told from one who is
    new there: those who leave the school are added to the counts, and the next whole read puts the rest right.
    """
    moved = moves(snapshot.containers, patch.containers or snapshot.containers)
    inside = {one.key: one for one in snapshot.people}
    left = [path for key, path in patch.outside.items() if key in inside]
    people = _people(inside, patch, moved)
    return replace(
        snapshot,
        at=patch.at,
        people=tuple(people.values()),
        containers=snapshot.containers if patch.containers is None else patch.containers,
        groups=_groups(snapshot.groups, patch, people),
        outside=_counts(snapshot.outside, left, moved),
    )


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether both say the same of the directory, whenever they were made."""
    return replace(one, at=other.at) == other


def moves(before: Iterable[Container], after: Iterable[Container]) -> dict[str, str]:
    """{folded path: path now} of each container whose path, or its spelling, is another now; known by key."""
    now = {one.key: one.path for one in after}
    paths = ((one.path, now.get(one.key, one.path)) for one in before)
    return {was.casefold(): path for was, path in paths if was != path}


def _people(inside: Mapping[str, Person], patch: Patch, moved: Mapping[str, str]) -> dict[str, Person]:
    absent = patch.gone | patch.outside.keys()
    kept = {key: one for key, one in inside.items() if key not in absent}
    if moved:
        kept = {key: one._replace(container=_now_at(one.container, moved)) for key, one in kept.items()}
    return {**kept, **patch.people}


def _now_at(path: str, moved: Mapping[str, str]) -> str:
    return moved.get(path.casefold(), path)


def _counts(before: Mapping[str, int], left: Iterable[str], moved: Mapping[str, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for path, number in before.items():
        now = _now_at(path, moved)
        counts[now] = counts.get(now, 0) + number
    for path in left:
        counts[path] = counts.get(path, 0) + 1
    return counts


def _groups(before: tuple[Group, ...], patch: Patch, people: Mapping[str, Person]) -> tuple[Group, ...]:
    """Groups with members as Google would list them now: who is gone is in none, who has come is known by id."""
    groups: Mapping[str, Group | None] = {**{group.key: group for group in before}, **patch.groups}
    there = {key: group for key, group in groups.items() if group is not None}
    away = patch.gone | patch.outside.keys()
    gone = {key for key, group in patch.groups.items() if group is None}
    if not (away or gone or patch.people or patch.groups):
        return before

    def now(member: Member) -> Member | None:
        if member.key in (gone if member.kind is MemberKind.GROUP else away):
            return None
        if member.kind is MemberKind.EXTERNAL and member.key in there:
            return member._replace(kind=MemberKind.GROUP)
        if member.kind is MemberKind.EXTERNAL and member.key in people:
            return member._replace(kind=MemberKind.PERSON)
        return member

    return tuple(_with_members(group, now) for group in there.values())


def _with_members(group: Group, now: Callable[[Member], Member | None]) -> Group:
    """The group itself where nothing differs: most do not, in every patch."""
    members = tuple([one for one in map(now, group.members) if one is not None])
    return group if members == group.members else group._replace(members=members)
