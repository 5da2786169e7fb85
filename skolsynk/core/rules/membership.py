"""Who is in which Google Group: nested groups followed, each person once, cycles and outsiders noticed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from skolsynk.core.rules.selectors import ByGroup
from skolsynk.core.school import Finding, Severity
from skolsynk.core.snapshot import Group, MemberKind

Found = re.Match[str] | bool
_OWNERS = frozenset(("OWNER", "MANAGER"))


class Membership:
    """The groups of one snapshot. ``findings`` grows as rules look at groups: nobody else's dirt is told of."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._groups = {group.key: group for group in sorted(groups)}
        self._by_email = {group.email: group for group in self._groups.values()}
        self._members: dict[str, Mapping[str, bool]] = {}
        self._noted: set[str] = set()
        self.findings: dict[Finding, None] = {}

    def chosen(self, rule: ByGroup, label: str) -> Iterator[tuple[Group, Found]]:
        """The groups that a rule means, by key; with the pattern's match, or True where the rule names the group."""
        if rule.pattern is None:
            group = self._groups.get(rule.group) or self._by_email.get(rule.group.casefold())
            if group:
                yield group, True
            else:
                self._tell("group_not_found", "rule", label, rule.group)
            return
        for group in self._groups.values():
            match = rule.pattern.search(group.email if rule.match == "email" else group.name)
            if match:
                yield group, match

    def of(self, group: Group) -> Mapping[str, bool]:
        """Everybody in a group, direct and nested: {person's source key: owns or manages it}.

        Who comes in through a nested group has the role that the nested group has.
        """
        members = self._members.get(group.key)
        if members is None:
            members = self._members[group.key] = self._walk(group)
        return members

    def _walk(self, top: Group) -> dict[str, bool]:
        people: dict[str, bool] = {}
        seen = {(top.key, False), (top.key, True)}
        waiting = [(top, False, True)]
        while waiting:
            group, owned, direct = waiting.pop()
            self._note(group)
            for key, kind, role in group.members:
                owns = role in _OWNERS if direct else owned
                if kind is MemberKind.PERSON:
                    people[key] = owns or people.get(key, False)
                elif kind is MemberKind.GROUP and key in self._groups and (key, owns) not in seen:
                    seen.add((key, owns))
                    waiting.append((self._groups[key], owns, False))
        return people

    def _contains_itself(self, top: Group) -> bool:
        seen: set[str] = set()
        waiting = [top]
        while waiting:
            for key, kind, _ in waiting.pop().members:
                if key == top.key:
                    return True
                if kind is MemberKind.GROUP and key in self._groups and key not in seen:
                    seen.add(key)
                    waiting.append(self._groups[key])
        return False

    def _note(self, group: Group) -> None:
        if group.key in self._noted:
            return
        self._noted.add(group.key)
        kinds = [member.kind for member in group.members]
        outside = kinds.count(MemberKind.EXTERNAL)
        if outside:
            self._tell("external_member", "group", group.key, str(outside))
        if MemberKind.EVERYONE in kinds:
            self._tell("everyone_member", "group", group.key)
        if MemberKind.GROUP in kinds and self._contains_itself(group):
            self._tell("group_cycle", "group", group.key)

    def _tell(self, code: str, kind: str, key: str, *args: str) -> None:
        self.findings[Finding(code, Severity.WARNING, kind, key, "", args)] = None
