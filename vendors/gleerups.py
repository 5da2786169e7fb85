"""Gleerups: accounts are matched by e-mail address; licences are given out by hand afterwards."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="gleerups",
    name="Gleerups",
    homepage="https://www.gleerups.se",
    sources=(
        "https://www.gleerups.se/digitala-laromedel/alla/integration",
        (
            "https://www.gleerups.se/support/fragor-och-svar/integration/"
            "vi-har-en-integration-med-gleerups-portal-behover-vi-importera-vara-elever-da-f101142"
        ),
    ),
    types=ALL_TYPES,
    required_fields=("email",),  # how an account that exists already is found: our conclusion from the page
    notes_sv=(
        "Har personen redan ett konto med samma e-postadress uppdateras det; därför skickas adressen alltid.",
        "Licenser delas ut i Gleerups portal, klass för klass, också när klasserna kommer härifrån.",
        "Grupper som har skapats i portalen rörs inte.",
    ),
    notes_en=(
        "An account that has the same e-mail address is updated; the address is therefore always sent.",
        "Licences are given out in Gleerups' portal, class by class, also when the classes come from here.",
        "Groups that were made in the portal are left alone.",
    ),
    unpublished_sv=(
        "om en klass per elev eller unika klassnamn krävs",
        "vilka adresser som används för test och skarpt läge",
        "om huvudman och grupper av skolenheter tas emot; avstängt som förval",
    ),
    unpublished_en=(
        "whether one class per pupil or unique class names are demanded",
        "which addresses are used for test and live",
        "whether Organisation and SchoolUnitGroup are taken; off by default",
    ),
)
