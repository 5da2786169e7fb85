"""How each key of a rule is asked for: its field, its name, a hint, and what the directory has to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms

from skolsynk.sync.rules import LONGEST_REASON
from skolsynk.web.rules import labels
from skolsynk.web.words import words

LONGEST_TEXT, LONGEST_LIST = 400, 20_000


class Choices(NamedTuple):
    """What a form offers, from the tenant's directory."""

    units: Sequence[tuple[str, str]]  # (code, name)
    person: Callable[[str], str]  # Google id or address -> address, for reading
    key: Callable[[str], str]  # the other way


def line(**about: Any) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT, **about)


def _listed(name: str) -> Callable[[Choices], forms.Field]:
    """A text with what the directory has to choose from."""
    return lambda choices: line(widget=forms.TextInput(attrs={"list": name, "autocomplete": "off"}))


def _pattern(choices: Choices) -> forms.Field:
    attrs = {"class": "mono", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "none"}
    return line(widget=forms.TextInput(attrs=attrs))


def _select(options: Mapping[str, str], first: str = "") -> Callable[[Choices], forms.Field]:
    empty = [("", first)] if first else []
    return lambda choices: forms.ChoiceField(choices=[*empty, *options.items()])


def unit(choices: Choices) -> forms.Field:
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
    "school_unit": unit,
    "holds": _select(labels.HOLDS),
    "role": _select(labels.ROLES, CHOOSE),
    "employment_role": _select(labels.EMPLOYMENT_ROLES, words("vanlig befattning", "usual role")),
    "teachers": _select({"staff": words("All personal i gruppen", "All staff in it"),
                         "owners": words("Gruppens ägare och ansvariga", "Its owners and managers")}),
    "group_type": _select(labels.GROUP_TYPES),
    "counts_from": _select(labels.COUNTS, CHOOSE),
    "rolls_on": lambda choices: line(widget=forms.TextInput(attrs={"size": 6, "placeholder": "07-01"})),
    "keep": _flag,
    "person": lambda choices: line(),
    "people": _lines,
    "values": _lines,
    "reason": lambda choices: forms.CharField(max_length=LONGEST_REASON),
    "until": _day,
}  # fmt: skip
"""{key of some kind of rule: how it is asked for}; what is rows of pairs stands in ROWS"""
LINES = frozenset({"people", "values"})
ALWAYS = frozenset({"match", "holds", "teachers", "group_type"})
UNIT_BY_PATTERN = words(
    "Lämna tomt när mönstret självt hittar skolenheten, med (?P<unit>…).",
    "Leave it empty when the pattern itself finds the school unit, with (?P<unit>…).",
)

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
