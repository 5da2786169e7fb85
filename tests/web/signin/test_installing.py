"""The first day with Google: installed and let in at once, after a while, in part, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

from skolsynk.celery import app
from skolsynk.core.installation import Event, State
from skolsynk.sandbox.google.accounts import READ_SCOPES
from skolsynk.store import installations, load, save
from skolsynk.store.models import Member, Run, Tenant
from skolsynk.sync import installation
from skolsynk.web.signin import session as sessions
from tests.sources.google.build import ADMIN, CUSTOMER, key_file
from tests.web.browser import NARROW, WIDE, seen
from tests.web.signin.world import HEAD, OTHER_ADMIN, OTHER_CUSTOMER, World, events, inside, nothing_stored

ACCOUNT = key_file()["client_email"]
PREFIX = "https://www.googleapis.com/auth/"
GROUPS = PREFIX + "admin.directory.group.readonly"
UNITS = PREFIX + "admin.directory.orgunit.readonly"
OPTIONAL = [PREFIX + "admin.reports.audit.readonly"]
WAITING = "/logga-in/vantar/"


@pytest.mark.parametrize(("language", "words"), [("sv", "Se efter nu"), ("en", "Look now")])
def test_the_waiting_page_is_accessible_and_fits_a_phone(
    google: World, browser: Browser, language: str, words: str
) -> None:
    google.undelegate()
    visitor = google.browser(language)
    google.sign_in(visitor, ADMIN)
    for scheme, size in (("light", WIDE), ("dark", NARROW)):
        found = seen(browser, visitor, WAITING, language=language, scheme=scheme, size=size)  # type: ignore[arg-type]  # two of the words
        assert (found.axe(), found.overflow, found.complaints) == ([], 0, [])
        assert found.page.get_by_role("link", name=words).count() == 1
        found.page.context.close()


@pytest.fixture
def at_once() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def found(customer: str = CUSTOMER) -> installations.InstallationFacts:
    tenant = load.tenant_by_customer(customer)
    assert tenant is not None
    row = installations.of(tenant.id)
    assert row is not None
    return row


def scopes_without(*names: str) -> list[str]:
    return [scope for scope in READ_SCOPES if scope not in names]


# Let in at once


@pytest.mark.parametrize("door", ["/setup/", "/setup", "/setup/admin/", "/logga-in/google/"])
def test_every_door_leads_to_the_same_sign_in(google: World, visitor: Client, door: str) -> None:
    away = visitor.get(door)
    assert away.status_code == 302
    assert away.headers["location"].startswith(google.google.url)
    assert "/logga-in/" in visitor.get("/").content.decode(), "the launcher's tile"


def test_the_first_visit_makes_the_tenant_and_looks(google: World, visitor: Client, at_once: None) -> None:
    answer = google.sign_in(visitor, ADMIN)
    assert answer.status_code == 303
    row = found()
    assert (row.state, row.missing_since, row.domain) == (State.ACTIVE, None, "liten.example")
    assert {name: one["works"] for name, one in row.capabilities.items()} == dict.fromkeys(row.capabilities, True)
    assert len(row.capabilities) == 6
    assert "app_activated" in events()
    assert not Run.objects.exists(), "which org units are school is asked first"
    page = visitor.get(f"/h/{CUSTOMER}/installningar/google/").content.decode()
    assert "Google släpper in Skolsynk" in page
    assert page.count("fungerar") == 6
    assert "Vem behöver göra vad" not in page


def test_the_first_read_follows_when_the_school_is_known(google: World, visitor: Client, at_once: None) -> None:
    tenant_id = save.tenant(CUSTOMER, "Lilla kommun", at=timezone.now())
    save.source(tenant_id, subject=ADMIN, school_containers=["/Kontor"])
    google.sign_in(visitor, ADMIN)
    assert [run.trigger for run in Run.objects.filter(kind="read")] == ["installed"]
    installation.look(tenant_id, timezone.now() + timedelta(days=1))
    assert Run.objects.filter(kind="read").count() == 1, "the first, and no other"


# Not yet


def test_somebody_whom_google_has_not_activated_yet_may_leave_and_come_back(google: World, visitor: Client) -> None:
    google.undelegate()
    answer = google.sign_in(visitor, ADMIN)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "det ta upp till 24 timmar; vi ser efter igen av oss själva" in page
    assert "superadministratör" in page
    assert nothing_stored()
    again = visitor.get(WAITING)
    assert again.status_code == 200
    assert "Vi ser efter igen av oss själva" in again.content.decode()
    assert visitor.get(WAITING, headers={"hx-request": "true"}).status_code == 204
    google.google.delegate(ACCOUNT, CUSTOMER)
    assert inside(visitor) is None
    after(visitor, 30)
    let_in = visitor.get(WAITING, headers={"hx-request": "true"})
    assert let_in.headers["HX-Redirect"] == f"/h/{CUSTOMER}/kom-igang/"
    who = inside(visitor)
    assert who is not None
    assert (who.email, who.role) == (ADMIN, "owner")


def after(visitor: Client, seconds: float) -> None:
    """As if that long had passed in this browser."""
    session = visitor.session
    held = session[sessions.WAITING]
    moved = {**held, "asked": held["asked"] - seconds, "until": held["until"] - seconds}
    session[sessions.WAITING] = moved
    session.save()


def test_google_is_not_asked_more_often_than_is_of_use(google: World, visitor: Client) -> None:
    google.undelegate()
    google.sign_in(visitor, ADMIN)
    visitor.get(WAITING)
    asked = len(google.google.calls("POST /token"))
    for _ in range(5):
        visitor.get(WAITING)
    assert len(google.google.calls("POST /token")) == asked


def test_nobody_waits_for_longer_than_a_day_or_against_her_will(google: World, visitor: Client) -> None:
    google.undelegate()
    google.sign_in(visitor, ADMIN)
    after(visitor, sessions.WAIT_S + 1)
    google.google.delegate(ACCOUNT, CUSTOMER)
    assert visitor.get(WAITING).headers["location"] == "/logga-in/"
    google.undelegate()
    google.sign_in(visitor, ADMIN)
    assert visitor.post("/logga-in/vantar/sluta/").status_code == 303
    google.google.delegate(ACCOUNT, CUSTOMER)
    assert visitor.get(WAITING).headers["location"] == "/logga-in/"
    assert inside(visitor) is None
    assert nothing_stored()


def test_waiting_lets_nobody_in_who_proves_nothing(google: World, visitor: Client) -> None:
    google.undelegate()
    google.sign_in(visitor, HEAD)
    google.google.delegate(ACCOUNT, CUSTOMER)
    answer = visitor.get(WAITING)
    assert "Ingen hos er har börjat använda Skolsynk" in answer.content.decode()
    assert inside(visitor) is None
    assert visitor.get(WAITING).headers["location"] == "/logga-in/", "and does not go on trying"
    assert Client().get(WAITING).headers["location"] == "/logga-in/"


def test_another_persons_session_is_not_disturbed_by_a_refusal(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    google.undelegate(OTHER_CUSTOMER)
    google.sign_in(visitor, OTHER_ADMIN)
    who = inside(visitor)
    assert who is not None
    assert who.email == ADMIN
    assert sessions.WAITING not in visitor.session


def test_a_pending_tenant_is_let_in_by_the_clock(google: World, visitor: Client, at_once: None) -> None:
    google.google.delegate(ACCOUNT, CUSTOMER, scopes_without(UNITS))
    google.sign_in(visitor, ADMIN)
    assert found().state == State.PENDING
    start = visitor.get(f"/h/{CUSTOMER}/kom-igang/").content.decode()
    assert "Google har inte aktiverat behörigheten än" in start
    page = visitor.get(f"/h/{CUSTOMER}/installningar/google/").content.decode()
    assert "Katalogen kan inte läsas." in page
    assert "En superadministratör i ert Google Workspace" in page
    assert "vi ser efter igen av oss själva" in page
    tenant = load.tenant_by_customer(CUSTOMER)
    assert tenant is not None
    soon = timezone.now() + timedelta(minutes=11)
    assert tenant.id in installation.due(soon)
    google.google.delegate(ACCOUNT, CUSTOMER)
    assert installation.look(tenant.id, soon).event is Event.ACTIVATED
    assert "Google har inte aktiverat" not in visitor.get(f"/h/{CUSTOMER}/kom-igang/").content.decode()


# In part


def test_optional_scopes_are_missing_without_being_an_error(google: World, visitor: Client, at_once: None) -> None:
    google.google.delegate(ACCOUNT, CUSTOMER, scopes_without(*OPTIONAL, GROUPS))
    google.sign_in(visitor, ADMIN)
    row = found()
    assert row.state == State.ACTIVE
    assert sorted(name for name, one in row.capabilities.items() if not one["works"]) == [
        "groups", "reports",
    ]  # fmt: skip
    page = visitor.get(f"/h/{CUSTOMER}/installningar/google/").content.decode()
    assert page.count("saknas, behövs inte alltid") == 2
    assert "Regler som utgår från Google-grupper kan inte användas" in page
    assert "Google släpper in Skolsynk, men inte till allt" not in page
    english = google.browser("en")
    google.sign_in(english, ADMIN)
    assert (
        "Rules that go by Google Groups cannot be used"
        in english.get(f"/h/{CUSTOMER}/installningar/google/").content.decode()
    )


def test_a_needed_scope_that_is_lost_later_is_trouble_and_no_uninstall(
    google: World, visitor: Client, at_once: None
) -> None:
    google.sign_in(visitor, ADMIN)
    tenant_id = found().tenant_id
    google.google.delegate(ACCOUNT, CUSTOMER, scopes_without(UNITS))
    for days in (1, 3):
        assert installation.look(tenant_id, timezone.now() + timedelta(days=days)).event is Event.NONE
    assert (found().state, found().missing_since) == (State.ACTIVE, None)
    page = visitor.get(f"/h/{CUSTOMER}/kom-igang/").content.decode()
    assert "Google släpper in Skolsynk, men inte till allt" in page


# The licence


@pytest.fixture
def market(google: World, settings: Settings) -> World:
    settings.GOOGLE_MARKETPLACE_APP_ID = "774411"
    settings.GOOGLE_MARKETPLACE_ROOT_URL = google.google.url
    return google


def licence_calls(world: World) -> int:
    return len(world.google.calls("customerLicense"))


def test_the_licence_is_asked_for_without_anybodys_rights(market: World, visitor: Client, at_once: None) -> None:
    market.sign_in(visitor, ADMIN)
    assert found().licence == "ACTIVE"
    assert found().licensed_at
    assert licence_calls(market) == 1


def test_an_app_that_is_removed_is_seen_while_its_permission_still_lingers(
    market: World, visitor: Client, at_once: None
) -> None:
    market.sign_in(visitor, ADMIN)
    market.google.not_installed.add(CUSTOMER)
    tenant_id, now = found().tenant_id, timezone.now()
    assert installation.look(tenant_id, now).event is Event.MISSED
    assert (found().licence, found().capabilities["users"]["works"]) == ("UNLICENSED", True)
    assert installation.look(tenant_id, now + timedelta(hours=24)).event is Event.QUARANTINED
    market.google.not_installed.clear()
    assert installation.look(tenant_id, now + timedelta(days=2)).event is Event.RESUMED


def test_a_customer_that_delegated_by_hand_needs_no_licence(market: World, visitor: Client, at_once: None) -> None:
    market.google.not_installed.add(CUSTOMER)
    market.sign_in(visitor, ADMIN)
    assert (found().state, found().licence, found().licensed_at) == (State.ACTIVE, "UNLICENSED", None)


def test_a_marketplace_that_does_not_answer_proves_nothing(market: World, visitor: Client, at_once: None) -> None:
    market.sign_in(visitor, ADMIN)
    tenant_id, now = found().tenant_id, timezone.now()
    for fault in ({"status": 500}, {"status": 403, "reason": "forbidden"}, {"kind": "html", "status": 200}):
        market.google.fault("GET /appsmarket/*", repeat=None, **fault)
        assert installation.look(tenant_id, now).event is Event.NONE
        assert (found().licence, found().missing_since) == ("", None)
        market.google.faults.clear()
        now += timedelta(days=2)
    with override_settings(GOOGLE_SERVICE_ACCOUNT=""):
        installation.look(tenant_id, now)
    assert (found().licence, found().state) == ("", State.ACTIVE)


def test_without_an_application_id_no_licence_is_asked_for(google: World, visitor: Client, at_once: None) -> None:
    google.sign_in(visitor, ADMIN)
    assert (found().licence, licence_calls(google)) == ("", 0)


# Come back


def test_a_sign_in_at_a_tenant_whose_key_is_erased_gives_a_new_one(
    google: World, visitor: Client, at_once: None
) -> None:
    google.sign_in(visitor, ADMIN)
    tenant_id = found().tenant_id
    namespace = load.tenant(tenant_id).namespace
    save.source_credentials(tenant_id, "of the old key")
    save.erase_tenant_key(tenant_id)
    back = google.browser()
    assert google.sign_in(back, ADMIN).status_code == 303
    for place in ("kom-igang/", "oversikt/", "installningar/", "installningar/kalla/", "installningar/google/"):
        assert back.get(f"/h/{CUSTOMER}/{place}").status_code == 200, place
    assert load.tenant(tenant_id).namespace == namespace
    assert load.source(tenant_id) == load.SourceFacts("google", ADMIN, (), "")
    assert "app_returned" in events()
    assert Member.objects.filter(tenant_id=tenant_id, ended_at=None).count() == 1
    before = visitor.get(f"/h/{CUSTOMER}/kom-igang/")
    assert before.headers["location"].startswith("/logga-in/"), "who was inside proves it anew"


def test_whoever_is_no_administrator_is_told_so_where_the_key_is_erased(google: World, visitor: Client) -> None:
    google.sign_in(visitor, ADMIN)
    tenant = Tenant.objects.get()
    head = google.little.find_user(HEAD)
    assert head is not None
    Member.objects.create(
        tenant=tenant, subject=head["id"], email=HEAD, role="viewer", created_at=timezone.now()
    )  # fmt: skip
    save.erase_tenant_key(tenant.pk)
    answer = google.sign_in(google.browser(), HEAD)
    assert answer.status_code == 403
    assert "Ingen hos er har börjat använda Skolsynk" in answer.content.decode()


def test_a_sign_in_during_the_quarantine_looks_and_brings_back(google: World, visitor: Client, at_once: None) -> None:
    google.sign_in(visitor, ADMIN)
    tenant_id, now = found().tenant_id, timezone.now()
    google.undelegate()
    installation.look(tenant_id, now - timedelta(hours=30))
    installation.look(tenant_id, now)
    assert load.tenant(tenant_id).status == "quarantined"
    google.google.delegate(ACCOUNT, CUSTOMER)
    assert google.sign_in(google.browser(), ADMIN).status_code == 303
    assert load.tenant(tenant_id).status == "active"
