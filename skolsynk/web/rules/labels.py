"""What the parts of rules are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from skolsynk.web.words import chosen, words


class Section(NamedTuple):
    name: str
    question: str  # that its rules answer
    empty: str  # what follows when it has none


SECTIONS: Mapping[str, Section] = {
    "placement": Section(
        words("Skolenhet", "School unit"),
        words("Vilken skolenhet hör var och en till?", "Which school unit does each belong to?"),
        words(
            "Ingen regel: ingen får någon skolenhet, och då skickas ingen.",
            "No rule: nobody gets a school unit, so nobody is sent.",
        ),
    ),
    "role": Section(
        words("Roll", "Role"),
        words("Vem är elev, lärare eller annan personal?", "Who is a pupil, a teacher or other staff?"),
        words(
            "Ingen regel: ingen har någon roll, och då skickas ingen.",
            "No rule: nobody has a role, so nobody is sent.",
        ),
    ),
    "classes": Section(
        words("Klasser", "Classes"),
        words("Var står elevens klass?", "Where is a pupil's class written?"),
        words("Ingen regel: elever skickas utan klass.", "No rule: pupils are sent without a class."),
    ),
    "groups": Section(
        words("Undervisningsgrupper", "Teaching groups"),
        words("Vilka Google-grupper är undervisningsgrupper?", "Which Google Groups are teaching groups?"),
        words("Ingen regel: inga undervisningsgrupper skickas.", "No rule: no teaching groups are sent."),
    ),
    "school_year": Section(
        words("Årskurs", "School year"),
        words("Hur syns det vilken årskurs en elev går i?", "What tells a pupil's school year?"),
        words("Ingen regel: elever skickas utan årskurs.", "No rule: pupils are sent without a school year."),
    ),
    "never": Section(
        words("Aldrig", "Never"),
        words("Vilka ska aldrig skickas?", "Who is never to be sent?"),
        words(
            "Ingen regel: bara avstängda och arkiverade konton hålls utanför.",
            "No rule: only suspended and archived accounts are left out.",
        ),
    ),
    "protected": Section(
        words("Skyddade personuppgifter", "Protected identity"),
        words("Vilka har skyddade personuppgifter?", "Who has a protected identity?"),
        words(
            "Ingen regel: ingen behandlas som skyddad. Har ni någon, säg här hur det syns.",
            "No rule: nobody is treated as protected. If you have somebody, say here how it shows.",
        ),
    ),
}

KINDS: Mapping[tuple[str, str], str] = {
    ("placement", "org_unit"): words("Efter organisationsenhet", "By org unit"),
    ("placement", "org_unit_pattern"): words(
        "Efter mönster i organisationsenhetens sökväg", "By a pattern in the org unit's path"
    ),
    ("placement", "field"): words("Efter ett fält på kontot", "By a field of the account"),
    ("placement", "group"): words("Efter Google-grupp", "By Google Group"),
    ("role", "org_unit"): words("Efter organisationsenhet", "By org unit"),
    ("role", "org_unit_pattern"): words(
        "Efter mönster i organisationsenhetens sökväg", "By a pattern in the org unit's path"
    ),
    ("role", "field"): words("Efter ett fält på kontot", "By a field of the account"),
    ("role", "group"): words("Efter Google-grupp", "By Google Group"),
    ("classes", "org_unit_leaf"): words("Organisationsenhetens namn är klassen", "The org unit's name is the class"),
    ("classes", "field"): words("Ett fält på kontot är klassen", "A field of the account is the class"),
    ("classes", "group"): words("En Google-grupp är klassen", "A Google Group is the class"),
    ("groups", "group"): words("En Google-grupp är undervisningsgruppen", "A Google Group is the teaching group"),
    ("school_year", "class_name"): words("Ur klassens namn", "From the name of the class"),
    ("school_year", "start_year"): words(
        "Ur startåret i klassens namn", "From the starting year in the name of the class"
    ),
    ("school_year", "field"): words("Ur ett fält på kontot", "From a field of the account"),
    ("school_year", "org_unit_pattern"): words("Ur organisationsenhetens sökväg", "From the org unit's path"),
    ("never", "suspended"): words("Avstängda konton", "Suspended accounts"),
    ("never", "archived"): words("Arkiverade konton", "Archived accounts"),
    ("never", "org_unit"): words("Alla i en organisationsenhet", "Everybody in an org unit"),
    ("never", "group"): words("Alla i en Google-grupp", "Everybody in a Google Group"),
    ("never", "person"): words("En enskild person", "A single person"),
    ("protected", "field"): words("Ett fält på kontot säger det", "A field of the account says so"),
    ("protected", "group"): words("Alla i en Google-grupp", "Everybody in a Google Group"),
    ("protected", "org_unit"): words("Alla i en organisationsenhet", "Everybody in an org unit"),
    ("protected", "people"): words("Personer i en lista", "People in a list"),
}

ROLES: Mapping[str, str] = {
    "pupil": words("elever", "pupils"),
    "teacher": words("lärare", "teachers"),
    "staff": words("annan personal", "other staff"),
    "nobody": words("ingen som ska skickas", "nobody to be sent"),
}
EMPLOYMENT_ROLES: Mapping[str, str] = {
    "Rektor": words("rektor", "principal"),
    "Lärare": words("lärare", "teacher"),
    "Förskollärare": words("förskollärare", "preschool teacher"),
    "Övrig pedagogisk personal": words("övrig pedagogisk personal", "other pedagogical staff"),
    "Annan personal": words("annan personal", "other staff"),
}
GROUP_TYPES: Mapping[str, str] = {
    "Undervisning": words("undervisningsgrupp", "teaching group"),
    "Mentor": words("mentorsgrupp", "mentor group"),
    "Schema": words("schemagrupp", "timetable group"),
    "Övrigt": words("övrig grupp", "other group"),
}
COUNTS: Mapping[str, str] = {
    "preschool_class": words("från förskoleklass (år 0)", "from förskoleklass (year 0)"),
    "year_1": words("från årskurs 1", "from school year 1"),
    "upper_secondary": words("från gymnasiets år 1", "from year 1 of upper secondary school"),
}
MATCHES: Mapping[str, str] = {
    "email": words("adress", "address"),
    "name": words("namn", "name"),
}
TEACHERS: Mapping[str, str] = {
    "staff": words("all personal i gruppen undervisar den", "all staff in it teach it"),
    "owners": words("gruppens ägare och ansvariga undervisar den", "its owners and managers teach it"),
}
HOLDS: Mapping[str, str] = {
    "code": words("skolenhetskod", "school unit code"),
    "name": words("skolenhetens namn", "name of the school unit"),
}
_FIELDS: Mapping[str, tuple[str, str]] = {
    "organizations.department": ("avdelning", "department"),
    "organizations.costCenter": ("kostnadsställe", "cost centre"),
    "organizations.title": ("befattning", "job title"),
    "organizations.name": ("organisation", "organisation"),
    "organizations.description": ("anställningstyp", "type of employee"),
    "externalIds.organization": ("anställnings-id", "employee id"),
}
USUAL_FIELDS = tuple(_FIELDS)


def field_name(path: str) -> str:
    """``organizations.department`` as Google's own console calls it; a field of the tenant's own by its name."""
    if path in _FIELDS:
        return f"{chosen(*_FIELDS[path])} ({path})"
    scheme, _, rest = path.partition(".")
    if scheme == "customSchemas" and rest:
        return f"{rest.rpartition('.')[2]} ({path})"
    return path
