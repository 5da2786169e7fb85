"""Plan anew from the newest snapshot and send what is not held to one vendor."""

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
        parser.add_argument("--today", type=day, help="test mode only: send what this day would give (a rehearsal)")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = find_connection(tenant, options["vendor"])
        mode_of(connection, None)
        run_id = dispatch.queue(load.connection(connection.pk), "push", timezone.now(), today=options["today"])
        ended = foreground.do(run_id, connection.vendor)
        fail_if_failed(ended)
        self.answer(document(ended), *lines(connection.vendor, ended))
        return foreground.EXIT_CODES[ended.state]
