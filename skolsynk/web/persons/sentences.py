"""The chain of why in sentences: one title for each link and outcome, and the evidence as text.

Every name of a step, and every kind of rule, of ``core.rules.explain`` and ``core.selection.explain`` has its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.findings import CATALOGUE, DECISIONS
from skolsynk.core.school import Step
from skolsynk.web.words import chosen, words

LABEL = re.compile(r"^(?P<section>\w+)\[(?P<place>\d+)\] (?P<kind>\w+):? ?(?P<rest>.*)$", re.DOTALL)
CODE = re.compile(r"\b[1-9][0-9]{7}\b")
Names = Mapping[str, str]  # school unit code -> name

ROLES: Mapping[str, str] = {
    "pupil": words("elev", "pupil"),
    "teacher": words("lärare", "teacher"),
    "staff": words("annan personal", "other staff"),
    "nobody": words("ingen som ska skickas", "nobody to be sent"),
    "": words("ingen roll", "no role"),
}
SECTIONS: Mapping[str, str] = {
    "placement": words("Placering", "Placement"),
    "role": words("Roll", "Role"),
    "classes": words("Klass", "Class"),
    "groups": words("Grupp", "Group"),
    "school_year": words("Årskurs", "School year"),
    "never": words("Undantag", "Exclusion"),
    "protected": words("Skyddade personuppgifter", "Protected identity"),
}
KINDS: Mapping[str, str] = {
    "org_unit": words("organisationsenheten", "the org unit"),
    "org_unit_pattern": words("mönster i organisationsenhetens sökväg", "a pattern in the org unit's path"),
    "org_unit_leaf": words("organisationsenhetens namn, under", "the org unit's name, below"),
    "field": words("fältet", "the field"),
    "group": words("gruppen", "the group"),
    "class_name": words("klassens namn", "the name of the class"),
    "start_year": words("startåret i klassens namn", "the starting year in the name of the class"),
    "person": words("personen själv", "the person herself"),
    "people": words("en lista över personer", "a list of people"),
    "suspended": words("avstängda konton", "suspended accounts"),
    "archived": words("arkiverade konton", "archived accounts"),
}
FIELDS: Mapping[str, str] = {
    "email": words("e-postadress", "e-mail address"),
    "google_id": words("Googles användar-id", "Google's user id"),
    "school_year": words("årskurs", "school year"),
    "school_type": words("skolform", "school form"),
}

PASSED: Mapping[str, str] = {
    "exclusion": words("Ingen regel undantar personen", "No rule excludes the person"),
    "protection": words("Personuppgifterna är inte skyddade", "The identity is not protected"),
    "role": words("Reglerna ger en roll", "The rules give a role"),
    "placement": words("Reglerna ger en skolenhet", "The rules give a school unit"),
    "data": words("Namn och e-postadress finns", "Name and e-mail address are there"),
    "school_year": words("Reglerna ger en årskurs", "The rules give a school year"),
    "class": words("Reglerna ger en klass", "The rules give a class"),
    "protected": words("Personuppgifterna hindrar inte", "The identity may be sent"),
    "excluded": words("Inte undantagen från leverantören", "Not excluded from the vendor"),
    "filter": words("Uppfyller filtren", "Meets the filters"),
    "not_filter": words("Inget uteslutande filter träffar", "No excluding filter matches"),
    "required_field": words("Allt som leverantören kräver finns", "Everything that the vendor requires is there"),
    "school_unit": words("Skolenheten är vald", "The school unit is selected"),
    "group": words("Skickas i klasser och grupper", "Sent in classes and groups"),
    "one_class": words(
        "Leverantören tar emot en klass per elev; resten skickas utan eleven",
        "The vendor takes one class per pupil; the others are sent without the pupil",
    ),
    "one_school_unit": words(
        "Leverantören tar emot en skolenhet per person; resten skickas utan personen",
        "The vendor takes one school unit per person; the others are sent without the person",
    ),
}
FAILED: Mapping[str, str] = {
    "directory": words(
        "Kontot finns inte i den senaste läsningen av Google",
        "The account is not in the latest read of Google",
    ),
    "exclusion": words("En regel undantar personen", "A rule excludes the person"),
    "protection": words("Personuppgifterna är skyddade", "The identity is protected"),
    "role": words("Reglerna ger ingen roll som skickas", "The rules give no role that is sent"),
    "placement": words("Ingen regel ger en skolenhet", "No rule gives a school unit"),
    "data": words("Uppgifter saknas eller är fel", "Something is missing or wrong"),
    "school_year": words("Ingen årskurs; skickas utan", "No school year; sent without"),
    "class": words("Ingen klass; skickas utan", "No class; sent without"),
    "protected": words(
        "Skyddade personuppgifter skickas inte till leverantören",
        "Protected identity is not sent to the vendor",
    ),
    "excluded": words("Undantagen från leverantören", "Excluded from the vendor"),
    "filter": words("Uppfyller inget av filtren", "Meets none of the filters"),
    "not_filter": words("Ett uteslutande filter träffar", "An excluding filter matches"),
    "required_field": words("Något som leverantören kräver saknas", "Something that the vendor requires is missing"),
    "school_unit": words("Skolenheten är inte vald", "The school unit is not selected"),
    "selection": words(
        "Urvalet kan inte läsas: det pekar på något som inte finns längre",
        "The selection cannot be read: it points at something that is gone",
    ),
}
NOT_REACHED: Mapping[str, str] = {
    "role": words("Roll", "Role"),
    "placement": words("Skolenhet", "School unit"),
    "data": words("Namn och e-postadress", "Name and e-mail address"),
    "school_year": words("Årskurs", "School year"),
    "class": words("Klass", "Class"),
    "protected": words("Skyddade personuppgifter", "Protected identity"),
    "excluded": words("Undantag från leverantören", "Exclusion from the vendor"),
    "school_unit": words("Vald skolenhet", "Selected school unit"),
    "filter": words("Filter", "Filters"),
    "not_filter": words("Uteslutande filter", "Excluding filters"),
    "required_field": words("Krävda uppgifter", "Required fields"),
    "exclusion": words("Undantag", "Exclusions"),
    "protection": words("Skyddade personuppgifter", "Protected identity"),
}
# A vendor's checks share some names with the rules' links, and mean other things.
AT_VENDOR: Mapping[tuple[str, str], str] = {
    ("data", "passed"): words("Reglerna placerar personen", "The rules place the person"),
    ("data", "failed"): words("Reglerna placerar inte personen", "The rules do not place the person"),
    ("data", "not_reached"): words("Reglernas placering", "The rules' placement"),
    ("role", "passed"): words("Rollen är vald", "The role is selected"),
    ("role", "failed"): words("Rollen är inte vald", "The role is not selected"),
    ("role", "not_reached"): words("Vald roll", "Selected role"),
}
NEVER: Mapping[str, str] = {
    "suspended": words("Kontot är avstängt i Google", "The account is suspended in Google"),
    "archived": words("Kontot är arkiverat i Google", "The account is archived in Google"),
}
NOT_SENT_ELSE = "included_if"


class Link(NamedTuple):
    """One link of the chain as ``<c-steps>`` shows it."""

    outcome: str
    title: str
    evidence: str
    href: str
    link: str


def of_rules(steps: Iterable[Step], names: Names, rules_at: str) -> list[Link]:
    """From the directory through the rules. ``rules_at``: the address of the rules' page, "" for no links."""
    return [
        Link(
            step.outcome,
            _title(step),
            _evidence(step, names),
            rules_at if LABEL.match(step.rule) else "",
            rule_name(step.rule),
        )
        for step in steps
    ]


