"""One form for every kind of rule: its fields are the kind's own keys, and core says what is wrong with them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from skolsynk.core.rules import KINDS, Problem, RulesError, parse_rules
from skolsynk.core.rules.ruleset import rules_of
from skolsynk.core.rules.shape import Rule
from skolsynk.sync.rules import LONGEST_REASON
from skolsynk.web.rules import labels
from skolsynk.web.words import speaks, words

LONGEST_TEXT, LONGEST_LIST, MOST_ROWS, SPARE_ROWS = 400, 20_000, 200, 2
NUMBERED = re.compile(r"(units|values)-(\d{1,3})-key\Z")
PATH = re.compile(r"\w+\[0\]\.?")

Json = dict[str, Any]


class Choices(NamedTuple):
    """What a form offers, from the tenant's directory."""

    units: Sequence[tuple[str, str]]  # (code, name)
    person: Callable[[str], str]  # Google id or address -> address, for reading
    key: Callable[[str], str]  # the other way


def _text(**about: Any) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT, **about)


def _listed(name: str) -> Callable[[Choices], forms.Field]:
    """A text with what the directory has to choose from."""
    return lambda choices: _text(widget=forms.TextInput(attrs={"list": name, "autocomplete": "off"}))


def _pattern(choices: Choices) -> forms.Field:
    attrs = {"class": "mono", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "none"}
    return _text(widget=forms.TextInput(attrs=attrs))


def _select(options: Mapping[str, str], first: str = "") -> Callable[[Choices], forms.Field]:
    empty = [("", first)] if first else []
    return lambda choices: forms.ChoiceField(choices=[*empty, *options.items()])


def _unit(choices: Choices) -> forms.Field:
    units = [(code, f"{name} ({code})") for code, name in choices.units]
    return forms.ChoiceField(choices=[("", words("Välj skolenhet", "Choose a school unit")), *units])


def _lines(choices: Choices) -> forms.Field:
    return forms.CharField(max_length=LONGEST_LIST, widget=forms.Textarea(attrs={"rows": 4}))


def _day(choices: Choices) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _flag(choices: Choices) -> forms.Field:
    return forms.BooleanField()


CHOOSE = words("Välj", "Choose")
FIELDS: Mapping[str, Callable[[Choices], forms.Field]] = {
    "org_unit": _listed("org-units"),
    "under": _listed("org-units"),
    "field": _listed("fields"),
    "group": _listed("groups"),
    "match": _select(labels.MATCHES),
    "pattern": _pattern,
    "school_unit": _unit,
    "holds": _select(labels.HOLDS),
    "role": _select(labels.ROLES, CHOOSE),
    "employment_role": _select(labels.EMPLOYMENT_ROLES, words("Den vanliga för rollen", "The usual one for the role")),
    "teachers": _select({"staff": words("All personal i gruppen", "All staff in it"),
                         "owners": words("Gruppens ägare och ansvariga", "Its owners and managers")}),
    "group_type": _select(labels.GROUP_TYPES),
    "counts_from": _select(labels.COUNTS, CHOOSE),
    "rolls_on": lambda choices: _text(widget=forms.TextInput(attrs={"size": 6, "placeholder": "07-01"})),
    "keep": _flag,
    "person": lambda choices: _text(),
    "people": _lines,
    "values": _lines,
    "reason": lambda choices: forms.CharField(max_length=LONGEST_REASON),
    "until": _day,
}  # fmt: skip
"""{key of some kind of rule: how it is asked for}; what is rows of pairs stands in ROWS"""
LINES = frozenset({"people", "values"})

