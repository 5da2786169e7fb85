"""The whole product on an invented municipality, Björkviks kommun, with nothing to install.

Reads a fake Google, syncs four vendors in test mode, switches one to live (held, then approved in a recorded step),
syncs again with nothing changed, lets a day pass, syncs a third time, shows what happened, and serves the site. All of
that began yesterday; from then on the clock is the real one, and the fake Google tells of what changes in it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.sandbox import municipality
from skolsynk.store import claims
from skolsynk.sync import approvals, dispatch, modes, rehearsal
from skolsynk.sync.command import DONE, FAILED, SkolsynkCommand, Stop
from skolsynk.sync.outcomes import words
from skolsynk.sync.progress import Bar, Step
from skolsynk.sync.tasks import execute, look_at

COLUMNS = ("created", "updated", "deleted", "rejected", "held", "frozen", "seconds")
LIVE_VENDOR = "sandbox"
PATIENCE_S = 600
SEED = 4  # gives twelve school units


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--oneshot", action="store_true", help="exit after one line of JSON on standard output")
        parser.add_argument("--people", type=int, default=3000)
        parser.add_argument("--convention", default="org_units", choices=sorted(municipality.CONVENTIONS))
        parser.add_argument("--port", type=int, default=8000)

    def run(self, **options: Any) -> int:
        if settings.SKOLSYNK_ENV != "demo":
            raise Stop(FAILED, "The demo empties its database: it runs with SKOLSYNK_ENV=demo only. Nothing was done.")
        self.rows: list[dict[str, object]] = []
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops what the demo has started, too
        try:
            return self._show(options)
        except KeyboardInterrupt:
            self.say("Stopped.")
            return FAILED

    def _show(self, options: dict[str, Any]) -> int:
        began = time.monotonic()
        self.say("Preparing an empty database …")
        _prepare()
        now = timezone.now().replace(microsecond=0)
        at = _yesterday(now)
        site = {} if options["oneshot"] else {"SITE_URL": _site(options["port"])}
        with (
            rehearsal.stage(people=options["people"], convention=options["convention"], at=at, seed=SEED) as stage,
            rehearsal.worker(stage.google, **site),
        ):
            self.stage = stage
            self.say(
                f"{stage.town.town.name}: {options['people']} people, {len(stage.town.school_units)} school units."
            )
            self._story(at, now)
            if options["oneshot"]:
                self._answer(began)
            else:
                self.say(_table(self.rows))
                self._serve(options["port"])
        return DONE

    def say(self, text: str) -> None:
        """For people, beside the JSON line on standard output."""
        self.stderr.write(text)

    def _story(self, at: datetime, now: datetime) -> None:
        stage = self.stage
        for vendor in stage.vendors:
            modes.switch(stage.connection(vendor), Mode.TEST, None, who="demo", at=at)
        self._sync("1 first, in test", at)
        live = stage.connection(LIVE_VENDOR)
        modes.switch(live, Mode.LIVE, "keep", who="demo", at=at)
        self._push("2 first live push", at)
        given = approvals.approve(
            stage.connection(LIVE_VENDOR), Mode.LIVE, approvals.Which("all"), unprovision=False,
            by="demo", comment="Demo: ingen har granskat ändringarna. Nobody looked at these changes.", at=at,
        )  # fmt: skip
        self.say(f"The first live push was held. Approved by the demo, and recorded as such: {given.approved} changes.")
        self._push("3 approved", at)
        self._sync("4 nothing changed", now - timedelta(minutes=5))
        happened = municipality.evolve(stage.town, "day", seed=7)
        self.say("A day passes: " + ", ".join(f"{number} {kind}" for kind, number in sorted(happened.items())))
        self._sync("5 a day later", now)

    def _sync(self, title: str, at: datetime) -> None:
        """One read, and the pushes that follow from it, all done by the worker."""
        read = dispatch.queue_read(self.stage.tenant_id, at, trigger="demo")
        execute.delay(run_id=str(read))
        self._wait(read, "read")
        for run_id in self._pushes(at):
            self._note(title, self._wait(run_id, ""))

    def _pushes(self, at: datetime) -> tuple[UUID, ...]:
        """One for each vendor. The worker queues them after it has said that the read is done."""
        patience = time.monotonic() + PATIENCE_S
        while time.monotonic() < patience:
            found = tuple(claims.runs_at(self.stage.tenant_id, at, "push"))
            if len(found) == len(self.stage.vendors):
                return found
            time.sleep(0.1)
        raise Stop(FAILED, f"Nobody queued what follows the read. See {settings.SKOLSYNK_VAR}/worker.log.")

    def _push(self, title: str, at: datetime) -> None:
        run_id = dispatch.queue(self.stage.connection(LIVE_VENDOR), "push", at, trigger="demo")
        execute.delay(run_id=str(run_id))
        self._note(title, self._wait(run_id, LIVE_VENDOR))

    def _wait(self, run_id: UUID, title: str) -> claims.RunFacts:
        """Draw a run's progress until it has ended. Raises: Stop when it failed or nobody does it."""
        bar, patience = Bar(title or self._vendor(run_id)), time.monotonic() + PATIENCE_S
        try:
            while time.monotonic() < patience:
                facts = claims.facts(run_id)
                if facts.state not in claims.UNFINISHED:
                    break
                bar(Step(*claims.progress(run_id), None))
                time.sleep(0.1)
            else:
                raise Stop(FAILED, f"Nobody finished run {run_id}. See {settings.SKOLSYNK_VAR}/worker.log.")
        finally:
            bar.close()
        if facts.state == "failed":
            raise Stop(FAILED, words(facts))
        return facts

    def _vendor(self, run_id: UUID) -> str:
        connection_id = claims.facts(run_id).connection_id
        return next(name for name in self.stage.vendors if self.stage.connection(name).id == connection_id)

    def _note(self, title: str, ended: claims.RunFacts) -> None:
        counts = dict(ended.counts)
        sent, total = counts.get("sent"), counts.get("total")
        assert isinstance(sent, dict)
        assert isinstance(total, dict)
        row = {name: sent.get(name, 0) for name in ("created", "updated", "deleted")}
        row["rejected"] = sum(sent.get(name, 0) for name in ("rejected", "blocked", "failed", "unknown"))
        row |= {name: total.get(name, 0) for name in ("held", "frozen")}
        seconds = round(sum(ended.timings.values()), 2)
        self.rows.append(
            {"sync": title, "vendor": self._vendor(ended.id), "mode": ended.mode, **row, "seconds": seconds}
        )

    def _answer(self, began: float) -> None:
        # One line whatever --json says: it is what --oneshot is for.
        self.as_json = True
        self.answer({"syncs": self.rows, "seconds": round(time.monotonic() - began, 1)})

    def _serve(self, port: int) -> None:
        receivers = ", ".join(f"{mode.value}: {server.url}/" for mode, server in self.stage.receivers.items())
        self.say(
            f"\nReceivers show what they hold at {receivers}"
            "\nA day passes in the fake Google, and the site follows within a minute: "
            f"curl -d '{{}}' {self.stage.google.url}/_fake/evolve"
            f"\nSite: {_site(port)}/ (Ctrl-C ends)"
        )
        words = [sys.executable, "-m", "gunicorn", "skolsynk.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1",
                 "--log-level", "warning"]  # fmt: skip
        environment = {**os.environ, **self.stage.environment(), "SITE_URL": _site(port)}
        look_at.delay(tenant_id=self.stage.tenant_id)
        with rehearsal.beat():
            process = subprocess.Popen(words, cwd=settings.BASE_DIR, env=environment)  # noqa: S603  # our own words
            try:
                process.wait()
            except KeyboardInterrupt:
                self.say("Stopping.")
            finally:
                process.terminate()
                process.wait(20)


