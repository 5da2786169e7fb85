"""``python -m skolsynk.sandbox.google --people 3000``: invents a municipality and serves its Google until a signal.

Prints one JSON line: ``url``, ``customer``, ``subject`` (an administrator), ``key_file`` (a service account that may
act as her), ``client_id`` and ``client_secret`` (for sign-in). Time passes in it by
``POST URL/_fake/evolve`` with ``{"step": "day", "seed": 1}``.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path

from skolsynk.sandbox.google import Consumer, FakeGoogle, OAuthClient, Quota, new_service_account
from skolsynk.sandbox.municipality import CONVENTIONS, Municipality, controls, make

CLIENT = OAuthClient("skolsynk-demo.apps.example", "demo-secret")
STRANGER = Consumer("900000000000000000001", "nagon@privat.example", "Någon", "Annan")


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m skolsynk.sandbox.google", description="A fake Google")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--people", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--convention", choices=sorted(CONVENTIONS), default=min(CONVENTIONS))
    parser.add_argument("--date", type=date.fromisoformat, default=date.fromisoformat("2026-11-23"))
    parser.add_argument("--calls-per-minute", type=int, default=2_400, help="0: no limit")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="before every answer")
    parser.add_argument("--key-file", type=Path, help="where to write the service account's key")
    return parser.parse_args(arguments)


def fake_of(chosen: argparse.Namespace, municipality: Municipality, key_file: dict[str, str]) -> FakeGoogle:
    return FakeGoogle(
        {municipality.directory.customer_id: municipality.directory},
        [key_file],
        clients=[CLIENT],
        consumers=[STRANGER],
        quota=Quota(chosen.calls_per_minute or None),
        latency_s=chosen.latency,
        controls=controls(municipality),
    ).start(chosen.port)


def main() -> None:
    chosen, stopped = options(), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):  # before anybody is told that it runs, and may end it
        signal.signal(name, lambda *_: stopped.set())
    municipality = make(chosen.seed, chosen.people, chosen.convention, chosen.date)
    key_file = new_service_account()
    google = fake_of(chosen, municipality, key_file)
    where = chosen.key_file or Path(tempfile.mkdtemp(prefix="fake-google-")) / "service-account.json"
    where.touch(mode=0o600)
    where.write_text(json.dumps({**key_file, "token_uri": google.token_uri}))
    told = {
        "url": google.url,
        "customer": municipality.directory.customer_id,
        "subject": municipality.admin_email,
        "key_file": str(where),
        "client_id": CLIENT.client_id,
        "client_secret": CLIENT.client_secret,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    stopped.wait()
    google.stop()


if __name__ == "__main__":
    main()
