"""A municipality's first days in a real browser: from the first sign-in to live, and a person explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from skolsynk.celery import app
from skolsynk.core.connection import Mode
from skolsynk.sandbox import municipality
from skolsynk.sandbox.google import FakeGoogle
from skolsynk.sandbox.google.accounts import new_service_account
from skolsynk.sandbox.receiver.server import ReceiverServer
from skolsynk.sandbox.receiver.values import Client
from skolsynk.store import load, register, save
from skolsynk.store.models import Connection
from skolsynk.sync import rehearsal
from tests.scenarios.theatre import SOME_DAY
from tests.web.browser import look

KEY = "a-key-of-the-vendors"
Said = str | re.Pattern[str]


@dataclass
class Surroundings:
    """Everything outside: Google with one municipality, the register, and a vendor's two receivers."""

    town: municipality.Municipality
    google: FakeGoogle
    receivers: dict[Mode, ReceiverServer]

    @property
    def customer(self) -> str:
        return self.town.directory.customer_id

    @property
    def tenant_id(self) -> int:
        found = load.tenant_by_customer(self.customer)
        assert found
        return found.id

    def held(self, mode: Mode) -> dict[str, bytes]:
        return dict(self.receivers[mode].raw("sandbox"))


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    town = municipality.make(4, 220, "org_units", SOME_DAY.date())
    account: dict[str, str] = {}
    with (
        FakeGoogle({town.directory.customer_id: town.directory}, clients=[rehearsal.CLIENT]) as google,
        ReceiverServer([Client("sandbox", KEY)]) as test,
        ReceiverServer([Client("sandbox", KEY)]) as live,
    ):
        account = new_service_account(token_uri=google.token_uri)
        google.add_service_account(account)
        rows = municipality.to_register(town.school_units, town.town.name)
        register.register((rehearsal.registered(row) for row in rows), SOME_DAY, complete=False)
        told = {
            "GOOGLE_ROOT_URL": google.url + "/", "GOOGLE_TOKEN_URI": google.token_uri,
            "GOOGLE_SERVICE_ACCOUNT": json.dumps(account), "GOOGLE_CLIENT_ID": rehearsal.CLIENT.client_id,
            "GOOGLE_CLIENT_SECRET": rehearsal.CLIENT.client_secret,
            "GOOGLE_AUTHORIZE_URL": f"{google.url}/o/oauth2/v2/auth", "GOOGLE_CERTS_URL": f"{google.url}/certs",
            "VENDOR_SETTINGS": {"sandbox": {"test": test.url, "live": live.url}},
        }  # fmt: skip
        with override_settings(**told):
            yield Surroundings(town, google, {Mode.TEST: test, Mode.LIVE: live})


