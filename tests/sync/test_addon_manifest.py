"""The add-on's deployment: the documented keys, this site's addresses, and no scope that is not needed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, override_settings

from skolsynk.sync.addon_manifest import HOSTS, SCOPES, deployment
from skolsynk.sync.errors import Misconfigured


def made(site: str = "https://skolsynk.example") -> Any:
    with override_settings(SITE_URL=site):
        return json.loads(json.dumps(deployment()))


@pytest.mark.parametrize("site", ["https://skolsynk.example", "https://skolsynk.example/"])
def test_every_address_is_this_sites(site: str) -> None:
    common = made(site)["addOns"]["common"]
    assert common["homepageTrigger"] == {"runFunction": "https://skolsynk.example/addon/home", "enabled": True}
    assert common["openLinkUrlPrefixes"] == ["https://skolsynk.example/"]
    assert common["universalActions"] == [{"label": "Öppna Skolsynk", "openLink": "https://skolsynk.example/"}]
    assert common["logoUrl"].startswith("https://skolsynk.example/static/")


def test_the_home_address_is_one_that_answers() -> None:
    path = made()["addOns"]["common"]["homepageTrigger"]["runFunction"].removeprefix("https://skolsynk.example")
    assert Client().post(path).json() == {"error": "not_found"}  # the add-on's own answer while it is not set up


def test_google_proves_itself_and_sends_who_and_in_which_language() -> None:
    document = made()
    assert document["oauthScopes"] == list(SCOPES)
    assert set(SCOPES) == {
        "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/script.locale",
    }  # fmt: skip
    assert document["addOns"]["httpOptions"] == {
        "authorizationHeader": "SYSTEM_ID_TOKEN", "granularOauthPermissionSupport": "OPT_IN",
    }  # fmt: skip
    assert document["addOns"]["common"]["useLocaleFromApp"] is True
    assert {host: document["addOns"][host] for host in HOSTS} == {"gmail": {}, "drive": {}, "calendar": {}}


@pytest.mark.parametrize("site", ["", "http://127.0.0.1:8000/"])
def test_without_an_address_over_tls_there_is_no_deployment(site: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        made(site)
    assert refusal.value.code == "no_site_url"
