"""The fake Google answers, refuses and fails as the real one is known to."""

from __future__ import annotations

import gzip
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from skolsynk.sandbox.google import LICENCE_SCOPE, READ_SCOPES, Fault, Quota
from skolsynk.sandbox.google.__main__ import fake_of, options
from skolsynk.sandbox.google.faults import fault_from_json
from skolsynk.sandbox.google.masks import masked, parse_mask
from skolsynk.sandbox.google.wire import Refusal
from skolsynk.sandbox.municipality import make
from tests.sandbox.google_caller import Caller, ask_token, assertion, fetch
from tests.sources.google.build import ADMIN, CUSTOMER, directory, key_file, member, scene, user

NOW = int(time.time())


# Tokens


@pytest.mark.parametrize(
    ("claims", "status", "error"),
    [
        ({"iss": "stranger@x.example"}, 400, "invalid_grant"),
        ({"aud": "https://elsewhere.example/token"}, 400, "invalid_grant"),
        ({"exp": NOW + 7200}, 400, "invalid_grant"),
        ({"iat": NOW - 9000, "exp": NOW - 6000}, 400, "invalid_grant"),
        ({"iat": "now"}, 400, "invalid_grant"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"sub": "nobody@liten.example"}, 400, "invalid_grant"),
        ({"sub": "12345"}, 400, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/admin.directory.user"}, 401, "unauthorized_client"),
        ({"sub": ""}, 401, "unauthorized_client"),
    ],
)
def test_a_token_is_refused_for(claims: dict[str, Any], status: int, error: str) -> None:
    with scene() as at:
        got = ask_token(at.google, assertion(**claims))
    assert (got.status, got.json()["error"]) == (status, error)


def test_a_broken_or_forged_assertion_is_refused() -> None:
    with scene() as at:
        good = assertion()
        head, body, signature = good.split(".")
        forged = f"{head}.{body}.{signature[:-8]}AAAAAAAA"
        for bad in ("", "a.b", "a.b.c", forged):
            assert ask_token(at.google, bad).json()["error"] == "invalid_grant"
        assert ask_token(at.google, good).status == 200
        assert fetch(at.google.token_uri, body=b"grant_type=password").json()["error"] == "unsupported_grant_type"


def test_calls_need_a_token_that_lives_and_covers_them() -> None:
    with scene() as at:
        users = f"{at.google.url}/admin/directory/v1/users?customer=my_customer"
        assert fetch(users).status == 401
        assert fetch(users, {"Authorization": "Bearer made-up"}).reason() == "authError"
        narrow = Caller(at.google, scope=READ_SCOPES[1])
        assert narrow.directory("users", customer="my_customer").reason() == "insufficientPermissions"
        call = Caller(at.google)
        assert call.directory("users", customer="my_customer").status == 200
        at.google.desk.expire_all()
        assert call.directory("users", customer="my_customer").status == 401


def test_only_administrators_of_the_customer_may_read() -> None:
    other = directory()
    other.customer_id = "C02annan"
    with scene() as at:
        pupil = Caller(at.google, sub="elev1@liten.example")
        assert pupil.directory("users", customer="my_customer").reason() == "forbidden"
        public = pupil.directory("users", customer="my_customer", viewType="domain_public").json()["users"]
        assert "suspended" not in public[0]
        call = Caller(at.google)
        assert call.directory("users", customer="C02annan").reason() == "forbidden"
        assert call.directory("users", customer=CUSTOMER).status == 200
        at.directory.suspend("admin")
        assert call.directory("users", customer=CUSTOMER).reason() == "forbidden"
        at.google.directories.clear()
        assert call.directory("users", customer=CUSTOMER).reason() == "forbidden"


# Users


