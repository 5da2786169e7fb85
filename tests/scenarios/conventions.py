"""Reads an invented directory into a snapshot by a path of its own: no Google client, no code of the source."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from skolsynk.core.identity import Identity, IdentityNews
from skolsynk.core.register import RegisteredUnit
from skolsynk.core.rules import parse_rules
from skolsynk.core.rules.build import Built, build
from skolsynk.core.snapshot import Container, Domain, Group, Member, MemberKind, Person, Snapshot
from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.municipality import Municipality, to_register

KINDS = {"GROUP": MemberKind.GROUP, "CUSTOMER": MemberKind.EVERYONE}


def units_of(municipality: Municipality) -> dict[str, RegisteredUnit]:
    rows = to_register(municipality.school_units)
    return {row["school_unit_code"]: _unit(row) for row in rows}


def snapshot_of(municipality: Municipality) -> Snapshot:
    """Everybody in the org units that are marked as school; the others are counted."""
    directory = municipality.directory
    marked = tuple(f"{path}/" for path in municipality.containers())
    inside = {key: user for key, user in directory.users.items() if f"{user['orgUnitPath']}/".startswith(marked)}
    outside: dict[str, int] = {}
    for key, user in directory.users.items():
        if key not in inside:
            outside[user["orgUnitPath"]] = outside.get(user["orgUnitPath"], 0) + 1
    return Snapshot(
        source="google",
        tenant_key=directory.customer_id,
        at=datetime.combine(municipality.town.today, time(9), UTC),
        people=tuple(_person(user) for user in inside.values()),
        containers=tuple(
            Container(each["orgUnitId"], each["orgUnitPath"], each["name"]) for each in directory.org_units
        ),
        groups=tuple(_group(directory, each) for each in directory.groups.values()),
        domains=tuple(Domain(each["domainName"], each["isPrimary"], each["verified"]) for each in directory.domains),
        outside=outside,
    )


def school_of(municipality: Municipality, identity: Identity) -> Built:
    return build(
        snapshot_of(municipality),
        parse_rules(municipality.rules()),
        units_of(municipality),
        identity,
        municipality.town.name,
        municipality.town.today,
    )


def new_identity() -> Identity:
    return Identity(uuid.uuid5(uuid.NAMESPACE_DNS, "bjorkvik.example"))


def remember(identity: Identity, news: IdentityNews) -> Identity:
    """The identity with what a build learned, as the store would have it."""
    classes = {record.id: record for record in (*identity.classes, *news.classes)}
    return replace(
        identity,
        people={**identity.people, **news.people},
        groups={**identity.groups, **news.groups},
        units={**identity.units, **news.units},
        unit_groups={**identity.unit_groups, **news.unit_groups},
        classes=tuple(classes.values()),
        organisation=news.organisation or identity.organisation,
    )


def _unit(row: Mapping[str, str]) -> RegisteredUnit:
    return RegisteredUnit(
        code=row["school_unit_code"],
        name=row["name"],
        status="AKTIV",
        school_types=tuple(row["school_types"].split()),
        organizer_type=row["organizer_type"],
        organization_number=row["organization_number"],
        organizer_name=row["organizer_name"],
        municipality_code=row["municipality_code"],
        municipality=row["municipality"],
        email_domain=row["email_domain"],
        web_host=row["web_host"],
    )


def _person(user: Mapping[str, Any]) -> Person:
    fields: dict[str, tuple[str, ...]] = {}
    for path, value in _fields(user):
        fields[path] = (*fields.get(path, ()), value)
    name = user["name"]
    return Person(
        user["id"],
        user["primaryEmail"].lower(),
        name["givenName"],
        name["familyName"],
        user["orgUnitPath"],
        user["suspended"],
        user["archived"],
        fields,
    )


def _fields(user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in user.get("organizations", ()):
        for part in ("title", "department", "costCenter"):
            if part in entry:
                yield f"organizations.{part}", entry[part]
    for schema, parts in user.get("customSchemas", {}).items():
        for name, value in parts.items():
            for each in value if isinstance(value, list) else [{"value": value}]:
                yield f"customSchemas.{schema}.{name}", each["value"]


def _group(directory: Directory, group: Mapping[str, Any]) -> Group:
    members = tuple(Member(each["id"], _kind(directory, each), each["role"]) for each in directory.members[group["id"]])
    return Group(group["id"], group["email"].lower(), group["name"], group["description"], members)


def _kind(directory: Directory, member: Mapping[str, Any]) -> MemberKind:
    if member["type"] == "USER":
        return MemberKind.PERSON if member["id"] in directory.users else MemberKind.EXTERNAL
    return KINDS[member["type"]]
