"""Ids from stored identity where they are known, minted where not, and what was minted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from skolsynk.core.identity import Candidate, ClassRecord, Identity, IdentityNews, settle_classes
from skolsynk.core.ss12000.base import ResourceId, new_id


class Minting:
    """Id by id for one build. Keys of the names are those of the tenant's namespace: ``user:<source key>`` …"""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._people: dict[str, ResourceId] = {}
        self._groups: dict[str, ResourceId] = {}
        self._units: dict[str, ResourceId] = {}
        self._unit_groups: dict[str, ResourceId] = {}
        self._classes: tuple[ClassRecord, ...] = ()
        self._organisation: ResourceId | None = None

    def known_person(self, key: str) -> ResourceId | None:
        return self._identity.people.get(key)

    def person(self, key: str) -> ResourceId:
        known = self._identity.people.get(key)
        if known is None:
            known = self._people[key] = new_id(self._identity.namespace, f"user:{key}")
        return known

    def group(self, key: str) -> ResourceId:
        known = self._identity.groups.get(key)
        return known or self._groups.setdefault(key, new_id(self._identity.namespace, f"group:{key}"))

    def unit(self, code: str) -> ResourceId:
        known = self._identity.units.get(code) or self._units.get(code)
        return known or self._units.setdefault(code, new_id(self._identity.namespace, f"schoolunit:{code}"))

    def unit_group(self, name: str) -> ResourceId:
        known = self._identity.unit_groups.get(name)
        minted = known or new_id(self._identity.namespace, f"schoolunitgroup:{name}")
        return known or self._unit_groups.setdefault(name, minted)

    def organisation(self) -> ResourceId:
        if self._identity.organisation:
            return self._identity.organisation
        self._organisation = new_id(self._identity.namespace, "organisation")
        return self._organisation

    def classes(self, candidates: Sequence[Candidate], today: date) -> tuple[ResourceId, ...]:
        ids, self._classes = settle_classes(self._identity, candidates, today)
        return ids

    def news(self) -> IdentityNews:
        return IdentityNews(
            self._people, self._groups, self._units, self._classes, self._organisation, self._unit_groups
        )
