"""What a vendor is proven to hold: counts by type, or one resource as it was last accepted."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.ss12000 import RESOURCE_TYPES
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import load, save
from skolsynk.sync.command import (
    DONE,
    WRONG_USE,
    SkolsynkCommand,
    Stop,
    add_tenant,
    add_vendor,
    find_connection,
    find_tenant,
    mode_of,
)


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--mode", choices=("test", "live"), help="default: the connection's own")
        parser.add_argument("--id", help="a resource's UUID: show what was last accepted for it")
        parser.add_argument("--list", action="store_true", help="every row: type, id, unit, proven or not")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = find_connection(tenant, options["vendor"])
        mode = mode_of(connection, options["mode"])
        ledger = load.ledger(connection.pk, mode)
        if options["id"]:
            return self._one(tenant.pk, connection.pk, mode, ResourceId(options["id"].lower()), ledger)
        if options["list"]:
            rows = [
                {"type": held.type, "id": key, "unit": held.unit, "proven": held.fingerprint is not None}
                for key, held in sorted(ledger.items(), key=lambda row: (row[1].type, row[0]))
            ]
            self.answer(list(rows), *(f"{row['type']:<16} {row['id']} {row['unit'] or '-':<8}" for row in rows))
            return DONE
        counts = Counter(held.type for held in ledger.values())
        unproven = sum(held.fingerprint is None for held in ledger.values())
        ordered = {kind.name: counts[kind.name] for kind in RESOURCE_TYPES if counts[kind.name]}
        document = {"vendor": connection.vendor, "mode": mode, "held": ordered, "content_unknown": unproven}
        self.answer(document, *(f"{name:<16} {number:>7}" for name, number in ordered.items()),
                    f"{'content unknown':<16} {unproven:>7}")  # fmt: skip
        return DONE

    def _one(self, tenant_id: int, connection_id: int, mode: Any, key: ResourceId, ledger: Any) -> int:
        if key not in ledger:
            raise Stop(WRONG_USE, f"The ledger has no {key} for this vendor in mode {mode}.")
        body = json.loads(load.payloads(connection_id, mode, [key])[key])
        save.audit(tenant_id, "command", "payload_shown", {"resource": key, "mode": mode.value}, timezone.now())
        self.answer(body, json.dumps(body, ensure_ascii=False, indent=2))
        return DONE
