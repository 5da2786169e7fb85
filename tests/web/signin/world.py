"""Two customers at one fake Google, and a browser that goes there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client, override_settings

from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google import Consumer, FakeGoogle, OAuthClient
from skolsynk.store import load
from skolsynk.store.models import AuditEvent, Member, Tenant
from skolsynk.web.access import SESSION_KEY
from tests.sandbox.google_caller import fetch
from tests.sources.google.build import ADMIN, CUSTOMER, directory, key_file, user

CLIENT = OAuthClient("client.example", "a-very-own-secret")
STRANGER = Consumer("9001", "nagon@privat.example", "Någon", "Annan")
HELPER = "vaktmastare@liten.example"  # a delegated administrator
HEAD = "elev1@liten.example"  # nobody's administrator
OTHER_CUSTOMER, OTHER_ADMIN, OTHER_HEAD = "C02stor", "admin@stor.example", "rektor@stor.example"


def little() -> Directory:
    made = directory()
    made.add_user({**user(8, "/Kontor"), "id": "helper", "primaryEmail": HELPER, "isDelegatedAdmin": True})
    made.add_user({**user(9, "/Kontor"), "id": "second", "primaryEmail": "chef@liten.example", "isAdmin": True})
    return made


def big() -> Directory:
    made = Directory(
        OTHER_CUSTOMER, {"postalAddress": {"organizationName": "Stora kommun"}},
        domains=[{"domainName": "stor.example", "isPrimary": True, "verified": True}],
    )  # fmt: skip
    made.add_org_unit("/Kontor", "id:Kontor")
    made.add_user({**user(1, "/Kontor"), "id": "s1", "primaryEmail": OTHER_ADMIN, "isAdmin": True})
    made.add_user({**user(2, "/Kontor"), "id": "s2", "primaryEmail": OTHER_HEAD})
    return made


@dataclass
class World:
    google: FakeGoogle
    little: Directory
    big: Directory

    def browser(self, language: str = "sv") -> Client:
        return Client(SERVER_NAME="127.0.0.1", headers={"accept-language": language})

    def there(self, browser: Client, query: str = "", **to_google: str) -> str:
        """Press the link, choose at Google; the address that Google sends the browser back to."""
        away = browser.get(f"/logga-in/google/{query}")
        assert away.status_code == 302, away.content.decode()
        extra = "".join(f"&{name}={value}" for name, value in to_google.items())
        back = fetch(away.headers["location"] + extra)
        assert back.status == 302, back.body
        return back.headers["location"].removeprefix("http://127.0.0.1")

    def sign_in(self, browser: Client, address: str, query: str = "") -> Any:
        return browser.get(self.there(browser, query, **{"as": address}))

    def forge(self, **claims: Any) -> None:
        """From now on, tokens carry these claims."""
        honest = self.google.sign_in.id_token
        self.google.sign_in.id_token = lambda who, audience, **more: honest(  # type: ignore[method-assign]  # a forger's
            who, claims.get("aud", audience), **{**more, **claims}
        )

    def undelegate(self, customer: str = CUSTOMER) -> None:
        self.google.delegate(key_file()["client_email"], customer, ())


@contextmanager
def world() -> Iterator[World]:
    small, large = little(), big()
    directories = {small.customer_id: small, large.customer_id: large}
    with FakeGoogle(directories, [key_file()], clients=[CLIENT], consumers=[STRANGER]) as google:
        told = {
            "GOOGLE_ROOT_URL": google.url + "/",
            "GOOGLE_TOKEN_URI": google.token_uri,
            "GOOGLE_SERVICE_ACCOUNT": json.dumps(key_file()),
            "GOOGLE_CLIENT_ID": CLIENT.client_id,
            "GOOGLE_CLIENT_SECRET": CLIENT.client_secret,
            "GOOGLE_AUTHORIZE_URL": f"{google.url}/o/oauth2/v2/auth",
            "GOOGLE_CERTS_URL": f"{google.url}/certs",
        }
        with override_settings(**told):
            yield World(google, small, large)


def inside(browser: Client) -> Member | None:
    """Who the browser is signed in as."""
    held = browser.session.get(SESSION_KEY)
    return Member.objects.get(pk=held["id"], epoch=held["epoch"]) if held else None


def refused(answer: Any, words: str) -> None:
    """Told in words, nobody let in, nothing stored."""
    assert answer.status_code in (400, 403, 502, 503)
    page = answer.content.decode()
    assert words in page, page
    assert "Inget har sparats och inget har skickats" in page
    assert CLIENT.client_secret not in page


def events(customer: str = CUSTOMER) -> list[str]:
    found = load.tenant_by_customer(customer)
    return (
        list(AuditEvent.objects.filter(tenant_id=found.id).order_by("pk").values_list("what", flat=True))
        if found
        else []
    )


def nothing_stored() -> bool:
    return not Tenant.objects.exists() and not Member.objects.exists()


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


__all__ = ["ADMIN", "CUSTOMER"]
