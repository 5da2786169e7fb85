"""The register is read again by itself every week, from Skolverket's service on loopback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from skolsynk.sandbox.register_server import Instead, RegisterServer
from skolsynk.store import load
from skolsynk.store.models import RegisterUnit
from skolsynk.sync import register, tasks
from skolsynk.sync.errors import Misconfigured
from tests.sources.test_register_api import row

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("empty")


@pytest.fixture
def server(settings: Settings) -> Iterator[RegisterServer]:
    with RegisterServer([row("99000001", "Ekskolan")]) as running:
        settings.REGISTER_URL = running.url + "/"
        yield running


def test_register_is_read_at_first_and_then_once_a_week(server: RegisterServer) -> None:
    report = register.refresh(NOW)
    assert report
    assert report.listed == 1
    assert RegisterUnit.objects.get().name == "Ekskolan"
    assert load.heartbeats()[register.READ] == NOW
    assert register.refresh(NOW + timedelta(days=6)) is None
    server.rows["99000002"] = row("99000002", "Björkskolan")
    later = register.refresh(NOW + timedelta(days=7))
    assert later
    assert later.new == 1


def test_an_operator_does_not_wait_for_the_week_to_pass(server: RegisterServer) -> None:
    register.refresh(NOW)
    assert register.refresh(NOW + timedelta(minutes=1), asked=True)


def test_a_failure_changes_nothing_and_is_tried_again_a_day_later(server: RegisterServer) -> None:
    register.refresh(NOW)
    week = NOW + timedelta(days=7)
    server.instead.append(Instead("/v2/school-units", status=200, body=b"<html>", times=9))
    with pytest.raises(Misconfigured):
        register.refresh(week)
    server.instead.clear()
    assert RegisterUnit.objects.get().name == "Ekskolan"
    assert load.heartbeats()[register.FAILED] == week
    assert register.refresh(week + timedelta(hours=23)) is None
    assert register.refresh(week + timedelta(hours=24))


def test_without_an_address_nothing_is_asked(settings: Settings) -> None:
    settings.REGISTER_URL = ""
    assert register.refresh(NOW, asked=True) is None
    assert register.READ not in load.heartbeats()


def test_the_task_tells_of_a_failure_by_its_code(server: RegisterServer, caplog: pytest.LogCaptureFixture) -> None:
    server.instead.append(Instead("/v2/school-units", status=200, body=b"<html>", times=9))
    with caplog.at_level(logging.WARNING):
        tasks.refresh_register()
    assert "register_failed error=register_" in caplog.text
