"""Suggestions from fields on people: school units, classes, school years, roles and protected identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from skolsynk.core.rules.shape import FIELD_PATH
from skolsynk.core.rules.suggest.draft import NEARLY, Draft, Json, both, draft, worded
from skolsynk.core.rules.suggest.survey import Survey
from skolsynk.core.rules.suggest.tree import class_pattern, role_keys
from skolsynk.core.rules.suggest.words import (
    NAMED_YEAR,
    NAMED_YEAR_PATTERN,
    NO,
    PLAIN_YEAR,
    YEAR_NAMES,
    Shape,
    is_protected,
    role_of_title,
    shape_of,
    words_of,
)
from skolsynk.core.rules.text import clean, fold_case

_HALF = 0.5
_MOST_KINDS = 500  # a field with more values than this is no name of a unit and no job title
_MOST_ROLES = 100


class Field(NamedTuple):
    """One field and who has what in it."""

    path: str
    values: dict[tuple[str, ...], list[str]]  # {values: keys of people}
    counted: Counter[str]  # value -> people

    @property
    def people(self) -> int:
        return sum(len(keys) for keys in self.values.values())

    def having(self, wanted: Callable[[str], object]) -> frozenset[str]:
        """Keys of the people with some value that is wanted."""
        judged = {value: bool(wanted(value)) for value in self.counted}
        return frozenset(
            key for values, keys in self.values.items() if any(judged[each] for each in values) for key in keys
        )

    @property
    def words(self) -> list[str]:
        """The words of the field's own name: ``customSchemas.Skola.arskurs`` -> skola, arskurs."""
        return words_of(self.path)


def suggest_from_fields(survey: Survey) -> Iterator[Draft]:
    for path, values in survey.fields.items():
        if not FIELD_PATH.match(path):
            continue
        counted = Counter[str]()
        for several, keys in values.items():
            for value in several:
                counted[value] += len(keys)
        field = Field(path, values, counted)
        for look in (_codes, _names, _classes, _years, _roles, _protected):
            yield from look(survey, field)


def _told(field: Field, what: tuple[str, str], values: list[str]) -> tuple[str, str]:
    sv, en = what
    return worded(
        f"Fältet {field.path} innehåller {sv}, {len(values)} olika: {{0}}.",
        f"The field {field.path} holds {en}, {len(values)} different: {{0}}.",
        values,
    )


def _share(field: Field, caught: frozenset[str]) -> float:
    return len(caught) / field.people


# Placement


def _codes(survey: Survey, field: Field) -> Iterator[Draft]:
    codes = {unit.code for unit in survey.school_units}
    found = sorted({value.strip() for value in field.counted} & codes)
    caught = field.having(lambda value: value.strip() in codes)
    if not found or _share(field, caught) < _HALF:
        return
    rule: Json = {"kind": "field", "field": field.path, "holds": "code"}
    reasons = _told(field, ("skolenhetskoder", "school unit codes"), found)
    yield draft("placement", rule, reasons, caught, min(0.98, 0.5 + _share(field, caught) / 2))


def _names(survey: Survey, field: Field) -> Iterator[Draft]:
    if len(field.counted) > _MOST_KINDS:
        return
    plain = [value for value in field.counted if not (shape_of(clean(value)) or role_of_title(value))]
    found = {value: unit for value in sorted(plain) if (unit := survey.units.find(value))}
    names = [value for value, unit in found.items() if value.strip() != unit.code]
    caught = field.having(lambda value: value in found)
    if not names or len({unit.code for unit in found.values()}) < min(2, len(survey.school_units)):
        return
    if _share(field, caught) < _HALF:
        return
    doubtful = {value: unit.code for value, unit in found.items() if not unit.sure}
    rule: Json = {"kind": "field", "field": field.path, "holds": "name", **({"units": doubtful} if doubtful else {})}
    reasons = _told(field, ("skolenheters namn", "names of school units"), names)
    if doubtful:
        reasons = both(reasons, worded(*NEARLY, list(doubtful), most=5))
    surely = len(found) - len(doubtful)
    yield draft("placement", rule, reasons, caught, 0.45 + 0.25 * _share(field, caught) + 0.25 * surely / len(found))


