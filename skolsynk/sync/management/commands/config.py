"""A tenant's whole configuration as one YAML file: export it, check one, or import one (the diff is shown first)."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.sync import configuration, tenants
from skolsynk.sync.command import (
    DONE,
    WRONG_USE,
    SkolsynkCommand,
    Stop,
    add_tenant,
    find_tenant,
    read_text,
    who,
    why,
    write_text,
)


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("action", choices=("export", "import", "check"))
        parser.add_argument("file", nargs="?", default="-", help="a path, or - for standard input or output")
        parser.add_argument("--yes", action="store_true", help="import without asking")
        parser.add_argument("--by", type=who, default="command", help="author of the new version, for the log")
        parser.add_argument("--reason", type=why, default="", help="why, for the log")

    def run(self, **options: Any) -> int:
        if options["action"] == "export":
            return self._export(options)
        wanted = tenants.check(read_text(options["file"]))
        lines = tenants.compare(wanted)
        shown = lines or ("Nothing differs from what is stored.",)
        if options["action"] == "check":
            self.answer({"sound": True, "diff": list(lines)}, "The configuration is sound.", *shown)
            return DONE
        if not self.as_json:
            for line in shown:
                self.stdout.write(line)
        if lines and not options["yes"]:
            self._ask()
        applied = tenants.apply(wanted, author=options["by"], reason=options["reason"], at=timezone.now())
        self.answer(
            {"tenant": wanted.customer_id, "created": applied.created, "diff": list(applied.lines)},
            "Imported. Nothing was sent; modes and secrets are as they were. See what it means: plan.",
        )
        return DONE

    def _export(self, options: dict[str, Any]) -> int:
        document = tenants.export(find_tenant(options["tenant"]).pk)
        text = configuration.write_yaml(document)
        if self.as_json:
            self.answer(document)
        elif options["file"] == "-":
            self.stdout.write(text)
        else:
            write_text(options["file"], text)
        return DONE

    def _ask(self) -> None:
        if not sys.stdin.isatty():
            raise Stop(WRONG_USE, "Nothing was imported: say --yes to import without being asked.")
        if input("Import this? [y/N] ").strip().lower() not in ("y", "yes", "j", "ja"):
            raise Stop(WRONG_USE, "Nothing was imported.")
