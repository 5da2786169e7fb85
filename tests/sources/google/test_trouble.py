"""What Google answers when something is wrong: asked again where that helps, said plainly where it does not."""

from __future__ import annotations

import ssl
import time
from typing import Any

import pytest
from google.auth.iam import Signer

from skolsynk.sandbox.google import READ_SCOPES, Quota
from skolsynk.sources.base import Misconfigured, ReadIncomplete, SourceError, SuspiciouslyEmpty, Transient
from skolsynk.sources.google.auth import Keyless, account_of
from skolsynk.sources.google.client import proxy_for, rows_of
from skolsynk.sources.google.failures import failure_of
from tests.sources.google.build import ADMIN, AT, directory, scene

USERS = "GET /admin/directory/v1/users"
MEMBERS = "*/members"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "userRateLimitExceeded"),
        (403, "quotaExceeded"),
        (403, "rateLimitExceeded"),
        (429, "rateLimitExceeded"),
        (500, "backendError"),
        (502, "backendError"),
        (503, "backendError"),
        (504, "backendError"),
    ],
)
def test_what_passes_is_asked_again(status: int, reason: str) -> None:
    with scene() as at:
        at.google.fault(USERS, status=status, reason=reason, repeat=2)
        assert len(at.read().people) == 4
    longer = [seconds for seconds in at.pauses.seconds if seconds >= 1]
    assert len(longer) >= 2
    assert max(longer) >= 2  # the second wait is longer than the first


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [
        (403, "quotaExceeded", "quota"),
        (429, "rateLimitExceeded", "quota"),
        (503, "backendError", "google_down"),
    ],
)
def test_what_does_not_pass_is_transient(status: int, reason: str, code: str) -> None:
    with scene() as at:
        at.google.fault(USERS, status=status, reason=reason, repeat=None)
        with pytest.raises(Transient) as found:
            at.read()
    assert found.value.code == code
    assert len(at.google.calls(USERS)) == 4


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 403, "reason": "forbidden", "message": "Not Authorized to access this resource/api"}, "not_admin"),
        ({"status": 403, "reason": "insufficientPermissions"}, "scope_missing"),
        ({"status": 403, "reason": "accessNotConfigured"}, "api_off"),
        ({"status": 403, "reason": "forbidden", "message": "Domain cannot use apis."}, "api_off"),
        ({"status": 400, "reason": "invalid", "message": "Invalid Input: query"}, "request_refused"),
        ({"status": 400, "reason": "badRequest"}, "request_refused"),
        ({"status": 404, "reason": "notFound", "message": "Domain not found."}, "customer_not_found"),
        ({"status": 401, "reason": "authError"}, "unauthorised"),
    ],
)
def test_what_an_administrator_must_put_right_is_asked_once(fault: dict[str, Any], code: str) -> None:
    with scene() as at:
        at.google.fault(USERS, repeat=None, **fault)
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == code
    assert "Inget har skickats" in found.value.text("sv")
    assert [one for one in at.pauses.seconds if one >= 1] == []


@pytest.mark.parametrize("status", [200, 403, 404, 412, 503])
def test_a_page_of_html_is_never_an_answer(status: int) -> None:
    with scene() as at:
        at.google.fault(USERS, kind="html", status=status, repeat=None)
        with pytest.raises((ReadIncomplete, Transient)) as found:
            at.read()
    assert found.value.code == ("google_down" if status == 503 else "not_json")


def test_html_instead_of_an_error_is_no_proof_that_somebody_is_gone() -> None:
    with scene() as at:
        previous = at.read()
        at.directory.delete_user("u2")
        at.google.fault("GET /admin/directory/v1/users/u2", kind="html", status=404, repeat=None)
        with pytest.raises(ReadIncomplete) as found:
            at.read(previous)
    assert found.value.code == "not_json"


def test_plain_text_errors_are_read_too() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="text", status=502)
        assert at.read().people


@pytest.mark.parametrize("kind", ["truncate", "cut"])
def test_a_broken_answer_is_asked_for_again(kind: str) -> None:
    with scene() as at:
        at.google.fault(USERS, kind=kind)
        assert len(at.read().people) == 4


def test_json_that_stays_broken_stops_the_read() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="truncate", repeat=None)
        with pytest.raises(ReadIncomplete) as found:
            at.read()
    assert found.value.code == "not_json"


def test_a_connection_that_stays_cut_is_transient() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="cut", repeat=None)
        with pytest.raises(Transient) as found:
            at.read()
    assert found.value.code == "no_answer"


def test_an_answer_that_takes_too_long_is_asked_for_again() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="slow", seconds=0.5)
        assert at.read(timeout_s=0.2).people


def test_nobody_listening_is_transient() -> None:
    with scene() as at:
        source = at.source()
    with pytest.raises(Transient) as found:
        source.read(AT)
    assert found.value.code == "no_answer"


