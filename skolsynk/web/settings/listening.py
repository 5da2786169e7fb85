"""How word of changes in Google reaches us, in plain words."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise

from skolsynk.sync.listening import State
from skolsynk.web.words import words

Words = str | Promise


class Part(NamedTuple):
    about: Words
    word: Words
    kind: str  # of the chip
    text: Words


WORKS, WAITS, AWAY = words("går", "works"), words("väntar", "waits"), words("går inte", "does not work")
MEANWHILE_SV = "Så länge läses hela katalogen enligt schemat; inget går förlorat, det tar bara längre tid."
MEANWHILE_EN = "Meanwhile the whole directory is read by the schedule; nothing is lost, it only takes longer."
USERS: dict[str, tuple[Words, str, Words]] = {
    "on": (
        WORKS, "success",
        words(
            "Google säger till när någon ändras, och det når leverantörerna inom en minut.",
            "Google tells when somebody changes, and it reaches the vendors within a minute.",
        ),
    ),
    "asked": (
        WAITS, "info",
        words(
            "Skolsynk har bett Google att säga till och väntar på det första beskedet.",
            "Skolsynk has asked Google to tell, and waits for the first word.",
        ),
    ),
    "unheard": (
        AWAY, "warning",
        words(
            f"Google har inte nått Skolsynks adress. Driften behöver se efter att den nås utifrån. {MEANWHILE_SV}",
            f"Google has not reached Skolsynk's address. The operator needs to see that it can be reached. "
            f"{MEANWHILE_EN}",
        ),
    ),
    "off": (
        WAITS, "neutral",
        words(
            f"Google säger inte till om ändringar just nu. Det ordnas av sig självt medan en anslutning är på. "
            f"{MEANWHILE_SV}",
            f"Google does not tell of changes now. That is put right by itself while a connection is on. "
            f"{MEANWHILE_EN}",
        ),
    ),
    "no_address": (
        AWAY, "neutral",
        words(
            f"Skolsynk har ingen publik https-adress som Google kan nå (SITE_URL). {MEANWHILE_SV}",
            f"Skolsynk has no public https address that Google can reach (SITE_URL). {MEANWHILE_EN}",
        ),
    ),
}  # fmt: skip
LOG: dict[str, tuple[Words, str, Words]] = {
    "": (
        WORKS, "success",
        words(
            "Administratörsloggen läses var tredje minut, och det som ändrats når leverantörerna inom sex minuter.",
            "The admin log is read every third minute, and what changed reaches the vendors within six minutes.",
        ),
    ),
    "not_yet": (
        WAITS, "neutral",
        words(
            f"Administratörsloggen har inte lästs den senaste kvarten. {MEANWHILE_SV}",
            f"The admin log has not been read for a quarter of an hour. {MEANWHILE_EN}",
        ),
    ),
}  # fmt: skip
NOT_GRANTED: tuple[Words, str, Words] = (
    AWAY, "neutral",
    words(
        f"Google låter inte Skolsynk läsa administratörsloggen; den behörigheten är frivillig. {MEANWHILE_SV}",
        f"Google does not let Skolsynk read the admin log; that permission is optional. {MEANWHILE_EN}",
    ),
)  # fmt: skip


def told(state: State) -> tuple[Part, ...]:
    return (
        Part(words("Personer", "People"), *USERS[state.users]),
        Part(words("Grupper och organisationsenheter", "Groups and org units"), *LOG.get(state.log, NOT_GRANTED)),
    )
