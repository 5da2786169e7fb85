"""Read what a vendor holds (GET) and correct the ledger by it. Never deletes anything at the vendor.

What the vendor has and we know by id gets the content it really has; what we thought it had and it lacks is
dropped from the ledger and sent anew by the next push. What is there and unknown to us is only counted:
at a vendor where several senders share one tenant it may belong to somebody else.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.store import load
from skolsynk.sync import rebuild
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, add_vendor, find_connection, find_tenant, mode_of


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--mode", choices=("test", "live"), help="default: the connection's own")
        parser.add_argument("--apply", action="store_true", help="without it the differences are only shown")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = find_connection(tenant, options["vendor"])
        mode = mode_of(connection, options["mode"])
        drift = rebuild.compare(load.connection(connection.pk), mode)
        if options["apply"]:
            rebuild.apply(load.connection(connection.pk), mode, drift, who="command", at=timezone.now())
        done = "The ledger was corrected." if options["apply"] else "Nothing was changed; correct it with --apply."
        self.answer(
            {**drift.counts(), "applied": options["apply"]},
            *(f"{name:<22} {number:>7}" for name, number in drift.counts().items()),
            done,
        )
        return DONE
