"""What a vendor's answer most likely means, and who must act: by known phrases first, then by status.

Vendors word their answers as they like, so each meaning is a guess; the raw words always stand beside it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from skolsynk.web.words import chosen, words

YOU, VENDOR, OPERATOR, NOBODY = (
    words("Ni", "You"), words("Leverantören", "The vendor"), words("Driften", "The operator"),
    words("Ingen", "Nobody"),
)  # fmt: skip


class Meaning(NamedTuple):
    text: str
    who: str


_PHRASES: tuple[tuple[re.Pattern[str], str, str, object], ...] = (
    (
        re.compile(r"unique|duplicate|already|exists|conflict|finns redan", re.IGNORECASE),
        ("Leverantören har redan någon med samma användarnamn eller e-post under ett annat id, ofta från en tidigare "
        "tjänst. Be leverantören ta bort eller byta id på den."),
        ("The vendor already has somebody with the same user name or e-mail under another id, often from an earlier "
        "service. Ask the vendor to remove it or change its id."), VENDOR,
    ),
    (
        re.compile(r"licen[cs]e|licens|avtal|contract|seat", re.IGNORECASE),
        "Leverantören säger att licenser eller avtal inte räcker. Tala med leverantören.",
        "The vendor says that licences or the agreement do not suffice. Talk to the vendor.", YOU,
    ),
    (
        re.compile(r"unknown school|school ?unit|skolenhet|not registered|organisation|tenant", re.IGNORECASE),
        "Leverantören känner inte skolenheten eller har inte registrerat er. Be leverantören registrera den.",
        "The vendor does not know the school unit or has not registered you. Ask the vendor to register it.", VENDOR,
    ),
    (
        re.compile(r"e-?mail|e-?post|user ?name", re.IGNORECASE),
        "Leverantören godtar inte e-postadressen eller användarnamnet. Rätta det i Google, eller fråga leverantören.",
        "The vendor does not accept the e-mail address or user name. Correct it in Google, or ask the vendor.", YOU,
    ),
    (
        re.compile(r"enrol|schoolyear|year|årskurs", re.IGNORECASE),
        "Leverantören godtar inte skolplaceringen eller årskursen.",
        "The vendor does not accept the enrolment or school year.", YOU,
    ),
)  # fmt: skip


def meaning(answer: str, status: int, raw: str) -> Meaning:
    """Our translation of an answer, and who has to act. The raw words stand beside it."""
    if answer == "blocked":
        return Meaning(
            chosen(
                "Inte skickad: något som den behöver, till exempel personen eller klassen, godtogs inte.",
                "Not sent: something it needs, such as the person or the class, was not accepted.",
            ),
            str(NOBODY),
        )
    if answer in ("unknown", "failed"):
        return Meaning(
            chosen(
                "Svaret uteblev eller leverantören var sjuk. Nästa körning reder ut det av sig själv.",
                "No answer came, or the vendor was ill. The next run sorts it out by itself.",
            ),
            str(NOBODY),
        )
    for pattern, sv, en, who in _PHRASES:
        if pattern.search(raw):
            return Meaning(chosen(sv, en), str(who))
    return _by_status(status)


def _by_status(status: int) -> Meaning:
    if status in (400, 422):
        text = chosen(
            "Leverantören godtar inte någon av uppgifterna. Dess egna ord säger vilken.",
            "The vendor does not accept one of the fields. Its own words say which.",
        )
        return Meaning(text, str(YOU))
    if status == 409:
        text = chosen(
            "Det krockar med något som leverantören redan har. Be leverantören se efter.",
            "It conflicts with something that the vendor has already. Ask the vendor to look.",
        )
        return Meaning(text, str(VENDOR))
    if status in (401, 403):
        return Meaning(
            chosen("Leverantören ger oss inte rätt att göra det.", "The vendor does not let us do it."), str(VENDOR)
        )
    if status in (413, 415):
        text = chosen(
            "Leverantören tar inte emot formatet eller storleken.", "The vendor does not take the format or the size."
        )
        return Meaning(text, str(OPERATOR))
    return Meaning(
        chosen(
            "Leverantören avvisade ändringen. Fråga leverantören vad det betyder.",
            "The vendor rejected the change. Ask the vendor what it means.",
        ),
        str(VENDOR),
    )
