"""The site as the world sees it: over TLS, at one address, with everything that an operator has to give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from skolsynk.sandbox.google.accounts import new_service_account
from tests.egil.certificates import Authority
from tests.marketplace.front import Front, front
from tests.sync.said import Said, say

GIVEN = {
    "GOOGLE_CLIENT_ID": "skolsynk.apps.example",
    "GOOGLE_CLIENT_SECRET": "hemligt",
    "GOOGLE_MARKETPLACE_APP_ID": "123456789012",
    "ADDON_SERVICE_ACCOUNT": "addon@project.example",
    "ADDON_CLIENT_ID": "addon.apps.example",
    "OPERATOR_NAME": "Exempel AB, org.nr 556000-0000",
    "CONTACT": "skolsynk@exempel.example",
}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is one that everybody trusts."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.file)
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)


@pytest.fixture
def complete(settings: Settings) -> Settings:
    """Every setting that the listing needs but the address."""
    for name, value in GIVEN.items():
        setattr(settings, name, value)
    settings.GOOGLE_SERVICE_ACCOUNT = json.dumps(new_service_account())
    return settings


@pytest.fixture
def public(live_server: LiveServer, authority: Authority, complete: Settings) -> Iterator[Front]:
    """The site behind a proxy with a certificate of the authority's, set as SITE_URL."""
    with front(
        authority.issue(host="localhost", lifetime=timedelta(days=90)), int(live_server.url.rpartition(":")[2])
    ) as made:
        complete.SITE_URL = made.url
        yield made


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    return lambda *words, stdin="": say(monkeypatch, ("marketplace", *words), stdin)
