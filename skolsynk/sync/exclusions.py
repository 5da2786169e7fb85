"""Keeping one person from a vendor, or from all of them, by a decision with a reason and perhaps a last day.

From one vendor it is a part of that connection's selection; from everywhere it is a rule. Both make a version that can
be seen and taken back, and a plan; what would be removed at a vendor is subject to its guards as always.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from skolsynk.core.connection import Exclusion
from skolsynk.core.rules import parse_rules, rules_to_json
from skolsynk.core.rules.exclusion import NeverPerson
from skolsynk.core.rules.ruleset import Rules
from skolsynk.store import connections as connection_rows
from skolsynk.store import load, save
from skolsynk.sync import connections, drafts
from skolsynk.sync import rules as saving
from skolsynk.sync.connections import saved


class Whom(NamedTuple):
    """One person and how rules may spell her: by source key or by address."""

    key: str
    email: str

    @property
    def spelt(self) -> Collection[str]:
        return {self.key, self.email.lower()} - {""}


class Said(NamedTuple):
    """Why, and to and including which day; None: until somebody takes it back."""

    reason: str
    until: date | None


class DraftOpen(NamedTuple):
    """Somebody is editing the rules: saving other rules would throw the draft away. Nothing was written."""

    by: str
    at: datetime


class Done(NamedTuple):
    """Ids of queued runs, for the caller to hand to a worker."""

    runs: tuple[Any, ...]


def from_vendor(
    tenant_id: int, vendor: str, whom: Whom, said: Said | None, *, who: str, version: int, at: datetime
) -> Done | connections.Moved:
    """Keep her from one vendor, or with None let her in again. Raises LookupError, SelectionError, ScheduleError."""
    stored = connection_rows.stored(tenant_id, vendor)
    if stored is None:
        raise LookupError(vendor)
    selection = saved(stored.facts).selection
    others = tuple(each for each in selection.exclusions if each.person.lower() not in _lower(whom))
    mine = (Exclusion(whom.key, said.reason, said.until),) if said else ()
    done = connections.save_connection(
        tenant_id, vendor, selection=replace(selection, exclusions=(*others, *mine)), who=who,
        reason=said.reason if said else "", expected_version=version, at=at,
    )  # fmt: skip
    if isinstance(done, connections.Moved):
        return done
    _audit(tenant_id, whom, said, {"vendor": vendor, "version": done.version}, who, at)
    return Done((done.run_id,) if done.run_id else ())


def from_everywhere(
    tenant_id: int, whom: Whom, said: Said | None, *, who: str, version: int, at: datetime
) -> Done | saving.Moved | DraftOpen:
    """A rule that never sends her, or with None no such rule any more. Raises RulesError."""
    now = load.rules(tenant_id)
    rules = parse_rules(now.json) if now else Rules()
    others = tuple(rule for rule in rules.never if not names(rule, whom))
    mine = (NeverPerson(person=whom.key, reason=said.reason, until=said.until),) if said else ()
    wanted = replace(rules, never=(*others, *mine))
    draft = drafts.get(tenant_id, saving.KEY)
    if draft is not None and wanted != rules:
        return DraftOpen(draft.author, draft.updated_at)
    done = saving.save_rules(
        tenant_id, rules_to_json(wanted), who=who, reason=said.reason if said else "", expected_number=version, at=at
    )
    if isinstance(done, saving.Moved):
        return done
    _audit(tenant_id, whom, said, {"rules": done.number}, who, at)
    return Done(done.runs)


def everywhere(rules: Rules, whom: Whom) -> NeverPerson | None:
    """The rule that keeps her from everywhere."""
    return next((rule for rule in rules.never if isinstance(rule, NeverPerson) and names(rule, whom)), None)


def names(rule: object, whom: Whom) -> bool:
    return isinstance(rule, NeverPerson) and rule.person.lower() in _lower(whom)


def _lower(whom: Whom) -> Collection[str]:
    return {each.lower() for each in whom.spelt}


def _audit(tenant_id: int, whom: Whom, said: Said | None, about: Mapping[str, object], who: str, at: datetime) -> None:
    save.audit(tenant_id, who, "person_excluded" if said else "person_readmitted", {"person": whom.key, **about}, at)
