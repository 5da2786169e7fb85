"""Plan what a vendor would get now, and what is held and why. Sends nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.store import load
from skolsynk.sync import dispatch, foreground
from skolsynk.sync.command import SkolsynkCommand, add_tenant, add_vendor, day, find_connection, find_tenant, mode_of
from skolsynk.sync.outcomes import document, fail_if_failed, lines


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--mode", choices=("test", "live"), help="default: the connection's own")
        parser.add_argument("--today", type=day, help="plan as if it were this day (a rehearsal; nothing is kept)")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = find_connection(tenant, options["vendor"])
        run_id = dispatch.queue(
            load.connection(connection.pk), "plan", timezone.now(),
            mode=mode_of(connection, options["mode"]), today=options["today"],
        )  # fmt: skip
        ended = foreground.do(run_id, connection.vendor)
        fail_if_failed(ended)
        self.answer(document(ended), *lines(connection.vendor, ended))
        return foreground.EXIT_CODES[ended.state]
