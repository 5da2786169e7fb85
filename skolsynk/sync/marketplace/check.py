"""The whole check: settings, scopes in every place, addresses. Asks the site and nobody else; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from skolsynk.sync import addon_manifest
from skolsynk.sync.errors import RunError
from skolsynk.sync.marketplace import addresses, answers, document, operator, scopes
from skolsynk.sync.marketplace.finding import Finding

CONSOLES = {
    "consent_screen": "Google Auth Platform → Data access",
    "marketplace": "Marketplace SDK → App Configuration → OAuth scopes",
}


class Report(NamedTuple):
    """``looked_at``: what was compared or asked, in English; ``not_looked_at``: what nobody gave us to compare."""

    looked_at: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    findings: tuple[Finding, ...]


def check(lists: Mapping[str, str], at: datetime) -> Report:
    """``lists``: scopes copied out of the consoles, text by key of CONSOLES."""
    site, found = operator.site()
    manifest, broken = _manifest()
    found += [] if found else broken  # without an address there is no manifest: told once
    found += [*operator.missing(), *_scopes(manifest, lists)]
    asked = (*addresses.listed(), *addresses.called(), *(() if broken else addresses.of_the_add_on()))
    found += _answers(site, asked, at) if site else []
    looked = ["settings", "scopes: code", *([] if broken else ["scopes: add-on manifest"]), f"scopes: {document.NAME}"]
    looked += [f"scopes: {name}" for key, name in CONSOLES.items() if key in lists]
    looked += [f"{one.field}: {site}{one.path}" for one in asked] if site else []
    rest = [f"scopes: {name}" for key, name in CONSOLES.items() if key not in lists]
    return Report(tuple(looked), tuple(rest), tuple(found))


def _manifest() -> tuple[tuple[str, ...], list[Finding]]:
    """What the add-on asks for, and why it cannot be said."""
    try:
        return scopes.in_manifest(), []
    except RunError as error:
        return tuple(addon_manifest.SCOPES), [Finding("manifest", error.code, error.text_sv, error.text_en)]


def _scopes(manifest: tuple[str, ...], lists: Mapping[str, str]) -> list[Finding]:
    wanted = [one.url for one in scopes.listed(manifest)]
    found = [*scopes.unexplained(manifest), *document.findings(manifest)]
    for key, text in lists.items():
        found += scopes.compared(CONSOLES[key], document.scopes_in(text), wanted)
    return found


def _answers(site: str, asked: tuple[addresses.Address, ...], at: datetime) -> list[Finding]:
    away = answers.unreachable(site, at)
    if any(one.code != "certificate_ends" for one in away):
        return away
    public = [one.path for one in addresses.listed() if one.title]
    return [*away, *answers.wrong(site, asked), *answers.robots(site, public)]
