"""The listing on Google Workspace Marketplace: does everything agree, and the add-on's deployment to paste.

check     settings, scopes in the code, the add-on's manifest and docs/marketplace.md, and every address of the listing
          as it answers at SITE_URL. The consoles cannot be asked: copy their scopes into files and give those.
manifest  the add-on's deployment as JSON, for gcloud workspace-add-ons deployments create --deployment-file
"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.sync import addon_manifest
from skolsynk.sync.command import DONE, FAILED, WRONG_USE, SkolsynkCommand, Stop, read_text
from skolsynk.sync.marketplace.check import CONSOLES, Report, check


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("check", "manifest"))
        parser.add_argument(
            "--consent-screen", help="file with the consent screen's scopes, one a line; - reads from standard input"
        )
        parser.add_argument("--marketplace", help="file with the Marketplace SDK's scopes, one a line")

    def run(self, **options: Any) -> int:
        given = {key: options[key] for key in CONSOLES if options[key]}
        if options["action"] == "manifest":
            if given:
                raise Stop(WRONG_USE, "Lists of scopes are for check. Nothing was done.")
            self.stdout.write(json.dumps(addon_manifest.deployment(), ensure_ascii=False, indent=2))
            return DONE
        if list(given.values()).count("-") > 1:
            raise Stop(WRONG_USE, "Only one list can come from standard input. Nothing was done.")
        report = check({key: read_text(name) for key, name in given.items()}, timezone.now())
        self.answer(_document(report), *_lines(report))
        return FAILED if report.findings else DONE


def _document(report: Report) -> dict[str, object]:
    return {
        "ok": not report.findings,
        "looked_at": report.looked_at,
        "not_looked_at": report.not_looked_at,
        "findings": [one.json() for one in report.findings],
    }


def _lines(report: Report) -> list[str]:
    lines = [f"- {one.text_en}" for one in report.findings]
    lines += [f"Not compared, as no list was given: {one}" for one in report.not_looked_at]
    end = f"{len(report.findings)} to put right." if report.findings else "Everything agrees."
    return [*lines, f"{len(report.looked_at)} looked at. {end}"]
