"""Take back approvals that are not used yet; what they named is held again from the next plan on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.store import decisions, save
from skolsynk.sync.command import (
    DONE,
    SkolsynkCommand,
    add_tenant,
    add_vendor,
    find_connection,
    find_tenant,
    mode_of,
    why,
)


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--mode", choices=("test", "live"), help="default: the connection's own")
        parser.add_argument("--reason", type=why, required=True, help="why, for the log")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = find_connection(tenant, options["vendor"])
        mode = mode_of(connection, options["mode"])
        count = decisions.discard_approvals(connection.pk, mode)
        about = {"vendor": connection.vendor, "mode": mode.value, "count": count, "reason": options["reason"]}
        save.audit(tenant.pk, "command", "approvals_discarded", about, timezone.now())
        self.answer({"discarded": count}, f"{count} approvals were taken back; nothing was sent or removed.")
        return DONE
