"""SLI Play: nothing is published but what is stored about people."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="sli-play",
    name="SLI Play",
    homepage="https://sli.se",
    sources=("https://sli.se/apps/sli/information.php?db=4&id=287",),
    types=ALL_TYPES,
    notes_sv=("SLI har inte publicerat några egna krav på det som skickas. Prova i testläge först.",),
    notes_en=("SLI has published no demands of its own on what is sent. Try in test mode first.",),
    unpublished_sv=(
        "allt om den här integrationen: bara en sida om personuppgifter har hittats",
        "om en klass per elev eller unika klassnamn krävs",
        "vilka adresser som används för test och skarpt läge",
        "om huvudman och grupper av skolenheter tas emot; avstängt som förval",
    ),
    unpublished_en=(
        "everything about this integration: only a privacy page was found",
        "whether one class per pupil or unique class names are demanded",
        "which addresses are used for test and live",
        "whether Organisation and SchoolUnitGroup are taken; off by default",
    ),
)