def test_google_dies_on_page_3_and_nothing_is_kept() -> None:
    with scene(directory(pupils=1_200)) as at:
        at.google.fault(USERS, status=503, nth=3, repeat=None)
        with pytest.raises(Transient) as found:
            at.read()
    assert found.value.code == "google_down"


def test_google_dies_among_the_members_and_nothing_is_kept() -> None:
    with scene(directory(groups=20)) as at:
        at.google.fault(MEMBERS, status=503, nth=12, repeat=None)
        with pytest.raises(Transient):
            at.read()


def test_a_failed_member_read_stops_the_pages_of_users() -> None:
    with scene(directory(pupils=1_000)) as at:
        at.google.fault(MEMBERS, status=403, reason="forbidden", repeat=None)
        at.google.fault(USERS, kind="slow", seconds=0.3, repeat=None)
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "not_admin"
    assert len(at.google.calls(USERS)) < 3


def test_users_without_the_key_is_asked_again_and_then_refused() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="drop_key", key="users")
        assert at.read().people
        at.google.fault(USERS, kind="drop_key", key="users", repeat=None)
        with pytest.raises(ReadIncomplete) as found:
            at.read()
    assert (found.value.code, found.value.details["key"]) == ("key_missing", "users")


def test_an_empty_list_of_users_is_not_believed() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="empty", key="users", repeat=None)
        with pytest.raises(SuspiciouslyEmpty) as found:
            at.read()
    assert found.value.code == "no_users"


def test_org_units_without_the_key_are_not_believed_when_people_are_in_them() -> None:
    with scene() as at:
        at.google.fault("*/orgunits", kind="drop_key", key="organizationUnits", repeat=None)
        with pytest.raises(ReadIncomplete) as found:
            at.read()
    assert found.value.code == "key_missing"


def test_a_row_without_suspended_stops_the_read() -> None:
    made = directory()
    made.update_user("u1", suspended="no")
    with scene(made) as at, pytest.raises(ReadIncomplete) as found:
        at.read()
    assert found.value.details == {"what": "users", "key": "suspended"}


def test_a_list_that_never_ends_is_not_cut() -> None:
    with scene(directory(pupils=1_200)) as at, pytest.raises(ReadIncomplete) as found:
        at.read(page_cap=2)
    assert found.value.code == "page_cap"


def test_retry_after_is_obeyed() -> None:
    with scene() as at:
        at.google.fault(USERS, status=503, retry_after="17")
        at.read()
    assert 17.0 in at.pauses.seconds


def test_a_quota_that_others_use_up_makes_everybody_wait() -> None:
    with scene(directory(groups=12), quota=Quota(None, at_once=1, at_once_status=403)) as at:
        source = at.source(tries=40, workers=4, pause=lambda seconds: time.sleep(min(seconds, 0.002)))
        assert len(source.read(AT).groups) == 12


# Tokens


def test_a_missing_delegation_is_said_to_be_so() -> None:
    with scene() as at:
        at.delegate(())
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "not_delegated"
    assert "24 timmar" in found.value.text("sv")


def test_a_missing_scope_is_named() -> None:
    with scene() as at:
        at.delegate([one for one in READ_SCOPES if "group" not in one and "domain" not in one])
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "scope_missing"
    assert found.value.details["scopes"] == "domains, groups"
    assert "domäner, grupper" in found.value.text("sv")


@pytest.mark.parametrize("subject", ["nobody@liten.example", "not-an-address"])
def test_a_wrong_subject_is_said_to_be_so(subject: str) -> None:
    with scene() as at, pytest.raises(Misconfigured) as found:
        at.read(subject=subject)
    assert found.value.code == "wrong_subject"
    assert subject not in found.value.text("sv") + found.value.text("en") + repr(found.value.details)


def test_a_suspended_subject_is_said_to_be_so() -> None:
    with scene() as at:
        at.directory.suspend("admin")
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "subject_suspended"


def test_a_subject_who_lost_the_role_is_said_to_be_so() -> None:
    with scene() as at:
        at.directory.update_user("admin", isAdmin=False)
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "not_admin"


def test_access_switched_off_by_the_customer_is_said_to_be_so() -> None:
    with scene() as at:
        at.google.api_off.add(at.directory.customer_id)
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "api_off"


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_wrong_is_said_to_be_so(hours: int) -> None:
    with scene(clock=lambda: time.time() + hours * 3600) as at, pytest.raises(Misconfigured) as found:
        at.read()
    assert found.value.code == "clock"


def test_an_unknown_key_is_said_to_be_so() -> None:
    with scene() as at:
        next(iter(at.google.desk.accounts.values())).public_keys.clear()
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == "bad_key"


