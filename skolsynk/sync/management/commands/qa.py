"""Every check that is not a test: format, lint, types, contracts, templates, migrations, deployment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from skolsynk.sync.command import DONE, FAILED, SkolsynkCommand

BIN = os.path.dirname(sys.executable)  # noqa: PTH120  # a string for command lines
PRODUCTION = {
    "SKOLSYNK_ENV": "production",
    "SECRET_KEY": "only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz-ÅÄÖ",
    "ALLOWED_HOSTS": "skolsynk.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SKOLSYNK_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "GOOGLE_CLIENT_ID": "only-for-the-check.apps.googleusercontent.com",
    "GOOGLE_CLIENT_SECRET": "only-for-the-check",
    "GOOGLE_SERVICE_ACCOUNT": "/only/for/the/check.json",
}
Check = tuple[str, list[str], dict[str, str]]
CHECKS: tuple[Check, ...] = (
    ("format", [f"{BIN}/ruff", "format", "--check", "."], {}),
    ("lint", [f"{BIN}/ruff", "check", "."], {}),
    ("types", [f"{BIN}/mypy"], {}),
    ("contracts", [f"{BIN}/lint-imports", "--no-cache"], {}),
    ("templates", [f"{BIN}/djlint", "templates", "--check", "--lint", "--quiet"], {}),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    ("deploy", [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
)


def _checked(check: Check) -> tuple[str, subprocess.CompletedProcess[str], float]:
    name, words, environment = check
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603  # our own fixed command lines
        words, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return name, done, time.monotonic() - began


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def run(self, **_options: Any) -> int:
        results = {}
        with ThreadPoolExecutor(2) as pool:  # the two long ones, types and templates, beside each other
            for name, done, seconds in pool.map(_checked, CHECKS):
                results[name] = done.returncode == 0
                if not self.as_json:
                    self.stdout.write(f"{'ok' if results[name] else 'FAILED':<7} {name} ({seconds:.1f} s)")
                if done.returncode:
                    self.stderr.write(done.stdout + done.stderr)
        if self.as_json:
            self.answer(results)
        return DONE if all(results.values()) else FAILED
