"""Pages of the deployment: for operators only, numbers only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django import DjangoAssertNumQueries, Settings

from skolsynk.store import claims, load, save
from skolsynk.store.models import AuditEvent, Endpoint, Installation, RegisterUnit, Tenant
from skolsynk.sync import installation_words, register, tasks
from tests.scenarios.theatre import SOME_DAY, Theatre
from tests.web.browser import NARROW, WIDE, seen

NAMES = ("operator_tenants", "operator_vendors", "operator_addresses", "operator_register")
GARBAGE = ("\x00", "é" * 600, "http://", "https://user:pw@x.example", "javascript:1", "http://[", "-1")


@pytest.fixture
def operator(town: Theatre) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(User.objects.create_user("drift", is_staff=True))
    client.cookies["sessionid"] = client.session.session_key or ""
    return client


def addresses(town: Theatre) -> list[str]:
    connection = town.connection().id
    unit = town.stage.town.school_units[0]["code"]
    return [
        *map(reverse, NAMES),
        reverse("operator_tenant", kwargs={"key": town.stage.town.directory.customer_id}),
        reverse("operator_address", kwargs={"connection_id": connection, "mode": "test"}),
        reverse("operator_unit", kwargs={"code": unit}), reverse("operator_register") + "?q=skolan",
    ]  # fmt: skip


def test_only_operators_come_in(town: Theatre, as_owner: Client, anonymous: Client) -> None:
    plain = Client()
    plain.force_login(User.objects.create_user("ingen"))
    for path in addresses(town):
        for client in (as_owner, anonymous, plain):
            answer = client.get(path)
            assert answer.status_code == 302
            assert answer.headers["location"].startswith("/admin/login/")


def test_no_page_names_a_person(town: Theatre, operator: Client) -> None:
    people = town.stage.town.directory.users.values()
    names = {str(user[key]) for user in people for key in ("id", "primaryEmail")}
    for path in addresses(town):
        page = operator.get(path).content.decode()
        assert not [name for name in names if name in page], path


def test_tenants_in_trouble_come_first(town: Theatre, operator: Client) -> None:
    other = save.tenant("C9zz", "Ödeshögs påhittade kommun", at=SOME_DAY)
    run_id = claims.create_run(other, "read", at=SOME_DAY, today=SOME_DAY.date())
    claims.finish(run_id, SOME_DAY, "failed", error_code="unauthorized_client")
    page = operator.get(reverse("operator_tenants")).content.decode()
    assert page.index("Ödeshögs") < page.index(town.stage.town.town.name)
    assert "unauthorized_client" in page


def test_pages_ask_as_many_questions_for_ten_tenants_as_for_two(
    town: Theatre, operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        tenant_id = save.tenant(f"C9q{number}", f"Kommun {number}", at=SOME_DAY)
        save.connection(tenant_id, "ne", selection={}, guards={}, schedule={}, at=SOME_DAY)
    for name in NAMES:
        with django_assert_max_num_queries(9):
            assert operator.get(reverse(name)).status_code == 200


def test_vendors_tell_how_the_last_day_went(town: Theatre, operator: Client) -> None:
    run_id = claims.create_run(
        town.tenant_id, "push", at=SOME_DAY, today=SOME_DAY.date(), connection_id=town.connection().id, mode="test"
    )
    claims.finish(run_id, SOME_DAY, "failed", error_code="credentials", counts={"sent": {"rejected": 7}})
    page = operator.get(reverse("operator_vendors")).content.decode()
    assert "credentials" in page
    assert ">7<" in page


def test_an_address_is_checked_stored_and_audited(town: Theatre, operator: Client) -> None:
    connection = town.connection()
    path = reverse("operator_address", kwargs={"connection_id": connection.id, "mode": "live"})
    form = {"address": "https://scim.example/v2", "requests_per_second": "2.5", "concurrency": "4"}
    assert operator.post(path, form).status_code == 302
    stored = load.endpoint(connection.id, "live")
    assert stored.address == "https://scim.example/v2"
    assert dict(stored.limits) == {"requests_per_second": 2.5, "concurrency": 4}
    assert AuditEvent.objects.filter(what="address_set", who="operator").count() == 1
    sealed = bytes(Endpoint.objects.get(connection_id=connection.id, mode="live").api_key)
    assert sealed, "the key is left as it was"


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_refused_in_words_and_kept(town: Theatre, operator: Client, garbage: str) -> None:
    connection = town.connection()
    path = reverse("operator_address", kwargs={"connection_id": connection.id, "mode": "test"})
    before = load.endpoint(connection.id, "test")
    wrong = {"address": garbage, "requests_per_second": garbage, "concurrency": garbage}
    answer = operator.post(path, wrong)
    assert answer.status_code == 422
    assert "Inget har sparats." in answer.content.decode()
    assert load.endpoint(connection.id, "test") == before
    assert operator.post(reverse("operator_register"), {"code": garbage}).status_code == 422
    assert operator.get(reverse("operator_register"), {"q": garbage, "page": garbage}).status_code == 200


def test_what_is_not_there_is_not_found(town: Theatre, operator: Client) -> None:
    connection = town.connection().id
    assert operator.get(f"/drift/adresser/{connection}/off/").status_code == 404
    assert operator.get("/drift/adresser/99999/test/").status_code == 404
    assert operator.get("/drift/register/00000000/").status_code == 404


def test_the_operators_words_go_before_the_registers(town: Theatre, operator: Client) -> None:
    code = town.stage.town.school_units[0]["code"]
    path = reverse("operator_unit", kwargs={"code": code})
    assert operator.post(path, {"name": "Rättade skolan", "school_types": "gr fth"}).status_code == 302
    assert load.units(town.tenant_id)[code].name == "Rättade skolan"
    assert load.units(town.tenant_id)[code].school_types == ("GR", "FTH")
    own = reverse("operator_unit", kwargs={"code": "99887766"})
    assert "Registret har ingen sådan skolenhet" in operator.get(own).content.decode()
    assert operator.post(own, {"name": "Nya skolan"}).status_code == 302
    assert RegisterUnit.objects.get(pk="99887766").origin == "operator"
    assert "Nya skolan" in operator.get(reverse("operator_register"), {"q": "nya skolan"}).content.decode()


def test_pages_are_accessible_and_fit_a_phone(town: Theatre, operator: Client, browser: Browser) -> None:
    for path in addresses(town):
        for scheme, size in (("light", WIDE), ("dark", NARROW)):
            found = seen(browser, operator, path, scheme=scheme, size=size)  # type: ignore[arg-type]  # two of the words
            assert (path, found.axe(), found.overflow, found.complaints) == (path, [], 0, [])
            found.page.context.close()


def test_an_empty_deployment_says_what_comes_next(db: None) -> None:
    Tenant.objects.all().delete()
    RegisterUnit.objects.all().delete()
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_user("drift", is_staff=True))
    for name, text in zip(NAMES, ("No tenant yet", "Nobody has added", "No connection yet", "is empty"), strict=True):
        assert text in client.get(reverse(name)).content.decode()


def test_the_register_is_read_when_an_operator_asks(
    town: Theatre, operator: Client, as_owner: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(tasks.refresh_register, "delay", lambda **words: asked.append(words))
    page = reverse("operator_register")
    assert "REGISTER_URL" in operator.get(page).content.decode()
    settings.REGISTER_URL = "https://register.example/"
    assert "Läs in registret nu" in operator.get(page).content.decode()
    done = operator.post(reverse("operator_register_refresh"), follow=True)
    assert "Registret läses in" in done.content.decode()
    assert asked == [{"asked": True}]
    assert as_owner.post(reverse("operator_register_refresh")).status_code == 302
    assert len(asked) == 1


def test_a_register_that_could_not_be_read_is_told_of(town: Theatre, operator: Client) -> None:
    page = reverse("operator_register")
    save.heartbeat(register.READ, SOME_DAY)
    assert "gick inte att läsa" not in operator.get(page).content.decode()
    save.heartbeat(register.FAILED, SOME_DAY + timedelta(days=7))
    assert "gick inte att läsa" in operator.get(page).content.decode()


def test_an_operator_sees_the_app_at_a_tenant_and_looks_again(town: Theatre, operator: Client) -> None:
    path = reverse("operator_tenant", kwargs={"key": town.stage.town.directory.customer_id})
    assert "inte sett än" in operator.get(path).content.decode()
    assert operator.post(path).status_code == 302
    page = operator.get(path).content.decode()
    assert "igång" in page
    assert page.count("fungerar") == len(installation_words.SCOPES)
    assert AuditEvent.objects.filter(tenant_id=town.tenant_id, what="app_looked", who="operator").count() == 1
    Installation.objects.filter(tenant_id=town.tenant_id).update(
        state="quarantined", purge_at=SOME_DAY, missing_since=SOME_DAY, capabilities={
            "users": {"works": False, "code": "not_delegated"}, "roles": {"works": False, "code": "not_delegated"}
        },
    )  # fmt: skip
    page = operator.get(path).content.decode()
    for words in ("i karantän", "Personuppgifter raderas", "Borta sedan", "not_delegated", "Bevilja åtkomst"):
        assert words in page
    assert operator.get(reverse("operator_tenant", kwargs={"key": "C9none"})).status_code == 404
