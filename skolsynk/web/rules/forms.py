"""One form for every kind of rule: its fields are the kind's own keys, and core says what is wrong with them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from skolsynk.core.rules import KINDS, Problem, RulesError, parse_rules
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.core.rules.shape import Rule
from skolsynk.sync.rules import LONGEST_REASON
from skolsynk.web.rules.asking import (
    ALWAYS,
    FIELDS,
    HINTS,
    LINES,
    NAMES,
    PATTERNS,
    UNIT_BY_PATTERN,
    Choices,
    line,
    unit,
)
from skolsynk.web.words import speaks, words

MOST_ROWS, SPARE_ROWS = 200, 2
NUMBERED = re.compile(r"(units|values)-(\d{1,3})-key\Z")
PATH = re.compile(r"\w+\[0\]\.?")

Json = dict[str, Any]


class Pair(NamedTuple):
    """One row of ``units`` (name -> school unit) or of ``values`` (field value -> role)."""

    key: forms.BoundField
    to: forms.BoundField
    employment_role: forms.BoundField | None
    people: int | None  # who have the value; None when it is not known


class RuleForm(forms.Form):
    """``initial``: the rule as JSON. ``known``: {text of a row: people} that the directory has and the rule lacks."""

    def __init__(
        self,
        section: str,
        kind: str,
        choices: Choices,
        data: QueryDict | None = None,
        initial: Mapping[str, Any] | None = None,
        known: Mapping[str, int] | None = None,
        more: int = 0,
    ) -> None:
        self.section, self.kind, self.choices, self.known = section, kind, choices, known or {}
        found = dataclasses.fields(KINDS[section][kind])
        self.keys = tuple(each.name for each in found)
        no = dataclasses.MISSING
        self.demanded = {each.name for each in found if each.default is no and each.default_factory is no}
        self.paired = next((name for name in self.keys if name == "units" or self._is_roles(name)), "")
        self.rule: Rule | None = None
        super().__init__(data, initial=self._first(initial or {}))
        self.use_required_attribute = False
        for name in self.keys:
            if name != self.paired:
                self.fields[name] = self._field(name)
        self._add_rows(data, more)

    def _is_roles(self, name: str) -> bool:
        return name == "values" and self.section == "role"

    def _field(self, name: str) -> forms.Field:
        made = FIELDS[name](self.choices)
        made.label, made.required = NAMES[name], self._must(name)
        made.help_text = HINTS.get(name, "")
        if name == "school_unit" and "pattern" in self.keys:
            made.help_text = UNIT_BY_PATTERN
        if name == "pattern" and (self.section, self.kind) in PATTERNS:
            example = PATTERNS[self.section, self.kind]
            made.help_text = words(f"Till exempel {example}", f"For example {example}")
        return made

    def _must(self, name: str) -> bool:
        """What the kind demands, and choices that begin with a choice made."""
        return name in ALWAYS or name in self.demanded

    # Rows of pairs

    def _add_rows(self, data: QueryDict | None, more: int) -> None:
        if not self.paired:
            return
        texts = self._row_texts(data)
        for number in range(min(MOST_ROWS, len(texts) + SPARE_ROWS + more)):
            prefix = f"{self.paired}-{number}"
            self.fields[f"{prefix}-key"] = self._cell(line(), words("Värde", "Value"))
            to = unit(self.choices) if self.paired == "units" else FIELDS["role"](self.choices)
            self.fields[f"{prefix}-to"] = self._cell(to, words("Betyder", "Means"))
            if self.paired == "values":
                role = FIELDS["employment_role"](self.choices)
                self.fields[f"{prefix}-employment_role"] = self._cell(role, NAMES["employment_role"])
            if data is None and number < len(texts):
                self.initial.update(self._row_initial(prefix, texts[number]))

    def _cell(self, made: forms.Field, label: str) -> forms.Field:
        made.label, made.required = label, False
        return made

    def _row_texts(self, data: QueryDict | None) -> list[str]:
        """The rows there are: as they were posted, or the rule's and then what the directory has beside them."""
        if data is not None:
            posted = [int(found[2]) for name in data if (found := NUMBERED.match(name))]
            return [""] * max(0, max(posted, default=-1) + 1 - SPARE_ROWS)
        own = list(self._pairs)
        folded = {text.casefold() for text in own}
        return own + [text for text in self.known if text.casefold() not in folded]

    @property
    def _pairs(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.initial.get(self.paired) or {}
        return found

    def _row_initial(self, prefix: str, text: str) -> Json:
        means = self._pairs.get(text)
        if self.paired == "units":
            return {f"{prefix}-key": text, f"{prefix}-to": means or ""}
        given = means or {}
        return {
            f"{prefix}-key": text,
            f"{prefix}-to": given.get("role", ""),
            f"{prefix}-employment_role": given.get("employment_role", ""),
        }

    @property
    def rows(self) -> Iterator[Pair]:
        for name in self.fields:
            if NUMBERED.match(name):
                prefix = name.removesuffix("-key")
                role = f"{prefix}-employment_role"
                key = self[name]
                people = self.known.get(str(key.value() or "").strip())
                yield Pair(key, self[f"{prefix}-to"], self[role] if role in self.fields else None, people)

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields that are no rows."""
        return [self[name] for name in self.keys if name in self.fields]

    # From JSON, and back

    def _first(self, rule: Mapping[str, Any]) -> Json:
        found = {name: value for name, value in rule.items() if name != "kind"}
        for name in LINES & set(self.keys):
            if isinstance(found.get(name), list):
                found[name] = "\n".join(found[name])
        if "person" in found:
            found["person"] = self.choices.person(found["person"])
        return found

    def typed(self) -> Json:
        """What was typed, right or wrong, as ``initial`` of another form."""
        found: Json = {name: self[name].value() for name in self.keys if name in self.fields}
        if self.paired:
            given = {name: self[name].value() for name in self.fields}
            found[self.paired] = {
                str(given[name]): given[name.removesuffix("-key") + "-to"]
                if self.paired == "units"
                else self._role(name.removesuffix("-key"), given)
                for name in self.fields
                if NUMBERED.match(name) and given[name]
            }
        return found

    def clean(self) -> Json:
        given = super().clean() or {}
        self._check_rows(given)
        if not self.errors:
            self._judge(given)
        return given

    def _check_rows(self, given: Json) -> None:
        """Each text once, and no row that means nothing; those that the directory filled in may be left."""
        seen: set[str] = set()
        for row in [name for name in self.fields if NUMBERED.match(name)]:
            text = str(given.get(row) or "").strip()
            to = row.removesuffix("-key") + "-to"
            means = given.get(to)
            if text and means and text.casefold() in seen:
                self.add_error(row, words("Står redan ovan.", "Stands above already."))
            elif text and not means and to not in self.errors and text not in self.known:
                told = words("Välj vad det betyder, eller töm raden.", "Choose what it means, or empty the row.")
                self.add_error(row, told)
            if text and means:
                seen.add(text.casefold())

    def _judge(self, given: Json) -> None:
        try:
            rules = parse_rules({self.section: [{"kind": self.kind, **self._json(given)}]})
        except RulesError as error:
            for problem in error.problems:
                self._refuse(problem, given)
            return
        self.rule = rules_of(rules, self.section)[0]

    def _json(self, given: Json) -> Json:
        values = {name: self._value(name, given.get(name)) for name in self.keys if name != self.paired}
        if self.paired:
            values[self.paired] = self._paired_json(given)
        if "match" in values and not values["pattern"]:
            values.pop("match")
        return {name: value for name, value in values.items() if value not in ("", [], {}, None, False)}

    def _value(self, name: str, value: Any) -> object:
        if name in LINES:
            return [line.strip() for line in str(value or "").splitlines() if line.strip()]
        if name == "person":
            return self.choices.key(value.strip()) if value else ""
        if name == "until":
            return value.isoformat() if value else ""
        return value.strip() if isinstance(value, str) else value

    def _paired_json(self, given: Json) -> Json:
        found: Json = {}
        for name in self.fields:
            if not NUMBERED.match(name):
                continue
            prefix, text = name.removesuffix("-key"), str(given.get(name) or "").strip()
            means = given.get(f"{prefix}-to")
            if text and means:
                found[text] = means if self.paired == "units" else self._role(prefix, given)
        return found

    def _role(self, prefix: str, given: Json) -> Json:
        employment_role = given.get(f"{prefix}-employment_role")
        return {"role": given[f"{prefix}-to"], **({"employment_role": employment_role} if employment_role else {})}

    def _refuse(self, problem: Problem, given: Json) -> None:
        place = PATH.sub("", problem.path, count=1)
        name = re.split(r"[.\[]", place)[0]
        if name == self.paired and place == name and name:
            self.add_error(None, words("Välj en roll för minst ett värde.", "Choose a role for at least one value."))
            return
        if name == self.paired and name:
            name = next((row.key.name for row in self.rows if f"{name}.{given.get(row.key.name)}" == place), "")
        self.add_error(name if name in self.fields else None, in_words(problem))


def in_words(problem: Problem) -> str:
    if problem.code == "missing":
        return words("Fyll i fältet.", "Fill in the field.")
    text = problem.text(speaks())
    return f"{text[:1].upper()}{text[1:]}."


class ReasonForm(forms.Form):
    """What must be said to save rules."""

    reason = forms.CharField(
        label=words("Varför ändras reglerna?", "Why are the rules changed?"),
        help_text=words("Syns i historiken. Skriv inga namn.", "Shown in the history. Write no names."),
        max_length=LONGEST_REASON,
    )


class TextForm(forms.Form):
    """The whole draft as text."""

    text = forms.CharField(
        label=words("Reglerna som YAML eller JSON", "The rules as YAML or JSON"),
        widget=forms.Textarea(attrs={"rows": 28, "class": "mono", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=words("Inga regler alls skrivs {}.", "No rules at all are written {}."),
        max_length=500_000,
        strip=False,
    )
