"""The common ways to arrange a school's directory, as whole rules to begin from.

A preset says where to look for what; names of org units, fields and groups are taken from the directory where it has
them, and are the usual ones where it has not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules.suggest import combine, suggest
from skolsynk.core.rules.suggest.draft import Json
from skolsynk.core.snapshot import Snapshot

_TREE = ("org_unit", "org_unit_pattern")
_BY_NAME: Json = {"kind": "class_name"}
_BY_START: Json = {
    "kind": "start_year",
    "pattern": "^[A-ZÅÄÖ]{2,6}(?P<start>[0-9]{2})",
    "counts_from": "upper_secondary",
    "rolls_on": "07-01",
}
_TWO_BRANCHES: tuple[Json, ...] = (
    {"kind": "org_unit", "org_unit": "/Elever", "role": "pupil"},
    {"kind": "org_unit", "org_unit": "/Personal", "role": "staff"},
    {"kind": "org_unit", "org_unit": "/Personal/Lärare", "role": "teacher"},
)
_BRANCHES_OF_UNITS: tuple[Json, ...] = (
    {"kind": "org_unit_pattern", "pattern": "^/[^/]+/Elever(/|$)", "role": "pupil"},
    {"kind": "org_unit_pattern", "pattern": "^/[^/]+/Personal(/|$)", "role": "staff"},
    {"kind": "org_unit_pattern", "pattern": "^/[^/]+/Personal/Lärare(/|$)", "role": "teacher"},
)
_UNIT_BELOW_BRANCH: Json = {"kind": "org_unit_pattern", "pattern": "^/(Elever|Personal)/(?P<unit>[^/]+)"}


@dataclass(frozen=True)
class Preset:
    """One arrangement. ``kinds`` limits where to look, ``usual`` stands in for a section where nothing was found."""

    slug: str
    label_sv: str
    label_en: str
    description_sv: str
    description_en: str
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    usual: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """``language`` is "sv" or "en"."""
        return self.label_sv if language == "sv" else self.label_en

    def description(self, language: str) -> str:
        return self.description_sv if language == "sv" else self.description_en

    def make(self, snapshot: Snapshot, units: Sequence[RegisteredUnit]) -> Json:
        """Whole rules, as JSON that ``parse_rules`` takes, for a directory and the tenant's school units."""
        found = combine(suggest(snapshot, units, only=self.kinds))
        usual = {section: list(rules) for section, rules in self.usual.items() if section not in found}
        if len(units) == 1 and "placement" in usual:
            usual["placement"] = [{"kind": "org_unit", "org_unit": "/", "school_unit": units[0].code}]
        made = {**found, **usual}
        return {section: deepcopy(made[section]) for section in _ORDER if section in made}


_ORDER = ("placement", "role", "classes", "groups", "school_year", "never", "protected")

