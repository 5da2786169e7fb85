"""Each rule as a sentence, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString

from skolsynk.core.rules.role import NOBODY, GivesRole
from skolsynk.core.rules.school_year import ClassNameYear
from skolsynk.core.rules.shape import Rule
from skolsynk.web.rules import labels
from skolsynk.web.words import MONTHS_EN, MONTHS_SV, chosen, day

SHOWN = 3  # values that a sentence names


class Names(NamedTuple):
    """How a page names school units and people."""

    units: Mapping[str, str]  # code -> name
    person: Callable[[str], str]  # Google id or address -> what may be shown of her

    def unit(self, code: str) -> str:
        return f"{self.units[code]} ({code})" if code in self.units else code


class Said(NamedTuple):
    """One sentence; ``values`` stand in braces in both texts."""

    sv: str
    en: str
    values: Mapping[str, object] = {}

    @property
    def text(self) -> str:
        return chosen(self.sv, self.en).format(**self.values)

    @property
    def html(self) -> SafeString:
        marked = {
            name: format_html("<code>{}</code>" if name == "pattern" else "<b>{}</b>", value)
            for name, value in self.values.items()
        }
        return format_html(chosen(self.sv, self.en), **marked) if marked else SafeString(chosen(self.sv, self.en))


def sentence(section: str, rule: Rule, names: Names) -> Said:
    return SENTENCES[section, rule.kind](rule, names)


# Where a rule looks


def _members(rule: Any) -> Said:
    """Of whom a rule on groups speaks."""
    if rule.group:
        return Said("Medlemmarna i gruppen {group}", "The members of the group {group}", {"group": rule.group})
    values = {"match": labels.MATCHES[rule.match], "pattern": rule.pattern.pattern}
    return Said(
        "Medlemmarna i grupper vars {match} stämmer med {pattern}",
        "The members of groups whose {match} matches {pattern}",
        values,
    )


def _group(rule: Any, sv: str, en: str, **values: object) -> Said:
    """A group, or each that a pattern finds, is something."""
    if rule.group:
        return Said(f"Gruppen {{group}} {sv}", f"The group {{group}} {en}", {"group": rule.group, **values})
    found = {"match": labels.MATCHES[rule.match], "pattern": rule.pattern.pattern, **values}
    return Said(
        f"Varje grupp vars {{match}} stämmer med {{pattern}} {sv}",
        f"Each group whose {{match}} matches {{pattern}} {en}",
        found,
    )


def _inside(rule: Any) -> Said:
    return Said(
        "Alla i organisationsenheten {org_unit} och under den",
        "Those in the org unit {org_unit} and below it",
        {"org_unit": rule.org_unit},
    )


def _matching(rule: Any) -> Said:
    return Said(
        "Alla vars organisationsenhet stämmer med {pattern}",
        "Those whose org unit matches {pattern}",
        {"pattern": rule.pattern.pattern},
    )


def _joined(first: Said, sv: str, en: str, **values: object) -> Said:
    return Said(first.sv + sv, first.en + en, {**first.values, **values})


# Placement


def _belongs(who: Said, rule: Any, names: Names) -> Said:
    if rule.school_unit:
        return _joined(who, " hör till {unit}.", " belong to {unit}.", unit=names.unit(rule.school_unit))
    found = _joined(
        who, " hör till den skolenhet som mönstret hittar.", " belong to the school unit that the pattern finds."
    )
    return _with_aliases(found, rule, names)


def _with_aliases(said: Said, rule: Any, names: Names) -> Said:
    if not rule.units:
        return said
    told = _listed([f"{alias} = {names.units.get(code, code)}" for alias, code in rule.units.items()])
    return _joined(said, " Egna namn: {aliases}.", " Own names: {aliases}.", aliases=told)


def _listed(texts: list[str]) -> str:
    rest = len(texts) - SHOWN
    shown = ", ".join(texts[:SHOWN])
    return shown + chosen(f" och {rest} till", f" and {rest} more") if rest > 0 else shown


def _placed_by_org_unit(rule: Any, names: Names) -> Said:
    return _joined(_inside(rule), " hör till {unit}.", " belong to {unit}.", unit=names.unit(rule.school_unit))


def _placed_by_field(rule: Any, names: Names) -> Said:
    said = Said(
        "Fältet {field} säger skolenheten, som {holds}.",
        "The field {field} says the school unit, as its {holds}.",
        {"field": labels.field_name(rule.field), "holds": labels.HOLDS[rule.holds]},
    )
    return _with_aliases(said, rule, names)


# Role


def role_said(given: GivesRole) -> str:
    """lärare; annan personal, rektor."""
    role = str(labels.ROLES[given.role])
    if not given.employment_role:
        return role
    return f"{role}, {labels.EMPLOYMENT_ROLES[given.employment_role]}"


def _is(who: Said, rule: Any) -> Said:
    if rule.role == NOBODY:
        return _joined(who, " skickas inte.", " are not sent.")
    return _joined(who, " är {role}.", " are {role}.", role=role_said(rule))


def _role_by_field(rule: Any, names: Names) -> Said:
    told = _listed([f"{value} = {role_said(given)}" for value, given in rule.values.items()])
    return Said(
        "Fältet {field} säger rollen: {values}.",
        "The field {field} says the role: {values}.",
        {"field": labels.field_name(rule.field), "values": told},
    )


# Classes, groups and school years


def _class_by_leaf(rule: Any, names: Names) -> Said:
    said = Said(
        "Under {under} är organisationsenhetens namn elevens klass",
        "Below {under} the org unit's name is the pupil's class",
        {"under": rule.under},
    )
    return _with_pattern(said, rule)


def _with_pattern(said: Said, rule: Any) -> Said:
    if rule.pattern is None:
        return _joined(said, ".", ".")
    return _joined(
        said,
        ": den del som {pattern} hittar.",
        ": the part that {pattern} finds.",
        pattern=rule.pattern.pattern,
    )


def _class_by_field(rule: Any, names: Names) -> Said:
    said = Said(
        "Fältet {field} säger elevens klass, och vilka klasser personal undervisar",
        "The field {field} says the pupil's class, and which classes staff teach",
        {"field": labels.field_name(rule.field)},
    )
    return _with_pattern(said, rule)


def _class_by_group(rule: Any, names: Names) -> Said:
    said = _group(rule, "är en klass; {teachers}.", "is a class; {teachers}.", teachers=labels.TEACHERS[rule.teachers])
    return _with_aliases(said, rule, names)


def _teaching_group(rule: Any, names: Names) -> Said:
    return _group(
        rule,
        "är en {type}; {teachers}.",
        "is a {type}; {teachers}.",
        type=labels.GROUP_TYPES[rule.group_type],
        teachers=labels.TEACHERS[rule.teachers],
    )


def _year_by_name(rule: Any, names: Names) -> Said:
    if rule.pattern == ClassNameYear().pattern:
        return Said(
            "Årskursen står först i klassens namn: {example} är årskurs 7, {first} är förskoleklass.",
            "The school year begins the name of the class: {example} is year 7, {first} is förskoleklass.",
            {"example": "7A", "first": "F"},
        )
    return Said(
        "Årskursen står i klassens namn, där {pattern} hittar den.",
        "The school year is in the name of the class, where {pattern} finds it.",
        {"pattern": rule.pattern.pattern},
    )


def _year_by_start(rule: Any, names: Names) -> Said:
    return Said(
        "Årskursen räknas ur startåret i klassens namn ({pattern}), {counts}; den stiger {rolls}.",
        "The school year is counted from the starting year in the name of the class ({pattern}), {counts}; it rises "
        "on {rolls}.",
        {"pattern": rule.pattern.pattern, "counts": labels.COUNTS[rule.counts_from], "rolls": day_said(rule.rolls_on)},
    )


def day_said(month_day: str) -> str:
    """``07-01`` -> 1 juli."""
    month, number = (int(part) for part in month_day.split("-"))
    return f"{number} {chosen(MONTHS_SV[month - 1], MONTHS_EN[month - 1])}"


def _year_by_field(rule: Any, names: Names) -> Said:
    return Said(
        "Fältet {field} säger årskursen.",
        "The field {field} says the school year.",
        {"field": labels.field_name(rule.field)},
    )


def _year_by_path(rule: Any, names: Names) -> Said:
    return Said(
        "Årskursen står i organisationsenhetens sökväg, där {pattern} hittar den.",
        "The school year is in the org unit's path, where {pattern} finds it.",
        {"pattern": rule.pattern.pattern},
    )


# Never, and protected


def _suspended(rule: Any, names: Names) -> Said:
    if rule.keep:
        return Said("Avstängda konton skickas som alla andra.", "Suspended accounts are sent like all others.")
    return Said("Avstängda konton skickas aldrig.", "Suspended accounts are never sent.")


def _archived(rule: Any, names: Names) -> Said:
    if rule.keep:
        return Said("Arkiverade konton skickas som alla andra.", "Archived accounts are sent like all others.")
    return Said("Arkiverade konton skickas aldrig.", "Archived accounts are never sent.")


def _never_org_unit(rule: Any, names: Names) -> Said:
    said = Said(
        "Ingen i organisationsenheten {org_unit} eller under den skickas",
        "Nobody in the org unit {org_unit} or below it is sent",
        {"org_unit": rule.org_unit},
    )
    return _joined(said, ": {reason}.", ": {reason}.", reason=rule.reason) if rule.reason else _joined(said, ".", ".")


def _never_group(rule: Any, names: Names) -> Said:
    return _joined(_members(rule), " skickas aldrig.", " are never sent.")


def _never_person(rule: Any, names: Names) -> Said:
    values = {"person": names.person(rule.person), "reason": rule.reason}
    if rule.until is None:
        return Said("{person} skickas aldrig: {reason}.", "{person} is never sent: {reason}.", values)
    return Said(
        "{person} skickas inte till och med {until}: {reason}.",
        "{person} is not sent until and including {until}: {reason}.",
        {**values, "until": day(rule.until)},
    )


def _protected_field(rule: Any, names: Names) -> Said:
    return Said(
        "De vars fält {field} är {values} har skyddade personuppgifter.",
        "Those whose field {field} is {values} have a protected identity.",
        {
            "field": labels.field_name(rule.field),
            "values": chosen(" eller ", " or ").join(rule.values),
        },
    )


def _protected_group(rule: Any, names: Names) -> Said:
    return _joined(_members(rule), " har skyddade personuppgifter.", " have a protected identity.")


def _protected_org_unit(rule: Any, names: Names) -> Said:
    return _joined(_inside(rule), " har skyddade personuppgifter.", " have a protected identity.")


def _protected_people(rule: Any, names: Names) -> Said:
    number = len(rule.people)
    if number == 1:
        return Said(
            "En person i en lista har skyddade personuppgifter.", "One person in a list has a protected identity."
        )
    return Said(
        "{n} personer i en lista har skyddade personuppgifter.",
        "{n} people in a list have a protected identity.",
        {"n": number},
    )


SENTENCES: Mapping[tuple[str, str], Callable[[Any, Names], Said]] = {
    ("placement", "org_unit"): _placed_by_org_unit,
    ("placement", "org_unit_pattern"): lambda rule, names: _belongs(_matching(rule), rule, names),
    ("placement", "field"): _placed_by_field,
    ("placement", "group"): lambda rule, names: _belongs(_members(rule), rule, names),
    ("role", "org_unit"): lambda rule, names: _is(_inside(rule), rule),
    ("role", "org_unit_pattern"): lambda rule, names: _is(_matching(rule), rule),
    ("role", "field"): _role_by_field,
    ("role", "group"): lambda rule, names: _is(_members(rule), rule),
    ("classes", "org_unit_leaf"): _class_by_leaf,
    ("classes", "field"): _class_by_field,
    ("classes", "group"): _class_by_group,
    ("groups", "group"): _teaching_group,
    ("school_year", "class_name"): _year_by_name,
    ("school_year", "start_year"): _year_by_start,
    ("school_year", "field"): _year_by_field,
    ("school_year", "org_unit_pattern"): _year_by_path,
    ("never", "suspended"): _suspended,
    ("never", "archived"): _archived,
    ("never", "org_unit"): _never_org_unit,
    ("never", "group"): _never_group,
    ("never", "person"): _never_person,
    ("protected", "field"): _protected_field,
    ("protected", "group"): _protected_group,
    ("protected", "org_unit"): _protected_org_unit,
    ("protected", "people"): _protected_people,
}
"""{(section, kind): its sentence}"""
