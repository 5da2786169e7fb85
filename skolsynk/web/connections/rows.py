"""Rows of a selection: one small form for each filter, made from what its kind asks for.

A form is typed into while it is wrong, so what was posted is kept as it came (``Raw``) and is only judged by
``core.filters`` when somebody counts or saves.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from skolsynk.core.filters import FILTER_KINDS, Filter, SelectionError, filter_to_json, parse_filter
from skolsynk.core.rules.problems import Problem
from skolsynk.web.connections.labels import EMPLOYMENT_ROLES, GROUP_TYPE, ROLES, SCHOOL_TYPES, YEARS
from skolsynk.web.words import speaks, words

MOST_BLOCKS, MOST_ROWS = 12, 12
LONGEST_TEXT, LONGEST_LIST = 200, 20_000
ROW = re.compile(r"b(\d{1,2})-(\d{1,2})-kind\Z")
NOT_ROW = re.compile(r"n(\d{1,2})-kind\Z")
POSTED = re.compile(r"(b\d{1,2}-\d{1,2}|n\d{1,2})-[a-z_]+\Z")
LINES = frozenset({"domains", "people"})
NUMBERS = frozenset({"lowest", "highest"})

Units = Sequence[tuple[str, str]]  # (code, name)
Typed = Mapping[str, list[str]]  # field name -> values as they came


class Line(NamedTuple):
    """One filter as it was typed."""

    kind: str
    typed: Typed


@dataclass
class Raw:
    """All filters of a form as they were typed."""

    blocks: list[list[Line]] = field(default_factory=list)
    nots: list[Line] = field(default_factory=list)


def raw_of(filters: Sequence[Sequence[Filter]], not_filters: Sequence[Filter]) -> Raw:
    return Raw([[_line(each) for each in block] for block in filters], [_line(each) for each in not_filters])


def _line(each: Filter) -> Line:
    json = filter_to_json(each)
    return Line(each.kind, {name: _typed(name, value) for name, value in json.items() if name != "kind"})


def _typed(name: str, value: object) -> list[str]:
    listed = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return ["\n".join(listed)] if name in LINES else listed


def raw_from(posted: QueryDict) -> Raw:
    """What was posted, in the order of its numbers; rows of unknown kinds are dropped, and so are too many."""
    rows = [(int(found[1]), int(found[2]), key) for key in posted if (found := ROW.match(key))]
    nots = [(int(found[1]), key) for key in posted if (found := NOT_ROW.match(key))]
    blocks: dict[int, list[Line]] = {}
    for block, _, key in sorted(rows):
        _keep(blocks.setdefault(block, []), posted, key)
    listed: list[Line] = []
    for _, key in sorted(nots):
        _keep(listed, posted, key)
    return Raw([lines for lines in blocks.values() if lines][:MOST_BLOCKS], listed)


def _keep(lines: list[Line], posted: QueryDict, key: str) -> None:
    kind, prefix = str(posted[key]), key.removesuffix("kind")
    if kind in FILTER_KINDS and len(lines) < MOST_ROWS:
        lines.append(Line(kind, {name: posted.getlist(prefix + name) for name in keys(kind)}))


def posted_of(posted: QueryDict, raw: Raw) -> QueryDict:
    """The same post with these filters in the place of its own, numbered anew."""
    data = posted.copy()
    for key in [key for key in data if POSTED.match(key)]:
        del data[key]
    for prefix, line in _prefixed(raw):
        data[f"{prefix}-kind"] = line.kind
        for name, values in line.typed.items():
            data.setlist(f"{prefix}-{name}", values)
    return data


def _prefixed(raw: Raw) -> Iterator[tuple[str, Line]]:
    for block, lines in enumerate(raw.blocks):
        yield from ((f"b{block}-{row}", line) for row, line in enumerate(lines))
    yield from ((f"n{row}", line) for row, line in enumerate(raw.nots))


def keys(kind: str) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(FILTER_KINDS[kind]))


def required(kind: str, name: str) -> bool:
    return any(
        each.name == name and each.default is dataclasses.MISSING for each in dataclasses.fields(FILTER_KINDS[kind])
    )


LABELS: Mapping[str, str] = {
    "school_units": words("Skolenheter", "School units"),
    "roles": words("Roller", "Roles"),
    "lowest": words("Från och med", "From"),
    "highest": words("Till och med", "To"),
    "school_types": words("Skolformer", "School forms"),
    "pattern": words("Klassens namn", "Name of the class"),
    "group": words("Gruppens namn", "Name of the group"),
    "group_type": words("Slag av grupp", "Kind of group"),
    "school_unit": words("På skolenheten", "At the school unit"),
    "org_unit": words("Organisationsenhetens sökväg", "Path of the org unit"),
    "domains": words("Domäner, en på varje rad", "Domains, one on each line"),
    "employment_roles": words("Befattningar", "Employment roles"),
    "people": words("Personer, en på varje rad", "People, one on each line"),
}
HINTS: Mapping[str, str] = {
    "pattern": words("* står för vad som helst, ? för ett tecken: 7*", "* stands for anything, ? for one sign: 7*"),
    "group": words("* står för vad som helst, ? för ett tecken: Ma*", "* stands for anything, ? for one sign: Ma*"),
    "org_unit": words("Som i Google: /Elever/Ekskolan", "As in Google: /Elever/Ekskolan"),
    "people": words("E-postadress eller Google-id.", "E-mail address or Google id."),
    "domains": words("Till exempel elev.skola.example.", "For example pupil.school.example."),
}


def _ticks(choices: Sequence[tuple[str, str]]) -> forms.Field:
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)


def _select(choices: Sequence[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(choices=[("", words("Välj", "Choose")), *choices])


def _any(choices: Sequence[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(choices=[("", words("Vilken som helst", "Any")), *choices])


def _text(_: object) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT)


def _lines(_: object) -> forms.Field:
    return forms.CharField(max_length=LONGEST_LIST, widget=forms.Textarea(attrs={"rows": 3}))


FIELDS: Mapping[str, Callable[[Units], forms.Field]] = {
    "school_units": _ticks,
    "roles": lambda _: _ticks(tuple(ROLES.items())),
    "lowest": lambda _: _select(tuple(YEARS.items())),
    "highest": lambda _: _select(tuple(YEARS.items())),
    "school_types": lambda _: _ticks(tuple(SCHOOL_TYPES.items())),
    "pattern": _text,
    "group": _text,
    "group_type": lambda _: _any(tuple(GROUP_TYPE.items())),
    "school_unit": _any,
    "org_unit": _text,
    "domains": _lines,
    "employment_roles": lambda _: _ticks(tuple(EMPLOYMENT_ROLES.items())),
    "people": _lines,
}
"""{key of some filter kind: how it is asked for}"""


class RowForm(forms.Form):
    """One filter. Its fields are its kind's keys."""

    kind = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, line: Line, prefix: str, units: Units, *, judged: bool) -> None:
        posted = _data(line, prefix) if judged else None
        super().__init__(posted, prefix=prefix, initial={"kind": line.kind, **_initial(line)})
        self.label = label(line.kind)
        for name in keys(line.kind):
            made = FIELDS[name](units)
            made.label, made.help_text = LABELS[name], HINTS.get(name, "")
            made.required = required(line.kind, name)
            self.fields[name] = made
        self.use_required_attribute = False  # one button of the form adds rows, before this one is filled in

    def filter(self) -> Filter | None:
        """The filter, or None with what is wrong beside its fields."""
        if not self.is_valid():
            return None
        try:
            return parse_filter(self._json())
        except SelectionError as error:
            for problem in error.problems:
                self._refuse(problem)
            return None

    def _json(self) -> dict[str, object]:
        kind = self.cleaned_data["kind"]
        values = {name: _value(name, self.cleaned_data[name]) for name in keys(kind)}
        return {"kind": kind, **{name: value for name, value in values.items() if value not in ("", [])}}

    def _refuse(self, problem: Problem) -> None:
        name = re.split(r"[.\[]", problem.path)[0]
        self.add_error(name if name in self.fields else None, problem.text(speaks()))


def label(kind: str) -> str:
    cls = FILTER_KINDS[kind]
    return words(cls.label_sv, cls.label_en)


def kinds() -> list[tuple[str, str]]:
    """(kind, label) of all there are, for a choice."""
    return [(kind, label(kind)) for kind in FILTER_KINDS]


def _data(line: Line, prefix: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data[f"{prefix}-kind"] = line.kind
    for name, values in line.typed.items():
        data.setlist(f"{prefix}-{name}", values)
    return data


def _initial(line: Line) -> dict[str, Any]:
    single = {name: values[0] if values else "" for name, values in line.typed.items()}
    return {name: line.typed[name] if FIELDS[name] in _MANY else single[name] for name in line.typed}


def _value(name: str, cleaned: Any) -> object:
    if name in LINES:
        return [part.strip() for part in re.split(r"[\n,;]", cleaned) if part.strip()]
    if name in NUMBERS and cleaned:
        return int(cleaned)  # one of YEARS
    return cleaned.strip() if isinstance(cleaned, str) else cleaned


_MANY = frozenset({FIELDS[name] for name in ("school_units", "roles", "school_types", "employment_roles")})
