"""Folders, processes and repetitions: everything around a measurement. Holds no data, so that it stays small."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AT = "2026-11-16T06:00:00+00:00"  # when the invented municipality was read
RECEIVER = "SKOLSYNK_VENDOR_SANDBOX_TEST_URL"
NOWHERE = "http://127.0.0.1:9/"
Answer = dict[str, Any]


def _said(line: str) -> Answer:
    return dict(json.loads(line))


@dataclass
class Lab:
    """One run of the benchmarks. ``quick`` measures a tenth of the size, once."""

    quick: bool
    folder: Path
    prepared: dict[tuple[int, bool], Answer] = field(default_factory=dict)

    def size(self, people: int) -> int:
        return people // 10 if self.quick else people

    @property
    def times(self) -> int:
        return 1 if self.quick else 3

    def stored(self, people: int, *, ledger: bool) -> tuple[Path, Answer]:
        """A copy of its own of a municipality that is read, and what is known of it."""
        wanted = (people, ledger)
        original = self.folder / f"{people}-{'held' if ledger else 'new'}"
        if wanted not in self.prepared:
            self.prepared[wanted] = self._prepared(original, people, ledger=ledger)
        return self.copy(original), self.prepared[wanted]

    def _prepared(self, original: Path, people: int, *, ledger: bool) -> Answer:
        if not ledger:
            return self.child(original, "prepare", "read", people=people)
        var, known = self.stored(people, ledger=False)
        var.rename(original)
        return self.child(original, "prepare", "hold", **known)

    def copy(self, original: Path) -> Path:
        made = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(original, made, dirs_exist_ok=True)
        return made

    def soaked(self, **arguments: float) -> Answer:
        """A whole deployment for a while, in processes of its own; raises CalledProcessError."""
        words = [word for name, value in arguments.items() for word in (f"--{name}", f"{value:g}")]
        command = [sys.executable, "-m", "scripts.bench.soak", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment(self.folder), stdout=subprocess.PIPE, check=True)
        return _said(done.stdout.decode().splitlines()[-1])

    def forget(self, var: Path) -> None:
        """Room for the next: the largest database is hundreds of megabytes."""
        shutil.rmtree(var)

    def child(
        self, var: Path, place: str, name: str, *, settings: Mapping[str, str] | None = None, **arguments: object
    ) -> Answer:
        """One piece of work in a fresh process on the database in ``var``. Raises CalledProcessError."""
        done = subprocess.run(
            _words(place, name, arguments), cwd=ROOT, env={**environment(var), **(settings or {})},
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        return _said(done.stdout.decode().splitlines()[-1])

    @contextmanager
    def google(self, var: Path, **arguments: object) -> Iterator[tuple[Answer, Answer]]:
        """A fake Google in its own process: what it says when it starts, and (filled at the end) what it counted."""
        process = subprocess.Popen(
            _words("prepare", "google", arguments), cwd=ROOT, env=environment(var), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        counted: Answer = {}
        try:
            yield _said(process.stdout.readline().decode()), counted
        finally:
            process.stdin.close()
            counted.update(_said(process.stdout.readlines()[-1].decode()))
            process.wait(30)

    @contextmanager
    def receiver(self, delay_ms: float) -> Iterator[tuple[str, Answer]]:
        """The lean receiver in its own process: its address, and (filled at the end) its CPU seconds and counts."""
        words = [sys.executable, "-m", "skolsynk.sandbox.receiver.lean", "--delay-ms", str(delay_ms)]
        process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout
        counted: Answer = {}
        try:
            yield process.stdout.readline().decode().strip() + "/", counted
        finally:
            process.send_signal(signal.SIGTERM)
            counted.update(counts=_said(process.stdout.readlines()[-1].decode()))
            _, status, spent = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            counted.update(cpu_s=spent.ru_utime + spent.ru_stime)


def _words(place: str, name: str, arguments: Mapping[str, object]) -> list[str]:
    return [sys.executable, "-m", "scripts.bench.child", place, name, json.dumps(arguments)]


def environment(var: Path) -> dict[str, str]:
    """A deployment of its own in ``var``, whatever the caller's environment says."""
    ours = {name: word for name, word in os.environ.items() if not name.startswith(("SKOLSYNK_", "GOOGLE_"))}
    for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DEBUG"):
        ours.pop(name, None)
    return {
        **ours,
        "SKOLSYNK_ENV": "demo",
        "SKOLSYNK_VAR": str(var),
        RECEIVER: NOWHERE,
        "SKOLSYNK_VENDOR_SANDBOX_KEY": "bench",
        "LOG_LEVEL": "WARNING",
    }


def middle(answers: list[Answer], name: str) -> float:
    """The median of a figure over repetitions."""
    return statistics.median(float(answer[name]) for answer in answers)


def most(answers: list[Answer], name: str) -> float:
    return max(float(answer[name]) for answer in answers)


@contextmanager
def opened(*, quick: bool) -> Iterator[Lab]:
    with tempfile.TemporaryDirectory(prefix="skolsynk-bench-") as folder:
        yield Lab(quick, Path(folder))