PRESETS: tuple[Preset, ...] = (
    Preset(
        "org_unit_classes",
        "Elever/skola/klass",
        "Pupils/school/class",
        "Organisationsenheterna säger allt: /Elever/Ekskolan/7A och /Personal/Ekskolan. Den innersta är en klass.",
        "The org units say it all: /Elever/Ekskolan/7A and /Personal/Ekskolan. A class is the innermost one.",
        {
            "placement": _TREE,
            "role": (*_TREE, "field"),
            "classes": ("org_unit_leaf",),
            "school_year": ("class_name", "start_year", "org_unit_pattern"),
        },
        {
            "placement": (_UNIT_BELOW_BRANCH,),
            "role": _TWO_BRANCHES,
            "classes": ({"kind": "org_unit_leaf", "under": "/Elever"},),
            "school_year": (_BY_NAME,),
        },
    ),
    Preset(
        "unit_first",
        "Skola/elever/klass",
        "School/pupils/class",
        "Varje skola har ett eget träd: /Ekskolan/Elever/7A och /Ekskolan/Personal/Lärare.",
        "Each school has a tree of its own: /Ekskolan/Elever/7A and /Ekskolan/Personal/Lärare.",
        {
            "placement": _TREE,
            "role": (*_TREE, "field"),
            "classes": ("org_unit_leaf",),
            "school_year": ("class_name", "start_year", "org_unit_pattern"),
        },
        {
            "placement": ({"kind": "org_unit_pattern", "pattern": "^/(?P<unit>[^/]+)/(Elever|Personal)(/|$)"},),
            "role": _BRANCHES_OF_UNITS,
            "classes": ({"kind": "org_unit_leaf", "under": "/", "pattern": "^(?P<name>[^/]*[0-9][^/]*)$"},),
            "school_year": (_BY_NAME,),
        },
    ),
    Preset(
        "fields",
        "Fält på varje konto",
        "Fields on every account",
        "Få organisationsenheter; skolenhet, klass och årskurs står i kontots fält, till exempel avdelning och "
        "kostnadsställe eller egna fält.",
        "Few org units; school unit, class and school year are in the account's fields, such as department and cost "
        "centre, or fields of your own.",
        {
            "placement": ("field",),
            "role": (*_TREE, "field"),
            "classes": ("field",),
            "school_year": ("field", "class_name", "start_year"),
        },
        {
            "placement": ({"kind": "field", "field": "organizations.department", "holds": "name"},),
            "role": _TWO_BRANCHES,
            "classes": ({"kind": "field", "field": "organizations.costCenter"},),
            "school_year": (_BY_NAME,),
        },
    ),
    Preset(
        "class_groups",
        "Klasser som grupper",
        "Classes as groups",
        "Organisationsenheterna säger vem som är elev och vem som är personal; skolenheter och klasser är grupper, "
        "till exempel skola-ekskolan@ och klass-7a@.",
        "The org units say who is a pupil and who is staff; school units and classes are Google Groups, such as "
        "skola-ekskolan@ and klass-7a@.",
        {
            "placement": ("group", *_TREE),
            "role": (*_TREE, "field", "group"),
            "classes": ("group",),
            "school_year": ("class_name", "start_year"),
        },
        {
            "placement": ({"kind": "group", "match": "email", "pattern": "^skola-(?P<unit>[^@]+)@"},),
            "role": _TWO_BRANCHES,
            "classes": (
                {"kind": "group", "match": "email", "pattern": "^klass-(?P<name>[^@]+)@", "teachers": "owners"},
            ),
            "school_year": (_BY_NAME,),
        },
    ),
    Preset(
        "upper_secondary",
        "Gymnasium med startår",
        "Upper secondary by starting year",
        "Klasser heter efter program och det år de började (TE22b), i ett fält, som grupper eller som "
        "organisationsenheter; årskursen räknas ut och stiger den 1 juli.",
        "Classes are named by programme and the year in which they began (TE22b), in a field, as groups or as org "
        "units; the school year is worked out, and rises on 1 July.",
        {"school_year": ("start_year",)},
        {
            "placement": ({"kind": "field", "field": "organizations.department", "holds": "name"},),
            "role": _TWO_BRANCHES,
            "classes": ({"kind": "field", "field": "organizations.costCenter"},),
            "school_year": (_BY_START,),
        },
    ),
    Preset(
        "mixed",
        "Blandat",
        "Mixed",
        "Det som syns i katalogen, var det än står: fält går före grupper och grupper före organisationsenheter. "
        "Börja här om inget annat passar.",
        "Whatever the directory shows, wherever it is: fields go before groups and groups before org units. "
        "Begin here if nothing else fits.",
        {},
        {
            "placement": (_UNIT_BELOW_BRANCH,),
            "role": _TWO_BRANCHES,
            "classes": ({"kind": "org_unit_leaf", "under": "/Elever"},),
            "school_year": (_BY_START, _BY_NAME),
        },
    ),
)