def test_users_come_in_pages_and_empty_pages_have_no_key() -> None:
    with scene(directory(pupils=6)) as at:
        call = Caller(at.google)
        first = call.directory("users", customer="my_customer", maxResults=4).json()
        assert len(first["users"]) == 4
        rest = call.directory("users", customer="my_customer", maxResults=4, pageToken=first["nextPageToken"]).json()
        assert len(rest["users"]) == 3
        assert "nextPageToken" not in rest
        assert "users" not in call.directory("users", customer="my_customer", query="isSuspended=true").json()
        assert call.directory("users", customer="my_customer", maxResults=501).status == 400
        wrong = call.directory("users", customer="my_customer", orderBy="email", pageToken=first["nextPageToken"])
        assert wrong.status == 400
        assert call.directory("users", customer="my_customer", pageToken="x").status == 400
        assert call.directory("users").status == 400


def test_a_page_token_lives_three_days() -> None:
    now = [time.time()]
    with scene(directory(pupils=6), clock=lambda: now[0]) as at:
        token = Caller(at.google).directory("users", customer="my_customer", maxResults=4).json()["nextPageToken"]
        at.google.desk.lifetime_s = 10**9
        call = Caller(at.google)
        now[0] += 2 * 86400
        assert call.directory("users", customer="my_customer", maxResults=4, pageToken=token).status == 200
        now[0] += 2 * 86400
        assert call.directory("users", customer="my_customer", maxResults=4, pageToken=token).status == 400


def test_a_mask_without_next_page_token_ends_paging_silently() -> None:
    with scene(directory(pupils=6)) as at:
        body = Caller(at.google).directory("users", customer="my_customer", maxResults=2, fields="users(id)").json()
    assert set(body) == {"users"}
    assert set(body["users"][0]) == {"id"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("orgUnitPath='/Elever'", {"u1", "u2", "u3"}),
        ("orgUnitPath=/Elever/7a", {"u1", "u2", "u3"}),
        ("email:elev1*", {"u1"}),
        ("email=admin@liten.example", {"admin"}),
        ("isAdmin=true", {"admin"}),
        ("givenName:Elev2", {"u2"}),
        ("orgDepartment=7A isAdmin=false", {"u1", "u2", "u3"}),
        ("externalId=E3", {"u3"}),
    ],
)
def test_users_are_found_by_query(query: str, found: set[str]) -> None:
    made = directory()
    made.update_user("u3", externalIds=[{"value": "e3", "type": "organization"}])
    with scene(made) as at:
        body = Caller(at.google).directory("users", customer="my_customer", query=query).json()
    assert {one["id"] for one in body["users"]} == found


@pytest.mark.parametrize("query", ["orgUnitPath='/Finns inte'", "orgUnitPath=''", "colour=blue", "nonsense"])
def test_a_query_that_google_would_not_read_is_refused(query: str) -> None:
    with scene() as at:
        assert Caller(at.google).directory("users", customer="my_customer", query=query).reason() == "invalid"


def test_projections_show_custom_fields_as_asked() -> None:
    made = directory()
    made.update_user("u1", customSchemas={"A": {"x": "1"}, "B": {"y": "2"}})
    with scene(made) as at:
        call = Caller(at.google)
        assert "customSchemas" not in call.directory("users/u1").json()
        assert call.directory("users/u1", projection="full").json()["customSchemas"].keys() == {"A", "B"}
        custom = call.directory("users/u1", projection="custom", customFieldMask="B").json()
        assert custom["customSchemas"] == {"B": {"y": "2"}}
        assert call.directory("users/u1", projection="custom").status == 400


def test_one_user_is_found_by_id_address_and_alias_and_told_from_others() -> None:
    made = directory()
    made.rename_user("u1", "Ny", "Ek", "ny@liten.example")
    made.delete_user("u2")
    with scene(made) as at:
        other = directory(pupils=0)
        other.customer_id = "C02annan"
        other.add_user(user(77, "/Kontor", id="u77", primaryEmail="x@annan.example"))
        at.google.directories["C02annan"] = other
        call = Caller(at.google)
        assert {
            call.directory(f"users/{key}").json()["id"] for key in ("u1", "ny@liten.example", "Elev1@liten.example")
        } == {"u1"}
        assert call.directory("users/u2").reason() == "conditionNotMet"
        assert call.directory("users/u2").status == 412
        assert call.directory("users/elev2@liten.example").status == 412
        assert call.directory("users/u99").reason() == "notFound"
        assert call.directory("users/klass1@liten.example").status == 400
        assert call.directory("users/u77").reason() == "forbidden"
        deleted = call.directory("users", customer="my_customer", showDeleted="true").json()["users"]
        assert [one["id"] for one in deleted] == ["u2"]


