"""Every kind of filter: one class each, which tells all about itself.

A filter *applies to* some roles. One about pupils says nothing about staff and leaves them alone; see ``blocks``.
A new kind is a class here and its line in ``KINDS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, ClassVar, TypeAlias

from skolsynk.core.filters import take
from skolsynk.core.filters.view import GroupView, UserView
from skolsynk.core.rules import shape
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.text import fold_case, fold_path
from skolsynk.core.ss12000.codes import EMPLOYMENT_ROLES, SCHOOL_TYPES, SCHOOL_YEARS, STUDENT_GROUP_TYPES

ROLES = ("pupil", "teacher", "staff")
ROLE_NAMES = {"pupil": ("elev", "pupil"), "teacher": ("lärare", "teacher"), "staff": ("annan personal", "other staff")}
_YEAR = take.whole_number(SCHOOL_YEARS.start, SCHOOL_YEARS.stop - 1)


def _listed(words: tuple[str, ...], lang: str) -> str:
    """7A; 7A or 7B; 7A, 7B or 7C."""
    word = "eller" if lang == "sv" else "or"
    return f" {word} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


@dataclass(frozen=True)
class _Filter:
    """What all kinds share. ``applies_to`` are roles; ``saw`` is the evidence: the value it looked at."""

    kind: ClassVar[str]
    label_sv: ClassVar[str]
    label_en: ClassVar[str]
    applies_to: ClassVar[frozenset[str]] = frozenset(ROLES)

    @property
    def label(self) -> str:
        return self.kind  # stands in evidence: never whom it names

    def check(self, at: At) -> None:
        """Checks keys together; most kinds have nothing to check."""

    @property
    def names_units(self) -> tuple[str, ...]:
        """School unit codes that the filter names, which the school must have."""
        return ()

    def applies(self, view: UserView) -> bool:
        return not self.applies_to.isdisjoint(view.roles)


@dataclass(frozen=True, kw_only=True)
class SchoolUnitIn(_Filter):
    kind: ClassVar = "school_unit_in"
    label_sv: ClassVar = "Skolenhet är någon av"
    label_en: ClassVar = "School unit is one of"
    school_units: Annotated[tuple[str, ...], take.unit_codes]

    @property
    def names_units(self) -> tuple[str, ...]:
        return self.school_units

    def keeps(self, view: UserView) -> bool:
        return any(unit in self.school_units for unit in view.units)

    def saw(self, view: UserView) -> str:
        return ", ".join(view.units)

    def sentence(self, lang: str) -> str:
        codes = _listed(self.school_units, lang)
        return f"skolenheten är {codes}" if lang == "sv" else f"the school unit is {codes}"


@dataclass(frozen=True, kw_only=True)
class RoleIn(_Filter):
    kind: ClassVar = "role_in"
    label_sv: ClassVar = "Rollen är någon av"
    label_en: ClassVar = "Role is one of"
    roles: Annotated[tuple[str, ...], take.some_of(ROLES)]

    def keeps(self, view: UserView) -> bool:
        return any(role in self.roles for role in view.roles)

    def saw(self, view: UserView) -> str:
        return ", ".join(view.roles)

    def sentence(self, lang: str) -> str:
        names = _listed(tuple(ROLE_NAMES[role][lang != "sv"] for role in self.roles), lang)
        return f"rollen är {names}" if lang == "sv" else f"the role is {names}"


@dataclass(frozen=True, kw_only=True)
class SchoolYearBetween(_Filter):
    """A pupil without a known school year is not kept."""

    kind: ClassVar = "school_year_between"
    label_sv: ClassVar = "Årskurs mellan"
    label_en: ClassVar = "School year between"
    applies_to: ClassVar = frozenset({"pupil"})
    lowest: Annotated[int, _YEAR]  # inclusive, 0 = förskoleklass
    highest: Annotated[int, _YEAR]

    def check(self, at: At) -> None:
        if self.lowest > self.highest:
            at.refuse("years_reversed")

    def keeps(self, view: UserView) -> bool:
        return any(self.lowest <= year <= self.highest for year in view.school_years)

    def saw(self, view: UserView) -> str:
        return ", ".join(map(str, view.school_years))

    def sentence(self, lang: str) -> str:
        years = f"{self.lowest}–{self.highest}" if self.lowest != self.highest else str(self.lowest)
        return f"årskursen är {years}" if lang == "sv" else f"the school year is {years}"


@dataclass(frozen=True, kw_only=True)
class SchoolTypeIn(_Filter):
    """Pupils by their enrolment's school type, staff and pupils without one by their school units'."""

    kind: ClassVar = "school_type_in"
    label_sv: ClassVar = "Skolform är någon av"
    label_en: ClassVar = "School type is one of"
    school_types: Annotated[tuple[str, ...], take.some_of(SCHOOL_TYPES)]

    def keeps(self, view: UserView) -> bool:
        return any(code in self.school_types for code in view.school_types)

    def saw(self, view: UserView) -> str:
        return ", ".join(view.school_types)

    def sentence(self, lang: str) -> str:
        codes = _listed(self.school_types, lang)
        return f"skolformen är {codes}" if lang == "sv" else f"the school type is {codes}"


@dataclass(frozen=True, kw_only=True)
class ClassNamed(_Filter):
    """A pupil's classes and those that a teacher teaches, by name with ``*`` and ``?``; case does not count."""

    kind: ClassVar = "class_named"
    label_sv: ClassVar = "Klassen heter"
    label_en: ClassVar = "Class is named"
    applies_to: ClassVar = frozenset({"pupil", "teacher"})
    pattern: Annotated[str, shape.text]

    def keeps(self, view: UserView) -> bool:
        return any(group.type == "Klass" and fnmatchcase(group.folded, self._wanted) for group in view.groups)

    @cached_property
    def _wanted(self) -> str:
        return fold_case(self.pattern)

    def saw(self, view: UserView) -> str:
        return ", ".join(group.name for group in view.groups if group.type == "Klass")

    def sentence(self, lang: str) -> str:
        return f"klassen heter ”{self.pattern}”" if lang == "sv" else f"the class is named “{self.pattern}”"


