"""Drafts that the tests of the rules begin from, and the forms that are sent against them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from skolsynk.core.rules import Rules, rules_to_json
from skolsynk.core.rules.edit import with_rule
from skolsynk.core.rules.exclusion import NeverOrgUnit
from skolsynk.store import save
from skolsynk.sync import rules
from tests.scenarios.theatre import Theatre

CLOSED = NeverOrgUnit(org_unit="/Stängd", reason="prov")
NEW = {"section": "never", "kind": "org_unit"}


def seen(town: Theatre) -> dict[str, Any]:
    """The hidden field of every form."""
    return {"seen": rules.desk(town.tenant_id).seen}


def closing(town: Theatre) -> dict[str, Any]:
    """The form of one more rule."""
    return {**seen(town), "org_unit": "/Stängd", "reason": "prov"}


def write(town: Theatre, wanted: Rules) -> rules.Desk:
    desk = rules.desk(town.tenant_id)
    assert rules.write(town.tenant_id, desk, wanted, who="test", at=timezone.now())
    return rules.desk(town.tenant_id)


def draft(town: Theatre) -> rules.Desk:
    """A draft with one rule more than what is in force."""
    return write(town, with_rule(rules.desk(town.tenant_id).rules, "never", CLOSED))


def emptied(town: Theatre) -> rules.Desk:
    """A draft that places nobody."""
    return write(town, replace(rules.desk(town.tenant_id).rules, placement=()))


def by_another(town: Theatre) -> rules.Desk:
    """Somebody else adds a rule meanwhile."""
    wanted = with_rule(rules.desk(town.tenant_id).rules, "never", NeverOrgUnit(org_unit="/Annan"))
    return write(town, wanted)


def left_behind(town: Theatre) -> int:
    """Somebody saves a version beside the draft, which stays with the version that it was begun from; its number."""
    before = rules.desk(town.tenant_id).before
    wanted = with_rule(before, "never", NeverOrgUnit(org_unit="/Annan"))
    return save.rules(town.tenant_id, rules_to_json(wanted), author="test", reason="hann före", at=timezone.now())
