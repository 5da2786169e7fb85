"""The read model of one tenant: made after each read and each change of rules, asked by every page.

``of`` gives the newest kept one; its parts are opened when asked for and kept for a while in each process. The
effects of drafts are worked out on it, and nothing of them is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from skolsynk.core.connection import Selection
from skolsynk.core.readmodel.people import PeopleIndex as PeopleIndex
from skolsynk.core.readmodel.values import Cause as Cause
from skolsynk.core.readmodel.values import ClassRow as ClassRow
from skolsynk.core.readmodel.values import FieldRow as FieldRow
from skolsynk.core.readmodel.values import Found as Found
from skolsynk.core.readmodel.values import GroupRow as GroupRow
from skolsynk.core.readmodel.values import Heads as Heads
from skolsynk.core.readmodel.values import PersonPart as PersonPart
from skolsynk.core.readmodel.values import PersonRow as PersonRow
from skolsynk.core.readmodel.values import RulesEffect as RulesEffect
from skolsynk.core.readmodel.values import SelectionEffect as SelectionEffect
from skolsynk.core.readmodel.values import TreeNode as TreeNode
from skolsynk.core.readmodel.values import UnitCount as UnitCount
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import Rules
from skolsynk.core.school import Finding


class ReadModel:
    """What one snapshot, one version of the rules and one day gave. Raises CodecError on a part of another program."""

    tenant_id: int
    snapshot_id: int
    rules_version: int
    today: date
    at: datetime  # of the read
    stale: bool  # a newer snapshot or newer rules exist; the model of them is being made
    counts: Mapping[str, int]  # people, placed, broken, decided, protected, findings, classes …

    @property
    def people(self) -> PeopleIndex:
        raise NotImplementedError

    @property
    def tree(self) -> tuple[TreeNode, ...]:
        """In the order of paths, parents before children."""
        raise NotImplementedError

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The worst and largest first."""
        raise NotImplementedError

    def findings(self, code: str) -> tuple[Finding, ...]:
        raise NotImplementedError

    @property
    def unit_counts(self) -> Mapping[str, UnitCount]:
        """{school unit code: counts}"""
        raise NotImplementedError

    @property
    def classes(self) -> tuple[ClassRow, ...]:
        """Classes and teaching groups by school unit and name."""
        raise NotImplementedError

    @property
    def fields(self) -> tuple[FieldRow, ...]:
        raise NotImplementedError

    @property
    def groups(self) -> tuple[GroupRow, ...]:
        raise NotImplementedError

    def person(self, key: str) -> PersonPart | None:
        """One person's part of directory and school; None for a key that the directory lacks."""
        raise NotImplementedError


def of(tenant_id: int) -> ReadModel | None:
    """The newest kept one; None when the directory was never read, or there are no rules yet."""
    raise NotImplementedError


def make(tenant_id: int, today: date) -> ReadModel:
    """Make and keep the read model of the newest snapshot and rules.

    Raises: Misconfigured when the directory was never read or the tenant has no rules.
    """
    raise NotImplementedError


def effect_of_rules(
    tenant_id: int,
    rules: Rules,
    units: Mapping[str, RegisteredUnit] | None = None,
    only: Collection[str] | None = None,
) -> RulesEffect:
    """What these rules (and units, if others than the saved) would do to everybody, or at some units only.

    Raises: Misconfigured when there is no read model yet.
    """
    raise NotImplementedError


def effect_of_selection(
    tenant_id: int, vendor_slug: str, selection: Selection, only: Collection[str] | None = None
) -> SelectionEffect:
    """Whom this selection would show the vendor, beside whom the saved one does.

    Raises: Misconfigured when there is no read model yet or no such vendor, or the selection names units that the
    school lacks.
    """
    raise NotImplementedError


def queue_school(tenant_id: int, at: datetime, who: str) -> tuple[UUID, ...]:
    """After rules or units changed: a run that makes school and read model; plans follow for what is not off."""
    raise NotImplementedError
