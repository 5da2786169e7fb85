"""A tenant's rules as people edit them: a shared draft, saved as a version with an author and a reason.

Saving sends nothing by itself. It queues a run that makes the school anew, and plans for each connection that is on,
so that people see what the change does.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from skolsynk.core.rules import Problem, Rules, RulesError, parse_rules, rules_to_json
from skolsynk.core.rules.difference import Change, differences
from skolsynk.core.rules.edit import merged
from skolsynk.store import rules as rows
from skolsynk.store import save
from skolsynk.store.rules import VersionFacts
from skolsynk.sync import drafts, readmodel

KEY = "rules"
LONGEST_REASON = 500


class Saved(NamedTuple):
    number: int
    runs: tuple[UUID, ...]  # queued, for the caller to hand to a worker


class Moved(NamedTuple):
    """Others saved meanwhile; nothing was written."""

    number: int  # the version in force now


class _DraftMoved(Exception):  # not an error: rolls the version back
    """The draft was edited after it was reviewed."""


class Desk(NamedTuple):
    """The rules that are in force, and the draft on top of them."""

    saved: VersionFacts | None  # None: nobody has saved any rules yet
    draft: drafts.Draft | None
    before: Rules  # in force
    rules: Rules  # of the draft; where there is none, or it cannot be read, those in force
    problems: tuple[Problem, ...]  # why the draft cannot be read

    @property
    def number(self) -> int:
        return self.saved.number if self.saved else 0

    @property
    def base(self) -> int:
        """The version that the draft was begun from."""
        return self.draft.base if self.draft else self.number

    @property
    def behind(self) -> bool:
        """Somebody has saved other rules since the draft was begun."""
        return self.base != self.number

    @property
    def seen(self) -> str:
        """Names what the page shows; forms carry it, and whoever comes with another one is told."""
        if self.draft is None:
            return f"{self.number}"
        return f"{self.number}-{self.draft.version}-{self.draft.updated_at.timestamp():.6f}"

    @property
    def changes(self) -> tuple[Change, ...]:
        return differences(self.before, self.rules)


def desk(tenant_id: int) -> Desk:
    saved, draft = rows.newest(tenant_id), drafts.get(tenant_id, KEY)
    before, problems = _parsed(saved.rules if saved else {})
    rules = before
    if draft is not None:
        rules, problems = _parsed(draft.document)
    return Desk(saved, draft, before, before if problems else rules, problems)


def _parsed(document: object) -> tuple[Rules, tuple[Problem, ...]]:
    try:
        return parse_rules(document), ()
    except RulesError as error:
        return Rules(), error.problems


# The draft


def write(tenant_id: int, seen: Desk, rules: Rules, *, who: str, at: datetime) -> bool:
    """Rules into the draft that somebody saw; False when it has moved on. Rules that are in force need no draft."""
    version = seen.draft.version if seen.draft else 0
    if seen.saved and rules == seen.before and not seen.behind:
        return seen.draft is None or drafts.drop(tenant_id, KEY, version)
    written = drafts.put(tenant_id, KEY, rules_to_json(rules), seen.base, version, who, at)
    return isinstance(written, drafts.Draft)


def discard(tenant_id: int, seen: Desk, *, who: str, at: datetime) -> bool:
    """Throw the draft away that somebody saw; False when it has moved on."""
    if seen.draft is None or not drafts.drop(tenant_id, KEY, seen.draft.version):
        return False
    save.audit(tenant_id, who, "rules_draft_discarded", {"base": seen.draft.base}, at)
    return True


def carry_over(tenant_id: int, seen: Desk, *, who: str, at: datetime) -> tuple[Change, ...] | None:
    """The draft's changes on top of the version in force now; those that were lost. None: the draft has moved on."""
    assert seen.draft is not None  # only a draft can be behind
    base = rows.version(tenant_id, seen.draft.base)
    found = merged(_parsed(base.rules if base else {})[0], seen.rules, seen.before)
    document, version = rules_to_json(found.rules), seen.draft.version
    if found.rules == seen.before:
        done: bool = drafts.drop(tenant_id, KEY, version)
    else:
        done = isinstance(drafts.put(tenant_id, KEY, document, seen.number, version, who, at), drafts.Draft)
    return found.lost if done else None


def restore(tenant_id: int, seen: Desk, number: int, *, who: str, at: datetime) -> bool:
    """An older version's rules as the draft, to be looked at and saved as a new one.

    False when the draft has moved on. Raises RulesError where this program cannot read them, LookupError.
    """
    older = rows.version(tenant_id, number)
    if older is None:
        raise LookupError(number)
    return write(tenant_id, seen._replace(draft=_rebased(seen)), parse_rules(older.rules), who=who, at=at)


def _rebased(seen: Desk) -> drafts.Draft | None:
    return seen.draft._replace(base=seen.number) if seen.draft else None


# Saving


def save_rules(
    tenant_id: int,
    document: object,
    *,
    who: str,
    reason: str,
    expected_number: int,
    at: datetime,
    draft: int | None = None,
) -> Saved | Moved:
    """A new version in place of the one that was seen (0 for none). Raises RulesError with every problem.

    ``draft``: the version of the draft that these rules are; when it has been edited since, nothing is saved.
    """
    rules = parse_rules(document)
    try:
        with transaction.atomic():
            rows.lock(tenant_id)
            now = rows.newest(tenant_id)
            number = now.number if now else 0
            if now is not None and _parsed(now.rules) == (rules, ()):
                drafts.drop(tenant_id, KEY, draft)
                return Saved(number, ())
            if number != expected_number:
                return Moved(number)
            number = save.rules(tenant_id, document, author=who, reason=reason[:LONGEST_REASON], at=at)
            save.audit(tenant_id, who, "rules_saved", {"number": number}, at)
            _drop_reviewed(tenant_id, draft)
    except _DraftMoved:
        return Moved(expected_number)
    return Saved(number, readmodel.queue_school(tenant_id, at, who))


def _drop_reviewed(tenant_id: int, version: int | None) -> None:
    if not drafts.drop(tenant_id, KEY, version) and version is not None:
        raise _DraftMoved


# Versions


class Version(NamedTuple):
    """One saved version and what it changed in the one before."""

    facts: VersionFacts
    changes: tuple[Change, ...]
    readable: bool  # False: this program cannot read its rules


def versions(tenant_id: int, upto: int, count: int) -> tuple[Version, ...]:
    """The newest first, from number ``upto`` and down."""
    found = rows.versions(tenant_id, upto, count + 1)
    older = (*found, None)[1:]
    return tuple(_version(each, before) for each, before in zip(found, older, strict=True))[:count]


def version(tenant_id: int, number: int) -> Version | None:
    found = versions(tenant_id, number, 1)
    return found[0] if found and found[0].facts.number == number else None


def _version(facts: VersionFacts, before: VersionFacts | None) -> Version:
    rules, problems = _parsed(facts.rules)
    was, _ = _parsed(before.rules if before else {})
    return Version(facts, () if problems else differences(was, rules), not problems)