def of_vendor(steps: Iterable[Step], names: Names, connection_at: str) -> list[Link]:
    """Through one vendor's selection; what would have to hold stands apart (``wish``)."""
    return [
        Link(
            step.outcome,
            str(AT_VENDOR.get((step.name, step.outcome)) or _title(step)),
            _evidence_at_vendor(step, names),
            connection_at if step.outcome == "failed" and step.rule else "",
            chosen("Leverantörens urval", "The vendor's selection"),
        )
        for step in _once(steps)
        if step.name != NOT_SENT_ELSE
    ]


def wish(steps: Iterable[Step], names: Names) -> str:
    """What would have to hold for the vendor to get her; "" when nothing, or when it cannot be said."""
    found = next((step.evidence for step in steps if step.name == NOT_SENT_ELSE), "")
    return named(found, names)


def named(text: str, names: Names) -> str:
    """School unit codes in a text get their names, where they are known."""
    return CODE.sub(lambda found: f"{names[found[0]]} ({found[0]})" if found[0] in names else found[0], text)


def rule_name(label: str) -> str:
    """``placement[1] org_unit /Personal`` -> "Placering 2: organisationsenheten /Personal"; of a person no reason."""
    found = LABEL.match(label)
    if found is None:
        return ""
    section, kind = SECTIONS.get(found["section"], found["section"]), KINDS.get(found["kind"], found["kind"])
    rest = "" if found["kind"] == "person" else found["rest"]
    return f"{section} {int(found['place']) + 1}: {kind} {rest}".strip()


