"""Codes of the register and of the mapping in words."""

from __future__ import annotations

from skolsynk.core import mapping
from skolsynk.core.ss12000.codes import SCHOOL_TYPES
from skolsynk.sync.readmodel import UnitCount
from skolsynk.web.words import chosen

FORMS_EN = {
    "FS": "preschool",
    "FSK": "preschool class",
    "FTH": "after-school centre",
    "GR": "compulsory school",
    "GRS": "adapted compulsory school",
    "SP": "special school",
    "SAM": "Sami school",
    "GY": "upper secondary school",
    "GYS": "adapted upper secondary school",
    "VUX": "municipal adult education",
    "SUV": "special education for adults",
    "YH": "higher vocational education",
    "FHS": "folk high school",
    "HS": "university",
    "AU": "other education",
}
ORGANIZERS = {
    "KOMMUN": ("kommun", "municipality"),
    "KOMMUNAL": ("kommun", "municipality"),
    "KOMMFORB": ("kommunalförbund", "federation of municipalities"),
    "ENSKILD": ("enskild huvudman", "independent"),
    "REGION": ("region", "region"),
    "STAT": ("staten", "the state"),
    "STATLIG": ("staten", "the state"),
    "SAME": ("Sameskolstyrelsen", "the Sami School Board"),
    "SPECIAL": ("Specialpedagogiska skolmyndigheten", "the Agency for Special Needs Education"),
}
REASONS = {
    "email_domain": ("föreslagen: e-postdomänen är er", "suggested: the e-mail domain is yours"),
    "email_related": ("föreslagen: e-postdomänen hör ihop med er", "suggested: the e-mail domain belongs with yours"),
    "web_host": ("föreslagen: webbplatsen ligger på er domän", "suggested: the web site is on your domain"),
    "web_related": (
        "föreslagen: webbplatsen hör ihop med er domän",
        "suggested: the web site belongs with your domain",
    ),
    "same_organizer": ("föreslagen: samma huvudman", "suggested: the same organizer"),
    "searched": ("sökt fram i registret", "found by searching the register"),
    "configuration": ("inläst konfiguration", "imported configuration"),
}
STATES = {
    mapping.OWN: ("kopplad", "mapped"),
    mapping.INHERITED: ("ärvd", "inherited"),
    mapping.PATTERN: ("via mönster", "by a pattern"),
    mapping.OTHER: ("via fält eller grupp", "by a field or a group"),
    mapping.IGNORED: ("ignorerad med flit", "left out on purpose"),
    mapping.IGNORED_ABOVE: ("ignorerad ovanför", "left out above"),
    mapping.OPEN: ("okopplad", "not mapped"),
    mapping.EMPTY: ("ingen här", "nobody here"),
}


def form_name(code: str) -> str:
    """An SS12000 school type in words."""
    return chosen(SCHOOL_TYPES.get(code, code), FORMS_EN.get(code, code))


def organizer_name(kind: str) -> str:
    """The register's kind of organizer in words; its own word where we have none."""
    return chosen(*ORGANIZERS.get(kind.upper(), (kind, kind)))


def reason_name(code: str) -> str:
    """Why a unit was added."""
    return chosen(*REASONS.get(code, (code, code)))


def state_name(state: str) -> str:
    """What the rules say of an org unit, in a word or two."""
    return chosen(*STATES[state])


def count_of(counts: UnitCount | None) -> int:
    """People of one school unit."""
    return counts.pupils + counts.teachers + counts.staff if counts else 0


def rule_name(label: str) -> str:
    """A rule's label in words: ``placement[2] org_unit_pattern ^/x`` -> mönstret ^/x."""
    _, _, rest = label.partition(" ")
    kind, _, value = rest.partition(" ")
    told = {
        "org_unit": ("organisationsenheten {0}", "the org unit {0}"),
        "org_unit_pattern": ("mönstret {0}", "the pattern {0}"),
        "field": ("fältet {0}", "the field {0}"),
        "group": ("gruppen {0}", "the group {0}"),
    }.get(kind, ("{0}", "{0}"))
    return chosen(*told).format(value or rest)