@dataclass(frozen=True, kw_only=True)
class InGroup(_Filter):
    """Pupils and teachers of a class or teaching group, by name with ``*`` and ``?``, of one type or any."""

    kind: ClassVar = "in_group"
    label_sv: ClassVar = "Är med i gruppen"
    label_en: ClassVar = "Is in the group"
    applies_to: ClassVar = frozenset({"pupil", "teacher"})
    group: Annotated[str, shape.text]
    group_type: Annotated[str, shape.one_of(*STUDENT_GROUP_TYPES)] = ""
    school_unit: Annotated[str, shape.unit_code] = ""

    @property
    def names_units(self) -> tuple[str, ...]:
        return (self.school_unit,) if self.school_unit else ()

    def keeps(self, view: UserView) -> bool:
        return any(self._means(group) and fnmatchcase(group.folded, self._wanted) for group in view.groups)

    @cached_property
    def _wanted(self) -> str:
        return fold_case(self.group)

    def _means(self, group: GroupView) -> bool:
        return self.group_type in ("", group.type) and self.school_unit in ("", group.unit)

    def saw(self, view: UserView) -> str:
        return ", ".join(group.name for group in view.groups)

    def sentence(self, lang: str) -> str:
        swedish = lang == "sv"
        parts = [f"är med i gruppen ”{self.group}”" if swedish else f"is in the group “{self.group}”"]
        if self.group_type:
            parts.append(f"av typen {self.group_type}" if swedish else f"of type {self.group_type}")
        if self.school_unit:
            parts.append(f"på skolenheten {self.school_unit}" if swedish else f"at school unit {self.school_unit}")
        return " ".join(parts)


@dataclass(frozen=True, kw_only=True)
class ContainerUnder(_Filter):
    """People in an org unit or anywhere below it; case does not count."""

    kind: ClassVar = "container_under"
    label_sv: ClassVar = "Finns i eller under organisationsenheten"
    label_en: ClassVar = "Is in or under the org unit"
    org_unit: Annotated[str, shape.path]

    def keeps(self, view: UserView) -> bool:
        return bool(view.container) and f"{fold_path(view.container)}/".startswith(self._root)

    @cached_property
    def _root(self) -> str:
        return f"{fold_path(self.org_unit)}/"

    def saw(self, view: UserView) -> str:
        return view.container

    def sentence(self, lang: str) -> str:
        swedish = f"kontot finns i eller under {self.org_unit}"
        return swedish if lang == "sv" else f"the account is in or under {self.org_unit}"


@dataclass(frozen=True, kw_only=True)
class AddressDomain(_Filter):
    """The primary address's domain, exactly: a subdomain is another domain."""

    kind: ClassVar = "address_domain"
    label_sv: ClassVar = "Adressens domän är någon av"
    label_en: ClassVar = "Address domain is one of"
    domains: Annotated[tuple[str, ...], take.domains]

    def keeps(self, view: UserView) -> bool:
        return self.saw(view) in self.domains

    def saw(self, view: UserView) -> str:
        return view.user_name.rpartition("@")[2].lower()

    def sentence(self, lang: str) -> str:
        names = _listed(self.domains, lang)
        return f"adressens domän är {names}" if lang == "sv" else f"the address's domain is {names}"


@dataclass(frozen=True, kw_only=True)
class EmploymentRoleIn(_Filter):
    kind: ClassVar = "employment_role_in"
    label_sv: ClassVar = "Befattningen är någon av"
    label_en: ClassVar = "Employment role is one of"
    applies_to: ClassVar = frozenset({"teacher", "staff"})
    employment_roles: Annotated[tuple[str, ...], take.some_of(EMPLOYMENT_ROLES)]

    def keeps(self, view: UserView) -> bool:
        return any(role in self.employment_roles for role in view.employment_roles)

    def saw(self, view: UserView) -> str:
        return ", ".join(view.employment_roles)

    def sentence(self, lang: str) -> str:
        names = _listed(self.employment_roles, lang)
        return f"befattningen är {names}" if lang == "sv" else f"the employment role is {names}"


@dataclass(frozen=True, kw_only=True)
class PersonIn(_Filter):
    """Named people, by the directory's own id or by address. Sentence and evidence do not name them."""

    kind: ClassVar = "person_in"
    label_sv: ClassVar = "Är någon av personerna"
    label_en: ClassVar = "Is one of the people"
    people: Annotated[tuple[str, ...], shape.texts]

    def keeps(self, view: UserView) -> bool:
        return view.key in self._known or view.user_name in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.people) | {person.lower() for person in self.people}

    def saw(self, view: UserView) -> str:
        return view.key

    def sentence(self, lang: str) -> str:
        count = len(self.people)
        return f"är en av {count} uppräknade" if lang == "sv" else f"is one of {count} listed"


Filter: TypeAlias = (
    SchoolUnitIn
    | RoleIn
    | SchoolYearBetween
    | SchoolTypeIn
    | ClassNamed
    | InGroup
    | ContainerUnder
    | AddressDomain
    | EmploymentRoleIn
    | PersonIn
)
KINDS: tuple[type[Filter], ...] = (
    SchoolUnitIn,
    RoleIn,
    SchoolYearBetween,
    SchoolTypeIn,
    ClassNamed,
    InGroup,
    ContainerUnder,
    AddressDomain,
    EmploymentRoleIn,
    PersonIn,
)
