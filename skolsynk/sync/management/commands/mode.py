"""Show or switch a connection's mode: off, test or live, one at a time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import load
from skolsynk.sync import modes
from skolsynk.sync.command import DONE, HELD, SkolsynkCommand, add_tenant, add_vendor, find_connection, find_tenant


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("to", nargs="?", choices=[mode.value for mode in Mode])
        parser.add_argument(
            "--leave",
            choices=("keep", "remove"),
            help="what shall happen with what the vendor holds in the mode that is left; "
            "remove makes a plan of deletions that must be approved",
        )

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = load.connection(find_connection(tenant, options["vendor"]).pk)
        if not options["to"]:
            self.answer(
                {"vendor": connection.vendor, "mode": connection.mode}, f"{connection.vendor}: {connection.mode}"
            )
            return DONE
        switched = modes.switch(connection, Mode(options["to"]), options["leave"], who="command", at=timezone.now())
        held = switched.removal_run is not None
        lines = [f"{connection.vendor}: {switched.before} -> {switched.after}."]
        if held:
            lines.append(
                f"Removing everything in {switched.before} waits for approval: "
                f"approve --vendor {connection.vendor} --mode {switched.before} --unprovision --all, "
                f"then unprovision --vendor {connection.vendor} --mode {switched.before}."
            )
        self.answer({"vendor": connection.vendor, "before": switched.before, "after": switched.after}, *lines)
        return HELD if held else DONE
