"""What only the operator can give: settings without which the listing is empty, refused, or does not work."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from skolsynk.environment import LOOPBACK
from skolsynk.sources.base import SourceError
from skolsynk.sources.google.auth import account_of, credentials_of
from skolsynk.sync.marketplace.finding import Finding

NEEDED = (
    ("GOOGLE_CLIENT_ID", "OAuth-klientens id", "the OAuth client's id"),
    ("GOOGLE_CLIENT_SECRET", "OAuth-klientens hemlighet", "the OAuth client's secret"),
    ("GOOGLE_SERVICE_ACCOUNT", "tjänstkontots nyckelfil eller adress", "the service account's key file or address"),
    ("GOOGLE_MARKETPLACE_APP_ID", "appens id i Marketplace SDK", "the app's id in the Marketplace SDK"),
    ("ADDON_SERVICE_ACCOUNT", "tilläggets tjänstkonto", "the add-on's service account"),
    ("ADDON_CLIENT_ID", "tilläggets OAuth-klient", "the add-on's OAuth client"),
    ("OPERATOR_NAME", "vem som driver tjänsten", "who runs the service"),
    ("CONTACT", "vart man vänder sig", "whom people turn to"),
)


def missing() -> Iterator[Finding]:
    """Settings that the listing or its public pages need and that are empty or unreadable."""
    for name, sv, en in NEEDED:
        if not getattr(settings, name):
            yield Finding(
                "setting_missing",
                name,
                f"{name} är inte satt: {sv}. Se docs/marketplace.md.",
                f"{name} is not set: {en}. See docs/marketplace.md.",
            )
    if settings.GOOGLE_SERVICE_ACCOUNT and not _opens(settings.GOOGLE_SERVICE_ACCOUNT):
        yield Finding(
            "service_account",
            "GOOGLE_SERVICE_ACCOUNT",
            "GOOGLE_SERVICE_ACCOUNT är varken en nyckelfil som går att öppna eller ett tjänstkonto som IAM kan "
            "signera åt "
            "härifrån. Ange filens innehåll, eller adressen och körmiljöns egna rättigheter.",
            "GOOGLE_SERVICE_ACCOUNT is neither a key file that can be opened nor an account that IAM can sign for "
            "from here. "
            "Give the file's contents, or the address and rights of the environment's own.",
        )


def _opens(text: str) -> bool:
    try:
        account_of(credentials_of(text))
    except (SourceError, ValueError):
        return False
    return True


def site() -> tuple[str, list[Finding]]:
    """The site's public address without a slash at the end ("" when it is of no use), and what is wrong with it."""
    given = settings.SITE_URL.rstrip("/")
    if not given:
        return "", [
            _site(
                "SITE_URL är inte satt: webbplatsens egen adress, som https://skolsynk.example. Inga adresser är "
                "prövade.",
                "SITE_URL is not set: the site's own address, such as https://skolsynk.example. No addresses were "
                "tried.",
            )
        ]
    parts, found = urlsplit(given), []
    rehearsal = parts.hostname in LOOPBACK and not settings.PRODUCTION
    if parts.scheme != "https" and not rehearsal:
        found.append(
            _site(
                f"SITE_URL är {given}, utan TLS. Google länkar bara till https och anropar bara det: ge adressen med "
                "https.",
                f"SITE_URL is {given}, without TLS. Google links to https only, and calls nothing else: give it with "
                "https.",
            )
        )
    if parts.path or parts.query:
        found.append(
            _site(
                f"SITE_URL är {given}, med en sökväg. Webbplatsen måste ligga i roten av ett värdnamn.",
                f"SITE_URL is {given}, with a path. The site has to be at the root of a host name.",
            )
        )
        return "", found
    if _is_number(parts.hostname or "") and not rehearsal:
        found.append(
            _site(
                f"SITE_URL är {given}. Google verifierar domäner, inte IP-adresser: ge ett värdnamn.",
                f"SITE_URL is {given}. Google verifies domains, not IP addresses: give a host name.",
            )
        )
    return given, found


def _site(sv: str, en: str) -> Finding:
    return Finding("site_url", "SITE_URL", sv, en)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
