"""Asks the site's public address what Google and its reviewers will ask, and tells what is wrong with the answers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import requests

from skolsynk.sync.marketplace.addresses import TEXT, Address, webhook
from skolsynk.sync.marketplace.finding import Finding

TIMEOUT_S = 15.0
SOON_DAYS = 14  # a certificate that has not been renewed by then will probably not be
ROBOTS = ("APIs-Google", "*")  # the first is what calls the webhook, and obeys robots.txt


class Answer(NamedTuple):
    status: int
    kind: str  # media type
    location: str
    text: str


def ask(site: str, path: str, language: str = "sv") -> Answer:
    """One GET, redirects not followed. Raises: requests.RequestException."""
    headers = {"Accept-Language": language, "User-Agent": "Skolsynk-check"}
    found = requests.get(site + path, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
    kind = found.headers.get("Content-Type", "").partition(";")[0]
    return Answer(found.status_code, kind, found.headers.get("Location", ""), found.text if "text" in kind else "")


def unreachable(site: str, at: datetime) -> list[Finding]:
    """Why nothing can be asked there; a certificate that ends soon, too. [] when all is well."""
    try:
        ask(site, "/")
    except requests.exceptions.SSLError:
        return [_untrusted(site)]
    except requests.RequestException as error:
        return [_silent(site, type(error).__name__)]
    return [_ends(site, days)] if (days := days_left(site, at)) is not None and days < SOON_DAYS else []


def days_left(site: str, at: datetime) -> int | None:
    """How long the certificate at an https address is valid still.

    None for plain addresses, and where it cannot be seen from here (a proxy of the environment's, other authorities).
    """
    parts = urlsplit(site)
    if parts.scheme != "https" or not parts.hostname:
        return None
    try:
        certificate = _certificate_of(parts.hostname, parts.port or 443)
    except OSError:
        return None
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    return (ends - at).days


def _certificate_of(host: str, port: int) -> Mapping[str, object]:
    """Raises: OSError, which ssl.SSLError is."""
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        return wrapped.getpeercert() or {}


def wrong(site: str, addresses: Iterable[Address]) -> Iterator[Finding]:
    """Addresses that do not answer as they should, in either language."""
    for address in addresses:
        for language in ("sv", "en") if address.title else ("sv",):
            try:
                fault = _fault(address, ask(site, address.path, language), language)
            except requests.RequestException as error:
                fault = (f"svarar inte ({type(error).__name__})", f"does not answer ({type(error).__name__})")
            if fault:
                yield _bad_address(site, address, fault)
                break


def _fault(address: Address, answer: Answer, language: str) -> tuple[str, str] | None:
    """In Swedish and English; None for a right answer."""
    if answer.status not in address.statuses:
        wanted = " / ".join(map(str, address.statuses))
        return f"svarar {answer.status} i stället för {wanted}", f"answers {answer.status} instead of {wanted}"
    if address.to and not answer.location.startswith(address.to):
        where = urlsplit(answer.location).netloc or "–"
        return f"leder till {where} i stället för till Google", f"leads to {where} instead of to Google"
    if answer.status == 200 and answer.kind != address.kind:
        return (
            f"är {answer.kind or '–'} i stället för {address.kind}",
            f"is {answer.kind or '–'} instead of {address.kind}",
        )
    if address.title and (
        f'lang="{language}"' not in answer.text or getattr(address.title, language) not in answer.text
    ):
        return f"visar en annan sida (språk: {language})", f"shows another page (language: {language})"
    return None


def robots(site: str, paths: Iterable[str]) -> list[Finding]:
    """Where robots.txt keeps Google from calling the webhook, or people from finding the public pages."""
    try:
        answer = ask(site, "/robots.txt")
    except requests.RequestException:
        return []  # that nothing answers is told already
    if answer.status == 404:
        return []  # nothing is disallowed
    if answer.status != 200 or answer.kind != TEXT:
        return [_no_robots(site, answer)]
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    closed = [path for path in (webhook(), *paths) if not all(parser.can_fetch(name, site + path) for name in ROBOTS)]
    return [_disallowed(path) for path in closed]


def _bad_address(site: str, address: Address, fault: tuple[str, str]) -> Finding:
    return Finding(
        "bad_answer",
        site + address.path,
        f"{address.field}: {site}{address.path} {fault[0]}. {address.hint_sv or _HINT_SV}",
        f"{address.field}: {site}{address.path} {fault[1]}. {address.hint_en or _HINT_EN}",
    )


_HINT_SV = (
    "Se efter vad som står framför webbplatsen (TRUSTED_PROXY, ALLOWED_HOSTS), och att samma version körs överallt."
)
_HINT_EN = (
    "Look at what stands in front of it (TRUSTED_PROXY, ALLOWED_HOSTS), and that the same version runs everywhere."
)


def _untrusted(site: str) -> Finding:
    return Finding(
        "certificate",
        site,
        f"{site}: certifikatet godtas inte. Google anropar bara en adress vars certifikat alla litar på och som "
        "gäller för "
        "värdnamnet: skaffa ett, med hela kedjan.",
        f"{site}: the certificate is not accepted. Google calls only an address whose certificate everybody trusts "
        "and that is "
        "for the host's name: get one, with the whole chain.",
    )


def _ends(site: str, days: int) -> Finding:
    return Finding(
        "certificate_ends",
        site,
        f"{site}: certifikatet går ut om {days} dygn. Förnya det; utan det slutar Google anropa.",
        f"{site}: the certificate ends in {days} days. Renew it; without it Google stops calling.",
    )


def _silent(site: str, kind: str) -> Finding:
    return Finding(
        "no_answer",
        site,
        f"{site} svarar inte ({kind}). Inget annat är prövat. Kontrollera SITE_URL, namnservern och att webbplatsen "
        "körs.",
        f"{site} does not answer ({kind}). Nothing else was tried. Check SITE_URL, the name server, and that the site "
        "runs.",
    )


def _no_robots(site: str, answer: Answer) -> Finding:
    return Finding(
        "robots",
        f"{site}/robots.txt",
        f"{site}/robots.txt svarar {answer.status} ({answer.kind}). Det ska vara en textfil; annars låter Google bli "
        "att anropa.",
        f"{site}/robots.txt answers {answer.status} ({answer.kind}). It should be a text file; otherwise Google may "
        "not call.",
    )


def _disallowed(path: str) -> Finding:
    return Finding(
        "robots",
        path,
        f"robots.txt förbjuder {path}. Google lyder den när det anropar: ta bort regeln, som inte är vår.",
        f"robots.txt disallows {path}. Google obeys it when it calls: take the rule out, which is not ours.",
    )
