"""Google's certificates are kept for a while, fetched anew when they must be, and never asked for in a storm."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from skolsynk.sandbox.google.oidc import Signer
from skolsynk.sources.google.idtokens import Certificates, TokenError, verified

HOUR = 3600.0
AUDIENCE = "https://skolsynk.example/addon/home"


@dataclass
class World:
    """Certificates somewhere, and a clock that stands still."""

    signers: list[Signer] = field(default_factory=lambda: [Signer()])
    now: float = 1000.0
    asked: int = 0
    away: bool = False

    def fetch(self, address: str) -> Mapping[str, str]:
        assert address == "https://certs.example/"
        self.asked += 1
        if self.away:
            raise ValueError("away")
        return {signer.kid: signer.certificate for signer in self.signers}

    def certificates(self) -> Certificates:
        return Certificates("https://certs.example/", self.fetch, lambda: self.now)

    def token(self, signer: Signer | None = None, **claims: object) -> str:
        now = int(time.time())
        plain = {"iss": "accounts.google.com", "aud": AUDIENCE, "iat": now, "exp": now + 60}
        return (signer or self.signers[0]).jwt({**plain, **claims})


@pytest.fixture
def world() -> World:
    return World()


def code(certificates: Certificates, token: str) -> str:
    with pytest.raises(TokenError) as refusal:
        verified(token, AUDIENCE, certificates)
    return refusal.value.code


def test_they_are_fetched_once_and_kept_for_an_hour(world: World) -> None:
    kept = world.certificates()
    for _ in range(3):
        assert verified(world.token(sub="1"), AUDIENCE, kept)["sub"] == "1"
    world.now += HOUR - 1
    verified(world.token(), AUDIENCE, kept)
    assert world.asked == 1
    world.now += 2
    verified(world.token(), AUDIENCE, kept)
    assert world.asked == 2


def test_a_new_key_is_fetched_when_it_is_first_met(world: World) -> None:
    kept = world.certificates()
    verified(world.token(), AUDIENCE, kept)
    world.signers.append(Signer())
    world.now += 60
    verified(world.token(world.signers[1]), AUDIENCE, kept)
    verified(world.token(), AUDIENCE, kept)
    assert world.asked == 2


def test_a_key_that_google_has_withdrawn_is_refused_within_the_hour(world: World) -> None:
    kept, old = world.certificates(), world.signers[0]
    verified(world.token(), AUDIENCE, kept)
    world.signers[:] = [Signer()]
    world.now += HOUR + 1
    assert code(kept, world.token(old)) == "bad_token"


def test_invented_keys_do_not_make_us_ask_in_a_storm(world: World) -> None:
    kept, forger = world.certificates(), Signer()
    verified(world.token(), AUDIENCE, kept)
    world.now += 60
    for number in range(50):
        forger.kid = f"invented-{number}"
        assert code(kept, world.token(forger)) == "bad_token"
    assert world.asked == 2


def test_while_google_is_away_the_old_ones_serve_for_six_hours(world: World) -> None:
    kept = world.certificates()
    verified(world.token(), AUDIENCE, kept)
    world.away = True
    world.now += 6 * HOUR - 10
    verified(world.token(), AUDIENCE, kept)
    world.now += 60
    assert code(kept, world.token()) == "google_down"
    world.away, world.now = False, world.now + 60
    verified(world.token(), AUDIENCE, kept)


def test_a_google_that_was_never_reached_proves_nothing(world: World) -> None:
    world.away = True
    kept = world.certificates()
    assert [code(kept, world.token()) for _ in range(3)] == ["google_down"] * 3
    assert world.asked == 1


def test_an_empty_audience_is_nobodys(world: World) -> None:
    with pytest.raises(TokenError):
        verified(world.token(aud=""), "", world.certificates())


def test_what_is_no_certificates_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer:
        status = 200
        data = b'{"kid": 17}'

    monkeypatch.setattr("skolsynk.sources.google.idtokens.google_requests.Request", lambda: lambda *_, **__: Answer)
    kept = Certificates("https://certs.example/")
    assert code(kept, World().token()) == "google_down"