def _site(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _yesterday(now: datetime) -> datetime:
    """When the story begins; an hour ago where the school year changes between: the town's days stop there."""
    before = now - timedelta(days=1)
    return now - timedelta(hours=1) if (before.month, dispatch.today_at(now).month) == (6, 7) else before


def _prepare() -> None:
    """An empty database and an empty broker: the demo's own, and nobody else's."""
    name = settings.DATABASES["default"]["NAME"]
    for ending in ("", "-wal", "-shm"):
        if os.path.exists(f"{name}{ending}"):  # noqa: PTH110  # a name, not a path, in Django's settings
            os.remove(f"{name}{ending}")  # noqa: PTH107
    for folder in (settings.SKOLSYNK_VAR / "broker").glob("*"):
        shutil.rmtree(folder)
        folder.mkdir()
    call_command("migrate", verbosity=0, interactive=False)


def _table(rows: list[dict[str, object]]) -> str:
    head = ("sync", "vendor", "mode", *COLUMNS)
    cells = [tuple(str(row[name]) for name in head) for row in rows]
    widths = [max(len(line[place]) for line in (head, *cells)) for place in range(len(head))]
    lines = []
    for line in (head, *cells):
        padded = (
            text.ljust(width) if place < 3 else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        lines.append("  ".join(padded))
    return "\n" + "\n".join(lines)
