"""The raw directory at one instant, in a shape that no source owns. Complete, or non-existent.

A source (Google, later others) makes it; ``core.rules`` reads it. Hot values are NamedTuples: a
directory of 150,000 people is made and walked in one process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

Fields = Mapping[str, tuple[str, ...]]
"""Field path -> values, e.g. ``organizations.department``, ``externalIds.organization``,
``customSchemas.Skola.skolenhetskod``. Absent and empty are the same."""


class Person(NamedTuple):
    key: str  # the directory's immutable id
    user_name: str  # primary address, lower case
    given_name: str
    family_name: str
    container: str  # path of the container that holds it, "/Elever/Ekskolan/7A"
    suspended: bool
    archived: bool
    fields: Fields


class Container(NamedTuple):
    """One node of the tree (Google: org unit)."""

    key: str  # immutable id; "" for the root where the source gives none
    path: str  # "/" for the root; case-insensitive in Google, kept as spelt
    name: str


class MemberKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    EVERYONE = "everyone"  # Google: the whole customer
    EXTERNAL = "external"  # not of this directory


class Member(NamedTuple):
    key: str
    kind: MemberKind
    role: str  # "OWNER" | "MANAGER" | "MEMBER"


class Group(NamedTuple):
    key: str
    email: str  # lower case
    name: str
    description: str
    members: tuple[Member, ...]  # direct members only


class Domain(NamedTuple):
    name: str  # lower case
    primary: bool
    verified: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of one directory that the tenant marked as school, and head counts of the rest."""

    source: str  # "google"
    tenant_key: str  # customerId
    at: datetime  # aware, UTC
    people: tuple[Person, ...]
    containers: tuple[Container, ...]
    groups: tuple[Group, ...]
    domains: tuple[Domain, ...]
    outside: Mapping[str, int]  # container path -> people there whom we do not keep
