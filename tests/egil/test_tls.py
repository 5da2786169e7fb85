"""TLS with a CA of one's own: who is trusted, who is not, and what a push does then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from skolsynk.core.ledger import Answer
from skolsynk.egil.check import check_connection
from skolsynk.egil.curl import system_ca_file
from skolsynk.egil.values import StopReason
from skolsynk.sandbox.receiver import Client, ReceiverServer
from tests.egil.builders import create, school, send, target, unit
from tests.egil.certificates import Authority, Issued


@contextmanager
def serving(issued: Issued) -> Iterator[ReceiverServer]:
    with ReceiverServer([Client("strict", "right")], certificate=issued.certificate, key=issued.key) as server:
        yield server


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_everything_arrives_over_tls_under_a_ca_of_ones_own(authority: Authority) -> None:
    with serving(authority.issue(ip="127.0.0.1")) as server:
        told = send([create(body) for body in school(40)], target(server.url, ca_file=authority.file, concurrency=8))

    assert server.url.startswith("https://")
    assert set(told.answers()) == {Answer.DONE}


def test_an_unknown_ca_stops_the_push_before_anything_is_sent(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path, "Another CA")
    with serving(authority.issue(ip="127.0.0.1")) as server:
        told = send([create(body) for body in school()], target(server.url, ca_file=other.file))

    assert told.end.stopped is StopReason.TLS
    assert told.answers() == [Answer.FAILED]
    assert "certificate" in told.end.message.lower()
    assert not server.log("strict")


def test_the_systems_ca_set_does_not_know_our_ca(authority: Authority) -> None:
    with serving(authority.issue(ip="127.0.0.1")) as server:
        told = send([create(unit())], target(server.url))

    assert told.end.stopped is StopReason.TLS
    assert Path(system_ca_file()).is_file()


def test_a_certificate_for_another_host_stops_the_push(authority: Authority) -> None:
    with serving(authority.issue(host="scim.other.example")) as server:
        told = send([create(unit())], target(server.url, ca_file=authority.file))

    assert told.end.stopped is StopReason.TLS


def test_an_expired_certificate_stops_the_push(authority: Authority) -> None:
    with serving(authority.issue(ip="127.0.0.1", lifetime=timedelta(days=-1))) as server:
        told = send([create(unit())], target(server.url, ca_file=authority.file))

    assert told.end.stopped is StopReason.TLS


def test_a_pinned_key_is_accepted_and_another_is_not(authority: Authority) -> None:
    issued, other = authority.issue(ip="127.0.0.1"), authority.issue(ip="127.0.0.1")
    with serving(issued) as server:
        right = send([create(unit())], target(server.url, ca_file=authority.file, pinned_keys=(other.pin, issued.pin)))
        wrong = send([create(unit())], target(server.url, ca_file=authority.file, pinned_keys=(other.pin,)))
        checked = check_connection(target(server.url, ca_file=authority.file, pinned_keys=(other.pin,)))

    assert right.answers() == [Answer.DONE]
    assert wrong.end.stopped is StopReason.TLS
    assert checked.code == "pin"


def test_a_missing_ca_file_stops_the_push_and_is_told_as_ones_own_setting(authority: Authority) -> None:
    with serving(authority.issue(ip="127.0.0.1")) as server:
        told = send([create(unit())], target(server.url, ca_file="/nowhere/ca.pem"))
        checked = check_connection(target(server.url, ca_file="/nowhere/ca.pem"))

    assert told.end.stopped is StopReason.TLS
    assert checked.code == "ca_missing"


def test_a_server_without_tls_at_an_https_address_stops_the_push() -> None:
    with ReceiverServer([Client("strict", "right")]) as server:
        told = send([create(unit())], target(server.url.replace("http:", "https:")))

    assert told.end.stopped is StopReason.TLS


def test_a_system_without_a_ca_bundle_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_file", lambda path: False)

    told = send([create(unit())], target("https://127.0.0.1:9"))

    assert (told.end.stopped, told.end.unsent) == (StopReason.TLS, 1)
    assert "ca-certificates" in told.end.message
    assert check_connection(target("https://127.0.0.1:9")).code == "ca_missing"
