"""The stored pairs of source key and UUID: export them, or import those of another sender so that ids are kept.

CSV columns: kind (person, group, unit, unit_group, organisation, class), source_key, id; for classes also
name and unit. A person's key is Google's id or an address; a unit's is its code; a class's is unit:name.
"""

from __future__ import annotations

import csv
import io
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.sync import identities
from skolsynk.sync.command import (
    DONE,
    WRONG_USE,
    SkolsynkCommand,
    Stop,
    add_tenant,
    find_tenant,
    read_text,
    write_text,
)


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("action", choices=("export", "import"))
        parser.add_argument("file", nargs="?", default="-")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        if options["action"] == "export":
            return self._export(tenant.pk, options["file"])
        try:
            report = identities.import_csv(tenant.pk, read_text(options["file"]), who="command", at=timezone.now())
        except identities.IdentityError as error:
            raise Stop(WRONG_USE, str(error)) from error
        self.answer(
            {"imported": report.imported, "unchanged": report.unchanged},
            f"{report.imported} ids imported, {report.unchanged} were already so. Nothing was sent.",
        )
        return DONE

    def _export(self, tenant_id: int, name: str) -> int:
        rows = list(identities.export_rows(tenant_id))
        if self.as_json:
            head, *rest = rows
            self.answer([dict(zip(head, row, strict=True)) for row in rest])
        elif name == "-":
            csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
        else:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            write_text(name, text.getvalue())
        return DONE
