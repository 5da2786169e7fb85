"""Rules for who is never sent, and for protected identity (skyddade personuppgifter)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar, TypeAlias

from skolsynk.core.rules import shape
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.selectors import ByField, ByGroup, InOrgUnit
from skolsynk.core.rules.text import fold_case


@dataclass(frozen=True, kw_only=True)
class Suspended:
    """Suspended accounts are left out unless ``keep`` says otherwise; so they are without this rule too."""

    kind: ClassVar = "suspended"
    keep: Annotated[bool, shape.flag] = False

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return self.kind


@dataclass(frozen=True, kw_only=True)
class Archived(Suspended):
    """Archived accounts, likewise."""

    kind: ClassVar = "archived"


@dataclass(frozen=True, kw_only=True)
class NeverOrgUnit(InOrgUnit):
    """An org unit and all below it, left out on purpose; the reason is for people."""

    reason: Annotated[str, shape.text] = ""


@dataclass(frozen=True, kw_only=True)
class NeverPerson:
    """One person, with a reason, to and including a day."""

    kind: ClassVar = "person"
    person: Annotated[str, shape.text]  # source key or address
    reason: Annotated[str, shape.text]
    until: Annotated[date | None, shape.day] = None

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return f"{self.kind}: {self.reason}"

    def holds_on(self, today: date) -> bool:
        return self.until is None or today <= self.until


@dataclass(frozen=True, kw_only=True)
class ProtectedField(ByField):
    values: Annotated[tuple[str, ...], shape.texts]

    @cached_property
    def folded(self) -> frozenset[str]:
        return frozenset(map(fold_case, self.values))


@dataclass(frozen=True, kw_only=True)
class ProtectedPeople:
    """A list of people, by source key or address."""

    kind: ClassVar = "people"
    people: Annotated[tuple[str, ...], shape.texts]

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return self.kind  # a label is shown and logged: never whom it names


NeverRule: TypeAlias = Suspended | Archived | NeverOrgUnit | ByGroup | NeverPerson
ProtectedRule: TypeAlias = ProtectedField | ByGroup | InOrgUnit | ProtectedPeople
NEVER: tuple[type[NeverRule], ...] = (Suspended, Archived, NeverOrgUnit, ByGroup, NeverPerson)
PROTECTED: tuple[type[ProtectedRule], ...] = (ProtectedField, ByGroup, InOrgUnit, ProtectedPeople)
