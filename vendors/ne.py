"""NE: the school is registered there first; logging in matches by e-mail address and school unit code."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="ne",
    name="NE",
    homepage="https://www.ne.se",
    sources=("https://www.ne.se/info/skola/api/", "https://faq.ne.se/sv/articles/572855-hur-fungerar-skolfederationen"),
    types=ALL_TYPES,
    required_fields=("email",),  # logging in finds the account by it: our conclusion from the second page
    test_address="https://scim-test.ne.se",
    registration_needed=True,
    notes_sv=(
        (
            "Skolan måste vara registrerad och provad hos NE före första synken, så att skolenhetskoden leder till "
            "rätt konto. Kontakt: api@ne.se."
        ),
        "Nyckeln skapas och aktiveras i NE:s tjänst för SCIM.",
        "Inloggning hittar kontot på e-postadress och skolenhetskod; därför skickas adressen alltid.",
    ),
    notes_en=(
        (
            "The school must be registered and tested at NE before the first push, so that its school unit code leads "
            "to the right account. Contact: api@ne.se."
        ),
        "The key is made and activated in NE's SCIM service.",
        "Logging in finds the account by e-mail address and school unit code; the address is therefore always sent.",
    ),
    unpublished_sv=(
        "vilken del av SS12000:2018 som används: sidan säger en delmängd, inte vilken",
        "om en klass per elev eller unika klassnamn krävs",
        "vilken adress som används för skarpt läge",
        "om huvudman och grupper av skolenheter tas emot; avstängt som förval",
    ),
    unpublished_en=(
        "which part of SS12000:2018 is used: the page says a subset, not which",
        "whether one class per pupil or unique class names are demanded",
        "which address is used for live",
        "whether Organisation and SchoolUnitGroup are taken; off by default",
    ),
)