def test_users_come_in_the_order_asked_for() -> None:
    with scene() as at:
        call = Caller(at.google)
        body = call.directory("users", customer="my_customer", orderBy="givenName", sortOrder="DESCENDING").json()
        assert [one["id"] for one in body["users"]] == ["u3", "u2", "u1", "admin"]
        by_domain = call.directory("users", domain="liten.example", orderBy="email").json()
    assert by_domain["users"][0]["id"] == "admin"


# Groups


def test_groups_and_their_members_are_listed() -> None:
    made = directory(groups=3)
    made.set_members("g1", [member("u1", role="OWNER"), member("g2", "GROUP"), member(CUSTOMER, "CUSTOMER")])
    with scene(made) as at:
        call = Caller(at.google)
        groups = call.directory("groups", customer="my_customer").json()["groups"]
        assert groups[0]["directMembersCount"] == "3"
        assert len(call.directory("groups", userKey="u2").json()["groups"]) == 2
        assert len(call.directory("groups", domain="liten.example", orderBy="email").json()["groups"]) == 3
        assert len(call.directory("groups", customer="my_customer", query="email:klass2*").json()["groups"]) == 1
        assert len(call.directory("groups", customer="my_customer", query="name='Klass 3'").json()["groups"]) == 1
        assert call.directory("groups", customer="my_customer", query="size>3").status == 400
        assert call.directory("groups").status == 400
        assert call.directory("groups", userKey="u99").status == 404
        members = call.directory("groups/g1/members").json()["members"]
        assert [one["type"] for one in members] == ["USER", "GROUP", "CUSTOMER"]
        assert len(call.directory("groups/g1/members", roles="OWNER").json()["members"]) == 1
        everyone = call.directory("groups/g1/members", includeDerivedMembership="true").json()["members"]
        assert {one["id"] for one in everyone} == {"u1", "u2", "u3", "g2", CUSTOMER, "admin"}
        assert call.directory("groups/g1/hasMember/elev3@liten.example").json() == {"isMember": True}
        assert call.directory("groups/g3/hasMember/admin").json() == {"isMember": False}
        made.set_members("g3", [])
        assert "members" not in call.directory("groups/g3/members").json()
        assert call.directory("groups/g9").status == 404
        assert call.directory("groups/g3/members", maxResults=201).status == 400


# The customer


def test_the_customer_tells_of_itself() -> None:
    made = directory()
    made.schemas.append({"schemaName": "Skola", "fields": []})
    made.domains[0]["domainAliases"] = [{"domainAliasName": "alias.example"}]
    with scene(made) as at:
        call = Caller(at.google)
        customer = call.directory("customers/my_customer").json()
        assert (customer["id"], customer["customerDomain"]) == (CUSTOMER, "liten.example")
        assert call.directory("customer/my_customer/domains").json()["domains"][0]["isPrimary"] is True
        assert len(call.directory("customer/my_customer/domainaliases").json()["domainAliases"]) == 1
        assert len(call.directory("customer/my_customer/schemas").json()["schemas"]) == 1
        roles = call.directory("customer/my_customer/roles").json()["items"]
        mine = call.directory("customer/my_customer/roleassignments", userKey=ADMIN).json()["items"]
        assert mine[0]["roleId"] == roles[0]["roleId"]
        assert "items" not in call.directory("customer/my_customer/roleassignments", userKey="u1").json()
        assert call.directory("customer/my_customer/roleassignments", userKey="u99").status == 404
        assert call.directory("customers/C0other").status == 403
        made.role_assignments.append({"roleAssignmentId": "9", "roleId": "2", "assignedTo": "u1"})
        assert len(call.directory("customer/my_customer/roleassignments").json()["items"]) == 1
        assert call.directory("nothing/here").status == 404


