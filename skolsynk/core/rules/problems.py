"""What is wrong with a tenant's rules: every problem with its path, in Swedish and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

_TEXTS: dict[str, tuple[str, str]] = {
    "not_mapping": ("ska vara en grupp av nycklar och värden", "must be a mapping of keys to values"),
    "not_list": ("ska vara en lista", "must be a list"),
    "not_text": ("ska vara text som inte är tom", "must be text that is not empty"),
    "not_flag": ("ska vara true eller false", "must be true or false"),
    "not_date": ("ska vara ett datum som 2026-12-31", "must be a date such as 2026-12-31"),
    "not_month_day": ("ska vara månad och dag som 07-01", "must be a month and day such as 07-01"),
    "not_path": ("ska vara en sökväg som börjar med /", "must be a path that starts with /"),
    "not_unit_code": (
        "”{0}” är ingen skolenhetskod (åtta siffror, inom citattecken)",
        "“{0}” is not a school unit code (eight digits, in quotes)",
    ),
    "not_one_of": ("”{0}” ska vara något av {1}", "“{0}” must be one of {1}"),
    "not_field": (
        "”{0}” är ingen fältsökväg som organizations.department",
        "“{0}” is not a field path such as organizations.department",
    ),
    "empty_list": ("listan är tom, så regeln träffar ingen", "the list is empty, so the rule catches nobody"),
    "missing": ("saknas", "is missing"),
    "unknown_key": ("”{0}” är ingen känd nyckel här", "“{0}” is not a known key here"),
    "unknown_key_near": (
        "”{0}” är ingen känd nyckel här; menas {1}?",
        "“{0}” is not a known key here; did you mean {1}?",
    ),
    "unknown_kind": ("”{0}” finns inte; välj bland {1}", "there is no “{0}”; choose among {1}"),
    "unknown_kind_near": ("”{0}” finns inte; menas {1}?", "there is no “{0}”; did you mean {1}?"),
    "pattern_broken": ("mönstret går inte att läsa: {0}", "the pattern cannot be read: {0}"),
    "pattern_long": ("mönstret är längre än {0} tecken", "the pattern is longer than {0} characters"),
    "pattern_lacks_part": (
        "mönstret saknar den namngivna delen (?P<{0}>…)",
        "the pattern lacks the named part (?P<{0}>…)",
    ),
    "pattern_explodes": (
        "mönstret upprepar något som redan upprepas och kan ta orimlig tid",
        "the pattern repeats what is repeated already and may take unreasonable time",
    ),
    "group_or_pattern": (
        "ange antingen group eller match och pattern",
        "give either group, or match and pattern",
    ),
    "unit_or_part": (
        "ange school_unit, eller en namngiven del (?P<unit>…) i mönstret",
        "give school_unit, or a named part (?P<unit>…) in the pattern",
    ),
    "not_whole_number": ("ska vara ett heltal från {0} till {1}", "must be a whole number from {0} to {1}"),
    "not_share": (
        "ska vara en andel: ett tal från 0 till 1, eller text som ”5 %”",
        "must be a share: a number from 0 to 1, or text such as “5 %”",
    ),
    "not_domain": ("”{0}” är ingen domän som skola.example", "“{0}” is not a domain such as skola.example"),
    "years_reversed": ("lägsta årskursen är högre än högsta", "the lowest school year is above the highest"),
    "unit_not_chosen": (
        "skolenheten {0} finns inte bland de skolenheter ni har valt",
        "the school unit {0} is not among the school units you have chosen",
    ),
    "same_twice": (
        "”{0}” står två gånger när versaler och accenter inte räknas",
        "“{0}” stands twice once case is ignored",
    ),
}


class Problem(NamedTuple):
    """One thing that is wrong, and where: ``placement[2].pattern``."""

    path: str
    code: str
    args: tuple[str, ...] = ()

    def text(self, language: str = "en") -> str:
        """The problem without its path; ``language`` is "sv" or "en"."""
        swedish, english = _TEXTS[self.code]
        return (swedish if language == "sv" else english).format(*self.args)


class RulesError(Exception):
    """Rules that cannot be used; carries every problem found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.path or 'rules'}: {problem.text()}" for problem in self.problems))


@dataclass(frozen=True, slots=True)
class At:
    """A place in the JSON that is being read, and the list that its problems go to."""

    path: str
    problems: list[Problem]

    def __truediv__(self, key: str) -> At:
        return At(f"{self.path}.{key}" if self.path else key, self.problems)

    def __getitem__(self, index: int) -> At:
        return At(f"{self.path}[{index}]", self.problems)

    def refuse(self, code: str, *args: str) -> None:
        self.problems.append(Problem(self.path, code, args))

    def refuse_unknown(self, what: str, name: str, known: Iterable[str]) -> None:
        """``what`` is "unknown_key" or "unknown_kind"; names the nearest known one where there is one."""
        choices = sorted(known)
        near = get_close_matches(name.casefold(), choices, n=1)
        if near:
            self.refuse(f"{what}_near", name, near[0])
        else:
            self.refuse(what, name, ", ".join(choices))
