"""A tenant's configuration between the file and the tables: export, compare, apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from skolsynk.core.connection_json import guards_from_json, guards_to_json, selection_from_json, selection_to_json
from skolsynk.core.rules import Rules, parse_rules, rules_to_json
from skolsynk.store import connections, load, save
from skolsynk.sync import configuration, targets
from skolsynk.sync.configuration import Configuration
from skolsynk.sync.schedule_json import schedule_from_json, schedule_to_json


@dataclass(frozen=True, slots=True)
class Applied:
    tenant_id: int
    created: bool
    lines: tuple[str, ...]  # a unified diff; empty when nothing differs


def export(tenant_id: int) -> dict[str, object]:
    """The whole configuration as the document that ``apply`` takes; no secrets, no modes."""
    tenant = load.tenant(tenant_id)
    source = load.source(tenant_id)
    rules = load.rules(tenant_id)
    about = {"name": tenant.name, "customer_id": tenant.customer_id}
    if tenant.organisation_number:
        about["organisation_number"] = tenant.organisation_number
    return {
        "tenant": about,
        "source": {
            "kind": "google",
            "subject": source.subject if source else "",
            "school_org_units": list(source.school_containers) if source else [],
        },
        "school_units": [
            {"code": code, "group": unit.group} if unit.group else {"code": code}
            for code, unit in sorted(load.units(tenant_id).items())
        ],
        "rules": _rules_json(parse_rules(rules.json)) if rules else {},
        "connections": [
            {
                "vendor": connection.vendor,
                "selection": selection_to_json(selection_from_json(connection.selection)),
                "guards": guards_to_json(guards_from_json(connection.guards)),
                "schedule": schedule_to_json(schedule_from_json(connection.schedule)),
            }
            for connection in sorted(load.connections(tenant_id), key=lambda row: row.vendor)
        ],
    }


def normal(wanted: Configuration) -> dict[str, object]:
    """The document of a configuration as ``export`` would write it."""
    about = {"name": wanted.name, "customer_id": wanted.customer_id}
    if wanted.organisation_number:
        about["organisation_number"] = wanted.organisation_number
    return {
        "tenant": about,
        "source": {"kind": "google", "subject": wanted.subject, "school_org_units": list(wanted.school_org_units)},
        "school_units": [
            {"code": unit.code, "group": unit.group} if unit.group else {"code": unit.code}
            for unit in sorted(wanted.school_units)
        ],
        "rules": _rules_json(wanted.rules),
        "connections": [
            {
                "vendor": part.vendor,
                "selection": selection_to_json(part.selection),
                "guards": guards_to_json(part.guards),
                "schedule": schedule_to_json(part.schedule),
            }
            for part in sorted(wanted.connections, key=lambda part: part.vendor)
        ],
    }


def _rules_json(rules: Rules) -> dict[str, object]:
    """As ``rules_to_json``, with aliases and field values in one order.

    The database keeps no order of a mapping's keys; without this, a file would always seem to differ from it.
    """
    return {section: [_in_order(rule) for rule in entries] for section, entries in rules_to_json(rules).items()}  # type: ignore[attr-defined]  # sections are lists


def _in_order(rule: Mapping[str, object]) -> dict[str, object]:
    return {key: dict(sorted(value.items())) if isinstance(value, Mapping) else value for key, value in rule.items()}


def check(text: str) -> Configuration:
    """A sound configuration. Raises: ConfigurationError with every problem."""
    return configuration.parse(text, targets.all_vendors(), _is_registered())


def _is_registered() -> Callable[[str], bool]:
    known = {unit.code for unit in load.register()}
    return known.__contains__


def compare(wanted: Configuration) -> tuple[str, ...]:
    """The diff from what is stored to what the file says."""
    stored = load.tenant_by_customer(wanted.customer_id)
    now: Mapping[str, object] = export(stored.id) if stored else {}
    return configuration.diff(now, normal(wanted))


@transaction.atomic
def apply(wanted: Configuration, *, author: str, reason: str, at: datetime) -> Applied:
    """Make the tables say what the file says. A connection that the file lacks is left as it is, and named."""
    lines = compare(wanted)
    created = load.tenant_by_customer(wanted.customer_id) is None
    tenant_id = save.tenant(wanted.customer_id, wanted.name, organisation_number=wanted.organisation_number, at=at)
    if not lines:
        return Applied(tenant_id, created, ())
    document = normal(wanted)
    save.source(tenant_id, subject=wanted.subject, school_containers=wanted.school_org_units)
    save.units(tenant_id, [(unit.code, unit.group, "configuration") for unit in wanted.school_units])
    save.forget_schools(tenant_id)  # they hold the tenant's name, units and groups of units
    before = load.rules(tenant_id)
    if before is None or parse_rules(before.json) != wanted.rules:
        save.rules(tenant_id, document["rules"], author=author, reason=reason, at=at)
    for part in wanted.connections:
        words = {
            "selection": selection_to_json(part.selection),
            "guards": guards_to_json(part.guards),
            "schedule": schedule_to_json(part.schedule),
        }
        connections.write(tenant_id, part.vendor, words, author=author, reason=reason, at=at)
    save.audit(tenant_id, author, "configuration_imported", {"reason": reason, "lines": len(lines)}, at)
    return Applied(tenant_id, created, lines)
