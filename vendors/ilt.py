"""ILT Inläsningstjänst: user names are unique over all customers."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="ilt",
    name="ILT Inläsningstjänst",
    homepage="https://www.inlasningstjanst.se",
    sources=("https://support.ilteducation.se",),
    types=ALL_TYPES,
    notes_sv=(
        "Användarnamn är unika i hela ILT:s system och kan inte innehålla å, ä eller ö. Här är det e-postadressen.",
        "E-postadress är frivillig för elever.",
        "Grupper och användare som har lagts upp för hand hos ILT kan finnas vid sidan av de synkade.",
    ),
    notes_en=(
        "User names are unique in all of ILT's system and cannot contain å, ä or ö. Here they are e-mail addresses.",
        "An e-mail address is optional for pupils.",
        "Groups and users that were made by hand at ILT may exist beside the synchronised ones.",
    ),
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