def test_org_units_are_told_with_and_without_the_root() -> None:
    with scene() as at:
        call = Caller(at.google)

        def paths(**query: str) -> set[str]:
            body = call.directory("customer/my_customer/orgunits", **query).json()
            return {one["orgUnitPath"] for one in body.get("organizationUnits", ())}

        assert paths() == {"/Elever", "/Kontor"}
        assert paths(type="all") == {"/Elever", "/Elever/7A", "/Kontor"}
        assert paths(type="allIncludingParent") == {"/", "/Elever", "/Elever/7A", "/Kontor"}
        assert paths(type="allIncludingParent", orgUnitPath="/elever") == {"/Elever", "/Elever/7A"}
        assert paths(type="all", orgUnitPath="/Kontor") == set()
        assert call.directory("customer/my_customer/orgunits", orgUnitPath="/Nej").status == 404
        assert call.directory("customer/my_customer/orgunits", type="some").status == 400


def test_licences_follow_the_installation() -> None:
    with scene() as at:
        own = Caller(at.google, sub="", scope=LICENCE_SCOPE)
        path = "/appsmarket/v2/customerLicense/1234/liten.example"
        assert own(path).json()["state"] == "ACTIVE"
        assert own(path.replace("liten", "annan")).json()["state"] == "UNLICENSED"
        mine = own(f"/appsmarket/v2/userLicense/1234/{ADMIN}").json()
        assert (mine["state"], mine["enabled"]) == ("ACTIVE", True)
        assert own("/appsmarket/v2/userLicense/1234/x@annan.example").json()["enabled"] is False
        at.google.not_installed.add(CUSTOMER)
        assert own(path).json()["state"] == "UNLICENSED"
        assert Caller(at.google)(path).status == 403


# Limits and faults


def test_the_quota_counts_any_sixty_seconds() -> None:
    now = [0.0]
    with scene(quota=Quota(3), monotonic=lambda: now[0]) as at:
        call = Caller(at.google)
        got = [call.directory("users", customer="my_customer").status for _ in range(4)]
        assert got == [200, 200, 200, 403]
        assert call.directory("users", customer="my_customer").reason() == "userRateLimitExceeded"
        now[0] = 61
        assert call.directory("users", customer="my_customer").status == 200


@pytest.mark.parametrize(("status", "reason"), [(429, "rateLimitExceeded"), (403, "quotaExceeded")])
def test_calls_at_once_are_limited(status: int, reason: str) -> None:
    with scene(quota=Quota(None, at_once=1, at_once_status=status)) as at:
        call = Caller(at.google)
        with at.google.gauge.call(CUSTOMER, "somebody"):
            got = call.directory("users", customer="my_customer")
        assert (got.status, got.reason()) == (status, reason)
        assert call.directory("users", customer="my_customer").status == 200


def test_faults_strike_the_calls_they_are_meant_for() -> None:
    with scene() as at:
        call = Caller(at.google)
        at.google.fault("GET */users", nth=2, repeat=2, status=500)
        got = [call.directory("users", customer="my_customer").status for _ in range(4)]
        assert got == [200, 500, 500, 200]
        at.google.fault("*/users", kind="empty", key="users", query="showDeleted=true")
        assert call.directory("users", customer="my_customer").json()["users"]
        assert call.directory("users", customer="my_customer", showDeleted="true").json()["users"] == []
        at.google.fault("*/users", kind="truncate")
        with pytest.raises(json.JSONDecodeError):
            call.directory("users", customer="my_customer").json()
        at.google.fault("*/users", kind="html", status=200)
        assert call.directory("users", customer="my_customer").body.startswith(b"<!DOCTYPE")
        at.google.fault("*/users", kind="cut")
        with pytest.raises(http.client.IncompleteRead):
            call.directory("users", customer="my_customer")
        began = time.monotonic()
        at.google.fault("*/users", kind="slow", seconds=0.05)
        assert call.directory("users", customer="my_customer").status == 200
        assert time.monotonic() - began >= 0.05


