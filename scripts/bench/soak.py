"""Many tenants at once, changes all the time: how long a change in Google takes to the vendor's yes.

``python -m scripts.bench.soak --tenants 50 --people 3000 --rate 5 --seconds 300``: a fake Google that calls back, the
site (gunicorn), beat and a Celery worker, each a process of its own as in the Procfile, and the lean receiver. Prints
one JSON line. Database and broker are a PostgreSQL and a Redis of its own, as in production: the demo's broker, which
is files, takes some messages a second and would be all that is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it has no types; used for one sum

from scripts.bench.lab import RECEIVER, ROOT
from tests import servers

CELERY = [sys.executable, "-m", "celery", "--app", "skolsynk"]
DRAIN_S = 120.0
LOG_S = 200.0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.soak", description=__doc__)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--people", type=int, default=3_000)
    parser.add_argument("--rate", type=float, default=5.0, help="changes a second, in all")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--what", choices=("names", "groups"), default="names", help="what changes")
    parser.add_argument("--workers", type=int, default=2, help="processes of the Celery worker")
    return parser.parse_args()


@contextmanager
def started(words: list[str], log: Path) -> Iterator[psutil.Popen]:
    """One process of the deployment; ended by its own id."""
    with log.open("ab") as out:
        process = psutil.Popen(words, cwd=ROOT, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def cpu_of(process: psutil.Popen) -> float:
    """CPU seconds of a process and its children so far."""
    family = [process, *process.children(recursive=True)]
    return sum(float(times.user + times.system) for times in (one.cpu_times() for one in family))


def main() -> None:
    chosen = options()
    folder = Path(tempfile.mkdtemp(prefix="skolsynk-soak-"))
    try:
        sys.stdout.write(json.dumps(soak(chosen, folder)) + "\n")
    finally:
        shutil.rmtree(folder)


def soak(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with ExitStack() as running:
        words = [sys.executable, "-m", "skolsynk.sandbox.receiver.lean", "--delay-ms", "0"]
        receiver = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE)
        running.callback(receiver.terminate)
        assert receiver.stdout
        redis, postgres = servers.start_redis(), servers.start_postgres()
        running.callback(redis.stop)
        running.callback(postgres.stop)
        port = servers.free_port()
        os.environ.update({
            "REDIS_URL": redis.url, "DATABASE_URL": servers.create_database(postgres, "soak"),
            "SKOLSYNK_ENV": "demo", "SKOLSYNK_VAR": str(folder), "LOG_LEVEL": "WARNING",
            RECEIVER: receiver.stdout.readline().decode().strip() + "/", "SKOLSYNK_VENDOR_SANDBOX_KEY": "bench",
            "SITE_URL": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "skolsynk.settings",
        })  # fmt: skip
        from scripts.bench.soak_town import Town  # its settings are those above

        town = Town(chosen.tenants, chosen.people, chosen.what)
        running.callback(town.stop)
        say(f"{chosen.tenants} tenants of {chosen.people} people are read and pushed")
        gunicorn = [sys.executable, "-m", "gunicorn", "skolsynk.wsgi", "--worker-class", "gthread", "--threads", "4"]
        web = running.enter_context(started([*gunicorn, "--bind", f"127.0.0.1:{port}"], folder / "web.log"))
        time.sleep(4)
        town.listen()
        processes = ["--concurrency", str(chosen.workers), "--queues", "sync,long", "--loglevel", "WARNING"]
        worker = [*CELERY, "worker", *processes]
        done = running.enter_context(started(worker, folder / "worker.log"))
        beat = [*CELERY, "beat", "--schedule", str(folder / "beat"), "--loglevel", "WARNING"]
        running.enter_context(started(beat, folder / "beat.log"))
        time.sleep(6)
        before = cpu_of(done), cpu_of(web)
        changes = change(town, chosen)
        left = drain(town, chosen)
        after = cpu_of(done), cpu_of(web)
        return {
            "what": chosen.what, "tenants": chosen.tenants, "people": chosen.people, "changes": changes, "left": left,
            **town.freshness(), "worker_cpu_s": round(after[0] - before[0], 1),
            "web_cpu_s": round(after[1] - before[1], 1), "load": os.getloadavg()[0],
        }  # fmt: skip


def change(town: Any, chosen: argparse.Namespace) -> int:
    """Somebody somewhere gets a new name, or leaves a group, so many times a second."""
    happens = town.leave if chosen.what == "groups" else town.rename
    chance, began, number = random.Random(1), time.monotonic(), 0  # noqa: S311 - invented changes
    while time.monotonic() - began < chosen.seconds:
        happens(chance, number)
        number += 1
        time.sleep(max(0.0, number / chosen.rate - (time.monotonic() - began)))
    return number


def drain(town: Any, chosen: argparse.Namespace) -> int:
    """Wait until everything told of has been sent; how many hints were left."""
    if chosen.what == "groups":
        time.sleep(LOG_S)  # until the last is found in the log there is no hint of it
    ends = time.monotonic() + DRAIN_S
    while (left := town.waiting()) and time.monotonic() < ends:
        time.sleep(1)
    time.sleep(3)
    return int(left)


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
