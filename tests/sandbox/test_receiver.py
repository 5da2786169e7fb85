"""The sandbox receiver itself: what it takes, what it refuses, and how it misbehaves on request."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from skolsynk.sandbox.receiver import Client, Fault, ReceiverServer
from skolsynk.sandbox.receiver.desk import Desk
from skolsynk.sandbox.receiver.values import client_from_json, fault_from_json
from skolsynk.sandbox.receiver.wire import Request
from tests.egil.builders import Body, activity, employment, group, rid, school, unit, user

SCIM = "application/scim+json"
SIS_USER = "urn:scim:schemas:extension:sis:school:1.0:User"


@pytest.fixture
def receiver() -> Iterator[ReceiverServer]:
    with ReceiverServer([Client("strict", "right"), Client("reference", "other", "reference")]) as server:
        yield server


class Said:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.type = response.getheader("Content-Type", "")
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


def ask(
    server: ReceiverServer, verb: str, path: str, body: object = None, key: str | None = "right", media: str = SCIM
) -> Said:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    headers = {"Content-Type": media, **({"X-API-Key": key} if key else {})}
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    try:
        connection.request(verb, path, raw, headers)
        return Said(connection.getresponse())
    finally:
        connection.close()


def path_of(body: Body) -> str:
    name = str(body["schemas"][-1]).rpartition(":")[2]  # type: ignore[index]  # builders give lists
    return "/Activities" if name == "Activity" else f"/{name}s"


def fill(server: ReceiverServer, key: str = "right") -> None:
    for body in school(2):
        assert ask(server, "POST", path_of(body), body, key).status == 201


def changed(body: Body, **changes: object) -> Body:
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def enrolment(**changes: object) -> Body:
    entry = {"value": rid("unit"), "$ref": f"SchoolUnits/{rid('unit')}", **changes}
    return changed(user("new"), **{SIS_USER: {"enrolments": [entry]}})


WRONG = {
    "no schemas": changed(unit("new"), schemas=None),
    "an upper case id": changed(unit("new"), externalId=rid("new").upper()),
    "no id": changed(unit("new"), externalId=None),
    "an empty name": changed(unit("new"), displayName=" "),
    "a code of seven digits": changed(unit("new"), schoolUnitCode="1234567"),
    "a code that is a number": changed(unit("new"), schoolUnitCode=None),
    "a school type of 2020": changed(unit("new"), schoolTypes=["FKLASS"]),
    "school types as text": changed(unit("new"), schoolTypes="GR"),
    "a municipality of three digits": changed(unit("new"), municipalityCode="999"),
    "an unknown organisation": changed(unit("new"), organisation={"value": rid("nowhere")}),
    "no user name": changed(user("new"), userName=None),
    "a user name without scope": changed(user("new"), userName="alva"),
    "no name": changed(user("new"), name=None),
    "half a name": changed(user("new"), name={"givenName": "Alva"}),
    "an address that is none": changed(user("new"), emails=[{"value": "x"}]),
    "a school year as text": enrolment(schoolYear="6"),
    "a school year that is true": enrolment(schoolYear=True),
    "a school year of 11": enrolment(schoolYear=11),
    "an unknown school type": enrolment(schoolType="X"),
    "an unknown unit": user("new", enrolled_at="nowhere"),
    "a reference elsewhere": enrolment(**{"$ref": "SchoolUnits/other"}),
    "a reference that is no object": changed(employment("new", "teacher"), user=rid("teacher")),
    "a role outside the list": changed(employment("new", "teacher"), employmentRole="lärare"),
    "no role": changed(employment("new", "teacher"), employmentRole=None),
    "an unknown member": group("new", "nobody"),
    "a member twice": group("new", "pupil0", "pupil0"),
    "no members": changed(group("new"), studentMemberships=None),
    "a group type in lower case": changed(group("new"), studentGroupType="klass"),
    "a user as teacher": changed(activity("new", "6A"), teachers=[{"value": rid("teacher")}]),
    "an activity type outside the list": changed(activity("new", "6A"), activityType="Lek"),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_a_strict_receiver_refuses_and_says_why(receiver: ReceiverServer, body: Body) -> None:
    fill(receiver)
    before = receiver.export("strict")
    path = path_of(body) if "schemas" in body else "/SchoolUnits"

    said = ask(receiver, "POST", path, body)

    assert said.status == 400
    assert said.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert str(said.json()["detail"]).startswith("Failed to parse resource: ")
    assert receiver.export("strict") == before


def test_what_is_referred_to_cannot_be_deleted(receiver: ReceiverServer) -> None:
    fill(receiver)

    said = ask(receiver, "DELETE", f"/Users/{rid('pupil0')}")

    assert said.status == 409
    assert f"StudentGroups/{rid('6A')}" in str(said.json()["detail"])


def test_an_update_that_lets_go_frees_what_it_referred_to(receiver: ReceiverServer) -> None:
    fill(receiver)

    assert ask(receiver, "PUT", f"/StudentGroups/{rid('6A')}", group("6A", "pupil1")).status == 200
    assert ask(receiver, "DELETE", f"/Users/{rid('pupil0')}").status == 204
    assert ask(receiver, "DELETE", f"/Users/{rid('pupil0')}").status == 404


def test_a_duplicate_id_is_a_conflict_over_all_types(receiver: ReceiverServer) -> None:
    fill(receiver)

    assert ask(receiver, "POST", "/SchoolUnits", unit()).status == 409
    assert ask(receiver, "POST", "/StudentGroups", changed(group("x"), externalId=rid("pupil0"))).status == 409


def test_a_replace_must_name_what_is_there(receiver: ReceiverServer) -> None:
    fill(receiver)

    assert ask(receiver, "PUT", f"/SchoolUnits/{rid('new')}", unit("new")).status == 404
    assert ask(receiver, "PUT", f"/SchoolUnits/{rid('unit')}", unit("new")).status == 400
    assert ask(receiver, "PUT", "/SchoolUnits", unit()).status == 200


@pytest.mark.parametrize(
    ("verb", "path", "body", "media", "status"),
    [
        ("POST", "/Users", b"{", SCIM, 400),
        ("POST", "/Users", b"[]", SCIM, 400),
        ("POST", "/Users", {}, "text/plain", 415),
        ("POST", "/Users/x", {}, SCIM, 405),
        ("POST", "/Courses", {}, SCIM, 404),
        ("GET", "/Users/a/b", None, SCIM, 404),
        ("PATCH", "/Users/x", {}, SCIM, 501),
        ("DELETE", "/Users", None, SCIM, 501),
        ("GET", "/scim/v2/Users", None, SCIM, 404),
        ("GET", "//Users", None, SCIM, 307),
    ],
)
def test_other_requests_get_the_status_of_the_profile(
    receiver: ReceiverServer, verb: str, path: str, body: object, media: str, status: int
) -> None:
    assert ask(receiver, verb, path, body, media=media).status == status


def test_a_single_resource_can_be_read_at_a_strict_receiver(receiver: ReceiverServer) -> None:
    fill(receiver)

    assert ask(receiver, "GET", f"/SchoolUnits/{rid('unit')}").json()["id"] == rid("unit")
    assert ask(receiver, "GET", f"/SchoolUnits/{rid('x')}").status == 404


def test_a_list_has_pages(receiver: ReceiverServer) -> None:
    fill(receiver)

    page = ask(receiver, "GET", "/Users?startIndex=2&count=1").json()

    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)


def test_a_key_is_needed_and_belongs_to_one_client(receiver: ReceiverServer) -> None:
    fill(receiver)

    assert (ask(receiver, "GET", "/Users", key=None).status, ask(receiver, "GET", "/Users", key="x").status) == (
        403,
        403,
    )
    assert ask(receiver, "GET", "/Users", key="other").json()["totalResults"] == 0
    assert receiver.held("reference") == {}


def test_the_name_of_the_header_is_a_setting(receiver: ReceiverServer) -> None:
    receiver.admit(Client("strict", "right", header="X-Other"))

    assert ask(receiver, "GET", "/Users").status == 403


class TestReferenceTemperament:
    def test_a_duplicate_overwrites_in_silence(self, receiver: ReceiverServer) -> None:
        for name in ("Ett", "Två"):
            assert ask(receiver, "POST", "/SchoolUnits", changed(unit(), displayName=name), "other").status == 201
        held = receiver.held("reference")["SchoolUnits"][rid("unit")]
        assert isinstance(held, dict)
        assert held["displayName"] == "Två"

    def test_errors_are_plain_text(self, receiver: ReceiverServer) -> None:
        said = ask(receiver, "POST", "/SchoolUnits", {"externalId": rid("x")}, "other")
        assert (said.status, said.type) == (400, "text/plain; charset=utf-8")
        assert said.body.startswith(b"Failed to parse resource:")

    def test_what_is_not_json_is_an_internal_error(self, receiver: ReceiverServer) -> None:
        assert ask(receiver, "POST", "/Users", b"{", "other").status == 500

    def test_references_are_not_looked_at(self, receiver: ReceiverServer) -> None:
        assert ask(receiver, "POST", "/StudentGroups", group("6A", "nobody"), "other").status == 201
        assert (rid("6A"), rid("nobody")) in receiver.dangling("reference")

    def test_one_resource_is_an_empty_list(self, receiver: ReceiverServer) -> None:
        ask(receiver, "POST", "/SchoolUnits", unit(), "other")
        assert ask(receiver, "GET", f"/SchoolUnits/{rid('unit')}", key="other").json()["Resources"] == []

    @pytest.mark.parametrize(
        "body",
        [
            user("a", enrolled_at=None) | {"name": {"givenName": "A"}},
            user("a") | {SIS_USER: {"enrolments": [{"schoolYear": 1}]}},
            user("a") | {SIS_USER: {"enrolments": [{"value": "x", "schoolYear": "1"}]}},
            unit() | {"schoolUnitCode": "1234567"},
        ],
    )
    def test_a_few_things_are_checked(self, receiver: ReceiverServer, body: Body) -> None:
        assert ask(receiver, "POST", path_of(body), body, "other").status == 400

    def test_too_many_requests_are_delayed_and_then_refused_without_a_hint(self) -> None:
        clock = [1000.0]
        client = Client("c", "k", "reference", limit_per_s=1, burst=1, longest_delay_s=2)
        desk = Desk([client], clock=lambda: clock[0])
        asked = Request("GET", "/Users", "", {"x-api-key": "k"}, b"", "127.0.0.1")

        replies = [desk.answer(asked) for _ in range(4)]

        assert [round(reply.delay_s) for reply in replies] == [0, 1, 2, 0]
        assert replies[3].content == b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"


def test_a_strict_receiver_says_when_to_come_back() -> None:
    desk = Desk([Client("c", "k", limit_per_s=0.5, burst=1)], clock=lambda: 1000.0)
    asked = Request("GET", "/Users", "", {"x-api-key": "k"}, b"", "127.0.0.1")

    desk.answer(asked)

    assert b"429 " in desk.answer(asked).content
    assert b"Retry-After: 3" in desk.answer(asked).content


def test_faults_come_when_their_turn_is(receiver: ReceiverServer) -> None:
    receiver.set_faults(
        "strict",
        Fault(verb="GET", endpoint="Users", first=2, times=2, status=503, retry_after="7", body="later"),
        Fault(resource=str(rid("x")), status=418),
    )

    statuses = [ask(receiver, "GET", "/Users").status for _ in range(4)]

    assert statuses == [200, 503, 503, 200]
    assert ask(receiver, "DELETE", f"/Users/{rid('x')}").status == 418
    assert [entry.status for entry in receiver.log("strict")] == [200, 503, 503, 200, 418]


def test_a_stopped_receiver_starts_again_where_it_was(receiver: ReceiverServer) -> None:
    fill(receiver)
    url, held = receiver.url, receiver.export("strict")

    receiver.stop()
    assert receiver.export("strict") == held
    receiver.start()

    assert receiver.url == url
    assert ask(receiver, "GET", "/Users").json()["totalResults"] == 3


def test_a_port_that_is_taken_is_told(receiver: ReceiverServer) -> None:
    with pytest.raises(OSError, match="in use"):
        ReceiverServer([], port=receiver.port).start()


def test_a_base_path_is_part_of_the_address() -> None:
    with ReceiverServer([Client("c", "right")], base_path="/egil/") as server:
        assert server.url.endswith("/egil")
        assert ask(server, "GET", "/egil/Users").status == 200
        assert ask(server, "GET", "/Users").status == 404


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01", 400),
        (b"GET\r\n\r\n", 400),
        (b"POST /Users HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /Users HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /Users HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, 431),
    ],
)
def test_broken_requests_are_refused_and_the_connection_closed(
    receiver: ReceiverServer, raw: bytes, status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)
    connection.connect()
    connection.sock.sendall(raw)

    assert connection.sock.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())
    assert connection.sock.recv(4096) == b""
    connection.close()


class TestAdmin:
    def lever(self, server: ReceiverServer, verb: str, path: str, body: object = None) -> Said:
        return ask(server, verb, f"/_admin/{path}", body, key=None, media="application/json")

    def test_clients_are_admitted_changed_looked_at_and_emptied(self, receiver: ReceiverServer) -> None:
        assert self.lever(receiver, "POST", "clients", {"name": "new", "key": "k"}).status == 201
        assert self.lever(receiver, "PATCH", "clients/new", {"latency_s": 0.001}).status == 200
        fill(receiver, "k")
        state = self.lever(receiver, "GET", "clients/new/state")
        assert state.body == receiver.export("new")
        log = json.loads(self.lever(receiver, "GET", "clients/new/log").body)
        assert {"verb": "POST", "path": "/SchoolUnits", "status": 201}.items() <= log[0].items()
        known = json.loads(self.lever(receiver, "GET", "clients").body)
        assert known[-1] == {"name": "new", "temperament": "strict", "held": 7}
        assert self.lever(receiver, "DELETE", "clients/new/objects").status == 200
        assert receiver.held("new") == {}

    def test_faults_are_set_from_outside(self, receiver: ReceiverServer) -> None:
        assert self.lever(receiver, "PUT", "clients/strict/faults", [{"status": 418}]).json() == {"faults": 1}
        assert ask(receiver, "GET", "/Users").status == 418

    @pytest.mark.parametrize(
        ("verb", "path", "body", "status"),
        [
            ("GET", "clients/nobody/state", None, 404),
            ("GET", "else", None, 404),
            ("POST", "clients/strict/state", {}, 405),
            ("POST", "clients", {"name": "x"}, 400),
            ("POST", "clients", {"name": "x", "key": "k", "speed": 1}, 400),
            ("PUT", "clients/strict/faults", [{"kindness": 1}], 400),
            ("PUT", "clients/strict/faults", b"{", 400),
            ("PUT", "clients/strict/faults", 7, 400),
        ],
    )
    def test_a_lever_that_does_not_fit_is_told(
        self, receiver: ReceiverServer, verb: str, path: str, body: object, status: int
    ) -> None:
        said = self.lever(receiver, verb, path, body)
        assert said.status == status
        assert said.json()["error"]

    def test_a_web_page_elsewhere_cannot_pull_the_levers(self, receiver: ReceiverServer) -> None:
        said = ask(receiver, "DELETE", "/_admin/clients/strict/objects", b"", key=None, media="text/plain")
        assert said.status == 415

    def test_other_machines_are_refused(self) -> None:
        desk = Desk([])
        for path in ("/", "/_admin/clients"):
            reply = desk.answer(Request("GET", path, "", {}, b"", "192.0.2.7"))
            assert reply.content.startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(("query", "words"), [("", "Klasser och grupper"), ("?lang=en", "Classes and groups")])
def test_the_page_shows_what_is_held_with_names_escaped(receiver: ReceiverServer, query: str, words: str) -> None:
    fill(receiver)
    ask(receiver, "PUT", f"/StudentGroups/{rid('6A')}", changed(group("6A"), displayName="<script>6A</script>"))

    said = ask(receiver, "GET", f"/{query}", key=None)

    text = said.body.decode()
    assert said.type == "text/html; charset=utf-8"
    assert "default-src 'none'" in said.headers["Content-Security-Policy"]
    assert words in text
    assert "&lt;script&gt;6A&lt;/script&gt;" in text
    assert "<script>" not in text
    assert f"PUT /StudentGroups/{rid('6A')}" in text


def test_unknown_settings_are_named() -> None:
    with pytest.raises(ValueError, match=r"unknown keys \['speed'\], missing keys \['key'\]"):
        client_from_json({"name": "x", "speed": 1})
    with pytest.raises(ValueError, match="nth"):
        fault_from_json({"nth": 1})


def test_it_runs_as_a_process_and_stops_when_told(tmp_path: Path) -> None:
    clients = tmp_path / "clients.json"
    clients.write_text(json.dumps([{"name": "c", "key": "right"}]))
    command = [sys.executable, "-m", "skolsynk.sandbox.receiver", "--port", "0", "--clients", str(clients)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/Users", headers={"X-API-Key": "right"})
        status = connection.getresponse().status
        connection.close()
        process.terminate()
    assert (status, process.returncode) == (200, 0)


def test_a_broken_list_of_clients_is_told(tmp_path: Path) -> None:
    clients = tmp_path / "clients.json"
    clients.write_text('[{"name": "c"}]')
    command = [sys.executable, "-m", "skolsynk.sandbox.receiver", "--clients", str(clients)]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "missing keys ['key']" in ended.stderr


def test_the_lean_receiver_answers_counts_and_says_so_at_the_end() -> None:
    command = [sys.executable, "-m", "skolsynk.sandbox.receiver.lean", "--delay-ms", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        statuses = []
        for verb, body in (("POST", b"{}"), ("PUT", b"{}"), ("DELETE", None), ("PATCH", b"")):
            connection.request(verb, "/Users/x", body)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()
        process.terminate()
        counts = json.loads(process.stdout.read())
    assert statuses == [201, 200, 204, 405]
    assert counts == {"POST": 1, "PUT": 1, "DELE": 1, "PATC": 1}
