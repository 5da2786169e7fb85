"""Every scope that is asked for, why, and whether the code, the add-on's manifest and the listing name the same ones.

The reasons stand here once: the privacy page shows them, and ``docs/marketplace.md`` has them word by word for the
consent screen's form, which a test and the check hold against this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from skolsynk.sources.google import auth, oidc
from skolsynk.sync import addon_manifest
from skolsynk.sync.marketplace.finding import Finding

PREFIX = auth.PREFIX
PARTS = ("sign-in", "directory", "optional", "add-on")


class Why(NamedTuple):
    sv: str
    en: str


WHY: Mapping[str, Why] = {
    "openid": Why(
        "Inloggning: Google intygar vem som loggar in, med ett id som aldrig byts.",
        "Sign-in: Google certifies who signs in, by an id that never changes.",
    ),
    PREFIX + "userinfo.email": Why(
        "Inloggning och tillägget: adressen visas för den egna organisationens ägare, och inbjudningar gäller en "
        "adress.",
        "Sign-in and the add-on: the address is shown to the organisation's own owners, and invitations are for an "
        "address.",
    ),
    PREFIX + "userinfo.profile": Why(
        "Inloggning: namnet visas på sidan och i loggen över vem som gjorde vad.",
        "Sign-in: the name is shown on the page and in the log of who did what.",
    ),
    auth.USERS.url: Why(
        "Elever och personal läses: id, namn, adress, organisationsenhet, om kontot är avstängt, och de fält som "
        "huvudmannens regler nämner. Google säger också till när någon ändras, så att läromedlen får det inom en "
        "minut.",
        "Pupils and staff are read: id, name, address, org unit, whether the account is suspended, and the fields "
        "that the "
        "school authority's rules name. Google also tells when somebody changes, so that vendors know within a minute.",
    ),
    auth.ORG_UNITS.url: Why(
        "Trädet av organisationsenheter visar skolenhet, roll och klass hos många huvudmän.",
        "The tree of org units tells school unit, role and class at many school authorities.",
    ),
    auth.CUSTOMER.url: Why(
        "Vems katalog det är: kundens id skiljer huvudmännen åt, och inget annat kan förväxlas med det.",
        "Whose directory it is: the customer's id tells school authorities apart, and nothing else can be mistaken "
        "for it.",
    ),
    auth.DOMAINS.url: Why(
        "Alla domäner hos huvudmannen, för att föreslå dess skolenheter ur Skolverkets register.",
        "All domains of the school authority, to propose its school units from the national register.",
    ),
    auth.GROUPS.url: Why(
        "Grupper och deras medlemmar är klasser, undervisningsgrupper och roller hos många huvudmän. Innehåll i "
        "grupper läses "
        "inte.",
        "Groups and their members are classes, teaching groups and roles at many school authorities. What is written "
        "in groups "
        "is not read.",
    ),
    auth.REPORTS.url: Why(
        "Administratörsloggen säger vilka grupper och organisationsenheter som ändrats, så att bara de läses om.",
        "The admin log tells which groups and org units have changed, so that only those are read again.",
    ),
    PREFIX + "script.locale": Why(
        "Tillägget svarar på den språkinställning som personen har i Google.",
        "The add-on answers in the language that the person has chosen in Google.",
    ),
}


class Listed(NamedTuple):
    """One scope as it is listed. ``parts``: what asks for it, of PARTS."""

    url: str
    parts: tuple[str, ...]
    why: Why


def in_code() -> dict[str, tuple[str, ...]]:
    """``{scope: parts}`` of what sign-in and reading ask for."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(oidc.SCOPES, ("sign-in",))
    found |= {scope.url: ("directory",) for scope in (*auth.ALWAYS, auth.GROUPS)}
    return found | {scope.url: ("optional",) for scope in auth.OPTIONAL}


def in_manifest() -> tuple[str, ...]:
    """What the add-on asks for. Raises: RunError when the manifest cannot be made."""
    asked = addon_manifest.deployment()["oauthScopes"]
    assert isinstance(asked, list)
    return tuple(str(url) for url in asked)


def listed(manifest: Iterable[str] | None = None) -> tuple[Listed, ...]:
    """Every scope that is asked for and has a reason, in the order of WHY."""
    found = in_code()
    for url in addon_manifest.SCOPES if manifest is None else manifest:
        found[url] = (*found.get(url, ()), "add-on")
    return tuple(Listed(url, found[url], why) for url, why in WHY.items() if url in found)


def unexplained(manifest: Iterable[str]) -> list[Finding]:
    """Scopes that the code or the manifest asks for without a reason, and reasons for what nobody asks for."""
    asked = {**dict.fromkeys(manifest, "the add-on's manifest"), **dict.fromkeys(in_code(), "the code")}
    return [_nameless(url, where) for url, where in asked.items() if url not in WHY] + [
        Finding(
            "scope_unused",
            url,
            f"{url} är motiverad men efterfrågas varken av koden eller av tilläggets manifest. Google avslår det som "
            "inte "
            "används: ta bort den i skolsynk/sync/marketplace/scopes.py, i docs/marketplace.md och i konsolerna.",
            f"{url} has a reason, but neither the code nor the add-on's manifest asks for it. Google refuses what is "
            "not used: "
            "take it out of skolsynk/sync/marketplace/scopes.py, of docs/marketplace.md and of the consoles.",
        )
        for url in WHY
        if url not in asked
    ]


def _nameless(url: str, where: str) -> Finding:
    sv = {"the code": "koden"}.get(where, "tilläggets manifest")
    return Finding(
        "scope_unexplained",
        url,
        f"{url} efterfrågas av {sv} men har ingen motivering. Skriv den i skolsynk/sync/marketplace/scopes.py och i "
        "docs/marketplace.md, och lägg till den i samtyckesskärmen och i Marketplace SDK.",
        f"{url} is asked for by {where} but has no reason. Write it in skolsynk/sync/marketplace/scopes.py and in "
        "docs/marketplace.md, and add it to the consent screen and to the Marketplace SDK.",
    )


def compared(where: str, there: Iterable[str], wanted: Iterable[str]) -> list[Finding]:
    """What a list lacks, and what it has too much. ``where`` names the list as people know it."""
    has, should = set(there), set(wanted)
    missing = [
        Finding(
            "scope_missing",
            url,
            f"{where}: {url} saknas. Lägg till den, annars nekar Google hela begäran där den ingår.",
            f"{where}: {url} is missing. Add it, or Google refuses every request that it is part of.",
        )
        for url in sorted(should - has)
    ]
    return missing + [
        Finding(
            "scope_extra",
            url,
            f"{where}: {url} efterfrågas inte av Skolsynk. Ta bort den; för mycket begärt fälls i granskningen.",
            f"{where}: {url} is not asked for by Skolsynk. Take it out; asking for too much fails the review.",
        )
        for url in sorted(has - should)
    ]
