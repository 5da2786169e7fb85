"""Where rules look: in the tree of containers, in Google Groups, in a person's fields.

Each kind of rule in the sections beside this file says what its place means there (a school unit, a role, a class …).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from skolsynk.core.rules import shape
from skolsynk.core.rules.pattern import read_pattern
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.text import depth, fold_path


@dataclass(frozen=True, kw_only=True)
class InOrgUnit:
    """Everybody in an org unit and below it."""

    kind: ClassVar = "org_unit"
    org_unit: Annotated[str, shape.path]

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.org_unit}"

    @cached_property
    def root(self) -> str:
        """The org unit's path, folded."""
        return fold_path(self.org_unit)

    def depth_at(self, folded: str) -> int | None:
        """How deep the rule lies, when ``folded`` (a folded path) is in its subtree."""
        root = self.root
        return depth(root) if folded == root or folded.startswith(root + "/") else None


@dataclass(frozen=True, kw_only=True)
class ByOrgUnitPattern:
    """Everybody whose org unit's path has the pattern in it."""

    kind: ClassVar = "org_unit_pattern"
    pattern: Annotated[re.Pattern[str], read_pattern]

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.pattern.pattern}"

    def find(self, path: str) -> tuple[re.Match[str], int] | None:
        """The match in a path as it is spelt, and how deep the matched part reaches."""
        match = self.pattern.search(path)
        return (match, depth(path[: match.end()].rstrip("/"))) if match else None


@dataclass(frozen=True, kw_only=True)
class ByGroup:
    """Members, direct and nested, of one Google Group or of all whose address or name matches."""

    kind: ClassVar = "group"
    group: Annotated[str, shape.text] = ""
    match: Annotated[str, shape.one_of("email", "name")] = ""
    pattern: Annotated[re.Pattern[str] | None, read_pattern] = None

    def check(self, at: At) -> None:
        if bool(self.group) == bool(self.match and self.pattern) or (self.group and (self.match or self.pattern)):
            at.refuse("group_or_pattern")

    @property
    def label(self) -> str:
        return f"{self.kind} {self.group or (self.pattern and self.pattern.pattern)}"

    def part(self, name: str) -> bool:
        """Whether the pattern has the named part."""
        return self.pattern is not None and name in self.pattern.groupindex


@dataclass(frozen=True, kw_only=True)
class ByField:
    """What a field of the person's own says."""

    kind: ClassVar = "field"
    field: Annotated[str, shape.field_path]

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.field}"
