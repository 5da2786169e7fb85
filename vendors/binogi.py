"""Binogi: classes only, and every user in one position."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="binogi",
    name="Binogi",
    homepage="https://www.binogi.se",
    sources=("https://support.binogi.se/fi/kb/articles/introduktion-till-skolsynk-2",),
    types=ALL_TYPES,
    group_types=("Klass",),
    one_class_per_pupil=True,
    one_school_unit_per_person=True,
    notes_sv=(
        "Binogi tar emot klasser men inga undervisningsgrupper.",
        (
            "Varje person får bara finnas på ett ställe: en skolenhet, och för elever högst en klass. "
            "En lärare på flera skolenheter behåller den där flest av lärarens klasser finns."
        ),
        "Den som slutar eller flyttar tas bort hos Binogi av sig själv.",
    ),
    notes_en=(
        "Binogi takes classes but no teaching groups.",
        (
            "Everybody may be in one place only: one school unit and, for pupils, at most one class. "
            "A teacher at several school units keeps the one with most of the teacher's classes."
        ),
        "Those who leave or move are removed at Binogi by themselves.",
    ),
    unpublished_sv=(
        "vilka uppgifter som krävs utöver EGIL-profilen",
        "vilka adresser som används för test och skarpt läge",
        "om huvudman och grupper av skolenheter tas emot; avstängt som förval",
    ),
    unpublished_en=(
        "which attributes are required beyond the EGIL profile",
        "which addresses are used for test and live",
        "whether Organisation and SchoolUnitGroup are taken; off by default",
    ),
)
