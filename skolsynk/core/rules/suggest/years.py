"""Suggestions for school years from the names of classes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from skolsynk.core.rules.school_year import StartYear
from skolsynk.core.rules.suggest.draft import Draft, Json, Suggestion, both, worded
from skolsynk.core.rules.suggest.survey import Survey
from skolsynk.core.rules.suggest.words import NAME_YEAR, Shape, shape_of
from skolsynk.core.rules.text import clean

_COMPULSORY = frozenset({"GR", "GRAN", "GRS", "FKLASS", "SAM", "SP"})


def suggest_from_names(survey: Survey, names: Mapping[str, int]) -> Iterator[Draft]:
    """Rules for the names of classes; ``names`` {class name: people}. Starting years come first.

    Order counts: read as a plain class name, FT22a would be a class of förskoleklass.
    """
    by_shape: dict[Shape, dict[str, int]] = defaultdict(dict)
    for name, people in sorted(names.items()):
        shape = shape_of(clean(name))
        if shape and shape.year:
            by_shape[shape][name] = people
    starting = {shape: found for shape, found in sorted(by_shape.items()) if shape.year == "start"}
    for shape, found in starting.items():
        yield from _start_year(survey, shape, found)
    plain = {
        name: people for shape, found in by_shape.items() if shape.year == "name" for name, people in found.items()
    }
    if plain:
        yield _plain(plain, bool(starting))


def _start_year(survey: Survey, shape: Shape, found: Mapping[str, int]) -> Iterator[Draft]:
    """The way of counting that gives most people a school year; none fits -> none is proposed."""
    fitting = {counts: _fits(survey, shape, counts, found) for counts in _possible(survey)}
    counts = max(fitting, key=lambda each: fitting[each])
    if not fitting[counts]:
        return
    rule: Json = {"kind": "start_year", "pattern": shape.year_pattern, "counts_from": counts, "rolls_on": "07-01"}
    reasons = worded(
        f"Klasser heter efter året då de började: {{0}}. Räknat {_SV[counts]}.",
        f"Classes are named by the year in which they began: {{0}}. Counted {_EN[counts]}.",
        list(found),
    )
    doubtful = counts != "upper_secondary" and list(fitting.values()).count(fitting[counts]) > 1
    if doubtful:
        reasons = both(reasons, _CHECK)
    share = fitting[counts] / (sum(found.values()) or 1)
    yield _made(rule, reasons, fitting[counts], 0.5 + (0.1 if doubtful else 0.45) * share)


_CHECK = ("Kontrollera det: året ensamt avgör det inte.", "Check that: the year alone does not decide it.")
_SV = {"upper_secondary": "från gymnasiets år 1", "year_1": "från årskurs 1", "preschool_class": "från förskoleklass"}
_EN = {
    "upper_secondary": "from upper secondary year 1",
    "year_1": "from year 1",
    "preschool_class": "from preschool class",
}


def _possible(survey: Survey) -> tuple[str, ...]:
    """What starting years may count from in the tenant's school units, the likeliest first."""
    types = {each for unit in survey.school_units for each in unit.school_types}
    upper = ("upper_secondary",) if "GY" in types or not types & _COMPULSORY else ()
    if types and not types & _COMPULSORY:
        return upper
    return (*upper, *(("preschool_class", "year_1") if "FKLASS" in types else ("year_1", "preschool_class")))


def _fits(survey: Survey, shape: Shape, counts: str, found: Mapping[str, int]) -> int:
    """How many people get a school year that exists: there are ten only where somebody has stayed a year more."""
    rule = StartYear(pattern=re.compile(shape.year_pattern, re.IGNORECASE), counts_from=counts)
    years = {name: rule.year_of(clean(name), survey.today) for name in found}
    return sum(people for name, people in found.items() if (year := years[name]) is not None and year < 10)


def _plain(found: Mapping[str, int], beside_start_years: bool) -> Draft:
    rule: Json = {"kind": "class_name", **({"pattern": NAME_YEAR} if beside_start_years else {})}
    reasons = worded(
        "Klassernas namn börjar med årskursen: {0}.",
        "The names of classes begin with the school year: {0}.",
        list(found),
    )
    return _made(rule, reasons, sum(found.values()), 0.9)


def _made(rule: Json, reasons: tuple[str, str], people: int, confidence: float) -> Draft:
    return Draft(Suggestion("school_year", rule, *reasons, people, round(confidence, 2)), frozenset())
