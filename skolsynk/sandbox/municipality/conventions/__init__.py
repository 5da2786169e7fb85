"""The ways in which invented municipalities arrange their Google directory."""

from __future__ import annotations

from skolsynk.sandbox.municipality.conventions.base import Convention
from skolsynk.sandbox.municipality.conventions.fields import Fields
from skolsynk.sandbox.municipality.conventions.groups import Groups
from skolsynk.sandbox.municipality.conventions.gymnasium_mixed import GymnasiumMixed
from skolsynk.sandbox.municipality.conventions.org_units import OrgUnits
from skolsynk.sandbox.municipality.conventions.unit_first import UnitFirst

CONVENTIONS: dict[str, type[Convention]] = {
    each.slug: each for each in (OrgUnits, UnitFirst, Fields, Groups, GymnasiumMixed)
}
