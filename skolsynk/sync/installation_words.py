"""What people are told about the app at their customer: scope by scope, and when it stops or comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from skolsynk.core.installation import NEEDED, REFUSED, State
from skolsynk.store.installations import MISSING, InstallationFacts
from skolsynk.sync import targets
from skolsynk.sync.delivery import INSTALLATION, Told
from skolsynk.sync.notices import Alarm

QUARANTINED = INSTALLATION + "quarantined"
OPTIONAL = ("reports",)
ORDER = (*NEEDED, "groups", *OPTIONAL)


class Both(NamedTuple):
    sv: str
    en: str

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.sv


class Scope(NamedTuple):
    """One thing that Google may let us read. ``without``: what is not possible then."""

    name: Both
    purpose: Both
    without: Both


SCOPES: Mapping[str, Scope] = {
    "users": Scope(
        Both("Användare", "Users"),
        Both("personer, och besked när någon ändras", "people, and word of changes"),
        Both("Inget kan läsas och inget kan skickas.", "Nothing can be read and nothing can be sent."),
    ),
    "org_units": Scope(
        Both("Organisationsenheter", "Organisational units"),
        Both("trädet som personer är placerade i", "the tree that people are placed in"),
        Both("Katalogen kan inte läsas.", "The directory cannot be read."),
    ),
    "customer": Scope(
        Both("Organisationen", "The organisation"),
        Both("vems katalogen är", "whose directory it is"),
        Both(
            "Katalogen kan inte läsas: det går inte att se att den är er.",
            "The directory cannot be read: there is no telling that it is yours.",
        ),
    ),
    "domains": Scope(
        Both("Domäner", "Domains"),
        Both("att hitta skolenheter i registret", "finding school units in the register"),
        Both("Katalogen kan inte läsas.", "The directory cannot be read."),
    ),
    "groups": Scope(
        Both("Grupper och medlemmar", "Groups and members"),
        Both("klasser, grupper och roller", "classes, groups and roles"),
        Both(
            "Regler som utgår från Google-grupper kan inte användas. Andra regler fungerar.",
            "Rules that go by Google Groups cannot be used. Other rules work.",
        ),
    ),
    "reports": Scope(
        Both("Administratörsloggen", "The admin log"),
        Both("att bara läsa om ändrade grupper", "reading only changed groups again"),
        Both(
            "Ändringar av grupper och organisationsenheter märks först vid nästa hela läsning.",
            "Changes of groups and org units are noticed at the next full read only.",
        ),
    ),
}

ADMIN = Both("En superadministratör i ert Google Workspace", "A super administrator of your Google Workspace")
OPERATOR = Both("Den som driver Skolsynk", "Whoever operates Skolsynk")
NOBODY = Both("Ingen", "Nobody")

# Code of the answer -> who must act, and what to do.
ACTS: Mapping[str, tuple[Both, Both]] = {
    REFUSED: (
        ADMIN,
        Both(
            "Godkänn behörigheten för Skolsynk i Googles administratörskonsol: Appar, Google Workspace Marketplace-"
            "appar, Skolsynk, Bevilja åtkomst. Är det nyss gjort har Google inte aktiverat behörigheten än; det kan ta "
            "upp till 24 timmar, och vi ser efter igen av oss själva.",
            "Grant Skolsynk access in Google's Admin console: Apps, Google Workspace Marketplace apps, Skolsynk, Grant "
            "access. If that was done just now, Google has not activated the access yet; this can take up to 24 hours, "
            "and we look again by ourselves.",
        ),
    ),
    "not_admin": (
        ADMIN,
        Both(
            "Ge administratörskontot som Skolsynk läser som en roll med läsrätt till detta, eller välj ett annat konto "
            "under Inställningar, Källan.",
            "Give the administrator account that Skolsynk reads as a role that may read this, or choose another "
            "account under Settings, The source.",
        ),
    ),
    "api_off": (
        ADMIN,
        Both(
            "Slå på API-åtkomst i Googles administratörskonsol under Säkerhet, API-kontroller.",
            "Switch API access on in Google's Admin console under Security, API controls.",
        ),
    ),
    "bad_key": (
        OPERATOR,
        Both(
            "Ge tjänsten en giltig nyckel, eller rätt att signera åt tjänstekontot.",
            "Give the service a valid key, or the right to sign for the service account.",
        ),
    ),
    "clock": (OPERATOR, Both("Ställ serverns klocka.", "Set the server's clock.")),
    "no_credentials": (
        OPERATOR,
        Both(
            "Ange tjänstens konto, eller låt en administratör logga in så att katalogen har någon att läsas som.",
            "Give the service its account, or let an administrator sign in so that there is somebody to read as.",
        ),
    ),
    "other_customer": (
        ADMIN,
        Both(
            "Välj en administratör i den egna organisationen under Inställningar, Källan.",
            "Choose an administrator of your own organisation under Settings, The source.",
        ),
    ),
}
SUBJECT = (
    ADMIN,
    Both(
        "Kontot som Skolsynk läser som är avstängt eller borttaget. Välj ett annat under Inställningar, Källan.",
        "The account that Skolsynk reads as is suspended or removed. Choose another under Settings, The source.",
    ),
)
LATER = (
    NOBODY,
    Both(
        "Google svarade inte som väntat. Vi ser efter igen av oss själva.",
        "Google did not answer as expected. We look again by ourselves.",
    ),
)


class Line(NamedTuple):
    """One scope as it is now."""

    name: str
    title: Both
    purpose: Both
    works: bool | None  # None: nobody has looked yet
    needed: bool
    without: Both
    who: Both
    act: Both


def lines(found: InstallationFacts | None) -> Iterator[Line]:
    """Every scope in plain words, those that a read needs first."""
    for name in ORDER:
        scope, answer = SCOPES[name], (found.capabilities if found else {}).get(name)
        who, act = _act(str(answer.get("code", "")) if answer else "")
        works = bool(answer["works"]) if answer else None
        yield Line(name, scope.name, scope.purpose, works, name in NEEDED, scope.without, who, act)


def _act(code: str) -> tuple[Both, Both]:
    if code in ("wrong_subject", "subject_suspended"):
        return SUBJECT
    return ACTS.get(REFUSED if code == "scope_missing" else code, LATER)


def alarms(found: InstallationFacts | None) -> Iterator[Alarm]:
    """What owners ought to know of the app itself."""
    if found is None:
        return
    if found.state == State.QUARANTINED and found.quarantined_at and found.purge_at:
        day = found.purge_at.date().isoformat()
        yield Alarm(
            None, QUARANTINED, found.quarantined_at, "Skolsynk är borttaget i Google, och allt har stannat",
            "Skolsynk is removed in Google, and everything has stopped",
            f"Inget läses och inget skickas. Inget har tagits bort hos någon leverantör. Den {day} raderas alla "
            "personuppgifter i Skolsynk. Var det ett misstag: installera Skolsynk igen från Google Workspace "
            "Marketplace och logga in.",
            f"Nothing is read and nothing is sent. Nothing was removed at any vendor. On {day} all personal data in "
            "Skolsynk is erased. If it was a mistake: install Skolsynk again from the Google Workspace Marketplace and "
            "sign in.",
        )  # fmt: skip
    elif found.state == State.ACTIVE and found.missing_since:
        yield Alarm(
            None, MISSING, found.missing_since, "Google säger att Skolsynk inte längre är installerat",
            "Google says that Skolsynk is no longer installed",
            "Är det så ett dygn till stannar allt. Inget tas bort hos någon leverantör. Är det ett misstag: se efter i "
            "Googles administratörskonsol att Skolsynk är installerat för hela organisationen.",
            "If so for another day, everything stops. Nothing is removed at any vendor. If it is a mistake: see in "
            "Google's Admin console that Skolsynk is installed for the whole organisation.",
        )  # fmt: skip


def resumed(was: Mapping[str, str], at: datetime) -> Told:
    """Back from quarantine. ``was``: {vendor: mode} before it."""
    known = targets.all_vendors()
    slugs = sorted(slug for slug, mode in was.items() if mode == "live")
    live = ", ".join(known[slug].name if slug in known else slug for slug in slugs)
    return Told(
        "recovered", QUARANTINED, "", at, "Skolsynk är installerat igen", "Skolsynk is installed again",
        f"Katalogen läses om. {f'I testläge nu, skarpa förut: {live}. ' if live else ''}Inget går i skarpt läge "
        "förrän någon slår på det igen.",
        f"The directory is being read again. {f'In test now, live before: {live}. ' if live else ''}Nothing is live "
        "until somebody switches it on again.", "overview",
    )  # fmt: skip


def purged(at: datetime) -> Told:
    """The last letter: after it nobody's address is known."""
    return Told(
        "trouble", INSTALLATION + "purged", "", at, "Personuppgifterna i Skolsynk är raderade",
        "The personal data in Skolsynk is erased",
        "Skolsynk har varit borttaget i Google så länge som avtalats. Det som leverantörer har är kvar hos dem: tala "
        "med dem om det ska bort. Kommer ni tillbaka får alla samma id som förut.",
        "Skolsynk has been removed in Google for as long as agreed. What vendors hold is still with them: talk to them "
        "if it should go. If you come back everybody gets the same id as before.", "overview",
    )  # fmt: skip
