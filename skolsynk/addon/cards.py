"""The add-on's cards, made of plain facts. Pure: the same facts and language give the same JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from skolsynk.addon.widgets import Json, Press, button, buttons, calls, card, line, opens, paragraph, present, section
from skolsynk.addon.widgets import field as text_field
from skolsynk.addon.words import (
    BROKEN,
    FATES,
    HEALTH,
    MODES,
    NO_VENDOR,
    NOBODY,
    NOT_PUT_TOGETHER,
    ROLES,
    STOPS,
    STRANGER,
    UNKNOWN,
    VERDICTS,
    moment,
    named,
    number,
    said,
)
from skolsynk.core.health import Health

QUERY = "q"  # the field that is searched by


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """One connection that is on. Addresses are of the site's pages; ``sync`` is None where it may not be asked for."""

    name: str
    mode: str
    health: Health
    why: str  # more about the health, "" for nothing
    last_at: datetime | None
    last: str  # how the last run ended
    held: int
    left_out: int  # people who do not reach this vendor because their data is wrong
    page: str
    changes: str
    sync: Press | None = None


@dataclass(frozen=True, slots=True)
class Home:
    tenant: str
    vendors: Sequence[VendorFacts]
    off: Sequence[str]  # names of connections that are off
    alarms: Sequence[tuple[str, str]]  # (what, what to do)
    read_at: datetime | None
    errors: int  # people whom the rules could not place
    warnings: int  # people sent without something
    overview: str
    quality: str
    search: Press
    runs: Press


@dataclass(frozen=True, slots=True)
class AtVendor:
    name: str
    mode: str
    verdict: str  # of sync.people
    stop: str  # name of the first check that failed, ""
    sent_at: datetime | None
    sent: str  # whom the vendor knows by that, "" when never, or protected
    answer: str  # the last answer in words, ""


@dataclass(frozen=True, slots=True)
class Person:
    """``name`` and what follows are "" for people with protected identity, and for those who have left."""

    fate: str
    reason: str
    page: str
    search: Press
    name: str = ""
    email: str = ""
    role: str = ""
    places: Sequence[str] = ()  # names of school units and classes
    vendors: Sequence[AtVendor] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Hit:
    """One of several people found."""

    name: str
    role: str
    places: Sequence[str]
    open: Press


@dataclass(frozen=True, slots=True)
class Hits:
    text: str
    found: Sequence[Hit]
    total: int
    known: bool  # False: the directory has not been put together
    page: str  # the site's own search
    search: Press


@dataclass(frozen=True, slots=True)
class RunFacts:
    title: str  # kind, and vendor
    at: datetime
    state: str
    page: str


@dataclass(frozen=True, slots=True)
class Runs:
    tenant: str
    runs: Sequence[RunFacts]
    page: str


# Home


def home(facts: Home, language: str, now: datetime) -> Json:
    alarms = [line(title, below=following) for title, following in facts.alarms]
    return card(
        "home", "Skolsynk", facts.tenant,
        present(
            section(said(language, ("Behöver någon", "Needs somebody")), *alarms),
            *(_vendor(each, language, now) for each in facts.vendors),
            _off(facts, language),
            _directory(facts, language, now),
            _search(facts.search, language),
            section("", buttons(
                button(said(language, ("Körningar", "Runs")), calls(facts.runs)),
                button(said(language, ("Öppna Skolsynk", "Open Skolsynk")), opens(facts.overview)),
            )),
        ),
        _more(language),
    )  # fmt: skip


def _vendor(vendor: VendorFacts, language: str, now: datetime) -> Json | None:
    health = said(language, HEALTH[vendor.health])
    text = f"{health[:1].upper()}{health[1:]}" + (f": {vendor.why}" if vendor.why else "")
    return section(
        vendor.name,
        line(text, above=named(language, MODES, vendor.mode), below=_last(vendor, language, now)),
        _held(vendor, language),
        _left_out(vendor, language),
        buttons(
            button(said(language, ("Öppna", "Open")), opens(vendor.page)),
            button(said(language, ("Synka nu", "Sync now")), calls(vendor.sync)) if vendor.sync else None,
        ),
    )


