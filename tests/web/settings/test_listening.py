"""The source's page says how word of changes comes, in every state there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from skolsynk.store import realtime
from skolsynk.sync.listening import State
from skolsynk.web.settings.listening import LOG, USERS, told
from tests.scenarios.theatre import Theatre
from tests.scenarios.told import Clock, clock_of, follow_now, open_channel


@pytest.fixture
def clock(town: Theatre, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with clock_of(town, monkeypatch) as made:
        yield made


def page(as_owner: Client, address: Callable[..., str]) -> str:
    return as_owner.get(address("settings_source")).content.decode()


def test_a_tenant_that_is_told_of_everything_sees_that(
    town: Theatre, clock: Clock, as_owner: Client, address: Callable[..., str]
) -> None:
    open_channel(town, clock)
    follow_now(town, clock)
    shown = page(as_owner, address)
    assert "inom en minut" in shown
    assert "var tredje minut" in shown


def test_a_log_that_is_not_granted_is_said_to_be_optional(
    town: Theatre, clock: Clock, as_owner: Client, address: Callable[..., str]
) -> None:
    realtime.not_followed(town.tenant_id, "not_delegated", clock.now())
    shown = page(as_owner, address)
    assert "den behörigheten är frivillig" in shown
    assert "inget går förlorat" in shown


def test_a_site_without_a_public_address_says_so(town: Theatre, as_owner: Client, address: Callable[..., str]) -> None:
    assert "ingen publik https-adress" in page(as_owner, address)


@pytest.mark.parametrize("users", USERS)
@pytest.mark.parametrize("log", [*LOG, "not_delegated"])
def test_every_state_has_words_for_both_parts(users: str, log: str) -> None:
    assert [bool(str(part.text)) for part in told(State(users, log, None))] == [True, True]