@pytest.fixture
def at_once() -> Iterator[None]:
    """What is queued is done before the page answers: a worker that is never late."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


SV: dict[str, Said] = {
    "google": "Logga in med Google",
    "connect": "Anslut katalogen",
    "read": "Spara och läs katalogen",
    "done": "klar",
    "add_units": "Lägg till de markerade",
    "tick_all": "Markera alla",
    "into_draft": "Lägg de markerade i utkastet",
    "reason": re.compile("Varför|Skäl"),
    "save": re.compile(r"^Spara \d+ ändring"),
    "add_vendor": "Lägg till Sandbox",
    "all_units": re.compile(r"^Alla \d+"),
    "save_selection": "Spara urvalet",
    "switch": "Byt läge",
    "run": "Kör nu",
    "read_now": "Läs katalogen nu",
    "but_removals": re.compile(r"^Godkänn \d+ utom borttag"),
    "approve_all": re.compile("^Godkänn alla"),
    "approve": re.compile("^Godkänn och skicka"),
    "search": "Sök",
    "there": "finns där",
}
EN: dict[str, Said] = {
    "google": "Sign in with Google",
    "connect": "Connect the directory",
    "read": "Save and read the directory",
    "done": "done",
    "add_units": "Add those that are ticked",
    "tick_all": "Tick all",
    "into_draft": "Put those ticked into the draft",
    "reason": re.compile("Why|Reason"),
    "save": re.compile(r"^Save \d+ change"),
    "add_vendor": "Add Sandbox",
    "all_units": re.compile(r"^All \d+"),
    "save_selection": "Save the selection",
    "switch": "Switch mode",
    "run": "Run now",
    "read_now": "Read the directory now",
    "but_removals": re.compile(r"^Approve \d+, all but removals"),
    "approve_all": re.compile("^Approve all"),
    "approve": re.compile("^Approve and send"),
    "search": "Search",
    "there": "is there",
}


@pytest.mark.slow
@pytest.mark.usefixtures("transactional_db", "at_once")
@pytest.mark.parametrize(("language", "said"), [("sv", SV), ("en", EN)], ids=["sv", "en"])
def test_from_the_first_sign_in_to_live(
    live_server: LiveServer, browser: Browser, language: str, said: dict[str, Said]
) -> None:
    site = live_server.url.replace("localhost", "127.0.0.1")
    with surroundings() as around:
        seen = look(browser, site, language=language)
        page = seen.page
        root = f"{site}/h/{around.customer}"
        _sign_in_and_read(page, site, root, said)
        _units_and_rules(page, root, said)
        _a_vendor_in_test(page, root, said, around)
        _held_and_approved_in_part(page, root, said, around)
        _live(page, root, said, around)
        _a_person(page, root, said, around)
        assert [line for line in seen.complaints if "Content Security Policy" in line] == []
        page.context.close()


def _sign_in_and_read(page: Page, site: str, root: str, said: dict[str, Said]) -> None:
    page.goto(f"{site}/")
    page.get_by_role("link", name=said["google"]).first.click()
    if "/logga-in/" in page.url:
        page.get_by_role("link", name=said["google"]).first.click()
    page.get_by_role("link", name="(admin)").first.click()
    expect(page).to_have_url(f"{root}/kom-igang/")
    page.get_by_role("link", name=said["connect"]).last.click()
    page.get_by_role("button", name=said["read"]).click()
    expect(page.locator("#progress")).to_contain_text(said["done"])


def _units_and_rules(page: Page, root: str, said: dict[str, Said]) -> None:
    page.goto(f"{root}/skolenheter/lagg-till/")
    page.get_by_label(said["tick_all"]).first.check()
    page.get_by_role("button", name=said["add_units"]).first.click()
    page.goto(f"{root}/regler/borja/")
    page.get_by_role("button", name=said["into_draft"]).click()
    page.goto(f"{root}/regler/spara/")
    page.get_by_label(said["reason"]).last.fill("first")
    page.get_by_role("button", name=said["save"]).click()
    page.goto(f"{root}/datakvalitet/")
    expect(page.locator("h1")).to_be_visible()


def _a_vendor_in_test(page: Page, root: str, said: dict[str, Said], around: Surroundings) -> None:
    page.goto(f"{root}/leverantorer/sandbox/")
    page.get_by_role("button", name=said["add_vendor"]).click()
    save.endpoint(Connection.objects.get().pk, Mode.TEST, api_key=KEY)
    save.endpoint(Connection.objects.get().pk, Mode.LIVE, api_key=KEY)
    page.goto(f"{root}/leverantorer/sandbox/urval/")
    page.get_by_role("button", name=said["all_units"]).first.click()
    expect(page.locator("input[name=school_units]").first).to_be_checked()
    page.get_by_label(said["reason"]).last.fill("all schools")
    page.get_by_role("button", name=said["save_selection"]).click()
    expect(page).to_have_url(re.compile(r"/leverantorer/sandbox/(#.*)?$"))
    page.goto(f"{root}/leverantorer/sandbox/lage/")
    page.locator("input[name=to][value=test]").check()
    page.get_by_role("button", name=said["switch"]).click()
    page.goto(f"{root}/korningar/")
    page.get_by_role("button", name=said["run"]).click()
    expect(page.locator("#progress")).to_contain_text(said["done"])
    assert len(around.held(Mode.TEST)) > 150


def _held_and_approved_in_part(page: Page, root: str, said: dict[str, Said], around: Surroundings) -> None:
    """Twelve pupils of a school are suspended and sixty renamed: all but the removals is approved, and sent."""
    clean = [person for person in around.town.truth.people.values() if person.role == "pupil" and person.clean]
    units = [person.unit for person in clean]
    pupils = [person for person in clean if person.unit == max(sorted(set(units)), key=units.count)]
    for person in pupils[:12]:
        around.town.directory.suspend(person.key)
    for person in pupils[12:72]:
        around.town.directory.rename_user(person.key, "Nyttnamn", "Nyttefternamn")
    assert len(pupils) > 66, "more than fifty changes and a quarter of the school"
    page.goto(f"{root}/korningar/")
    page.get_by_role("button", name=said["read_now"]).click()
    page.goto(f"{root}/andringar/sandbox/test/")
    before = around.held(Mode.TEST)
    assert not _renamed(before)
    page.get_by_role("button", name=said["but_removals"]).first.click()
    page.get_by_role("button", name=said["approve"]).click()
    after = around.held(Mode.TEST)
    assert len(_renamed(after)) == len(pupils[12:72])
    assert after.keys() == before.keys(), "nobody was removed"


def _renamed(held: dict[str, bytes]) -> list[str]:
    return [key for key, body in held.items() if b'"Nyttefternamn"' in body]


def _live(page: Page, root: str, said: dict[str, Said], around: Surroundings) -> None:
    """Going live before the test has run for a day takes an owner's reason; the first push waits for a yes."""
    page.goto(f"{root}/leverantorer/sandbox/lage/")
    page.locator("input[name=to][value=live]").check()
    page.locator("input[name=leave][value=keep]").check()
    page.get_by_label(said["reason"]).last.fill("the term begins tomorrow")
    page.get_by_role("button", name=said["switch"]).click()
    page.goto(f"{root}/andringar/sandbox/live/")
    assert around.held(Mode.LIVE) == {}
    page.get_by_role("button", name=said["approve_all"]).first.click()
    page.get_by_role("button", name=said["approve"]).click()
    assert len(around.held(Mode.LIVE)) > 150


def _a_person(page: Page, root: str, said: dict[str, Said], around: Surroundings) -> None:
    """Found by name; the chain says why she is at the vendor."""
    placed = [person for person in around.town.truth.people.values() if person.role == "teacher" and person.clean]
    user = around.town.directory.users[placed[0].key]
    page.goto(f"{root}/personer/")
    page.locator("main input[type=search]").first.fill(str(user["primaryEmail"]))
    page.get_by_role("button", name=said["search"]).first.click()
    page.locator(f'main a[href*="{placed[0].key}"]').first.click()
    expect(page.locator("h1")).to_contain_text(str(user["name"]["familyName"]))
    expect(page.get_by_text(said["there"]).first).to_be_visible()