def test_a_token_that_expires_during_the_read_is_renewed() -> None:
    with scene(directory(pupils=1_200)) as at:
        source = at.source()

        def expire(phase: str, done: int, total: int | None) -> None:
            if (phase, done) == ("users", 500):
                at.google.desk.expire_all()

        assert len(source.read(AT, None, expire).people) == 1_201
    assert len(at.google.calls("POST /token")) >= 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("access_denied", "not_delegated"),
        ("admin_policy_enforced", "token_refused"),
        ("deleted_client", "bad_key"),
        ("disabled_client", "bad_key"),
        ("org_internal", "token_refused"),
        ("invalid_scope", "token_refused"),
    ],
)
def test_every_refusal_of_the_token_endpoint_has_its_words(error: str, code: str) -> None:
    with scene() as at:
        at.google.fault("POST /token", kind="text", status=400, message=f'{{"error": "{error}"}}', repeat=None)
        with pytest.raises(Misconfigured) as found:
            at.read()
    assert found.value.code == code


@pytest.mark.parametrize("kind", ["status", "html"])
def test_a_token_endpoint_that_is_down_is_transient(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    with scene() as at:
        at.google.fault("POST /token", kind=kind, status=503, repeat=None)
        with pytest.raises(Transient) as found:
            at.read(tries=2)
    assert found.value.code == "google_down"


def test_a_token_endpoint_that_answers_html_is_asked_again() -> None:
    with scene() as at:
        at.google.fault("POST /token", kind="html", status=200)
        assert at.read().people


def test_no_error_names_a_person() -> None:
    codes: list[SourceError] = []
    with scene() as at:
        for reason in ("forbidden", "accessNotConfigured", "insufficientPermissions"):
            at.google.faults.clear()
            at.google.fault("*", status=403, reason=reason, message=f"about {ADMIN}", repeat=None)
            at.google.fault("*", status=403, reason=reason, message=f"about {ADMIN}", repeat=None)
            with pytest.raises(SourceError) as found:
                at.read()
            codes.append(found.value)
    assert not any(ADMIN in one.text(language) + repr(one) for one in codes for language in ("sv", "en"))


def test_a_redirect_is_not_followed() -> None:
    with scene() as at:
        at.google.fault(USERS, kind="text", status=302, repeat=None)
        with pytest.raises(ReadIncomplete) as found:
            at.read()
    assert found.value.code == "not_json"
    assert len(at.google.calls(USERS)) == 1


def test_a_place_in_the_list_that_google_lost_is_transient() -> None:
    with scene(directory(pupils=600)) as at:
        message = "Invalid Input: INVALID_PAGE_TOKEN"
        at.google.fault(USERS, status=400, reason="invalid", message=message, nth=2)
        with pytest.raises(Transient) as found:
            at.read()
    assert found.value.code == "page_expired"


@pytest.mark.parametrize("users", [{"a": 1}, [1, 2], "text"])
def test_rows_of_another_shape_stop_the_read(users: Any) -> None:
    with pytest.raises(ReadIncomplete):
        rows_of({"users": users}, "users", "users")


def test_a_middle_page_without_its_key_stops_the_read() -> None:
    with scene() as at:
        at.google.fault("GET /admin/directory/v1/groups", kind="text", status=200, message='{"nextPageToken": "x"}')
        with pytest.raises(ReadIncomplete) as found:
            at.read()
    assert found.value.code == "key_missing"


def test_a_certificate_that_is_wrong_is_not_tried_again() -> None:
    failure = failure_of(ssl.SSLCertVerificationError("self-signed"), "users")
    assert (failure.retry, failure.error.details["reason"]) == (False, "certificate")


def test_a_retry_after_that_is_a_date_or_very_long_is_bounded() -> None:
    with scene() as at:
        at.google.fault(USERS, status=503, retry_after="Mon, 23 Nov 2026 09:00:00 GMT")
        at.google.fault(USERS, status=503, retry_after="86400", nth=2)
        at.read()
    assert max(at.pauses.seconds) == 120


def test_the_environments_proxy_is_used_only_for_hosts_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert proxy_for(("https://127.0.0.1/",)) is None
    assert proxy_for(("https://127.0.0.1/", "https://oauth2.googleapis.com/token")) is not None
    monkeypatch.delenv("https_proxy")
    assert proxy_for(("https://admin.googleapis.com/",)) is None


def test_waiting_for_real_ends_when_the_read_does() -> None:
    with scene(directory(groups=3)) as at:
        at.google.fault("*/groups/g1/members", status=503, retry_after="60", repeat=None)
        at.google.fault("*/groups/g2/members", status=403, reason="forbidden", repeat=None)
        began = time.monotonic()
        with pytest.raises(Misconfigured):
            at.read(pause=None)
    assert time.monotonic() - began < 30


def test_without_a_key_file_the_environment_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", lambda scopes: (object(), "project"))
    account = account_of(Keyless("skolsynk@project.iam.gserviceaccount.example"))
    assert account.client_email == "skolsynk@project.iam.gserviceaccount.example"
    assert isinstance(account.signer, Signer)
