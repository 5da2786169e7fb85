"""The register from Skolverket's API, served on loopback: the whole walk, and everything that can go wrong on it."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from skolsynk.sandbox.register_server import Instead, RegisterServer
from skolsynk.sources.register_api import RegisterApi, email_domain, web_host
from skolsynk.sources.register_errors import RegisterError
from skolsynk.sources.register_http import Calling
from tests.egil.certificates import Authority

LIST, EK = "/v2/school-units", "/v2/school-units/99000001"


def row(code: str = "99000001", name: str = "Ekskolan", **values: str) -> dict[str, str]:
    return {
        "school_unit_code": code,
        "name": name,
        "school_types": "FKLASS GR",
        "organizer_type": "Kommunal",
        "organization_number": "2120009999",
        "organizer_name": "BJÖRKVIKS KOMMUN",
        "municipality_code": "0380",
        "municipality": "Uppsala",
        "email_domain": "bjorkvik.example",
        "web_host": "ekskolan.bjorkvik.example",
        **values,
    }


ROWS = [row(), row("99000002", "Ängsskolan", status="UPPHORT"), row("99000003", "Öskolan", municipality_code="0180")]


@pytest.fixture
def server() -> Iterator[RegisterServer]:
    with RegisterServer(ROWS) as running:
        yield running


def api(server: RegisterServer, **calling: object) -> RegisterApi:
    quick: dict[str, object] = {"first_pause_s": 0.01, "look_every_s": 0.02, "timeout_s": 10.0, **calling}
    return RegisterApi(server.url + "/", Calling(**quick))  # type: ignore[arg-type]  # a builder takes any setting


def refused(server: RegisterServer, fault: Instead, **calling: object) -> RegisterError:
    server.instead.append(fault)
    with pytest.raises(RegisterError) as caught:
        api(server, **calling).list_units()
    return caught.value


class TestReading:
    def test_list_comes_in_one_call_and_details_only_for_the_codes_given(self, server: RegisterServer) -> None:
        read = api(server).read(["99000001"])
        assert [path.removeprefix("/skolenhetsregistret") for path in server.log] == [f"{LIST}?status=AKTIV", EK]
        assert [unit.code for unit in read.units] == ["99000001", "99000003"]
        assert read.extracted == "2025-11-30"

    def test_details_tell_all_there_is(self, server: RegisterServer) -> None:
        [unit] = api(server).details(["99000001"]).units
        assert unit == (
            "99000001",
            "Ekskolan",
            "AKTIV",
            ("FKLASS", "GR"),
            "KOMMUN",
            "2120009999",
            "BJÖRKVIKS KOMMUN",
            "0380",
            "Uppsala",
            "bjorkvik.example",
            "ekskolan.bjorkvik.example",
            "",
        )

    def test_units_without_details_have_code_name_and_status(self, server: RegisterServer) -> None:
        unit = api(server).read().units[0]
        assert unit[:3] == ("99000001", "Ekskolan", "AKTIV")
        assert not any(unit[3:])

    def test_units_of_every_status_are_read_when_asked_for(self, server: RegisterServer) -> None:
        assert len(api(server).read(status="").units) == 3

    def test_ended_unit_that_somebody_has_is_read_beside_the_list(self, server: RegisterServer) -> None:
        assert [unit.code for unit in api(server).read(["99000002"]).units] == ["99000001", "99000002", "99000003"]

    def test_list_is_filtered_by_the_register(self, server: RegisterServer) -> None:
        assert [unit.code for unit in api(server).list_units(municipality_code="0180").units] == ["99000003"]
        assert api(server).list_units(school_type="GY").units == ()
        with pytest.raises(TypeError, match="town"):
            api(server).list_units(town="Uppsala")

    def test_code_that_the_register_lacks_is_told_and_the_rest_is_read(self, server: RegisterServer) -> None:
        detailed = api(server).details(["99000001", "99009999", "../x"])
        assert [unit.code for unit in detailed.units] == ["99000001"]
        assert detailed.missing == ("../x", "99009999")
        assert not any("x" in path.rsplit("/", 1)[1] for path in server.log)

    def test_unit_without_address_and_site_has_no_domains(self) -> None:
        with RegisterServer([row(email_domain="", web_host="", municipality_code="")]) as server:
            [unit] = api(server).details(["99000001"]).units
        assert (unit.email_domain, unit.web_host, unit.municipality) == ("", "", "")

    def test_several_details_are_asked_for_at_once_but_not_too_many(self) -> None:
        rows = [row(str(99000001 + number)) for number in range(40)]
        with RegisterServer(rows, latency_s=0.02) as server:
            detailed = api(server, in_flight=4).details(each["school_unit_code"] for each in rows)
            assert 1 < server.most_under_way <= 4
        assert [unit.code for unit in detailed.units] == sorted(each["school_unit_code"] for each in rows)

    def test_progress_is_told_from_nothing_to_all(self, server: RegisterServer) -> None:
        steps: list[tuple[str, int, int | None]] = []
        api(server).read(
            ["99000001", "99000003"], progress=lambda phase, done, total: steps.append((phase, done, total))
        )
        assert steps[:2] == [("list", 0, 1), ("list", 1, 1)]
        assert steps[2] == ("details", 0, 2)
        assert steps[-1] == ("details", 2, 2)

    def test_progress_that_raises_stops_the_read(self, server: RegisterServer) -> None:
        def stop(phase: str, done: int, total: int | None) -> None:
            if done and phase == "details":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            api(server).read(["99000001", "99000002", "99000003"], progress=stop)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("register_")]


class TestTryingAgain:
    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_passing_trouble_is_waited_out(self, server: RegisterServer, status: int) -> None:
        server.instead.append(Instead(LIST, status, times=2))
        assert len(api(server).list_units().units) == 3
        assert len(server.log) == 3

    def test_connection_that_breaks_is_tried_again(self, server: RegisterServer) -> None:
        server.instead.append(Instead(LIST, None))
        assert len(api(server).list_units().units) == 3

    def test_answer_shorter_than_told_is_tried_again(self, server: RegisterServer) -> None:
        server.instead.append(Instead(LIST, 200, b'{"data"', claims=1000))
        assert len(api(server).list_units().units) == 3

    def test_trouble_that_does_not_pass_ends_the_read(self, server: RegisterServer) -> None:
        error = refused(server, Instead(LIST, 503, times=99), tries=3)
        assert (error.code, error.transient, error.details["status"]) == ("busy", True, "503")
        assert len(server.log) == 3

    @pytest.mark.parametrize("form", ["seconds", "date"])
    def test_retry_after_is_obeyed(self, server: RegisterServer, form: str) -> None:
        until = datetime.now(UTC) + timedelta(seconds=2)
        wish = "1" if form == "seconds" else format_datetime(until, usegmt=True)
        server.instead.append(Instead(LIST, 429, headers={"Retry-After": wish}))
        begun = datetime.now(UTC)
        api(server).list_units()
        assert (datetime.now(UTC) - begun).total_seconds() > 0.5

    def test_retry_after_that_says_nothing_is_passed_over(self, server: RegisterServer) -> None:
        server.instead.append(Instead(LIST, 429, headers={"Retry-After": "soon"}))
        assert len(api(server).list_units().units) == 3

    def test_server_that_is_not_there_is_told(self, server: RegisterServer) -> None:
        server.stop()
        with pytest.raises(RegisterError) as caught:
            api(server, tries=2).list_units()
        assert caught.value.code == "unreachable"

    def test_answer_that_does_not_come_is_told(self, server: RegisterServer) -> None:
        error = refused(server, Instead(LIST, 200, b"{}", delay_s=1.0), tries=1, timeout_s=0.1)
        assert error.code == "unreachable"

    def test_one_unit_s_failure_ends_the_others_waits(self, server: RegisterServer) -> None:
        server.instead.append(Instead("/v2/school-units/99000001", 503, times=99, headers={"Retry-After": "60"}))
        server.instead.append(Instead("/v2/school-units/99000003", 403, times=99, delay_s=0.2))
        begun = datetime.now(UTC)
        with pytest.raises(RegisterError) as caught:
            api(server).details(["99000001", "99000003"])
        assert caught.value.code == "refused"
        assert (datetime.now(UTC) - begun).total_seconds() < 30


class TestBadAnswers:
    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (Instead(LIST, 200, b"<!DOCTYPE html><html>Underhall</html>"), "html"),
            (Instead(LIST, 200, b'{"meta": {}, "data": {"type": "sch'), "truncated"),
            (Instead(LIST, 200, b"error: none"), "not_json"),
            (Instead(LIST, 200, b""), "not_json"),
            (Instead(LIST, 200, b'{"a": ' * 100_000 + b"1" + b"}" * 100_000), "not_json"),
            (Instead(LIST, 200, b"x" * 11_000_000), "too_large"),
            (Instead(LIST, 302, headers={"Location": "https://annan.example/"}), "redirect"),
            (Instead(LIST, 301), "redirect"),
            (Instead(LIST, 403, b"<html>"), "refused"),
            (Instead(LIST, 404), "refused"),
        ],
    )
    def test_answer_that_cannot_be_used_is_told_and_not_asked_for_again(
        self, server: RegisterServer, fault: Instead, code: str
    ) -> None:
        assert refused(server, fault).code == code
        assert len(server.log) == 1

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            (b"[]", "$"),
            (b"{}", "$.data"),
            (b'{"data": {}}', "$.data.attributes"),
            (b'{"data": {"attributes": [1]}}', "$.data.attributes[0]"),
            (b'{"data": {"attributes": [{"schoolUnitCode": 1}]}}', "$.data.attributes[0].schoolUnitCode"),
            (b'{"data": {"attributes": [{"schoolUnitCode": "12"}]}}', "$.data.attributes[0].schoolUnitCode"),
            (b'{"data": {"attributes": [{"schoolUnitCode": "99000001"}]}}', "$.data.attributes[0].name"),
        ],
    )
    def test_list_of_another_shape_is_told_with_the_place(
        self, server: RegisterServer, body: bytes, where: str
    ) -> None:
        error = refused(server, Instead(LIST, 200, body))
        assert (error.code, error.details["where"]) == ("shape", where)

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            (b'{"data": {"schoolUnitCode": "99000002", "attributes": {}}}', "$.data.schoolUnitCode"),
            (b'{"data": {"schoolUnitCode": "99000001", "attributes": {}}}', "$.data.attributes.displayName"),
            (
                b'{"data": {"schoolUnitCode": "99000001", "attributes": {"displayName": "E", "schoolTypes": "GR"}}}',
                "$.data.attributes.schoolTypes",
            ),
            (
                b'{"data": {"schoolUnitCode": "99000001", "attributes": {"displayName": "E", "schoolTypes": [1]}}}',
                "$.data.attributes.schoolTypes",
            ),
            (
                b'{"data": {"schoolUnitCode": "99000001", "attributes": {"displayName": "E", "municipalityCode":"x"}}}',
                "$.data.attributes.municipalityCode",
            ),
        ],
    )
    def test_unit_of_another_shape_is_told_with_the_place(
        self, server: RegisterServer, body: bytes, where: str
    ) -> None:
        server.instead.append(Instead(EK, 200, body))
        with pytest.raises(RegisterError) as caught:
            api(server).details(["99000001"])
        assert caught.value.details["where"] == where

    def test_unit_that_tells_the_least_is_taken(self, server: RegisterServer) -> None:
        least = b'{"data": {"schoolUnitCode": "99000001", "attributes": {"displayName": "Ekskolan"}}}'
        server.instead.append(Instead(EK, 200, b"\xef\xbb\xbf" + least))
        [unit] = api(server).details(["99000001"]).units
        assert (unit.name, unit.status, unit.school_types) == ("Ekskolan", "AKTIV", ())

    @pytest.mark.parametrize("address", ["", "api.example", "ftp://api.example", "file:///etc", "http://"])
    def test_address_that_is_none_is_told_at_once(self, address: str) -> None:
        with pytest.raises(RegisterError) as caught:
            RegisterApi(address).list_units()
        assert caught.value.code == "bad_address"

    def test_address_that_curl_refuses_is_told(self) -> None:
        with pytest.raises(RegisterError) as caught:
            RegisterApi("http://a b.example:99999").list_units()
        assert caught.value.code == "bad_address"

    def test_certificate_of_a_stranger_is_not_accepted(self, tmp_path: Path) -> None:
        issued = Authority(tmp_path).issue(ip="127.0.0.1")
        with RegisterServer(ROWS, certificate=issued.certificate, key=issued.key) as server:
            with pytest.raises(RegisterError) as caught:
                api(server).list_units()
            assert (caught.value.code, caught.value.transient) == ("untrusted", False)
            assert not server.log

    def test_certificate_for_another_host_is_not_accepted(self, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        issued = authority.issue(host="annan.example")
        with RegisterServer(ROWS, certificate=issued.certificate, key=issued.key) as server:
            with pytest.raises(RegisterError) as caught:
                api(server, ca_file=authority.file).list_units()
            assert caught.value.code == "untrusted"

    def test_ca_of_one_s_own_is_trusted_when_named(self, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        issued = authority.issue(ip="127.0.0.1")
        with RegisterServer(ROWS, certificate=issued.certificate, key=issued.key) as server:
            assert len(api(server, ca_file=authority.file).list_units().units) == 3

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_error_says_what_was_tried_and_that_nothing_has_changed(
        self, server: RegisterServer, language: str
    ) -> None:
        error = refused(server, Instead(LIST, 302, headers={"Location": "https://annan.example/"}))
        words = error.text(language)
        assert server.url in words
        assert "https://annan.example/" in words
        assert ("oförändrade" if language == "sv" else "unchanged") in words
        assert str(error) == error.text("en")

    def test_error_survives_a_task_queue(self) -> None:
        error = RegisterError("busy", "https://a.example", {"status": "503"})
        again = pickle.loads(pickle.dumps(error))
        assert (again.code, again.text("sv")) == (error.code, error.text("sv"))


@pytest.mark.parametrize(
    ("told", "domain"),
    [
        ("skola@Bjorkvik.example", "bjorkvik.example"),
        (" <skola@bjorkvik.example>; rektor@annan.example", "bjorkvik.example"),
        ("ring oss", ""),
        ("skola@lokalt", ""),
        ("@bjorkvik.example", ""),
        ("", ""),
    ],
)
def test_domain_of_an_address_that_people_typed(told: str, domain: str) -> None:
    assert email_domain(told) == domain


@pytest.mark.parametrize(
    ("told", "host"),
    [
        ("https://www.Bjorkvik.example/ekskolan", "bjorkvik.example"),
        ("bjorkvik.example/ekskolan", "bjorkvik.example"),
        ("//bjorkvik.example:8080", "bjorkvik.example"),
        ("se hemsidan.", ""),
        ("intranet", ""),
        ("http://[trasig", ""),
        ("", ""),
    ],
)
def test_host_of_a_web_address_that_people_typed(told: str, host: str) -> None:
    assert web_host(told) == host
