"""Every address of a tenant, as every kind of visitor, in both languages; and every page in a real browser."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser

from skolsynk.web.urls import ROOMS
from tests.scenarios.theatre import Theatre
from tests.web.browser import NARROW, WIDE, Look, seen
from tests.web.conftest import member, signed_in
from tests.web.examples import Example

RANKS = ("viewer", "editor", "owner")


def named(patterns: list[URLPattern | URLResolver], inside: bool = False) -> Iterator[str]:
    """Names of all addresses below ``h/<customer>/``."""
    for entry in patterns:
        below = inside or "customer" in str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from named(entry.url_patterns, below)
        elif below and entry.name:
            yield entry.name


def examples() -> dict[str, Example]:
    found: dict[str, Example] = {}
    for room in ROOMS:
        found |= importlib.import_module(f"tests.web.{room}.pages").PAGES
    return found


PAGES = examples()
WHOLE = sorted(name for name, page in PAGES.items() if page.whole_page and page.read)
Address = Callable[..., str]


def test_no_address_goes_without_an_example() -> None:
    assert set(named(get_resolver().url_patterns)) == set(PAGES)


def path_of(name: str, town: Theatre, address: Address) -> str:
    page = PAGES[name]
    if page.prepare:
        page.prepare(town)
    return address(name, **page.filled(page.kwargs, town)) + page.query


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nobody_sees_more_than_they_may(
    name: str, town: Theatre, address: Address, as_stranger: Client, anonymous: Client, limited_to: str
) -> None:
    page, path = PAGES[name], path_of(name, town, address)
    assert as_stranger.get(path).status_code == 404
    away = anonymous.get(path)
    assert away.status_code == 302
    assert away.headers["location"].startswith("/logga-in/")
    assert anonymous.get(path, headers={"hx-request": "true"}).headers["hx-redirect"].startswith("/logga-in/")
    for role in RANKS:
        status = signed_in(member(town.tenant_id, role)).get(path).status_code
        if page.read is None:
            assert status == 405, role
        else:
            assert status == (200 if RANKS.index(role) >= RANKS.index(page.read) else 403), role
    limited = signed_in(member(town.tenant_id, "viewer", (limited_to,))).get(path).status_code
    assert limited in ((200, 404) if page.limited and page.read == "viewer" else (403, 405))


@pytest.mark.parametrize("name", sorted(name for name, page in PAGES.items() if page.write))
def test_nobody_changes_more_than_they_may(
    name: str, town: Theatre, address: Address, as_stranger: Client, anonymous: Client
) -> None:
    page, path = PAGES[name], path_of(name, town, address)
    form = page.filled(page.post, town)
    assert page.write
    assert as_stranger.post(path, form).status_code == 404
    assert anonymous.post(path, form).headers["location"].startswith("/logga-in/")
    owner = member(town.tenant_id, "owner")
    strict = signed_in(owner)
    strict.handler.enforce_csrf_checks = True
    stale = strict.post(path, form)
    assert stale.status_code == 403
    assert "Formuläret hade blivit för gammalt" in stale.content.decode()
    for role in RANKS[: RANKS.index(page.write)]:
        assert signed_in(member(town.tenant_id, role)).post(path, form).status_code == 403, role
    done = signed_in(owner).post(path, form)
    assert done.status_code in (200, 204, 302, 303), done.content.decode()[-2000:]


OTHER: dict[str, Literal["light", "dark"]] = {"light": "dark", "dark": "light"}
LOOKS: list[tuple[str, Literal["light", "dark"]]] = [("sv", "light"), ("en", "dark")]


def suits_everybody(found: Look, language: str, scheme: Literal["light", "dark"]) -> None:
    """Look at one page as it was loaded, and leave it."""
    assert found.page.locator("html").get_attribute("lang") == language
    assert found.page.locator("h1").count() == 1
    assert (language, scheme, found.axe()) == (language, scheme, [])
    assert found.overflow <= 0
    assert found.cut_tables == []
    # The same page in the other colours on a phone; nothing of it is loaded again. Contrasts, which are most of the
    # work, have been looked at in both schemes where there is most to see: in light in Swedish, in dark in English.
    width, height = NARROW
    found.page.emulate_media(color_scheme=OTHER[scheme])
    found.page.set_viewport_size({"width": width, "height": height})
    assert (language, OTHER[scheme], found.axe(colours=False)) == (language, OTHER[scheme], [])
    assert found.overflow <= 0, NARROW
    assert found.complaints == []
    found.page.context.close()


@pytest.mark.parametrize("name", WHOLE)
def test_page_is_accessible_in_both_languages_light_and_dark_and_fits_a_phone(
    name: str, town: Theatre, address: Address, browser: Browser
) -> None:
    path = path_of(name, town, address)
    owner = member(town.tenant_id, "owner")
    for language, scheme in LOOKS:
        found = seen(browser, signed_in(owner, language), path, language=language, scheme=scheme, size=WIDE)
        suits_everybody(found, language, scheme)
