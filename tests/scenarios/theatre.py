"""One invented tenant, its fake Google and its receivers, and short words for what happens to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from django.test import override_settings

from skolsynk.core.connection import Mode
from skolsynk.sandbox import municipality
from skolsynk.store import claims, load
from skolsynk.sync import approvals, dispatch, modes, rehearsal, run

SOME_DAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # a Monday in a calm part of the school year


class Theatre:
    """Time only passes when a test says so."""

    def __init__(self, stage: rehearsal.Stage, at: datetime) -> None:
        self.stage = stage
        self.at = at
        self.stopping: Callable[[], bool] = lambda: False

    @property
    def tenant_id(self) -> int:
        return self.stage.tenant_id

    def connection(self, vendor: str = "sandbox") -> load.ConnectionFacts:
        return self.stage.connection(vendor)

    def switch(self, mode: Mode, vendor: str = "sandbox", leave: str | None = "keep") -> modes.Switched:
        return modes.switch(self.connection(vendor), mode, leave, who="test", at=self.at)

    def do(self, run_id: object, should_stop: Callable[[], bool] | None = None) -> claims.RunFacts:
        run.execute(run_id, worker="theatre", should_stop=should_stop or self.stopping)  # type: ignore[arg-type]  # ids
        return claims.facts(run_id)  # type: ignore[arg-type]  # as above

    def read(self) -> claims.RunFacts:
        return self.do(dispatch.queue_read(self.tenant_id, self.at, trigger="alone"))

    def push(self, vendor: str = "sandbox", today: date | None = None) -> claims.RunFacts:
        return self.do(dispatch.queue(self.connection(vendor), "push", self.at, today=today))

    def plan(self, vendor: str = "sandbox") -> claims.RunFacts:
        return self.do(dispatch.queue(self.connection(vendor), "plan", self.at))

    def sync(self, vendor: str = "sandbox") -> claims.RunFacts:
        """Read, then push; the push's end."""
        read = self.read()
        assert read.state == "done", (read.error_code, read.error_args)
        return self.push(vendor)

    def approve(self, by: str = "all", *values: str, vendor: str = "sandbox") -> int:
        connection = self.connection(vendor)
        which = approvals.Which(by, values)
        given = approvals.approve(
            connection, Mode(connection.mode), which, unprovision=False, by="test", comment="", at=self.at
        )
        return given.approved

    def pass_time(self, **by: int) -> None:
        self.at += timedelta(**by)

    def evolve(self, step: str = "day", seed: int = 3) -> None:
        """Things happen in the directory, and the clock follows it."""
        municipality.evolve(self.stage.town, step, seed)
        today = self.stage.town.town.today
        self.at = datetime(today.year, today.month, today.day, 6, 0, tzinfo=UTC)

    def held(self, vendor: str = "sandbox") -> dict[str, bytes]:
        """{id: body as received} at the receiver of the connection's mode."""
        mode = Mode(self.connection(vendor).mode)
        return dict(self.stage.receivers[mode].raw(vendor))

    def roster(self, vendor: str = "sandbox") -> dict[str, bytes]:
        """{id: payload} as the newest facts give it."""
        connection = self.connection(vendor)
        facts = claims.RunFacts.unstored(
            connection, Mode(connection.mode), at=self.at, today=dispatch.today_at(self.at)
        )
        return {key: item.payload for key, item in run.roster_of(connection, facts).items.items()}

    def assert_equal(self, vendor: str = "sandbox") -> None:
        """The receiver holds the roster, resource by resource, byte by byte, and nothing dangles."""
        held, wanted = self.held(vendor), self.roster(vendor)
        assert held.keys() == wanted.keys(), (len(held.keys() - wanted.keys()), len(wanted.keys() - held.keys()))
        assert {key for key in held if held[key] != wanted[key]} == set()
        mode = Mode(self.connection(vendor).mode)
        assert list(self.stage.receivers[mode].dangling(vendor)) == []
        ledger = load.ledger(self.connection(vendor).id, mode)
        assert ledger.keys() == held.keys()


@contextmanager
def theatre(
    people: int = 150,
    convention: str = "org_units",
    vendors: tuple[str, ...] = ("sandbox",),
    seed: int = 1,
    at: datetime = SOME_DAY,
    mode: Mode = Mode.TEST,
) -> Iterator[Theatre]:
    """A configured tenant whose connections are in ``mode``; nothing has been read or sent."""
    with (
        rehearsal.stage(people=people, at=at, convention=convention, seed=seed, vendors=vendors) as stage,
        override_settings(GOOGLE_ROOT_URL=stage.google.url + "/", GOOGLE_TOKEN_URI=stage.google.token_uri),
    ):
        made = Theatre(stage, at)
        for vendor in vendors:
            made.switch(mode, vendor)
        yield made


def after(answers: int) -> Callable[[], bool]:
    """A should_stop that says yes after it was asked so many times."""
    lock, left = threading.Lock(), [answers]

    def ask() -> bool:
        with lock:
            left[0] -= 1
            return left[0] < 0

    return ask


def pupils(made: Theatre, count: int = 1, unit: str = "") -> list[str]:
    """Google ids of clean pupils, in a stable order, of one school unit or of the largest."""
    truth = made.stage.town.truth
    clean = [person for person in truth.people.values() if person.clean and person.role == "pupil" and person.classes]
    units = [person.unit for person in clean]
    wanted = unit or max(sorted(set(units)), key=units.count)
    return sorted(person.key for person in clean if person.unit == wanted)[:count]


def resource(made: Theatre, key: str) -> str:
    """The UUID of one person."""
    return load.identity(made.tenant_id).people[key]
