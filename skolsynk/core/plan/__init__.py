"""Roster + ledger + guards + approvals -> Plan. See ``values`` for the shapes, ``make`` for the walk."""

from __future__ import annotations

from skolsynk.core.plan.choose import CHOICES, choose
from skolsynk.core.plan.links import PayloadsOf
from skolsynk.core.plan.make import make_plan, make_unprovision_plan
from skolsynk.core.plan.summary import probable_cause, summary
from skolsynk.core.plan.values import (
    NOTHING_SPENT,
    ApprovedChange,
    Change,
    Facts,
    GuardTrip,
    Hold,
    Plan,
    Refused,
    Spent,
)

__all__ = [
    "CHOICES",
    "NOTHING_SPENT",
    "ApprovedChange",
    "Change",
    "Facts",
    "GuardTrip",
    "Hold",
    "PayloadsOf",
    "Plan",
    "Refused",
    "Spent",
    "choose",
    "make_plan",
    "make_unprovision_plan",
    "probable_cause",
    "summary",
]
