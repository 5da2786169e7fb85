"""Google calling the add-on of an invented tenant: every answer is held against the schema of cards."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from skolsynk.sandbox.google.oidc import ISSUER
from skolsynk.store import save
from skolsynk.store.models import Member
from skolsynk.sync import readmodel
from skolsynk.sync.dispatch import today_at
from skolsynk.sync.tasks import execute
from tests.addon.schema import faults
from tests.scenarios.theatre import SOME_DAY, Theatre, theatre

SITE = "https://skolsynk.example"
ACCOUNT = "service-1234@addons.example"
CLIENT_ID = "addon.client.example"
ANSWERS = {"home": "renderActions", "person": "submitFormResponse", "runs": "submitFormResponse",
           "sync": "submitFormResponse"}  # fmt: skip


@pytest.fixture(scope="module")
def _staged(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Theatre]:
    with django_db_blocker.unblock():
        try:
            with theatre(people=60, vendors=("sandbox", "binogi")) as made:
                made.sync()
                readmodel.make(made.tenant_id, today_at(made.at))
                yield made
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def town(_staged: Theatre, db: None) -> Iterator[Theatre]:
    with set_up(_staged):
        yield _staged


def set_up(town: Theatre) -> override_settings:
    """A deployment that has the add-on, and the town's own fake Google behind it."""
    return override_settings(
        SITE_URL=SITE, ADDON_SERVICE_ACCOUNT=ACCOUNT, ADDON_CLIENT_ID=CLIENT_ID,
        GOOGLE_CERTS_URL=f"{town.stage.google.url}/certs",
    )  # fmt: skip


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of runs that were handed to a worker."""
    found: list[str] = []
    monkeypatch.setattr(execute, "delay", lambda *, run_id: found.append(run_id))
    return found


def texts(document: object) -> Iterator[str]:
    """Every text of an answer."""
    if isinstance(document, str):
        yield document
    for each in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from texts(each)


@dataclass
class Answer:
    status: int
    document: dict[str, Any]

    @property
    def card(self) -> dict[str, Any]:
        action = self.document.get("renderActions", self.document)["action"]
        found: dict[str, Any] = next(iter(action["navigations"][0].values()))
        return found

    @property
    def text(self) -> str:
        return "\n".join(texts(self.document))

    @property
    def notice(self) -> str:
        return str(self.document["renderActions"]["action"]["notification"]["text"])

    def buttons(self) -> dict[str, dict[str, Any]]:
        """{text: onClick} of every button; of two with one text the last."""
        lists = [w["buttonList"]["buttons"] for s in self.card["sections"] for w in s["widgets"] if "buttonList" in w]
        return {each["text"]: each["onClick"] for found in lists for each in found}

    def rows(self) -> list[dict[str, Any]]:
        return [w["decoratedText"] for s in self.card["sections"] for w in s["widgets"] if "decoratedText" in w]


@dataclass
class Google:
    """The service that calls the add-on. ``claims`` of a token may be replaced, or taken away with None."""

    town: Theatre

    def token(self, audience: str, **claims: Any) -> str:
        now = int(time.time())
        honest = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + 3600, "email_verified": True}
        made = {name: value for name, value in {**honest, **claims}.items() if value is not None}
        return self.town.stage.google.sign_in.signer.jwt(made)

    def system(self, name: str, **claims: Any) -> str:
        return self.token(f"{SITE}/addon/{name}", **{"email": ACCOUNT, "sub": "1234", **claims})

    def user(self, subject: str, **claims: Any) -> str:
        return self.token(CLIENT_ID, **{"sub": subject, "email": f"{subject}@bjorkvik.example", **claims})

    def event(
        self, user_token: str, *, locale: str = "sv", inputs: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "commonEventObject": {
                "userLocale": locale, "hostApp": "GMAIL", "platform": "WEB",
                "timeZone": {"id": "Europe/Stockholm", "offset": 7200000},
                "formInputs": {name: {"stringInputs": {"value": [text]}} for name, text in (inputs or {}).items()},
                "parameters": dict(parameters or {}),
            },
            "authorizationEventObject": {
                "userOAuthToken": "ya29.not-used", "userIdToken": user_token, "authorizedScopes": [],
            },
            "gmail": {},
        }  # fmt: skip

    def post(self, name: str, body: object, system: str | None = None) -> Answer:
        """A raw call; without ``system`` no Authorization header."""
        headers = {"authorization": f"Bearer {system}"} if system is not None else {}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        got = Client().post(f"/addon/{name}", content, content_type="application/json", headers=headers)
        assert not got.cookies
        assert got.headers["content-type"] == "application/json"
        assert "no-store" in got.headers["cache-control"]
        return Answer(got.status_code, json.loads(got.content))

    def call(self, name: str, who: Member | str, **event: Any) -> Answer:
        """An honest call on behalf of a member, or of Google's id; the answer is as documented."""
        subject = who if isinstance(who, str) else who.subject
        answer = self.post(name, self.event(self.user(subject), **event), self.system(name))
        assert answer.status == 200, answer.document
        assert faults(ANSWERS[name], answer.document) == []
        return answer


@pytest.fixture
def google(town: Theatre) -> Google:
    return Google(town)


def member(tenant_id: int, role: str, units: tuple[str, ...] = ()) -> Member:
    name = "-".join((role, *units))
    return Member.objects.create(
        tenant_id=tenant_id, subject=f"sub-{tenant_id}-{name}", email=f"{name}@bjorkvik.example", name=name.title(),
        role=role, units=list(units), created_at=SOME_DAY,
    )  # fmt: skip


Hire = Callable[..., Member]


@pytest.fixture
def hire(town: Theatre) -> Hire:
    """``hire("viewer", unit)``: somebody who may use the site."""
    return lambda role, *units: member(town.tenant_id, role, units)


@pytest.fixture
def unit(town: Theatre) -> str:
    """One school unit's code."""
    return str(town.stage.town.school_units[0]["code"])


@pytest.fixture
def elsewhere(town: Theatre) -> Member:
    """The owner of another tenant."""
    return member(save.tenant("C9other99", "Annan kommun", at=SOME_DAY), "owner")
