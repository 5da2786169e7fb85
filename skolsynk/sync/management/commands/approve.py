"""Say yes to held changes: all, all but removals, one school unit, one reason, one type, or single ones."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from skolsynk.store import load
from skolsynk.sync import approvals
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
    who,
    why,
)


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        add_vendor(parser)
        parser.add_argument("--mode", choices=("test", "live"), help="default: the connection's own")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", dest="everything")
        which.add_argument("--all-but-removals", action="store_true")
        which.add_argument("--unit", help="a school unit code")
        which.add_argument("--reason", help="a guard's name, as `plan` shows it")
        which.add_argument("--type", help="a resource type, e.g. User")
        which.add_argument("--id", action="append", help="a resource's UUID; may be given again")
        parser.add_argument("--unprovision", action="store_true", help="of the plan that removes everything")
        parser.add_argument("--by", type=who, default="command", help="who says yes, for the log")
        parser.add_argument("--comment", type=why, default="")

    def run(self, **options: Any) -> int:
        tenant = find_tenant(options["tenant"])
        connection = load.connection(find_connection(tenant, options["vendor"]).pk)
        mode = mode_of(find_connection(tenant, options["vendor"]), options["mode"])
        given = approvals.approve(
            connection, mode, _which(options), unprovision=options["unprovision"],
            by=options["by"], comment=options["comment"], at=timezone.now(),
        )  # fmt: skip
        if not given.approved:
            raise Stop(WRONG_USE, "Nothing that is held now matches. Nothing was approved. See what is held: plan.")
        self.answer(
            {"approved": given.approved, "held_before": given.held},
            f"Approved {given.approved} of {given.held} held changes (with what they depend on); "
            f"they are sent by the next push, checked again then, and lapse after 7 days.",
        )
        return DONE


def _which(options: dict[str, Any]) -> approvals.Which:
    if options["everything"]:
        return approvals.Which("all")
    if options["all_but_removals"]:
        return approvals.Which("all_but_removals")
    for name in ("unit", "reason", "type"):
        if options[name] is not None:
            return approvals.Which(name, (options[name],))
    return approvals.Which("ids", tuple(identifier.lower() for identifier in options["id"]))
