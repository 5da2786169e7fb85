"""Why is this person (not) at a vendor? By address, Google id or UUID; all vendors at once. Looking is logged."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.core.school import Step
from skolsynk.sync import dispatch, explain
from skolsynk.sync.command import DONE, WRONG_USE, SkolsynkCommand, Stop, add_tenant, find_tenant, who

SIGNS = {"passed": "✓", "failed": "✗", "not_reached": "·"}


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("person", help="address, Google id or UUID")
        parser.add_argument("--by", type=who, default="command", help="who looks, for the log")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        key = explain.find(tenant.pk, options["person"])
        if key is None:
            raise Stop(WRONG_USE, "Nobody in the newest read or among stored identities has that address or id.")
        now = timezone.now()
        found = explain.explain(tenant.pk, key, dispatch.today_at(now), who=options["by"], at=now)
        self.answer(found.document(), *_lines(found))
        return DONE


def _lines(found: explain.Explained) -> list[str]:
    lines = [f"Google id {found.key}, resource {found.id or '-'}: {found.fate} {found.reason} {found.role}".rstrip()]
    lines += [_line(step) for step in found.steps]
    for part in found.vendors:
        verdict = "would get this person" if part.included else "does not get this person"
        lines.append(f"{part.vendor} ({part.mode}): {verdict}; {'held there' if part.held_there else 'not held there'}")
        lines += [_line(step) for step in part.steps]
        if part.last_sent_at:
            lines.append(f"    last accepted {part.last_sent_at:%Y-%m-%d %H:%M} UTC: {part.last_sent}")
        if part.last_answer:
            lines.append(f"    last answer: {part.last_answer} {part.vendor_words}".rstrip())
        if part.waiting:
            lines.append(f"    held back: {', '.join(part.waiting)}")
    return lines


def _line(step: Step) -> str:
    return f"  {SIGNS[step.outcome]} {step.name}: {step.evidence} {f'({step.rule})' if step.rule else ''}".rstrip()
