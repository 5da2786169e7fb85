"""``marketplace check`` against the site itself: all well, and each thing that can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.auth.exceptions import DefaultCredentialsError
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from skolsynk.sources.google.auth import PREFIX
from skolsynk.sync.marketplace import answers, scopes
from skolsynk.sync.marketplace.check import check
from tests.egil.certificates import Authority
from tests.marketplace.front import Front, answer, front
from tests.sync.said import Said

Call = Callable[..., Said]
NOW = datetime.now(UTC)


def found(at: datetime = NOW) -> set[tuple[str, str]]:
    """Code and subject of each finding."""
    return {(one.code, one.about) for one in check({}, at).findings}


def listed() -> str:
    return "\n".join(one.url for one in scopes.listed())


@pytest.mark.usefixtures("trusted")
def test_when_everything_agrees_it_says_so_and_leaves_with_0(public: Front, command: Call, tmp_path: Path) -> None:
    consoles = tmp_path / "scopes.txt"
    consoles.write_text(listed())
    said = command("check", "--consent-screen", str(consoles), "--marketplace", "-", stdin=listed())
    assert (said.code, said.err) == (0, ""), said.out
    assert said.out.splitlines()[-1].endswith("looked at. Everything agrees.")
    told = command("check", "--json")
    assert told.code == 0
    assert told.json["ok"] is True
    assert told.json["findings"] == []
    assert f"Webhook of users.watch: {public.url}/google/notiser/" in told.json["looked_at"]
    assert f"Add-on homepage: {public.url}/addon/home" in told.json["looked_at"]
    assert len(told.json["not_looked_at"]) == 2


HTML = answer("200 OK", body='<html lang="sv"><h1>Välkommen till nginx</h1></html>')
BROKEN = [
    ("/integritet/", HTML, "bad_answer"),
    ("/villkor/", answer("302 Found", location="/logga-in/"), "bad_answer"),
    ("/stod/", "", "bad_answer"),
    ("/tillganglighet/", answer("200 OK", "text/plain", "Tillgänglighetsredogörelse"), "bad_answer"),
    ("/setup", answer("302 Found", location="https://annan.example/"), "bad_answer"),
    ("/logga-in/svar/", answer("404 Not Found"), "bad_answer"),
    ("/google/notiser/", answer("403 Forbidden"), "bad_answer"),
    ("/addon/home", answer("404 Not Found"), "bad_answer"),
    ("/static/brand/icon-32.png", HTML, "bad_answer"),
    ("/static/brand/banner-220x140.png", answer("404 Not Found"), "bad_answer"),
]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("path", "instead", "code"), BROKEN, ids=[path for path, _, _ in BROKEN])
def test_an_address_that_answers_wrongly_is_told(public: Front, path: str, instead: str, code: str) -> None:
    public.instead[path] = instead
    assert found() == {(code, public.url + path)}


@pytest.mark.usefixtures("trusted")
def test_a_page_in_the_wrong_language_is_told(public: Front) -> None:
    public.instead["/integritet/"] = answer("200 OK", body='<html lang="sv"><h1>Integritet</h1></html>')
    (one,) = check({}, NOW).findings
    assert "(language: en)" in one.text_en
    assert one.text_sv.startswith(f"Privacy policy: {public.url}/integritet/ visar en annan sida (språk: en).")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (answer("200 OK", "text/plain", "User-agent: *\nDisallow: /google/\n"), {"/google/notiser/"}),
        (answer("200 OK", "text/plain", "User-agent: APIs-Google\nDisallow: /g\n"), {"/google/notiser/"}),
        (answer("200 OK", "text/plain", "User-agent: *\nDisallow: /villkor/\n"), {"/villkor/"}),
        (answer("404 Not Found"), set()),
        (answer("500 Oops"), {"/robots.txt"}),
        (HTML, {"/robots.txt"}),
    ],
)
def test_robots_txt_must_not_keep_google_away(public: Front, instead: str, told: set[str]) -> None:
    public.instead["/robots.txt"] = instead
    assert found() == {("robots", public.url + path if "robots" in path else path) for path in told}


def test_when_a_certificate_cannot_be_looked_at_its_end_is_not_guessed(
    public: Front, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.file)
    assert answers.days_left(public.url, NOW) is None
    assert found(NOW + timedelta(days=89)) == set()


def test_a_certificate_that_nobody_trusts_is_the_only_thing_told(public: Front) -> None:
    assert found() == {("certificate", public.url)}


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_host_is_told(
    live_server: LiveServer, authority: Authority, complete: Settings
) -> None:
    with front(authority.issue(host="annan.example"), int(live_server.url.rpartition(":")[2])) as wrong:
        complete.SITE_URL = wrong.url
        assert found() == {("certificate", wrong.url)}


@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_ends_soon_is_told_in_time(
    live_server: LiveServer, authority: Authority, complete: Settings
) -> None:
    certificate = authority.issue(host="localhost", lifetime=timedelta(days=40))
    with front(certificate, int(live_server.url.rpartition(":")[2])) as site:
        complete.SITE_URL = site.url
        assert answers.days_left(site.url, NOW) in (39, 40)
        assert found(NOW + timedelta(days=20)) == set()
        assert found(NOW + timedelta(days=30)) == {("certificate_ends", site.url)}


def test_a_site_that_does_not_answer_is_told_once(complete: Settings) -> None:
    complete.SITE_URL = "https://localhost:9"
    assert found() == {("no_answer", "https://localhost:9")}


@pytest.mark.parametrize(
    "given", ["", "http://skolsynk.example", "https://skolsynk.example/under", "https://192.0.2.7/"]
)
def test_an_address_that_google_cannot_use_is_told(
    complete: Settings, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "unreachable", lambda site, at: [])
    monkeypatch.setattr(answers, "wrong", lambda site, asked: [])
    monkeypatch.setattr(answers, "robots", lambda site, paths: [])
    complete.SITE_URL = given
    assert found() == {("site_url", "SITE_URL")}


def test_a_rehearsal_on_this_machine_needs_no_tls_but_in_production(
    complete: Settings, live_server: LiveServer
) -> None:
    complete.SITE_URL = live_server.url
    assert found() == {("manifest", "no_site_url")}
    complete.PRODUCTION = True
    assert found() == {("site_url", "SITE_URL")}


SETTINGS = ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_MARKETPLACE_APP_ID", "ADDON_CLIENT_ID", "OPERATOR_NAME", "CONTACT")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_is_missing_is_told(public: Front, complete: Settings, name: str) -> None:
    setattr(complete, name, "")
    told = {(code, about) for code, about in found() if code != "bad_answer"}
    assert told == {("setting_missing", name)}


@pytest.mark.usefixtures("trusted")
def test_without_an_oauth_client_the_setup_address_is_told_with_what_to_give(public: Front, complete: Settings) -> None:
    complete.GOOGLE_CLIENT_ID = ""
    told = {one.about: one.text_en for one in check({}, NOW).findings}
    assert set(told) == {"GOOGLE_CLIENT_ID", f"{public.url}/setup", f"{public.url}/setup/admin/"}
    assert "answers 503 instead of 302. Give GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET." in told[f"{public.url}/setup"]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("given", ["{}", "{not json", '{"client_email": "a@b.example", "private_key": "no"}'])
def test_a_service_account_that_cannot_be_opened_is_told(public: Front, complete: Settings, given: str) -> None:
    complete.GOOGLE_SERVICE_ACCOUNT = given
    assert found() == {("service_account", "GOOGLE_SERVICE_ACCOUNT")}


@pytest.mark.usefixtures("trusted")
def test_a_service_account_without_a_key_file_is_fine_where_iam_signs(
    public: Front, complete: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("google.auth.default", lambda scopes: (object(), "project"))
    complete.GOOGLE_SERVICE_ACCOUNT = "skolsynk@project.iam.gserviceaccount.com"
    assert found() == set()


@pytest.mark.usefixtures("trusted")
def test_a_service_account_without_a_key_file_is_told_where_nothing_may_sign(
    public: Front, complete: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(scopes: list[str]) -> None:
        raise DefaultCredentialsError

    monkeypatch.setattr("google.auth.default", none)
    complete.GOOGLE_SERVICE_ACCOUNT = "skolsynk@project.iam.gserviceaccount.com"
    assert found() == {("service_account", "GOOGLE_SERVICE_ACCOUNT")}


@pytest.mark.usefixtures("trusted")
def test_lists_from_the_consoles_are_compared(public: Front, command: Call, tmp_path: Path) -> None:
    short = tmp_path / "consent.txt"
    short.write_text("\n".join(line for line in listed().splitlines() if "group" not in line))
    long = tmp_path / "marketplace.txt"
    long.write_text(", ".join(f'"{line}"' for line in [*listed().splitlines(), PREFIX + "drive"]))
    said = command("check", "--consent-screen", str(short), "--marketplace", str(long))
    assert said.code == 1
    assert said.out.splitlines() == [
        (
            f"- Google Auth Platform → Data access: {PREFIX}admin.directory.group.readonly is missing. "
            "Add it, or Google refuses every request that it is part of."
        ),
        (
            f"- Marketplace SDK → App Configuration → OAuth scopes: {PREFIX}drive is not asked for by Skolsynk. "
            "Take it out; asking for too much fails the review."
        ),
        said.out.splitlines()[-1],
    ]
    assert said.out.splitlines()[-1].endswith("2 to put right.")


def test_wrong_use_is_told(command: Call, tmp_path: Path) -> None:
    assert command("check", "--marketplace", str(tmp_path / "none")).code == 2
    assert command("check", "--marketplace", "-", "--consent-screen", "-").code == 2
    assert command("manifest", "--marketplace", "-").code == 2
    assert command("publish").code == 2


def test_the_manifest_is_json_and_nothing_else(command: Call, complete: Settings) -> None:
    complete.SITE_URL = "https://skolsynk.example"
    said = command("manifest")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["addOns"]["common"]["logoUrl"] == "https://skolsynk.example/static/brand/icon-64.png"
    assert command("manifest", "--json").json == said.json


def test_without_an_address_there_is_no_manifest(command: Call, complete: Settings) -> None:
    complete.SITE_URL = ""
    said = command("manifest")
    assert (said.code, said.out) == (1, "")
    assert "SITE_URL is missing or without TLS" in said.err
