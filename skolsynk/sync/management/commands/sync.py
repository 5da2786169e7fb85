"""Read the directory, then plan and push to every vendor that is on (or one with --vendor)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import load
from skolsynk.sync import dispatch, foreground
from skolsynk.sync.command import (
    DONE,
    FAILED,
    HELD,
    REJECTED,
    WRONG_USE,
    SkolsynkCommand,
    Stop,
    add_tenant,
    add_vendor,
    day,
    find_connection,
    find_tenant,
)
from skolsynk.sync.outcomes import document, fail_if_failed, lines

WORST_FIRST = (FAILED, REJECTED, HELD, DONE)


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser, required=False)
        parser.add_argument("--today", type=day, help="test mode only: a rehearsal of this day")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        if options["vendor"]:
            find_connection(tenant, options["vendor"])
        wanted = [
            connection
            for connection in load.connections(tenant.pk)
            if connection.mode is not Mode.OFF and options["vendor"] in (None, connection.vendor)
        ]
        if not wanted:
            raise Stop(WRONG_USE, "No connection is on. Switch one on with the command mode.")
        at = timezone.now()
        read = foreground.do(dispatch.queue_read(tenant.pk, at, trigger="alone"), tenant.customer_id)
        fail_if_failed(read)
        codes, answers, texts = [], [], []
        for connection in wanted:
            ended = foreground.do(dispatch.queue(connection, "push", at, today=options["today"]), connection.vendor)
            codes.append(foreground.EXIT_CODES[ended.state])
            answers.append({"vendor": connection.vendor, **document(ended)})
            texts += lines(connection.vendor, ended)
        self.answer({"read": document(read), "connections": answers}, *texts)
        return next(code for code in WORST_FIRST if code in codes)
