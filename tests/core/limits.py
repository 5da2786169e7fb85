"""A vendor's limits, read from the payloads alone, as the vendor would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from skolsynk.core.roster import Roster
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import references_of
from skolsynk.core.vendor import Vendor

Bodies = dict[str, dict[str, Any]]


def assert_limits(roster: Roster, vendor: Vendor) -> None:
    assert {item.type for item in roster.items.values()} <= set(vendor.types)
    groups = _bodies(roster, "StudentGroup").values()
    classes = [body for body in groups if body["studentGroupType"] == "Klass"]
    assert {body["studentGroupType"] for body in groups} <= set(vendor.group_types)
    if vendor.one_class_per_pupil:
        members = [entry["value"] for body in classes for entry in body["studentMemberships"]]
        assert len(members) == len(set(members))
    if vendor.unique_class_names:
        named = [body["displayName"].casefold() for body in classes]
        assert len(named) == len(set(named))
    if vendor.one_school_unit_per_person:
        places = set(_places(roster))
        assert len(places) == len({user for user, _ in places})
    if "email" in vendor.required_fields:
        assert all(body["emails"] for body in _bodies(roster, "User").values())


def _bodies(roster: Roster, kind: str) -> Bodies:
    return {key: json.loads(item.payload) for key, item in roster.items.items() if item.type == kind}


def _places(roster: Roster) -> Iterator[tuple[str, str]]:
    """(user, school unit) of everything that puts somebody somewhere."""
    for user, body in _bodies(roster, "User").items():
        yield from ((user, unit) for _, unit in references_of(BY_NAME["User"], body))
    employments = _bodies(roster, "Employment")
    for body in employments.values():
        yield body["user"]["value"], body["employedAt"]["value"]
    for body in _bodies(roster, "StudentGroup").values():
        yield from ((entry["value"], body["owner"]["value"]) for entry in body["studentMemberships"])
    for body in _bodies(roster, "Activity").values():
        for entry in body["teachers"]:
            yield employments[entry["value"]]["user"]["value"], body["owner"]["value"]
