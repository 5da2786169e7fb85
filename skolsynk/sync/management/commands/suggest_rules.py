"""Look at a tenant's real directory and propose rules, each with its reason and how many people it would catch.

Prints the proposals and then, as YAML, the rules that the surest of them make together, ready for the
configuration file. --preset starts from a common arrangement instead. Stores and sends nothing.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.register import match_domains
from skolsynk.core.rules.presets import PRESETS
from skolsynk.core.rules.suggest import combine, suggest
from skolsynk.core.snapshot import Snapshot
from skolsynk.store import load
from skolsynk.sync import directory
from skolsynk.sync.command import DONE, SkolsynkCommand, add_tenant, find_tenant
from skolsynk.sync.configuration import write_yaml
from skolsynk.sync.progress import Bar, Progress

SURE = 0.7  # a match of domains that is taken when the tenant has chosen no units yet


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("--preset", choices=[preset.slug for preset in PRESETS], help="a common arrangement")
        parser.add_argument("--language", choices=("sv", "en"), default="sv")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        bar = Bar(tenant.customer_id)
        try:
            seen = directory.look(tenant.pk, timezone.now(), Progress((bar,)))
        finally:
            bar.close()
        units = list(load.units(tenant.pk).values()) or _matched(seen)
        if options["preset"]:
            preset = next(each for each in PRESETS if each.slug == options["preset"])
            rules = preset.make(seen, units)
            self.answer({"rules": rules, "suggestions": []}, write_yaml({"rules": rules}))
            return DONE
        found = suggest(seen, units)
        rules = combine(found)
        place = "reason_sv" if options["language"] == "sv" else "reason_en"
        self.answer(
            {"rules": rules, "suggestions": [each._asdict() for each in found]},
            *(
                f"{each.section:<12} {each.people:>6}  {each.confidence:>4.0%}  {getattr(each, place)}"
                for each in found
            ),
            "",
            write_yaml({"rules": rules}),
        )
        return DONE


def _matched(seen: Snapshot) -> list[Any]:
    found = match_domains((domain.name for domain in seen.domains), load.register())
    return [match.unit for match in found if match.confidence >= SURE]