def test_faults_can_be_scripted_from_another_process() -> None:
    with scene() as at:
        call, control = Caller(at.google), f"{at.google.url}/_fake/faults"
        fault = {"path": "*/users", "status": 502, "repeat": None}
        assert fetch(control, body=json.dumps(fault).encode()).status == 200
        assert call.directory("users", customer="my_customer").status == 502
        assert fetch(control, body=b'{"path": "x", "colour": 1}').status == 400
        assert fetch(control, method="DELETE").status == 200
        assert call.directory("users", customer="my_customer").status == 200
        log = fetch(f"{at.google.url}/_fake/log").json()
        assert [one["status"] for one in log] == [200, 502, 200]
        assert fetch(f"{at.google.url}/_fake/nothing", body=b"{}").status == 404


def test_a_fault_that_is_misspelt_is_refused() -> None:
    with pytest.raises(ValueError, match="none of"):
        Fault("*", kind="explode")  # type: ignore[arg-type]  # what a script from outside may hold
    with pytest.raises(ValueError, match="path"):
        fault_from_json({"status": 1})


def test_the_log_names_nobody() -> None:
    with scene() as at:
        call = Caller(at.google)
        call.directory("users/elev1%40liten.example")
        call.directory("users/107691503500061500000")
        call.directory("groups/klass1@liten.example/members")
        paths = [one.path for one in at.google.calls("GET")]
    base = "/admin/directory/v1/"
    assert paths == [f"{base}users/*", f"{base}users/*", f"{base}groups/*/members"]


def test_large_answers_are_compressed_when_asked() -> None:
    with scene(directory(pupils=300)) as at:
        call = Caller(at.google)
        headers = {"Authorization": f"Bearer {call.token}", "Accept-Encoding": "gzip"}
        got = fetch(f"{at.google.url}/admin/directory/v1/users?customer=my_customer&maxResults=500", headers)
    assert got.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(got.body))["users"]) == 301


@pytest.mark.parametrize("text", ["a(b", "a)", "", "a,,b", "a b;", "(a)", "a//b", "a(b)c"])
def test_a_mask_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        parse_mask(text)


def test_masks_cut_lists_objects_and_plain_values() -> None:
    value = {"a": [{"b": 1, "c": {"d": 2, "e": 3}}], "f": "text", "g": {"h": 1}}
    assert masked(value, parse_mask("a(b,c/d),f")) == {"a": [{"b": 1, "c": {"d": 2}}], "f": "text"}
    assert masked(value, parse_mask("f/x,g(*)")) == {"f": None, "g": {"h": 1}}
    assert masked(value, parse_mask("*")) == value


def test_the_directory_may_change_while_it_is_served() -> None:
    made = directory(pupils=400, groups=5)
    stop = threading.Event()

    def change() -> None:
        number = 1000
        while not stop.is_set():
            number += 1
            made.add_user(user(number))
            made.set_members("g1", [member(f"u{number}")])
            made.delete_user(f"u{number}")

    with scene(made) as at:
        call = Caller(at.google)
        worker = threading.Thread(target=change)
        worker.start()
        try:
            for _ in range(20):
                assert len(call.directory("users", customer="my_customer", maxResults=500).json()["users"]) >= 401
                assert call.directory("groups/g1/members").status == 200
        finally:
            stop.set()
            worker.join()


def test_a_municipality_is_served_and_lets_days_pass() -> None:
    made = make(3, 120, "org_units", options([]).date)
    google = fake_of(options(["--calls-per-minute", "0"]), made, key_file())
    try:
        call = Caller(google, sub=made.admin_email)
        assert len(call.directory("users", customer="my_customer", maxResults=500).json()["users"]) == 120
        happened = fetch(f"{google.url}/_fake/evolve", body=b'{"step": "day", "seed": 4}').json()
    finally:
        google.stop()
    assert sum(happened.values()) > 0
    assert google.gauge.quota.calls_per_minute is None


def test_it_runs_as_a_program_and_ends_on_a_signal(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    program = [sys.executable, "-m", "skolsynk.sandbox.google", "--people", "60", "--key-file", str(key)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert fetch(f"{told['url']}/.well-known/openid-configuration").status == 200
        assert json.loads(key.read_text())["token_uri"] == f"{told['url']}/token"
        assert key.stat().st_mode & 0o077 == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