def reason(fate: str, code: str) -> str:
    """Why the rules leave somebody out, in a few words; "" for those who are placed."""
    if fate == "protected":
        return chosen("Skyddade personuppgifter", "Protected identity")
    if code in DECISIONS:
        return chosen(*DECISIONS[code])
    return chosen(CATALOGUE[code].title_sv, CATALOGUE[code].title_en) if code in CATALOGUE else ""


def _once(steps: Iterable[Step]) -> Iterator[Step]:
    """The first step of each name."""
    seen: set[str] = set()
    for step in steps:
        if step.name not in seen:
            seen.add(step.name)
            yield step


def _title(step: Step) -> str:
    if step.name == "exclusion" and step.evidence in NEVER:
        return str(NEVER[step.evidence])
    titles = {"passed": PASSED, "failed": FAILED}.get(step.outcome, NOT_REACHED)
    return str(titles.get(step.name, step.name))


def _evidence(step: Step, names: Names) -> str:
    return EVIDENCE[step.name](step, names) if step.evidence and step.name in EVIDENCE else ""


def _split(step: Step) -> tuple[str, str]:
    """``value: where it came from``"""
    value, _, origin = step.evidence.partition(": ")
    return value, origin


def _from(step: Step, value: str, origin: str) -> str:
    """The value, and where it was found."""
    kind = LABEL.match(step.rule)
    how = KINDS.get(kind["kind"], "") if kind else ""
    if not origin:
        return value
    by = f"{how} {origin}".strip() if kind and kind["kind"] in ("org_unit", "field", "group") else origin
    return chosen(f"{value} – enligt {by}", f"{value} – by {by}")


def _of_role(step: Step, names: Names) -> str:
    if step.outcome == "failed" and not step.rule:
        return chosen(
            f"Ingen rollregel träffar organisationsenheten {step.evidence}, fälten eller grupperna.",
            f"No role rule catches the org unit {step.evidence}, the fields or the groups.",
        )
    role, origin = _split(step)
    return _from(step, str(ROLES.get(role, role)), origin)


def _of_placement(step: Step, names: Names) -> str:
    if step.outcome == "failed":
        if not step.rule:
            return chosen(
                f"Ingen placeringsregel träffar organisationsenheten {step.evidence}, fälten eller grupperna.",
                f"No placement rule catches the org unit {step.evidence}, the fields or the groups.",
            )
        return chosen(f"{step.evidence} är ingen av era skolenheter.", f"{step.evidence} is none of your school units.")
    codes, origin = _split(step)
    return _from(step, named(codes, names), origin)


def _of_year(step: Step, names: Names) -> str:
    year, origin = _split(step)
    return _from(step, chosen("förskoleklass", "preschool class") if year == "0" else year, origin)


def _of_class(step: Step, names: Names) -> str:
    if step.outcome == "failed":
        return chosen(
            f"Ingen klassregel träffar organisationsenheten {step.evidence}, fälten eller grupperna.",
            f"No class rule catches the org unit {step.evidence}, the fields or the groups.",
        )
    value, origin = _split(step)
    return _from(step, value, origin)


def _of_exclusion(step: Step, names: Names) -> str:
    return "" if step.evidence in NEVER else step.evidence


def _of_data(step: Step, names: Names) -> str:
    return ", ".join(reason("", code) or code for code in step.evidence.split(", "))


def _as_it_is(step: Step, names: Names) -> str:
    return step.evidence


EVIDENCE: Mapping[str, Callable[[Step, Names], str]] = {
    "role": _of_role,
    "placement": _of_placement,
    "school_year": _of_year,
    "class": _of_class,
    "exclusion": _of_exclusion,
    "protection": _as_it_is,
    "data": _of_data,
}


def _evidence_at_vendor(step: Step, names: Names) -> str:
    if not step.evidence:
        return ""
    if step.name == "role":
        return ", ".join(str(ROLES.get(role, role)) for role in step.evidence.split(", "))
    if step.name == "data":
        return _of_data(step, names)
    if step.name == "required_field":
        return ", ".join(str(FIELDS.get(each, each)) for each in step.evidence.split(", "))
    if step.name in ("one_class", "one_school_unit"):
        kept, gone = named(step.rule, names), named(step.evidence, names)
        return chosen(f"behålls: {kept}; utan personen: {gone}", f"kept: {kept}; without the person: {gone}")
    return named(step.evidence, names)
