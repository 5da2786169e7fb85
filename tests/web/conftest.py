"""Visitors of an invented tenant: one stage for a whole module, put back after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from skolsynk.egil.target import Patience
from skolsynk.store import save
from skolsynk.store.models import Member
from skolsynk.sync import readmodel, targets
from skolsynk.sync.dispatch import today_at
from skolsynk.web.access import SESSION_KEY
from tests.scenarios.theatre import SOME_DAY, Theatre, theatre
from tests.web.browser import chromium


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Patience(tries=2, limited_tries=2, base_s=0.02, longest_s=0.1, longest_retry_after_s=1.0, breaker=3)
    monkeypatch.setattr(targets, "patience", lambda: quick)


@pytest.fixture(scope="module")
def _staged(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Theatre]:
    with django_db_blocker.unblock():
        try:
            with theatre(people=60, vendors=("sandbox", "binogi")) as made:
                made.sync()
                readmodel.make(made.tenant_id, today_at(made.at))
                yield made
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def town(_staged: Theatre, db: None) -> Theatre:
    """A tenant that has been read and pushed to the sandbox in test mode; Binogi has got nothing yet."""
    return _staged


def member(tenant_id: int, role: str, units: tuple[str, ...] = ()) -> Member:
    name = "-".join((role, *units))
    return Member.objects.create(
        tenant_id=tenant_id, subject=f"sub-{tenant_id}-{name}", email=f"{name}@bjorkvik.example", name=name.title(),
        role=role, units=list(units), created_at=SOME_DAY,
    )  # fmt: skip


def signed_in(who: Member, language: str = "sv") -> Client:
    """A client with a session such as the sign-in makes."""
    client = Client(headers={"accept-language": language})
    session = client.session
    session[SESSION_KEY] = {"id": who.pk, "epoch": who.epoch}
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    return client


@pytest.fixture
def as_owner(town: Theatre) -> Client:
    return signed_in(member(town.tenant_id, "owner"))


@pytest.fixture
def as_editor(town: Theatre) -> Client:
    return signed_in(member(town.tenant_id, "editor"))


@pytest.fixture
def as_viewer(town: Theatre) -> Client:
    return signed_in(member(town.tenant_id, "viewer"))


@pytest.fixture
def limited_to(town: Theatre) -> str:
    """The school unit code of ``as_limited``."""
    return str(town.stage.town.school_units[0]["code"])


@pytest.fixture
def as_limited(town: Theatre, limited_to: str) -> Client:
    """A viewer who sees one school unit."""
    return signed_in(member(town.tenant_id, "viewer", (limited_to,)))


@pytest.fixture
def as_stranger(town: Theatre) -> Client:
    """The owner of another tenant."""
    other = save.tenant("C9other99", "Annan kommun", at=SOME_DAY)
    return signed_in(member(other, "owner"))


@pytest.fixture
def anonymous(town: Theatre) -> Client:
    return Client(headers={"accept-language": "sv"})


@pytest.fixture
def address(town: Theatre) -> Callable[..., str]:
    """``address("person", key=…)``: a page of the town."""
    customer = town.stage.town.directory.customer_id
    return lambda name, **kwargs: reverse(name, kwargs={"customer": customer, **kwargs})


@pytest.fixture(scope="session")
def browser(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Browser]:
    with chromium() as made:
        yield made
    with django_db_blocker.unblock():
        _leave_the_database()


def _leave_the_database() -> None:
    """Requests of a browser are answered in contexts of its own, whose connections nobody here can close."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()
