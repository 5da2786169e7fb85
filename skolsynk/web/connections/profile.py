"""A vendor's file as sentences: what it takes, what it cuts and why, what it demands, what nobody has published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skolsynk.core.vendor import Vendor
from skolsynk.web.connections.labels import FIELDS, GROUP_TYPES, TYPES, small
from skolsynk.web.words import chosen, number, speaks, words


class Fact(NamedTuple):
    label: str
    text: str


def in_one_line(vendor: Vendor) -> str:
    """What it takes, in a few words."""
    groups = joined(small(GROUP_TYPES[kind]) for kind in vendor.group_types)
    limits = list(_short_limits(vendor))
    head = chosen(f"Personer, {groups}", f"People, {groups}") if groups else chosen("Personer", "People")
    return ". ".join([head, *limits]) + "."


def _short_limits(vendor: Vendor) -> Iterator[str]:
    if vendor.one_school_unit_per_person:
        yield chosen("En skolenhet per person", "One school unit per person")
    if vendor.one_class_per_pupil:
        yield chosen("En klass per elev", "One class per pupil")
    if vendor.unique_class_names:
        yield chosen("Unika klassnamn", "Unique class names")


def notes(vendor: Vendor) -> tuple[str, ...]:
    return vendor.notes_en if speaks() == "en" else vendor.notes_sv


def facts(vendor: Vendor) -> list[Fact]:
    """Everything that the file says, in the order in which people ask."""
    fields = joined(small(FIELDS[name]) for name in vendor.required_fields)
    return [
        Fact(words("Tar emot", "Takes"), joined(small(TYPES[name]) for name in vendor.types)),
        Fact(words("Grupper", "Groups"), joined(small(GROUP_TYPES[kind]) for kind in vendor.group_types)),
        Fact(words("Begränsningar", "Limits"), " ".join(limits(vendor)) or chosen("Inga kända.", "None known.")),
        Fact(words("Kräver", "Demands"), fields or chosen("inget utöver profilen", "nothing beyond the profile")),
        Fact(words("Inloggning hos mottagaren", "Authentication"), _auth(vendor)),
        Fact(words("Hastighet", "Speed"), _speed(vendor)),
    ]


def limits(vendor: Vendor) -> Iterator[str]:
    """What is cut when somebody is in more places than the vendor takes, and how it is chosen."""
    if vendor.one_school_unit_per_person:
        yield chosen(
            "Varje person får finnas på en skolenhet: den där flest av personens grupper finns behålls.",
            "Everybody may be at one school unit: the one with most of the person's groups is kept.",
        )
    if vendor.one_class_per_pupil:
        yield chosen(
            "Varje elev får finnas i en klass: den på elevens egen skolenhet behålls, annars den första i namnordning.",
            "Every pupil may be in one class: one at the pupil's own school unit is kept, else the first by name.",
        )
    if vendor.unique_class_names:
        yield chosen(
            "Klassnamn ska vara unika: heter flera lika får de senare skolenhetens namn efter sig.",
            "Class names must be unique: of equal ones, the later get their school unit's name added.",
        )


def _auth(vendor: Vendor) -> str:
    header = vendor.api_key_header
    return chosen(f"API-nyckel i rubriken {header}", f"API key in the header {header}")


def _speed(vendor: Vendor) -> str:
    rate = number(round(vendor.requests_per_second, 1)).removesuffix(",0").removesuffix(".0")
    lines = vendor.concurrency
    return chosen(
        f"högst {rate} anrop i sekunden, {lines} åt gången", f"at most {rate} requests a second, {lines} at a time"
    )


def unpublished(vendor: Vendor) -> tuple[str, ...]:
    """What no public source says; the permissive default holds."""
    return vendor.unpublished_en if speaks() == "en" else vendor.unpublished_sv


def joined(texts: Iterable[str]) -> str:
    """a, b och c."""
    listed = list(texts)
    if len(listed) < 2:
        return "".join(listed)
    return chosen(" och ", " and ").join([", ".join(listed[:-1]), listed[-1]])
