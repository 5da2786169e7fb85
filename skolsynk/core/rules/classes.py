"""Rules for classes and for teaching groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Annotated, ClassVar, TypeAlias

from skolsynk.core.rules import shape
from skolsynk.core.rules.pattern import read_pattern
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.selectors import ByField, ByGroup
from skolsynk.core.rules.text import clean, fold_path
from skolsynk.core.snapshot import Group
from skolsynk.core.ss12000.codes import STUDENT_GROUP_TYPES

_GROUP_TYPES = tuple(kind for kind in STUDENT_GROUP_TYPES if kind != "Klass")
_named = partial(read_pattern, parts=("name",))


def _part(pattern: re.Pattern[str] | None, text: str) -> str:
    """The part of a text that names a class: all of it without a pattern, "" where the pattern is not in it."""
    if pattern is None:
        return clean(text)
    match = pattern.search(text)
    return clean(match["name"] or "") if match else ""


@dataclass(frozen=True, kw_only=True)
class LeafClass:
    """Pupils whose container's last part names their class."""

    kind: ClassVar = "org_unit_leaf"
    under: Annotated[str, shape.path]
    pattern: Annotated[re.Pattern[str] | None, _named] = None

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.under}"

    @cached_property
    def _below(self) -> str:
        return fold_path(self.under) + "/"

    def name_of(self, path: str, folded: str) -> str:
        """The class that a container names, "" for none."""
        return _part(self.pattern, path.rsplit("/", 1)[1]) if folded.startswith(self._below) else ""


@dataclass(frozen=True, kw_only=True)
class FieldClass(ByField):
    """Pupils: their classes. Staff: the classes they teach."""

    pattern: Annotated[re.Pattern[str] | None, _named] = None

    def names_of(self, values: Iterable[str]) -> Iterator[str]:
        yield from filter(None, (_part(self.pattern, value) for value in values))


@dataclass(frozen=True, kw_only=True)
class GroupClass(ByGroup):
    """Pupils of a Google Group that stands for a class; the rule says who teaches it."""

    teachers: Annotated[str, shape.one_of("staff", "owners")] = "staff"
    units: Annotated[Mapping[str, str], shape.aliases] = field(default_factory=dict)

    def check(self, at: At) -> None:
        super().check(at)
        if self.pattern and not self.part("name"):
            (at / "pattern").refuse("pattern_lacks_part", "name")

    def name_of(self, group: Group, match: re.Match[str] | bool) -> str:
        return clean(group.name if isinstance(match, bool) else match["name"] or "")


@dataclass(frozen=True, kw_only=True)
class TeachingGroup(ByGroup):
    """A Google Group that stands for a teaching group."""

    group_type: Annotated[str, shape.one_of(*_GROUP_TYPES)] = "Undervisning"
    teachers: Annotated[str, shape.one_of("staff", "owners")] = "staff"

    def name_of(self, group: Group, match: re.Match[str] | bool) -> str:
        """The part ``name`` of the pattern, else the group's name, else its address before the @."""
        part = match["name"] if self.part("name") and not isinstance(match, bool) else ""
        return clean(part or "") or clean(group.name) or group.email.split("@")[0]


ClassRule: TypeAlias = LeafClass | FieldClass | GroupClass
CLASSES: tuple[type[ClassRule], ...] = (LeafClass, FieldClass, GroupClass)
GROUPS: tuple[type[TeachingGroup], ...] = (TeachingGroup,)
