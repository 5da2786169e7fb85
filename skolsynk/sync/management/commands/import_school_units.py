"""Import the school unit register: from Skolverket's API v2, or from a CSV file.

From the API the list comes in one call; details are fetched only for units that a tenant has chosen or that
are named with --code. A unit that vanishes from the register is kept and marked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.sync import register
from skolsynk.sync.command import DONE, SkolsynkCommand
from skolsynk.sync.progress import Bar, Progress


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="a CSV file instead of the API")
        parser.add_argument("--url", default="https://api.skolverket.se/skolenhetsregistret", help="root of the API")
        parser.add_argument("--code", action="append", default=[], help="also fetch this unit's details")

    def run(self, **options: Any) -> int:
        bar = Bar("register")
        progress = Progress((bar,))
        now = timezone.now()
        try:
            if options["file"]:
                report = register.import_file(options["file"], now)
            else:
                report = register.import_api(options["url"], tuple(options["code"]), now, progress)
        finally:
            bar.close()
        self.answer(
            report._asdict(),
            f"{report.listed} units listed: {report.new} new, {report.changed} changed, {report.vanished} vanished "
            f"(kept and marked). Not in the register: {', '.join(report.missing) or 'none of those asked for'}.",
        )
        return DONE
