"""Google's calls in a theatre: a clock that tests move, calls as Google makes them, and workers that do what is due."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from skolsynk.store import claims, realtime
from skolsynk.store.models import Run, Source
from skolsynk.sync import following, hinted, listening, run
from tests.scenarios.theatre import SOME_DAY, Theatre

TOKEN = "a token of 32 random bytes, nearly"
SITE = "http://127.0.0.1:9"  # where nobody listens: calls are made by the tests themselves


class Clock:
    """Starts on the theatre's day and goes at the speed of the real one; ``sleep`` is a jump."""

    def __init__(self, start: datetime = SOME_DAY) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def sleep(self, **by: float) -> None:
        self._start += timedelta(**by)


@contextmanager
def clock_of(made: Theatre, monkeypatch: pytest.MonkeyPatch, site: str = SITE) -> Any:
    """The product and the fake Google live by one clock; Google may call ``site``."""
    clock = Clock(made.at + timedelta(minutes=1))
    # What has been done so far was done by the real clock, which is not that of the theatre's day.
    Run.objects.update(created_at=made.at, started_at=made.at, finished_at=made.at, heartbeat_at=made.at)
    Source.objects.update(updated_at=made.at)
    monkeypatch.setattr("django.utils.timezone.now", clock.now)
    monkeypatch.setattr("django.conf.settings.SITE_URL", site)
    google = made.stage.google
    was = google.clock, google.switchboard.clock, made.stage.town.directory.clock
    google.switchboard.clock = lambda: clock.now().timestamp()
    made.stage.town.directory.clock = clock.now
    google.clock = google.switchboard.clock
    try:
        yield clock
    finally:
        google.clock, google.switchboard.clock, made.stage.town.directory.clock = was


def open_channel(made: Theatre, clock: Clock, hours: float = 6.0) -> UUID:
    """A channel that Google has opened and called on."""
    channel = uuid4()
    realtime.ask_channel(made.tenant_id, channel, TOKEN, clock.now(), clock.now() + timedelta(hours=hours))
    realtime.heard(channel, 1, clock.now())
    return channel


def follow_now(made: Theatre, clock: Clock) -> None:
    """The admin log is followed from here on."""
    realtime.followed(made.tenant_id, clock.now(), (), clock.now())


def call(
    channel: object, user: str = "", *, token: str = TOKEN, state: str = "update", number: object = 2,
    body: bytes | None = None, client: Client | None = None,
) -> int:  # fmt: skip
    """One call as Google makes it; the status of the answer."""
    said = body if body is not None else f'{{"kind":"admin#directory#user","id":"{user}"}}'.encode()
    answer = (client or Client(enforce_csrf_checks=True)).post(
        "/google/notiser/", said, content_type="application/json; charset=UTF-8",
        headers={
            "X-Goog-Channel-ID": str(channel), "X-Goog-Channel-Token": token, "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(number), "X-Goog-Resource-ID": "res",
        },
    )  # fmt: skip
    assert answer.content == b""
    return answer.status_code


def work(ids: Iterable[UUID]) -> list[claims.RunFacts]:
    """What workers do with these runs and all that follow from them; every run as it ended."""
    waiting, done = list(ids), []
    while waiting:
        run_id = waiting.pop(0)
        waiting += run.execute(run_id, worker="told", should_stop=lambda: False)
        done.append(claims.facts(run_id))
    return done


def settle(clock: Clock, most: int = 20) -> list[claims.RunFacts]:
    """Time passes until nothing that Google told of waits any more."""
    done: list[claims.RunFacts] = []
    for _ in range(most):
        clock.sleep(seconds=6)
        ids = hinted.due(clock.now())
        if not ids and not realtime.pending():
            return done
        done += work(ids)
    raise AssertionError("hints are left after two minutes")


def listen(made: Theatre, clock: Clock) -> None:
    listening.listen(made.tenant_id, clock.now())


def follow(made: Theatre, clock: Clock) -> None:
    following.follow(made.tenant_id, clock.now())


def kinds(runs: Iterable[claims.RunFacts]) -> list[str]:
    return [one.kind for one in runs]
