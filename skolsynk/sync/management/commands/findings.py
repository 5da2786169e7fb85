"""What cannot be placed or is doubtful in the directory, and what to do about it in Google. CSV or JSON."""

from __future__ import annotations

import csv
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.findings import CATALOGUE
from skolsynk.store import save
from skolsynk.sync import dispatch, schools, tables
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, find_tenant


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("--language", choices=("sv", "en"), default="sv")
        parser.add_argument("--code", choices=sorted(CATALOGUE), metavar="CODE", help="only this kind of finding")
        parser.add_argument("--semicolon", action="store_true", help="separate by ; for Swedish Excel")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        now = timezone.now()
        made = schools.make(tenant.pk, dispatch.today_at(now))
        found = [finding for finding in made.school.findings if options["code"] in (None, finding.code)]
        save.audit(tenant.pk, "command", "findings_exported", {"count": len(found)}, now)
        rows = list(tables.finding_rows(found, options["language"]))
        if self.as_json:
            head, *rest = rows
            self.answer([dict(zip(head, row, strict=True)) for row in rest])
            return DONE
        writer = csv.writer(sys.stdout, delimiter=";" if options["semicolon"] else ",", lineterminator="\r\n")
        writer.writerows(rows)
        return DONE