# Classes and school years


def _shapes(field: Field) -> dict[str, Shape]:
    return {value: shape for value in sorted(field.counted) if (shape := shape_of(clean(value)))}


def _classes(survey: Survey, field: Field) -> Iterator[Draft]:
    shapes = _shapes(field)
    telling = [value for value in shapes if not PLAIN_YEAR.fullmatch(value)]  # F alone may be a year or much else
    caught = field.having(lambda value: value in shapes)
    if len(telling) < 2 or _share(field, caught) < _HALF:
        return
    rule: Json = {"kind": "field", "field": field.path}
    if len(shapes) < len(field.counted):
        rule["pattern"] = class_pattern(set(shapes.values()))
    reasons = _told(field, ("klassers namn", "names of classes"), telling)
    names = {value: field.counted[value] for value in shapes}
    yield draft("classes", rule, reasons, caught, 0.5 + 0.45 * _share(field, caught), names)


def _years(survey: Survey, field: Field) -> Iterator[Draft]:
    plain = {value for value in field.counted if PLAIN_YEAR.fullmatch(value.strip())}
    named = {value for value in field.counted if NAMED_YEAR.fullmatch(value.strip())}
    years = named if len(named) > len(plain) else plain
    caught = field.having(lambda value: value in years)
    if len(years) < 2 or _share(field, caught) < _HALF:
        return
    rule: Json = {"kind": "field", "field": field.path}
    if years is named:
        rule["pattern"] = f"^{NAMED_YEAR_PATTERN}"
    # Numbers below ten may count anything: only the field's name, or the words in it, make it a school year.
    telling = years is named or any(word in YEAR_NAMES for word in field.words)
    reasons = _told(field, ("årskurser", "school years"), sorted(years))
    yield draft("school_year", rule, reasons, caught, 0.9 if telling else 0.4)


# Roles


def _roles(survey: Survey, field: Field) -> Iterator[Draft]:
    if len(field.counted) > _MOST_KINDS:
        return
    distinct: dict[str, str] = {}  # folded -> as most people have it
    for value, _ in field.counted.most_common():
        distinct.setdefault(fold_case(value), clean(value))
    known = {value: role for value in distinct.values() if value and (role := role_of_title(value))}
    folded = {fold_case(value) for value in list(known)[:_MOST_ROLES]}
    caught = field.having(lambda value: fold_case(value) in folded)
    if not known or _share(field, caught) < _HALF:
        return
    roles = {value: role_keys(role) for value, role in list(known.items())[:_MOST_ROLES]}
    rest = [value for value in distinct.values() if value not in known]
    rule: Json = {"kind": "field", "field": field.path, "values": dict(sorted(roles.items()))}
    reasons = _told(field, ("vad folk är", "what people are"), list(known))
    if rest:
        sv = f"{len(rest)} värden till känns inte igen; där gäller vad grupper och organisationsenheter säger."
        en = f"{len(rest)} more values are not recognised; there groups and org units decide."
        reasons = both(reasons, (sv, en))
    yield draft("role", rule, reasons, caught, 0.5 + 0.4 * _share(field, caught))


# Protected identity


def _protected(survey: Survey, field: Field) -> Iterator[Draft]:
    named = is_protected(field.path)
    if len(field.counted) > _MOST_KINDS:
        return
    telling = sorted(
        value for value in field.counted if value.strip() and (_is_yes(value) if named else is_protected(value))
    )
    if not telling:
        return
    caught = field.having(lambda value: value in telling)
    rule: Json = {"kind": "field", "field": field.path, "values": telling}
    sv = f"Fältet {field.path} märker ut personer med skyddade personuppgifter."
    reasons = (sv, f"The field {field.path} marks people with protected identity.")
    # A mark that most people have marks something else.
    yield draft("protected", rule, reasons, caught, 0.9 if len(caught) * 10 < len(survey.people) else 0.3)


def _is_yes(value: str) -> bool:
    return fold_case(value) not in NO
