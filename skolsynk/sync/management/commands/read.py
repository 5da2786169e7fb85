"""Read a tenant's directory from its source and keep it as the newest snapshot."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.sync import dispatch, foreground
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, find_tenant
from skolsynk.sync.outcomes import document, fail_if_failed


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        ended = foreground.do(dispatch.queue_read(tenant.pk, timezone.now(), trigger="alone"), tenant.customer_id)
        fail_if_failed(ended)
        counts = ended.counts
        self.answer(
            document(ended),
            f"Read {counts['people']} people, {counts['groups']} groups and {counts['org_units']} org units; "
            f"{counts['outside']} people outside the school org units were only counted.",
        )
        return DONE
