"""The cards' words, as (Swedish, English). Codes are called as on the site's pages; a test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from skolsynk.core.health import Health

Pair = tuple[str, str]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
NO_BREAK = "\N{NO-BREAK SPACE}"
MONTHS: tuple[Pair, ...] = (
    ("jan.", "Jan"), ("feb.", "Feb"), ("mars", "Mar"), ("april", "Apr"), ("maj", "May"), ("juni", "Jun"),
    ("juli", "Jul"), ("aug.", "Aug"), ("sep.", "Sep"), ("okt.", "Oct"), ("nov.", "Nov"), ("dec.", "Dec"),
)  # fmt: skip

MODES: Mapping[str, Pair] = {
    "off": ("Avstängd", "Off"),
    "test": ("Testläge", "Test mode"),
    "live": ("Skarpt läge", "Live"),
}
HEALTH: Mapping[Health, Pair] = {
    Health.OFF: ("avstängd", "off"),
    Health.NEW: ("inte körd än", "not run yet"),
    Health.WELL: ("mår bra", "well"),
    Health.WAITING: ("väntar på beslut", "waits for a decision"),
    Health.PARTLY: ("en del avvisas", "some are refused"),
    Health.SILENT: ("tyst", "silent"),
    Health.FAILING: ("misslyckas", "failing"),
}
KINDS: Mapping[str, Pair] = {
    "read": ("Läsning", "Read"),
    "patch": ("Omläsning av ändrat", "Read of what changed"),
    "plan": ("Plan", "Plan"),
    "push": ("Körning", "Push"),
    "school": ("Sammanställning", "Putting together"),
    "unprovision": ("Borttagning av allt", "Removal of everything"),
}
STATES: Mapping[str, Pair] = {
    "queued": ("köad", "queued"),
    "running": ("pågår", "under way"),
    "done": ("klar", "done"),
    "held": ("klar, en del väntar på beslut", "done, some wait for a decision"),
    "partly": ("klar, en del avvisades", "done, some were rejected"),
    "stopped": ("stoppad", "stopped"),
    "failed": ("misslyckad", "failed"),
}
ROLES: Mapping[str, Pair] = {
    "pupil": ("elev", "pupil"),
    "teacher": ("lärare", "teacher"),
    "staff": ("annan personal", "other staff"),
}
FATES: Mapping[str, Pair] = {
    "placed": ("Placerad av reglerna", "Placed by the rules"),
    "broken": ("Utanför: uppgifter saknas", "Left out: something is missing"),
    "decided": ("Utanför: enligt beslut", "Left out: by decision"),
    "protected": ("Skyddade personuppgifter", "Protected identity"),
    "absent": ("Finns inte längre i Google", "No longer in Google"),
}
VERDICTS: Mapping[str, Pair] = {
    "there": ("finns där", "is there"),
    "change_waits": ("finns där; en ändring väntar på beslut", "is there; a change waits for a decision"),
    "refused": ("avvisad av leverantören", "refused by the vendor"),
    "coming": ("skickas vid nästa körning", "is sent with the next run"),
    "waits": ("ska skickas; väntar på beslut", "is to be sent; waits for a decision"),
    "frozen": ("fryst: det som skickats ligger kvar", "frozen: what was sent stays"),
    "broken": ("skickas inte förrän uppgifterna är rättade", "is not sent until the data is corrected"),
    "removal_waits": ("ska tas bort; väntar på beslut", "is to be removed; waits for a decision"),
    "leaving": ("tas bort vid nästa körning", "is removed with the next run"),
    "out": ("är inte där och ska inte vara det", "is not there and is not to be"),
    "off_in": ("skulle skickas; anslutningen är avstängd", "would be sent; the connection is off"),
    "off_out": ("skulle inte skickas; anslutningen är avstängd", "would not be sent; the connection is off"),
    "unreadable": ("urvalet kan inte läsas", "the selection cannot be read"),
}
STOPS: Mapping[str, Pair] = {
    "directory": (
        "Kontot finns inte i den senaste läsningen av Google",
        "The account is not in the latest read of Google",
    ),
    "protected": (
        "Skyddade personuppgifter skickas inte till leverantören",
        "Protected identity is not sent to the vendor",
    ),
    "data": ("Reglerna placerar inte personen", "The rules do not place the person"),
    "role": ("Rollen är inte vald", "The role is not selected"),
    "excluded": ("Undantagen från leverantören", "Excluded from the vendor"),
    "filter": ("Uppfyller inget av filtren", "Meets none of the filters"),
    "not_filter": ("Ett uteslutande filter träffar", "An excluding filter matches"),
    "required_field": ("Något som leverantören kräver saknas", "Something that the vendor requires is missing"),
    "school_unit": ("Skolenheten är inte vald", "The school unit is not selected"),
    "selection": (
        "Urvalet kan inte läsas: det pekar på något som inte finns längre",
        "The selection cannot be read: it points at something that is gone",
    ),
}
"""{step of a vendor's checks: what it means that this one failed}"""
VERBS: Mapping[str, Pair] = {
    "create": ("ny", "new"),
    "update": ("ändring", "change"),
    "delete": ("borttag", "removal"),
}
ANSWERS: Mapping[str, Pair] = {
    "done": ("godtagen", "accepted"),
    "rejected": ("avvisad", "rejected"),
    "unknown": ("inget svar: den kan ha kommit fram", "no answer: it may have arrived"),
    "failed": ("kom inte fram", "did not arrive"),
    "blocked": ("inte skickad: något den behöver blev inte godtaget", "not sent: something it needs was not accepted"),
}

# What is said in whole sentences
NOT_PUT_TOGETHER: Pair = (
    "Katalogen är inte läst eller sammanställd än, så ingen kan hittas. Försök igen efter nästa läsning.",
    ("The directory has not been read or put together yet, so nobody can be found. Try again after the next read."),
)
NOBODY: Pair = (
    (
        "Ingen hittades. Personer med skyddade personuppgifter hittas bara på exakt Google-id eller UUID, och du "
        "ser bara de skolenheter som du har tillgång till."
    ),
    (
        "Nobody was found. People with protected identity are found by their exact Google id or UUID alone, and "
        "you see only the school units that you have access to."
    ),
)
STRANGER: Pair = (
    (
        "Ditt konto har inte tillgång till Skolsynk. Är du administratör för er Google-domän: öppna Skolsynk och "
        "logga in, så blir du ägare eller får veta vem som är det. Annars: be den som äger Skolsynk hos er att ge "
        "dig tillgång under Inställningar. Inget har ändrats."
    ),
    (
        "Your account has no access to Skolsynk. If you administer your Google domain: open Skolsynk and sign in, "
        "and you become an owner or learn who is. Otherwise: ask whoever owns Skolsynk at your school authority to "
        "give you access in Settings. Nothing was changed."
    ),
)
UNKNOWN: Pair = (
    "Google sa inte vem du är, så inget kan visas. Ladda om sidan och försök igen. Inget har ändrats.",
    ("Google did not say who you are, so nothing can be shown. Load the page again and retry. Nothing was changed."),
)
BROKEN: Pair = (
    (
        "Något gick fel hos Skolsynk, och kortet kunde inte visas. Synkningen går som vanligt. Försök igen om en "
        "stund, eller öppna Skolsynk. Driften kan se i sin logg vad som hände."
    ),
    (
        "Something went wrong at Skolsynk, and the card could not be shown. Syncing goes on as usual. Try again in "
        "a while, or open Skolsynk. The operator can see in the log what happened."
    ),
)
NO_VENDOR: Pair = (
    "Ingen leverantör är tillagd än. Det görs i Skolsynk, under Leverantörer.",
    "No vendor has been added yet. That is done in Skolsynk, under Vendors.",
)


def said(language: str, pair: Pair) -> str:
    return pair[1] if language == "en" else pair[0]


def named(language: str, words: Mapping[str, Pair], code: str) -> str:
    """A code in words; the code itself where nobody has put it into words."""
    return said(language, words[code]) if code in words else code


def number(language: str, value: int) -> str:
    """1 284 in Swedish, 1,284 in English."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", NO_BREAK)


def moment(language: str, at: datetime, now: datetime) -> str:
    """i dag 07.12, i går 07.12, 12 nov. 07.12, 12 nov. 2025 07.12; in Swedish time."""
    local, today = at.astimezone(STOCKHOLM), now.astimezone(STOCKHOLM).date()
    clock = f"{local:%H:%M}" if language == "en" else f"{local:%H.%M}"
    near = {today: ("i dag", "today"), today - timedelta(days=1): ("i går", "yesterday")}.get(local.date())
    if near:
        return f"{said(language, near)}{NO_BREAK}{clock}"
    day = f"{local.day}{NO_BREAK}{said(language, MONTHS[local.month - 1])}"
    year = "" if local.year == today.year else f"{NO_BREAK}{local.year}"
    return f"{day}{year}{NO_BREAK}{clock}"
