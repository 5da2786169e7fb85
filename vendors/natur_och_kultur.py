"""Natur & Kultur: one class per pupil, and class names that no other class has."""

from __future__ import annotations

from skolsynk.core.vendor import ALL_TYPES, Vendor

VENDOR = Vendor(
    slug="natur-och-kultur",
    name="Natur & Kultur",
    homepage="https://www.nok.se",
    sources=("https://support.nok.se/article/4104", "https://support.nok.se/category/407"),
    types=ALL_TYPES,
    one_class_per_pupil=True,
    unique_class_names=True,
    notes_sv=(
        "Natur & Kultur skapar kontona utifrån det som skickas.",
        "Varje elev får finnas i högst en klass. Är eleven med i flera behålls den på elevens egen skolenhet.",
        "Klassnamn ska vara unika. Heter flera klasser likadant får de senare skolenhetens namn efter sig.",
    ),
    notes_en=(
        "Natur & Kultur makes the accounts from what is sent.",
        "Every pupil may be in one class at most. Of several, the one at the pupil's own school unit is kept.",
        (
            "Class names should be unique. Where several classes have one name, the later ones get their school unit's "
            "name added."
        ),
    ),
    unpublished_sv=(
        "om klassnamn ska vara unika inom skolenheten eller hos hela huvudmannen; det senare används",
        "om undervisningsgrupper tas emot; de skickas som förval",
        "vilka adresser som används för test och skarpt läge",
        "om huvudman och grupper av skolenheter tas emot; avstängt som förval",
    ),
    unpublished_en=(
        "whether uniqueness is asked for within a school unit or within a school authority; the latter is used",
        "whether teaching groups are taken; they are, by default",
        "which addresses are used for test and live",
        "whether Organisation and SchoolUnitGroup are taken; off by default",
    ),
)
