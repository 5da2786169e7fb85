"""Words for codes about one person: where she stands with a vendor, what was sent, answered and held back."""

from __future__ import annotations

from collections.abc import Mapping

from skolsynk.web.words import words

VERDICTS: Mapping[str, tuple[str, str]] = {
    "there": ("success", words("finns där", "is there")),
    "change_waits": (
        "warning",
        words("finns där; en ändring väntar på beslut", "is there; a change waits for a decision"),
    ),
    "refused": ("danger", words("avvisad av leverantören", "refused by the vendor")),
    "coming": ("info", words("skickas vid nästa körning", "is sent with the next run")),
    "waits": ("warning", words("ska skickas; väntar på beslut", "is to be sent; waits for a decision")),
    "frozen": (
        "warning",
        words("fryst: det som skickats ligger kvar", "frozen: what was sent stays"),
    ),
    "broken": (
        "warning",
        words("skickas inte förrän uppgifterna är rättade", "is not sent until the data is corrected"),
    ),
    "removal_waits": ("warning", words("ska tas bort; väntar på beslut", "is to be removed; waits for a decision")),
    "leaving": ("warning", words("tas bort vid nästa körning", "is removed with the next run")),
    "out": ("neutral", words("är inte där och ska inte vara det", "is not there and is not to be")),
    "off_in": ("neutral", words("skulle skickas; anslutningen är avstängd", "would be sent; the connection is off")),
    "off_out": (
        "neutral",
        words("skulle inte skickas; anslutningen är avstängd", "would not be sent; the connection is off"),
    ),
    "unreadable": ("danger", words("urvalet kan inte läsas", "the selection cannot be read")),
}
"""{verdict of sync.people: (kind of chip, words)}"""

FATES: Mapping[str, str] = {
    "placed": words("Placerad av reglerna", "Placed by the rules"),
    "broken": words("Utanför: uppgifter saknas", "Left out: something is missing"),
    "decided": words("Utanför: enligt beslut", "Left out: by decision"),
    "protected": words("Skyddade personuppgifter", "Protected identity"),
    "absent": words("Finns inte längre i Google", "No longer in Google"),
}
FATE_KINDS: Mapping[str, str] = {
    "placed": "success",
    "broken": "danger",
    "decided": "neutral",
    "protected": "warning",
    "absent": "neutral",
}
VERBS: Mapping[str, str] = {
    "create": words("ny", "new"),
    "update": words("ändring", "change"),
    "delete": words("borttag", "removal"),
}
ANSWERS: Mapping[str, str] = {
    "done": words("godtagen", "accepted"),
    "rejected": words("avvisad", "rejected"),
    "unknown": words("inget svar: den kan ha kommit fram", "no answer: it may have arrived"),
    "failed": words("kom inte fram", "did not arrive"),
    "blocked": words(
        "inte skickad: något den behöver blev inte godtaget", "not sent: something it needs was not accepted"
    ),
}
ANSWER_KINDS: Mapping[str, str] = {
    "done": "success",
    "rejected": "danger",
    "unknown": "warning",
    "failed": "warning",
    "blocked": "warning",
}
TYPES: Mapping[str, str] = {
    "User": words("personen", "the person"),
    "Employment": words("anställningen", "the employment"),
}
EVENTS: Mapping[str, str] = {
    "person_excluded": words("Undantagen", "Excluded"),
    "person_readmitted": words("Undantaget togs bort", "The exclusion was taken back"),
    "person_explained": words("Förklarad på kommandoraden", "Explained by command"),
    "person_checked": words("Ny läsning begärd", "A new read was asked for"),
    "person_sent": words("Sändning begärd", "Sending was asked for"),
}