NAMES: Mapping[str, str] = {
    "org_unit": words("Organisationsenhet", "Org unit"),
    "under": words("Under organisationsenheten", "Below the org unit"),
    "field": words("Fält", "Field"),
    "group": words("En viss grupp", "One group"),
    "match": words("Eller alla grupper vars", "Or all groups whose"),
    "pattern": words("Mönster", "Pattern"),
    "school_unit": words("Hör till skolenheten", "Belongs to the school unit"),
    "holds": words("Fältet innehåller", "The field holds"),
    "role": words("Är", "Is"),
    "employment_role": words("Befattning hos leverantören", "Employment role at the vendor"),
    "teachers": words("Vilka undervisar", "Who teaches"),
    "group_type": words("Slag av grupp", "Kind of group"),
    "counts_from": words("Startåret räknas", "The starting year counts"),
    "rolls_on": words("Nytt läsår börjar", "A new school year begins on"),
    "keep": words("Skicka dem som alla andra", "Send them like all others"),
    "person": words("Person", "Person"),
    "people": words("Personer, en på varje rad", "People, one on each line"),
    "values": words("Värden, ett på varje rad", "Values, one on each line"),
    "reason": words("Skäl", "Reason"),
    "until": words("Till och med", "Until and including"),
    "units": words("Egna namn på skolenheter", "Your own names of school units"),
}
HINTS: Mapping[str, str] = {
    "org_unit": words("Som i Google: /Elever/Ekskolan. Gäller också allt under den.",
                      "As in Google: /Elever/Ekskolan. All below it counts too."),
    "under": words("Som i Google: /Elever.", "As in Google: /Elever."),
    "field": words("Sökvägen hos Google, till exempel organizations.department eller customSchemas.Skola.klass.",
                   "Its path at Google, such as organizations.department or customSchemas.Skola.klass."),
    "group": words("Gruppens adress. Lämna tomt för att i stället söka med ett mönster.",
                   "The group's address. Leave it empty to search by a pattern instead."),
    "rolls_on": words("Månad och dag. Tomt är 07-01.", "Month and day. Empty is 07-01."),
    "person": words("E-postadress eller Google-id.", "E-mail address or Google id."),
    "people": words("E-postadress eller Google-id. Att listan öppnas loggas.",
                    "E-mail address or Google id. It is logged that the list is opened."),
    "reason": words("Syns på regelsidan. Skriv inga känsliga uppgifter.",
                    "Shown on the rules page. Write nothing sensitive."),
    "until": words("Dagen räknas med. Tomt gäller tills vidare.",
                   "That day included. Empty means until further notice."),
    "employment_role": words("Bara för lärare och annan personal.", "Only for teachers and other staff."),
    "units": words("Vad katalogen kallar skolenheter som inte heter så i registret. Rader utan skolenhet räknas inte.",
                   "What the directory calls school units that have other names in the register. Rows without a "
                   "school unit do not count."),
}  # fmt: skip
PATTERNS: Mapping[tuple[str, str], str] = {
    ("placement", "org_unit_pattern"): r"^/(Elever|Personal)/(?P<unit>[^/]+)",
    ("placement", "group"): r"^skola-(?P<unit>[^@]+)@",
    ("role", "org_unit_pattern"): r"^/[^/]+/Personal(/|$)",
    ("role", "group"): r"^larare-",
    ("classes", "org_unit_leaf"): r"^(?P<name>[0-9][A-Z])$",
    ("classes", "field"): r"^(?P<name>[0-9][A-Z])",
    ("classes", "group"): r"^klass-(?P<name>[^@]+)@",
    ("groups", "group"): r"^Kurs: (?P<name>.+)",
    ("school_year", "class_name"): r"^(?P<year>F|[0-9])",
    ("school_year", "start_year"): r"^[A-Z]{2}(?P<start>[0-9]{2})",
    ("school_year", "field"): r"^(?P<year>[0-9])",
    ("school_year", "org_unit_pattern"): r"/Årskurs (?P<year>[0-9])",
    ("never", "group"): r"^test-",
    ("protected", "group"): r"^skydd",
}
"""{(section, kind): an example of a pattern with the named part that the kind reads}"""


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
        self.keys = tuple(each.name for each in dataclasses.fields(KINDS[section][kind]))
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
        made.label, made.required = NAMES[name], False
        made.help_text = HINTS.get(name, "")
        if name == "pattern" and (self.section, self.kind) in PATTERNS:
            example = PATTERNS[self.section, self.kind]
            made.help_text = words(f"Till exempel {example}", f"For example {example}")
        return made

    # Rows of pairs

    def _add_rows(self, data: QueryDict | None, more: int) -> None:
        if not self.paired:
            return
        texts = self._row_texts(data)
        for number in range(min(MOST_ROWS, len(texts) + SPARE_ROWS + more)):
            prefix = f"{self.paired}-{number}"
            self.fields[f"{prefix}-key"] = self._cell(_text(), words("Värde", "Value"))
            to = _unit(self.choices) if self.paired == "units" else FIELDS["role"](self.choices)
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
            means = given.get(row.removesuffix("-key") + "-to")
            if text and means and text.casefold() in seen:
                self.add_error(row, words("Står redan ovan.", "Stands above already."))
            elif text and not means and row not in self.errors and text not in self.known:
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
        max_length=500_000,
        required=False,
        strip=False,
    )
