"""Lists are whole or not at all; a connection check tells what it met."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from skolsynk.egil.check import WORDS, check_connection
from skolsynk.egil.listing import ListingError, fetch_all
from skolsynk.egil.transport import LARGEST_ANSWER
from skolsynk.sandbox.receiver import Client, Fault, ReceiverServer
from tests.egil.builders import create, send, target, unit, user


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer([Client("strict", "right"), Client("reference", "other", "reference")]) as server:
        send([create(unit()), *(create(user(f"u{number}")) for number in range(25))], target(server.url))
        yield server


@pytest.mark.parametrize("page_size", [0, 1, 7, 25, 100])
def test_every_resource_is_read_whatever_the_size_of_a_page(receiver: ReceiverServer, page_size: int) -> None:
    receiver.admit(Client("strict", "right", page_size=page_size))

    found = fetch_all(target(receiver.url), "Users")

    assert {resource["externalId"] for resource in found} == set(receiver.held("strict")["Users"])


def test_an_empty_list_is_empty(receiver: ReceiverServer) -> None:
    assert fetch_all(target(receiver.url), "Activities") == ()


def test_a_reference_receiver_lists_with_a_wrong_content_type(receiver: ReceiverServer) -> None:
    send([create(unit())], target(receiver.url, key="other"))

    (found,) = fetch_all(target(receiver.url, key="other"), "SchoolUnits")

    assert found["id"] == found["externalId"]


def test_a_list_of_many_megabytes_is_read(receiver: ReceiverServer) -> None:
    send([create({**unit("big"), "displayName": "x" * 2 * LARGEST_ANSWER})], target(receiver.url))

    assert len(fetch_all(target(receiver.url), "SchoolUnits")) == 2


FIRST = {"totalResults": 2, "Resources": [{"externalId": "a"}]}
BAD_PAGES = {
    "server error": Fault(status=500, body="oops"),
    "cut": Fault("truncate"),
    "web page": Fault("html", status=200),
    "not an object": Fault(status=200, body="[]"),
    "no total": Fault(status=200, body='{"Resources": []}'),
    "truth is no number": Fault(status=200, body='{"totalResults": true}'),
    "resources not a list": Fault(status=200, body='{"totalResults": 1, "Resources": {"a": 1}}'),
    "not objects": Fault(status=200, body='{"totalResults": 1, "Resources": [1]}'),
    "no id": Fault(status=200, body='{"totalResults": 1, "Resources": [{}]}'),
    "twice": Fault(status=200, times=0, body=json.dumps(FIRST)),
    "more than said": Fault(status=200, body='{"totalResults": 1, "Resources": [{"id": "a"}, {"id": "b"}]}'),
    "ends early": Fault(status=200, times=0, body='{"totalResults": 3, "Resources": []}'),
}


@pytest.mark.parametrize("fault", BAD_PAGES.values(), ids=BAD_PAGES.keys())
def test_any_trouble_means_no_list(receiver: ReceiverServer, fault: Fault) -> None:
    receiver.set_faults("strict", fault)

    with pytest.raises(ListingError, match="GET http"):
        fetch_all(target(receiver.url), "Users")


def test_a_failure_on_a_later_page_means_no_list(receiver: ReceiverServer) -> None:
    receiver.admit(Client("strict", "right", page_size=10))
    receiver.set_faults("strict", Fault(first=3, status=503))

    with pytest.raises(ListingError, match="startIndex=21"):
        fetch_all(target(receiver.url), "Users")


def test_a_list_that_changes_while_it_is_read_means_no_list(receiver: ReceiverServer) -> None:
    receiver.admit(Client("strict", "right", page_size=10))
    receiver.set_faults("strict", Fault(status=200, body=json.dumps(FIRST)))

    with pytest.raises(ListingError, match="changed while"):
        fetch_all(target(receiver.url), "Users")


CHECKS = {
    "redirect": Fault("redirect"),
    "not_found": Fault(status=404),
    "credentials": Fault(status=401),
    "limited": Fault(status=429),
    "ill": Fault(status=500, body="oops"),
    "refused": Fault(status=400),
    "ok_no_list": Fault(status=501),
    "not_egil": Fault("html", status=200),
    "cut": Fault("drop"),
    "timeout": Fault("delay", delay_s=3),
    "too_large": Fault("huge", status=200),
}


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_says_what_it_met(receiver: ReceiverServer, code: str) -> None:
    receiver.set_faults("strict", CHECKS[code])

    checked = check_connection(target(receiver.url, timeout_s=0.5))

    assert checked.code == code
    assert checked.tried == f"GET {receiver.url}/SchoolUnits"
    assert checked.ok is code.startswith("ok")
    assert (checked.text_sv, checked.text_en) == WORDS[code]


def test_a_check_of_a_good_receiver_with_a_good_and_a_bad_key(receiver: ReceiverServer) -> None:
    assert check_connection(target(receiver.url)).code == "ok"
    bad = check_connection(target(receiver.url, key="wrong"))
    assert (bad.code, bad.status, bad.vendor_words) == ("credentials", 403, "Invalid API key")


def test_not_json_is_no_receiver(receiver: ReceiverServer) -> None:
    receiver.set_faults("strict", Fault(status=200, body="hello"))

    assert check_connection(target(receiver.url)).code == "not_egil"


def test_a_check_of_nobody() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert check_connection(target(url)).code == "connect"
    assert check_connection(target(f"http://{'a' * 64}.invalid", proxy="")).code == "dns"
    assert check_connection(target("http://127.0.0.1:99999")).code == "address"
