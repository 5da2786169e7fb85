"""Exactly what one vendor would get now, as CSV (or JSON): one row for each resource. Protected people are absent."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.connection import Mode
from skolsynk.store import claims, load, save
from skolsynk.sync import dispatch, run, tables
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, add_vendor, day, find_connection, find_tenant


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--today", type=day, help="as if it were this day")
        parser.add_argument("--semicolon", action="store_true", help="separate by ; for Swedish Excel")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = load.connection(find_connection(tenant, options["vendor"]).pk)
        now = timezone.now()
        today = options["today"] or dispatch.today_at(now)
        facts = claims.RunFacts.unstored(connection, Mode.TEST, at=now, today=today)
        roster = run.roster_of(connection, facts)
        save.audit(tenant.pk, "command", "roster_exported", {"vendor": connection.vendor}, now)
        if self.as_json:
            rows = (json.loads(item.payload) for item in roster.items.values())
            self.stdout.write(json.dumps(list(rows), ensure_ascii=False))
            return DONE
        writer = csv.writer(sys.stdout, delimiter=";" if options["semicolon"] else ",", lineterminator="\r\n")
        writer.writerows(tables.roster_rows(roster))
        return DONE
