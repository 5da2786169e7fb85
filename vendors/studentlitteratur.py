"""Studentlitteratur: nothing is published."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="studentlitteratur",
    name="Studentlitteratur",
    homepage="https://www.studentlitteratur.se",
    sources=("https://support.binogi.se/fi/kb/articles/introduktion-till-skolsynk-2",),  # names it as a receiver
    types=ALL_TYPES,
    notes_sv=("Studentlitteratur har inte publicerat några egna krav på det som skickas. Prova i testläge först.",),
    notes_en=("Studentlitteratur has published no demands of its own on what is sent. Try in test mode first.",),
    unpublished_sv=(
        "allt om den här integrationen: ingen sida om den har hittats",
        "om en klass per elev eller unika klassnamn krävs",
        "vilka adresser som används för test och skarpt läge",
        "om huvudman och grupper av skolenheter tas emot; avstängt som förval",
    ),
    unpublished_en=(
        "everything about this integration: no page about it was found",
        "whether one class per pupil or unique class names are demanded",
        "which addresses are used for test and live",
        "whether Organisation and SchoolUnitGroup are taken; off by default",
    ),
)
