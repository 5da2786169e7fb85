"""Rules for which school unit somebody belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from skolsynk.core.rules import shape
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.selectors import ByField, ByGroup, ByOrgUnitPattern, InOrgUnit


@dataclass(frozen=True, kw_only=True)
class OrgUnitPlacement(InOrgUnit):
    school_unit: Annotated[str, shape.unit_code]

    def place(self, path: str, folded: str) -> tuple[str, int] | None:
        """The school unit and how deep the rule lies, for a container in its subtree."""
        at = self.depth_at(folded)
        return None if at is None else (self.school_unit, at)


@dataclass(frozen=True, kw_only=True)
class PatternPlacement(ByOrgUnitPattern):
    school_unit: Annotated[str, shape.unit_code] = ""
    units: Annotated[Mapping[str, str], shape.aliases] = field(default_factory=dict)

    def check(self, at: At) -> None:
        if not self.school_unit and "unit" not in self.pattern.groupindex:
            at.refuse("unit_or_part")

    def place(self, path: str, folded: str) -> tuple[str, int] | None:
        """What the path calls the school unit (or the fixed one) and how deep the match reaches."""
        found = self.find(path)
        return (self.school_unit or found[0]["unit"] or "", found[1]) if found else None


@dataclass(frozen=True, kw_only=True)
class FieldPlacement(ByField):
    holds: Annotated[str, shape.one_of("code", "name")] = "code"
    units: Annotated[Mapping[str, str], shape.aliases] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GroupPlacement(ByGroup):
    school_unit: Annotated[str, shape.unit_code] = ""
    units: Annotated[Mapping[str, str], shape.aliases] = field(default_factory=dict)

    def check(self, at: At) -> None:
        super().check(at)
        if not self.school_unit and not self.part("unit"):
            at.refuse("unit_or_part")


Placement: TypeAlias = OrgUnitPlacement | PatternPlacement | FieldPlacement | GroupPlacement
PLACEMENT: tuple[type[Placement], ...] = (OrgUnitPlacement, PatternPlacement, FieldPlacement, GroupPlacement)
