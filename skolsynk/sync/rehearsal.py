"""An invented municipality with everything around it, on loopback: what `demo` shows and scenarios and benchmarks use.

The fake Google, the register and two receivers (one for test, one for live) run in this process; the worker is
a real Celery worker of its own, started as production starts it but for the broker, which is files.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from skolsynk.core.connection import Mode
from skolsynk.core.register import RegisteredUnit
from skolsynk.sandbox import municipality
from skolsynk.sandbox.google.accounts import Consumer, OAuthClient, new_service_account
from skolsynk.sandbox.google.server import FakeGoogle
from skolsynk.sandbox.receiver.server import ReceiverServer
from skolsynk.sandbox.receiver.values import Client
from skolsynk.store import load, register, save
from skolsynk.sync import tenants
from skolsynk.sync.configuration import write_yaml
from skolsynk.sync.dispatch import today_at

CLIENT = OAuthClient("skolsynk.apps.example", "only-on-this-computer")  # loopback is the only way back
STRANGER = Consumer("900000000000000000001", "nagon@privat.example", "Någon", "Annan")
DEMO_VENDORS = ("binogi", "gleerups", "ne", "sandbox")


@dataclass
class Stage:
    """The running surroundings of one invented tenant."""

    town: municipality.Municipality
    google: FakeGoogle
    receivers: Mapping[Mode, ReceiverServer]
    vendors: tuple[str, ...]
    tenant_id: int = 0
    keys: dict[tuple[str, Mode], str] = field(default_factory=dict)
    account: dict[str, str] = field(default_factory=dict)  # the service account's key file

    def environment(self) -> dict[str, str]:
        """Settings of a process that takes this Google for the real one: reading it, and signing in with it."""
        url = self.google.url
        return {
            "GOOGLE_ROOT_URL": url + "/",
            "GOOGLE_TOKEN_URI": self.google.token_uri,
            "GOOGLE_SERVICE_ACCOUNT": json.dumps(self.account),
            "GOOGLE_CLIENT_ID": CLIENT.client_id,
            "GOOGLE_CLIENT_SECRET": CLIENT.client_secret,
            "GOOGLE_AUTHORIZE_URL": f"{url}/o/oauth2/v2/auth",
            "GOOGLE_CERTS_URL": f"{url}/certs",
            "OPERATOR_NAME": "Påhittad Drift AB",
            "CONTACT": "stod@drift.example",
            "SUBPROCESSORS": "Ingen: allt finns på den här datorn (None: all is on this computer)",
        }

    def connection(self, vendor: str) -> load.ConnectionFacts:
        found = load.connection_to(self.tenant_id, vendor)
        assert found is not None, vendor
        return found


def configuration_of(town: municipality.Municipality, vendors: tuple[str, ...]) -> dict[str, object]:
    """The document that `config import` takes for an invented municipality: every unit, every vendor."""
    codes = [unit["code"] for unit in town.school_units]
    return {
        "tenant": {"name": town.town.name, "customer_id": town.directory.customer_id},
        "source": {"kind": "google", "subject": town.admin_email, "school_org_units": town.containers()},
        "school_units": [{"code": code} for code in codes],
        "rules": town.rules(),
        "connections": [{"vendor": vendor, "selection": {"school_units": codes}} for vendor in vendors],
    }


@contextmanager
def stage(
    *,
    people: int,
    at: datetime,
    convention: str = "org_units",
    seed: int = 1,
    vendors: tuple[str, ...] = DEMO_VENDORS,
    rate: float = 0,
) -> Iterator[Stage]:
    """Invent, serve and configure; everything stops at the end. ``rate`` is requests a second, 0 = no limit."""
    town = municipality.make(seed, people, convention, today_at(at))
    with ExitStack() as running:
        directories = {town.directory.customer_id: town.directory}
        controls = municipality.controls(town)
        google = running.enter_context(
            FakeGoogle(directories, clients=[CLIENT], consumers=[STRANGER], controls=controls)
        )
        keys = {(vendor, mode): secrets.token_urlsafe(24) for vendor in vendors for mode in (Mode.TEST, Mode.LIVE)}
        receivers = {
            mode: running.enter_context(ReceiverServer([Client(vendor, keys[vendor, mode]) for vendor in vendors]))
            for mode in (Mode.TEST, Mode.LIVE)
        }
        made = Stage(town, google, receivers, vendors, keys=keys)
        made.tenant_id = _configure(made, at, rate)
        yield made


def _configure(made: Stage, at: datetime, rate: float) -> int:
    _register(made.town, at)
    wanted = tenants.check(write_yaml(configuration_of(made.town, made.vendors)))
    applied = tenants.apply(wanted, author="demo", reason="invented municipality", at=at)
    made.account = new_service_account(token_uri=made.google.token_uri)
    made.google.add_service_account(made.account)
    save.source_credentials(applied.tenant_id, json.dumps(made.account))
    for (vendor, mode), key in made.keys.items():
        connection = load.connection_to(applied.tenant_id, vendor)
        assert connection is not None, vendor
        save.endpoint(
            connection.id, mode, api_key=key, address=made.receivers[mode].url,
            limits={"requests_per_second": rate, "concurrency": 16},
        )  # fmt: skip
    return applied.tenant_id


def _register(town: municipality.Municipality, at: datetime) -> None:
    """The invented units into the register, as an import would put them there."""
    rows = municipality.to_register(town.school_units, town.town.name)
    register.register((registered(row) for row in rows), at, complete=False)


def registered(row: Mapping[str, str]) -> RegisteredUnit:
    words = {name: row[name] for name in RegisteredUnit._fields if name in row and name != "school_types"}
    return RegisteredUnit(
        **{**words, "code": row["school_unit_code"], "status": "AKTIV"}, school_types=tuple(row["school_types"].split())
    )


@contextmanager
def worker(google: FakeGoogle, **more: str) -> Iterator[None]:
    """A real Celery worker for this deployment's database and broker; stopped by its process id.

    ``more``: settings beside those of this process.
    """
    words = ["worker", "--pool", "solo", "--queues", "sync,long", "--without-gossip", "--without-mingle",
             "--without-heartbeat"]  # fmt: skip
    with _celery(words, {"GOOGLE_ROOT_URL": google.url + "/", "GOOGLE_TOKEN_URI": google.token_uri, **more}):
        yield


@contextmanager
def beat() -> Iterator[None]:
    """The clock that production has too; stopped by its process id."""
    with _celery(["beat", "--schedule", str(settings.SKOLSYNK_VAR / "beat")], {}):
        yield


@contextmanager
def _celery(words: Sequence[str], more: Mapping[str, str]) -> Iterator[None]:
    environment = {
        **os.environ, "SKOLSYNK_VAR": str(settings.SKOLSYNK_VAR), "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        **more,
    }  # fmt: skip
    command = [sys.executable, "-m", "celery", "--app", "skolsynk", *words, "--loglevel", "WARNING"]
    with (settings.SKOLSYNK_VAR / f"{words[0]}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)  # noqa: S603  # our own words
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