def _last(vendor: VendorFacts, language: str, now: datetime) -> str:
    if vendor.last_at is None:
        return said(language, ("Ingen körning än", "No run yet"))
    at = moment(language, vendor.last_at, now)
    return said(language, (f"Senaste körning {at}: {vendor.last}", f"Last run {at}: {vendor.last}"))


def _held(vendor: VendorFacts, language: str) -> Json | None:
    if not vendor.held:
        return None
    many = number(language, vendor.held)
    words = (
        (f"{many} ändring väntar på beslut", f"{many} change waits for a decision")
        if vendor.held == 1
        else (f"{many} ändringar väntar på beslut", f"{many} changes wait for a decision")
    )
    return line(said(language, words), click=opens(vendor.changes))


def _left_out(vendor: VendorFacts, language: str) -> Json | None:
    if not vendor.left_out:
        return None
    many = number(language, vendor.left_out)
    words = (
        (f"{many} person utelämnas för fel i data", f"{many} person is left out for errors in the data")
        if vendor.left_out == 1
        else (f"{many} personer utelämnas för fel i data", f"{many} people are left out for errors in the data")
    )
    return line(said(language, words))


def _off(facts: Home, language: str) -> Json | None:
    if facts.off:
        return section(said(language, ("Avstängda", "Off")), paragraph(", ".join(facts.off)))
    if facts.vendors:
        return None
    return section("", paragraph(said(language, NO_VENDOR)))


def _directory(facts: Home, language: str, now: datetime) -> Json | None:
    header = said(language, ("Katalogen i Google", "The directory in Google"))
    if facts.read_at is None:
        words = ("Katalogen är inte läst än.", "The directory has not been read yet.")
        return section(header, paragraph(said(language, words)))
    at = moment(language, facts.read_at, now)
    errors, warnings = number(language, facts.errors), number(language, facts.warnings)
    found = (
        f"{errors} personer kan inte placeras, {warnings} skickas utan något",
        f"{errors} people cannot be placed, {warnings} are sent without something",
    )
    nothing = ("Inga brister i data", "No findings in the data")
    text = said(language, found if facts.errors or facts.warnings else nothing)
    return section(header, line(text, above=said(language, (f"Läst {at}", f"Read {at}")), click=opens(facts.quality)))


def _search(press: Press, language: str, value: str = "") -> Json | None:
    hint = ("Namn, e-post, Googles id eller UUID", "Name, e-mail, Google's id or UUID")
    return section(
        said(language, ("Hitta en person", "Find a person")),
        text_field(QUERY, said(language, ("Vem", "Who")), said(language, hint), value),
        buttons(button(said(language, ("Sök", "Search")), calls(press))),
    )


# People


def person(facts: Person, language: str, now: datetime) -> Json:
    about = ", ".join(filter(None, (named(language, ROLES, facts.role) if facts.role else "", *facts.places)))
    reason = facts.reason if facts.fate not in ("placed", "protected") else ""
    return card(
        "person", _title(facts, language), facts.email,
        present(
            section("", line(named(language, FATES, facts.fate), above=about, below=reason)),
            *(_at_vendor(each, language, now) for each in facts.vendors),
            section("", buttons(
                button(said(language, ("Hela svaret i Skolsynk", "The whole answer in Skolsynk")), opens(facts.page))
            )),
            _search(facts.search, language),
        ),
        _more(language),
    )  # fmt: skip


def _title(facts: Person, language: str) -> str:
    if facts.fate == "protected":
        return said(language, ("Person med skyddade uppgifter", "Person with protected identity"))
    if facts.fate == "absent":
        return said(language, ("Person som har lämnat", "Person who has left"))
    return facts.name or facts.email


