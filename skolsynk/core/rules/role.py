"""Rules for what somebody is: pupil, teacher, other staff, or nobody that a vendor shall know of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, NamedTuple, TypeAlias

from skolsynk.core.rules import shape
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.selectors import ByField, ByGroup, ByOrgUnitPattern, InOrgUnit
from skolsynk.core.rules.text import fold_case
from skolsynk.core.ss12000.codes import EMPLOYMENT_ROLES

PUPIL, TEACHER, STAFF, NOBODY = "pupil", "teacher", "staff", "nobody"
_USUAL = {TEACHER: "Lärare", STAFF: "Annan personal"}


class Role(NamedTuple):
    name: str  # "pupil" | "teacher" | "staff" | "nobody"
    employment_role: str  # SS12000 employmentRole; "" for pupils and nobody

    @property
    def side(self) -> str:
        """Teachers are staff; what else differs is a contradiction."""
        return STAFF if self.name == TEACHER else self.name


@dataclass(frozen=True, kw_only=True)
class GivesRole:
    role: Annotated[str, shape.one_of(PUPIL, TEACHER, STAFF, NOBODY)]
    employment_role: Annotated[str, shape.one_of(*EMPLOYMENT_ROLES)] = ""

    @cached_property
    def answer(self) -> Role:
        usual = _USUAL.get(self.role, "")
        return Role(self.role, usual and (self.employment_role or usual))


def _values(value: object, at: At) -> dict[str, GivesRole]:
    """{field value: role}; a value stands once, whatever its case."""
    found: dict[str, GivesRole] = {}
    folded: set[str] = set()
    for key, entry in shape.mapping(value, at).items():
        if fold_case(key) in folded:
            (at / key).refuse("same_twice", key)
        folded.add(fold_case(key))
        role = shape.read_members(GivesRole, shape.mapping(entry, at / key), at / key)
        if role:
            found[key] = role
    return found


@dataclass(frozen=True, kw_only=True)
class OrgUnitRole(GivesRole, InOrgUnit):
    def depth(self, path: str, folded: str) -> int | None:
        """How deep the rule lies, for a container in its subtree."""
        return self.depth_at(folded)


@dataclass(frozen=True, kw_only=True)
class PatternRole(GivesRole, ByOrgUnitPattern):
    def depth(self, path: str, folded: str) -> int | None:
        """How deep the match reaches in the container's path."""
        found = self.find(path)
        return found[1] if found else None


@dataclass(frozen=True, kw_only=True)
class FieldRole(ByField):
    values: Annotated[Mapping[str, GivesRole], _values]

    @cached_property
    def by_folded(self) -> dict[str, tuple[int, Role]]:
        """{folded value: (place in the list, role)}."""
        return {fold_case(key): (place, entry.answer) for place, (key, entry) in enumerate(self.values.items())}


@dataclass(frozen=True, kw_only=True)
class GroupRole(GivesRole, ByGroup):
    def check(self, at: At) -> None:
        ByGroup.check(self, at)


RoleRule: TypeAlias = OrgUnitRole | PatternRole | FieldRole | GroupRole
ROLE: tuple[type[RoleRule], ...] = (OrgUnitRole, PatternRole, FieldRole, GroupRole)
