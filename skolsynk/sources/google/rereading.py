"""Reads again only what Google has told of, and gives it as a patch of the last complete snapshot.

The rules of a whole read hold here too: who is gone is confirmed absent (404, or 412 for one deleted lately), every
other refusal is an error, lists end of themselves, and a group that is suddenly empty is asked for twice. What cannot
be patched soundly is answered with ``WholeRead``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from skolsynk.core.patch import Patch, moves
from skolsynk.core.snapshot import Container, Group, Person, Snapshot
from skolsynk.sources.google import fields, gate, mapping
from skolsynk.sources.google.client import Client
from skolsynk.sources.google.jobs import answers
from skolsynk.sources.google.reader import GONE, GROUPS_A_PAGE, Read, Reader, School
from skolsynk.sources.google.texts import transient

T = TypeVar("T")


class Told(NamedTuple):
    """What Google says has changed. ``users``: immutable ids. ``groups``: ids or addresses. ``tree``: the org units."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tree: bool = False


class WholeRead(NamedTuple):
    """A patch would not be sound: read everything. ``why``: "org_units" (some entered or left the school)."""

    why: str


class _One(NamedTuple):
    """One person now; ``person`` is None when gone."""

    key: str
    person: Person | None


@dataclass
class Rereader:
    """Reads again once, with the client and the order of a whole read."""

    client: Client
    reader: Reader
    previous: Snapshot

    def read(self, told: Told, at: datetime) -> Patch | WholeRead:
        """Raises SourceError; whatever was read before that is of no use."""
        self.client.sign_in()
        tree = self._tree() if told.tree else None
        with ThreadPoolExecutor(self.reader.order.workers, "google-reread") as pool:
            try:
                found = self._all(pool, self._user, told.users, "users")
                tree = self._tree_of(found, tree)
                if tree is not None and self._crosses_the_border(tree):
                    return WholeRead("org_units")
                return self._patch(pool, told, found, tree, at)
            finally:
                # Also on an error: nobody waits for calls whose answers no one will use.
                self.client.stop.set()
                pool.shutdown(wait=True, cancel_futures=True)

    def _patch(
        self, pool: ThreadPoolExecutor, told: Told, found: Sequence[_One], tree: tuple[Container, ...] | None,
        at: datetime,
    ) -> Patch:  # fmt: skip
        school = School(self.reader.order.school)
        there = [one.person for one in found if one.person is not None]
        inside = {one.key: one for one in there if one.container in school}
        outside = {one.key: one.container for one in there if one.key not in inside}
        gone = frozenset(one.key for one in found if one.person is None)
        groups: Mapping[str, Group | None] = {}
        if self.reader.order.with_groups:
            known = {one.key for one in self.previous.people}
            keys = [*told.groups, *self._groups_of(pool, [key for key in inside if key not in known])]
            groups = self._groups(pool, keys, (known | inside.keys()) - outside.keys() - gone)
        return Patch(at, inside, outside, gone, groups, tree)

    def _all(self, pool: ThreadPoolExecutor, call: Callable[[str], T], keys: Iterable[str], phase: str) -> list[T]:
        return answers([pool.submit(call, key) for key in keys], phase, self.reader.progress)

    # People

    def _user(self, key: str) -> _One:
        question = fields.user_question(self.reader.order.field_paths)
        request = self.client.users.get(userKey=key, fields=question.fields, **question.options())
        row = self.client.call(request, "user", "id", absent=GONE)
        if row is None:
            return _One(key, None)
        person = mapping.person_of(row, fields.Wanted(self.reader.order.field_paths))
        return _One(person.key, person)

    # Org units

    def _tree(self) -> tuple[Container, ...]:
        tree = self.reader.tree()
        gate.check_school(tree, self.reader.order.school)
        return tree

    def _tree_of(self, found: Iterable[_One], tree: tuple[Container, ...] | None) -> tuple[Container, ...] | None:
        """The tree that everybody read has a place in, read after them; None where nobody was and no unit is told of.

        A known path is no proof: an org unit may have got another's old name, and who is in it another class.
        """
        paths = {one.person.container.casefold() for one in found if one.person is not None}
        if not paths:
            return tree
        tree = self._tree()
        if not paths <= _paths(tree):
            raise transient("tree_moved")
        return tree

    def _crosses_the_border(self, tree: tuple[Container, ...]) -> bool:
        """An org unit has come into the school or left it, with people who have not been told of."""
        school = School(self.reader.order.school)
        moved = moves(self.previous.containers, tree)
        return any((was in school) != (now in school) for was, now in moved.items())

    # Groups

    def _groups_of(self, pool: ThreadPoolExecutor, people: Sequence[str]) -> list[str]:
        """Groups that people new to the school are in: as members they were left out until now."""
        return [key for keys in self._all(pool, self._groups_of_one, people, "groups") for key in keys]

    def _groups_of_one(self, person: str) -> list[str]:
        options = {"userKey": person, "maxResults": GROUPS_A_PAGE, "fields": "nextPageToken,groups(id)"}
        pages = self.client.pages(self.client.groups, options, "groups", "groups")
        return [mapping.identity(row, "groups", "id") for rows in pages for row in rows]

    def _groups(self, pool: ThreadPoolExecutor, keys: Iterable[str], people: Iterable[str]) -> dict[str, Group | None]:
        """{id: the group now}; an address that nobody has any more stands for the group that had it."""
        had = {group.email: group.key for group in self.previous.groups}
        found = self._read_groups(pool, dict.fromkeys(keys))
        # Deleted and made anew, a group has the same address and another id: what had the address is asked for too.
        old = {had[key.lower()]: one for key, one in found.items() if key.lower() in had}
        found |= self._read_groups(pool, [key for key, one in old.items() if one is None or one[0].key != key])
        read = {raw.key: (raw, members) for raw, members in (one for one in found.values() if one is not None)}
        gone = {group.key: None for group in self.previous.groups if found.get(group.key, ()) is None}
        return {**gone, **self._sorted_out(read, people)}

    def _read_groups(self, pool: ThreadPoolExecutor, keys: Iterable[str]) -> dict[str, Read | None]:
        before = {group.key: len(group.members) for group in self.previous.groups}
        asked = list(keys)
        return dict(zip(asked, self._all(pool, lambda key: self._group(key, before), asked, "members"), strict=True))

    def _group(self, key: str, before: dict[str, int]) -> Read | None:
        request = self.client.groups.get(groupKey=key, fields="id,email,name,description,directMembersCount")
        row = self.client.call(request, "group", "id", absent=(404,))
        return None if row is None else self.reader.one_group(mapping.raw_group_of(row), before)

    def _sorted_out(self, read: Mapping[str, Read], people: Iterable[str]) -> dict[str, Group | None]:
        ids = {**{group.key: None for group in self.previous.groups}, **dict.fromkeys(read)}
        inside = dict.fromkeys(people)
        # People outside the school are not in the snapshot; Google tells their status, and not that of strangers.
        outside = {one.key: "" for _, raw in read.values() for one in raw if one.here and one.key not in inside}
        known = mapping.Known(self.previous.tenant_key, inside, outside, ids)
        return {key: mapping.group_of(raw, members, known) for key, (raw, members) in read.items()}


def _paths(tree: Iterable[Container]) -> set[str]:
    return {one.path.casefold() for one in tree}
