"""A service account without a key file: IAM signs, for whoever the process runs as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import google.auth.iam
import pytest

from skolsynk.sandbox.google import FakeGoogle
from skolsynk.sandbox.google.accounts import new_service_account
from skolsynk.sources.base import Misconfigured
from skolsynk.sources.google import GoogleSource, account
from skolsynk.sources.google.auth import Keyless, account_of, credentials_of
from skolsynk.sources.google.licence import Market, customer_licence
from tests.sources.google.build import ADMIN, AT, CUSTOMER, directory, key_file

EMAIL = key_file()["client_email"]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeGoogle]:
    """Google with the delegated account, whose key nobody here has, and the account that this process runs as."""
    with FakeGoogle({CUSTOMER: directory()}, [key_file()]) as made:
        own = new_service_account("runs-as", token_uri=made.token_uri)
        made.add_service_account(own, delegated=False)
        made.desk.accounts[EMAIL].signed_by.add(own["client_email"])
        file = tmp_path / "own.json"
        file.write_text(json.dumps(own))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "skolsynk-example")
        endpoint = made.url + "/v1/projects/-/serviceAccounts/{}:signBlob"
        monkeypatch.setattr(google.auth.iam, "_IAM_SIGN_ENDPOINT", endpoint)
        yield made


def source(fake: FakeGoogle) -> GoogleSource:
    return GoogleSource(
        credentials_of(EMAIL), ADMIN, fake.url + "/", fake.token_uri, tries=2, pause=lambda _: None
    )  # fmt: skip


def test_an_address_or_a_key_file_is_what_an_operator_gives() -> None:
    assert credentials_of(f"  {EMAIL}\n") == Keyless(EMAIL)
    assert credentials_of(json.dumps(key_file())) == key_file()


@pytest.mark.parametrize("neither", ["", "  ", "[]", '"text"', "null", "no address", "a@b@c", "a b@c.example", "{"])
def test_neither_is_refused(neither: str) -> None:
    with pytest.raises(ValueError):
        credentials_of(neither)


def test_the_directory_is_read_without_a_key(fake: FakeGoogle) -> None:
    read = source(fake).read(AT)
    assert read.people
    assert {answer.works for answer in source(fake).probe()} == {True}
    assert fake.calls("POST /v1/projects/-/serviceAccounts")


def test_whoever_signs_in_is_proven_without_a_key(fake: FakeGoogle) -> None:
    asking = account.Asking(credentials_of(EMAIL), ADMIN, fake.url + "/", fake.token_uri)
    assert account.customer_of(asking).id == CUSTOMER


def test_the_licence_is_asked_for_without_a_key(fake: FakeGoogle) -> None:
    market = Market("774411", credentials_of(EMAIL), fake.url, fake.token_uri)
    assert customer_licence(market, CUSTOMER) == "ACTIVE"
    assert customer_licence(market, "nobody.example") == "UNLICENSED"


def test_a_process_that_may_not_sign_is_the_operators_to_put_right(fake: FakeGoogle) -> None:
    fake.desk.accounts[EMAIL].signed_by.clear()
    with pytest.raises(Misconfigured) as refused:
        source(fake).read(AT)
    assert refused.value.code == "bad_key"
    assert "får Skolsynk inte signera åt kontot" in refused.value.text("sv")
    assert {answer.error.code for answer in source(fake).probe() if answer.error} == {"bad_key"}


def test_a_process_whose_own_credentials_are_refused_is_too(fake: FakeGoogle) -> None:
    own = next(name for name in fake.desk.accounts if name != EMAIL)
    del fake.desk.accounts[own]
    with pytest.raises(Misconfigured) as refused:
        source(fake).read(AT)
    assert refused.value.code == "bad_key"


def test_a_process_without_credentials_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(Misconfigured) as refused:
        account_of(Keyless(EMAIL))
    assert refused.value.code == "bad_key"
