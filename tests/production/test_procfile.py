"""Web, workers and beat exactly as the Procfile says, on real PostgreSQL and Redis, configured by commands alone."""

from __future__ import annotations

import base64
import csv
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from skolsynk.sandbox import municipality
from skolsynk.sandbox.google.accounts import new_service_account
from skolsynk.sandbox.google.server import FakeGoogle
from skolsynk.sandbox.receiver.server import ReceiverServer
from skolsynk.sandbox.receiver.values import Client
from skolsynk.sync.configuration import write_yaml
from tests import servers

pytestmark = pytest.mark.slow
VENDORS = ("sandbox", "gleerups")
PATIENCE_S = 150.0


class Deployment:
    """One production deployment: its environment, its processes, and the world around it."""

    def __init__(self, folder: Path, postgres: servers.Server, redis_url: str) -> None:
        self.folder = folder
        self.towns = [
            municipality.make(seed, 200, "org_units", date(2026, 11, 16), f"{name}s kommun", f"{seed}.kommun.example")
            for seed, name in ((31, "Kvarnby"), (32, "Sjövik"))
        ]
        account = new_service_account()
        self.google = FakeGoogle({town.directory.customer_id: town.directory for town in self.towns}, [account]).start()
        names = [f"{vendor}-{town.directory.customer_id}" for town in self.towns for vendor in VENDORS]
        self.receiver = ReceiverServer([Client(name, f"key-of-{name}") for name in names]).start()
        self.port = servers.free_port()
        self.database = servers.create_database(postgres, "production")
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "SKOLSYNK_ENV": "production",
            "SKOLSYNK_VAR": str(folder / "var"),
            "SECRET_KEY": "of-this-test-alone-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
            "SKOLSYNK_KEYS": base64.b64encode(os.urandom(32)).decode(),
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": self.database,
            "REDIS_URL": redis_url.removesuffix("/0") + "/5",
            "PLAIN_HTTP_HOSTS": "127.0.0.1",
            "GOOGLE_ROOT_URL": self.google.url + "/",
            "GOOGLE_TOKEN_URI": self.google.token_uri,
            "GOOGLE_SERVICE_ACCOUNT": json.dumps(account),
            "BIND": "127.0.0.1",
            "PORT": str(self.port),
            "BEAT_SCHEDULE": str(folder / "beat"),
        }
        lines = (settings.BASE_DIR / "Procfile").read_text().splitlines()
        self.procfile = dict(line.split(": ", 1) for line in lines if line)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def command(self, *words: str, given: str = "") -> str:
        """One management command; its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR, env=self.environment, input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.returncode, done.stderr[-2000:])
        return done.stdout

    def start(self, name: str) -> None:
        """One process of the Procfile, in a process group of its own."""
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            ["sh", "-c", f"exec {self.procfile[name]}"],
            cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()

    def stop(self, name: str) -> int:
        """SIGTERM to the process alone, as a platform does it; its exit status."""
        process = self.running.pop(name)
        process.terminate()
        return process.wait(60)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.replace("postgres://postgres@/", "postgresql://postgres@/")) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def wait(self, until: Callable[[], bool], what: str) -> None:
        patience = time.monotonic() + PATIENCE_S
        while not until():
            assert time.monotonic() < patience, f"waited in vain for {what}: {self.logs()[-3000:]}"
            time.sleep(0.1)

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def configure(self) -> None:
        """As an operator would: release, register, configuration, keys, modes."""
        released = subprocess.run(
            ["sh", "-c", self.procfile["release"]], cwd=settings.BASE_DIR, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert released.returncode == 0, released.stderr
        units = {unit["code"]: unit for town in self.towns for unit in town.school_units}
        rows = municipality.to_register(units.values())
        with (self.folder / "register.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        self.command("import_school_units", "--file", str(self.folder / "register.csv"))
        for town in self.towns:
            self._configure(town)

    def _configure(self, town: municipality.Municipality) -> None:
        customer = town.directory.customer_id
        codes = [unit["code"] for unit in town.school_units]
        document = {
            "tenant": {"name": town.town.name, "customer_id": customer},
            "source": {"kind": "google", "subject": town.admin_email, "school_org_units": town.containers()},
            "school_units": [{"code": code} for code in codes],
            "rules": town.rules(),
            "connections": [{"vendor": vendor, "selection": {"school_units": codes}} for vendor in VENDORS],
        }
        self.command("config", "import", "--yes", given=write_yaml(document))
        for vendor in VENDORS:
            about = ("--tenant", customer, "--vendor", vendor)
            where = ("--mode", "test", "--address", self.receiver.url, "--requests-per-second", "0")
            self.command("set_secret", *about, *where, given=f"key-of-{vendor}-{customer}")
            self.command("mode", *about, "test")

    def assert_rosters(self) -> None:
        for town in self.towns:
            for vendor in VENDORS:
                customer = town.directory.customer_id
                wanted = json.loads(self.command("roster", "--tenant", customer, "--vendor", vendor, "--json"))
                held = self.receiver.raw(f"{vendor}-{customer}")
                assert {body["externalId"]: body for body in wanted} == {
                    key: json.loads(raw) for key, raw in held.items()
                }

    def close(self) -> None:
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        self.receiver.stop()
        self.google.stop()


@pytest.fixture
def deployment(tmp_path: Path, postgres: servers.Server, redis_url: str) -> Iterator[Deployment]:
    made = Deployment(tmp_path, postgres, redis_url)
    try:
        yield made
    finally:
        made.close()


def test_two_tenants_sync_to_two_vendors_and_a_stop_in_the_middle_loses_nothing(deployment: Deployment) -> None:
    deployment.configure()
    for name in ("web", "worker", "long", "beat"):
        deployment.start(name)
    finished = "SELECT count(*) FROM store_run WHERE kind = 'push' AND state = 'done'"
    deployment.wait(lambda: deployment.ask(finished) == [(4,)], "beat to have both tenants synced")
    deployment.assert_rosters()
    health = urllib.request.Request(f"http://127.0.0.1:{deployment.port}/healthz/")
    with urllib.request.urlopen(health, timeout=10) as answer:
        told = json.load(answer)
    assert (told["database"], told["migrations"]) == ("ok", "ok")
    assert {"beat", "worker"} <= told["heartbeats"].keys()

    town = deployment.towns[0]
    for key in sorted(town.truth.clean())[:40]:
        town.directory.rename_user(key, "Åsa", "Öhrn")
    for vendor in VENDORS:
        name = f"{vendor}-{town.directory.customer_id}"
        deployment.receiver.admit(Client(name, f"key-of-{name}", latency_s=1.0))
    deployment.ask("UPDATE store_run SET created_at = created_at - interval '2 hours'")  # as if the hour had passed
    deployment.wait(
        lambda: (
            deployment.ask("SELECT 1 FROM store_run WHERE phase = 'pushing' AND state = 'running' AND done > 0") != []
        ),
        "a push to be in the middle",
    )
    assert deployment.stop("worker") == 0
    left = deployment.ask("SELECT count(*) FROM store_run WHERE state = 'queued' AND kind = 'push'")
    assert left[0][0] >= 1, "the push is not lost"
    assert deployment.ask("SELECT count(*) FROM store_run WHERE state = 'running'") == [(0,)]
    for vendor in VENDORS:
        name = f"{vendor}-{town.directory.customer_id}"
        deployment.receiver.admit(Client(name, f"key-of-{name}"))
    deployment.start("worker")
    open_still = "SELECT count(*) FROM store_run WHERE state IN ('queued', 'running')"
    deployment.wait(lambda: deployment.ask(open_still) == [(0,)], "the next worker to go on")
    deployment.assert_rosters()

    processes = ("worker", "long", "beat", "web")
    assert {name: deployment.stop(name) for name in processes} == dict.fromkeys(processes, 0)
    logs = deployment.logs()
    assert "Traceback" not in logs
    assert "run_ended" in logs
    people = [person.address for town in deployment.towns for person in town.truth.people.values()]
    assert not [word for word in (*people, "Öhrn", "key-of-") if word in logs]
