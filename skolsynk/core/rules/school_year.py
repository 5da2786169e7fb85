"""Rules for which school year a pupil is in: 0 for förskoleklass, 1-10, upper secondary 1-4."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, ClassVar, TypeAlias

from skolsynk.core.rules import shape
from skolsynk.core.rules.pattern import read_pattern
from skolsynk.core.rules.problems import At
from skolsynk.core.rules.selectors import ByField, ByOrgUnitPattern
from skolsynk.core.ss12000.codes import SCHOOL_YEARS

# "F", "FA", "F-1": förskoleklass. A name such as "Franska" is not a year.
_USUAL = re.compile(r"^(?P<year>F(?![^\W\d_]{2})|[0-9]{1,2}(?![0-9]))", re.IGNORECASE)
_PLAIN = re.compile(r"^\s*(?P<year>F|[0-9]{1,2})\s*$", re.IGNORECASE)
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")
_COUNTS = {  # first school year of the starting year, and the last that counts
    "preschool_class": (0, 10),
    "year_1": (1, 10),
    "upper_secondary": (1, 4),
}
_with_year = partial(read_pattern, parts=("year",))
_with_start = partial(read_pattern, parts=("start",))


def _month_day(value: object, at: At) -> str:
    if isinstance(value, str) and _MONTH_DAY.match(value):
        return value
    at.refuse("not_month_day")
    return "07-01"


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    if text.casefold() == "f":
        return 0
    return int(text) if text.isdecimal() and int(text) in SCHOOL_YEARS else None


@dataclass(frozen=True, kw_only=True)
class ClassNameYear:
    """``7A`` is year 7, ``F`` and ``0`` are förskoleklass."""

    kind: ClassVar = "class_name"
    pattern: Annotated[re.Pattern[str], _with_year] = _USUAL

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return self.kind

    def year_of(self, name: str, today: date) -> int | None:
        match = self.pattern.search(name)
        return _year(match["year"]) if match else None


@dataclass(frozen=True, kw_only=True)
class StartYear:
    """``TE22b`` started in 2022; a new school year begins on ``rolls_on`` (month-day)."""

    kind: ClassVar = "start_year"
    pattern: Annotated[re.Pattern[str], _with_start]
    counts_from: Annotated[str, shape.one_of(*_COUNTS)]
    rolls_on: Annotated[str, _month_day] = "07-01"

    def check(self, at: At) -> None:
        """Nothing to check together."""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.counts_from}"

    def year_of(self, name: str, today: date) -> int | None:
        match = self.pattern.search(name)
        text = match["start"] if match else None
        if not text or not text.isdecimal():
            return None
        start = int(text) + (2000 if len(text) == 2 else 0)
        school_year = today.year - (today.strftime("%m-%d") < self.rolls_on)
        first, last = _COUNTS[self.counts_from]
        year = school_year - start + first
        return year if first <= year <= last else None


@dataclass(frozen=True, kw_only=True)
class FieldYear(ByField):
    pattern: Annotated[re.Pattern[str], _with_year] = _PLAIN

    def year_of(self, value: str) -> int | None:
        match = self.pattern.search(value)
        return _year(match["year"]) if match else None


@dataclass(frozen=True, kw_only=True)
class PatternYear(ByOrgUnitPattern):
    pattern: Annotated[re.Pattern[str], _with_year]

    def year_of(self, path: str) -> int | None:
        match = self.pattern.search(path)
        return _year(match["year"]) if match else None


YearRule: TypeAlias = ClassNameYear | StartYear | FieldYear | PatternYear
SCHOOL_YEAR: tuple[type[YearRule], ...] = (ClassNameYear, StartYear, FieldYear, PatternYear)
