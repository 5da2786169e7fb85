"""Saving rules: a new version with an author and a reason, and a plan for each vendor so that nothing is silent."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from skolsynk.core.rules import parse_rules
from skolsynk.store import claims, load, save
from skolsynk.sync import drafts, readmodel

KEY = "rules"


class Saved(NamedTuple):
    number: int
    runs: tuple[UUID, ...]  # queued, for the caller to hand to a worker


class Moved(NamedTuple):
    """Others saved meanwhile; nothing was written."""

    number: int  # the version in force now


def save_rules(
    tenant_id: int, document: object, *, who: str, reason: str, expected_number: int, at: datetime
) -> Saved | Moved:
    """A new version in place of the one that was seen (0 for none). Raises RulesError with every problem."""
    rules = parse_rules(document)
    with claims.tenant_lock(tenant_id), transaction.atomic():
        now = load.rules(tenant_id)
        number = now.number if now else 0
        if now is not None and parse_rules(now.json) == rules:
            drafts.drop(tenant_id, KEY)
            return Saved(number, ())
        if number != expected_number:
            return Moved(number)
        number = save.rules(tenant_id, document, author=who, reason=reason, at=at)
        save.audit(tenant_id, who, "rules_saved", {"number": number}, at)
        drafts.drop(tenant_id, KEY)
    return Saved(number, readmodel.queue_school(tenant_id, at, who))
