"""Remove everything that the ledger proves we made at one vendor in one mode: planned first, sent once approved."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.store import load
from skolsynk.sync import dispatch, foreground
from skolsynk.sync.command import HELD, SkolsynkCommand, add_tenant, add_vendor, find_connection, find_tenant, mode_of
from skolsynk.sync.outcomes import document, fail_if_failed, lines


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--mode", choices=("test", "live"), help="default: the connection's own")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = find_connection(tenant, options["vendor"])
        mode = mode_of(connection, options["mode"])
        run_id = dispatch.queue(load.connection(connection.pk), "unprovision", timezone.now(), mode=mode)
        ended = foreground.do(run_id, connection.vendor)
        fail_if_failed(ended)
        texts = lines(connection.vendor, ended)
        code = foreground.EXIT_CODES[ended.state]
        if code == HELD:
            texts[-1] = (
                f"  Nothing is removed until somebody approves: approve --vendor {connection.vendor} "
                f"--mode {mode} --unprovision --all, then this command again."
            )
        self.answer(document(ended), *texts)
        return code