def _at_vendor(vendor: AtVendor, language: str, now: datetime) -> Json | None:
    verdict = said(language, VERDICTS[vendor.verdict])
    stop = named(language, STOPS, vendor.stop) if vendor.stop else ""
    above = f"{vendor.name} · {named(language, MODES, vendor.mode)}"
    return section(
        "", line(f"{verdict[:1].upper()}{verdict[1:]}", above=above, below=stop), _sent(vendor, language, now)
    )


def _sent(vendor: AtVendor, language: str, now: datetime) -> Json | None:
    if vendor.sent_at is None and not vendor.answer:
        return None
    never = said(language, ("Inget hos leverantören", "Nothing at the vendor"))
    at = moment(language, vendor.sent_at, now) if vendor.sent_at else never
    above = said(language, ("Senast skickat", "Last sent"))
    return line(f"{at}: {vendor.sent}" if vendor.sent else at, above=above, below=vendor.answer)


def hits(facts: Hits, language: str) -> Json:
    return card(
        "hits", said(language, ("Hitta en person", "Find a person")), facts.text,
        present(
            section("", *(_hit(each, language) for each in facts.found)),
            section("", paragraph(_how_many(facts, language)), buttons(
                button(said(language, ("Sök i Skolsynk", "Search in Skolsynk")), opens(facts.page))
            )),
            _search(facts.search, language, facts.text),
        ),
        _more(language),
    )  # fmt: skip


def _hit(hit: Hit, language: str) -> Json:
    about = ", ".join(filter(None, (named(language, ROLES, hit.role) if hit.role else "", *hit.places)))
    return line(hit.name, below=about, click=calls(hit.open))


def _how_many(facts: Hits, language: str) -> str:
    if not facts.known:
        return said(language, NOT_PUT_TOGETHER)
    if not facts.text:
        return said(language, ("Skriv vem du söker.", "Write whom you look for."))
    if not facts.found:
        return said(language, NOBODY)
    shown, total = number(language, len(facts.found)), number(language, facts.total)
    return said(language, (f"Visar {shown} av {total}.", f"Showing {shown} of {total}."))


# Runs and refusals


def runs(facts: Runs, language: str, now: datetime) -> Json:
    lines = [line(each.state, above=each.title, below=moment(language, each.at, now), click=opens(each.page))
             for each in facts.runs]  # fmt: skip
    none = paragraph(said(language, ("Ingen körning har gjorts än.", "No run has been made yet.")))
    return card(
        "runs", said(language, ("Körningar", "Runs")), facts.tenant,
        present(
            section("", *(lines or [none])),
            section("", buttons(button(said(language, ("Alla körningar", "All runs")), opens(facts.page)))),
        ),
        _more(language),
    )  # fmt: skip


def stranger(site: str, language: str) -> Json:
    """For somebody whom no tenant has let in: nothing of anybody's, and what to do."""
    return _told(("Du har inte tillgång", "You have no access"), STRANGER, site, language)


def unknown(site: str, language: str) -> Json:
    """For somebody whose token does not say who it is."""
    return _told(("Vi vet inte vem du är", "We do not know who you are"), UNKNOWN, site, language)


def broken(site: str, language: str) -> Json:
    """When something of ours went wrong."""
    return _told(("Kortet kunde inte visas", "The card could not be shown"), BROKEN, site, language)


def _told(title: tuple[str, str], words: tuple[str, str], site: str, language: str) -> Json:
    return card(
        "told", said(language, title), "",
        present(
            section(
                "", paragraph(said(language, words)),
                buttons(button(said(language, ("Öppna Skolsynk", "Open Skolsynk")), opens(site))),
            )
        ),
        _more(language),
    )  # fmt: skip


def _more(language: str) -> str:
    return said(language, ("Mer finns i Skolsynk.", "There is more in Skolsynk."))
