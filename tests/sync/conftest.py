"""Stages for tests of the walk: one for a whole module, put back after each test, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from skolsynk.egil.target import Patience
from skolsynk.store.models import RegisterUnit, Tenant
from skolsynk.sync import targets
from tests.scenarios.theatre import Theatre, theatre
from tests.sync.said import Said, say


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
                yield made
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def stage(_staged: Theatre, db: None) -> Theatre:
    """A tenant that has been read and pushed to the sandbox in test mode; Binogi has got nothing yet.

    The tables are put back after the test. Google and the receivers are not: what changes them takes ``own_stage``.
    """
    return _staged


@pytest.fixture
def empty(db: None) -> None:
    """For this test, nobody is there: what a module shares is out of sight."""
    Tenant.objects.all().delete()
    RegisterUnit.objects.all().delete()


@pytest.fixture
def own_stage(empty: None) -> Iterator[Theatre]:
    """Nothing read or sent; everything new."""
    with theatre(people=60) as made:
        yield made


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """``command("plan", "--vendor", "sandbox")``; ``stdin`` is what is piped in."""

    def call(*words: str, stdin: str = "") -> Said:
        return say(monkeypatch, words, stdin)

    return call
