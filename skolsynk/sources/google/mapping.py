"""Google's rows to the snapshot's values. Pure: a dict in, a value out.

Google types ``organizations``, ``externalIds`` and their like as *any*: what has another shape than the documented
gives no value here. What a row must have and lacks stops the read (ReadIncomplete), as absent is not false.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from skolsynk.core.snapshot import Container, Domain, Group, Member, MemberKind, Person
from skolsynk.sources.google.fields import Wanted
from skolsynk.sources.google.texts import incomplete

Row = Mapping[str, Any]
Values = dict[str, tuple[str, ...]]

INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x00AD))  # a zero-width space stands for "no name" in some tenants
NAMED_PARTS = {
    "organizations": ("name", "title", "department", "costCenter", "description"),
    "locations": ("area", "buildingId", "floorName", "floorSection", "deskCode"),
    "languages": ("languageCode",),
}
TYPED = ("externalIds", "relations", "keywords")


def text(value: object) -> str:
    """One line of text: NFC, nothing invisible, no space around; "" for what is no text or number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return ""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value).translate(INVISIBLE)
    return value.strip()


def _rows(value: object) -> list[Row]:
    """The dicts of a list, primary ones first."""
    if not isinstance(value, list):
        return []
    rows: list[Row] = [one for one in value if isinstance(one, dict)]
    return sorted(rows, key=lambda one: one.get("primary") is not True) if len(rows) > 1 else rows


def _required(row: Row, what: str, key: str) -> Any:
    if key not in row:
        raise incomplete("key_missing", what=what, key=key)
    return row[key]


def _flag(row: Row, key: str) -> bool:
    value = _required(row, "users", key)
    if not isinstance(value, bool):
        raise incomplete("key_missing", what="users", key=key)
    return value


def person_of(row: Row, wanted: Wanted) -> Person:
    """A user with the fields that are wanted. A user without a name has "" for it: that is a finding, not a fault."""
    name = row.get("name")
    name = name if isinstance(name, dict) else {}
    return Person(
        key=identity(row, "users", "id"),
        user_name=text(row.get("primaryEmail")).lower(),
        given_name=text(name.get("givenName")),
        family_name=text(name.get("familyName")),
        container=sys.intern(str(_required(row, "users", "orgUnitPath"))),
        suspended=_flag(row, "suspended"),
        archived=_flag(row, "archived"),
        fields=fields_of(row, wanted),
    )


def fields_of(row: Row, wanted: Wanted) -> Values:
    """Path -> values in Google's order but primary first, each once; paths without a value are not there."""
    gathered: dict[str, dict[str, None]] = {}
    for root in wanted.roots:
        for path, value in _pairs(root, row.get(root)):
            cleaned = text(value)
            if cleaned and path in wanted:
                gathered.setdefault(sys.intern(path), {})[sys.intern(cleaned)] = None
    return {path: tuple(values) for path, values in gathered.items()}


def _pairs(root: str, value: object) -> Iterator[tuple[str, object]]:
    if root in NAMED_PARTS:
        for row in _rows(value):
            yield from ((f"{root}.{part}", row.get(part)) for part in NAMED_PARTS[root])
    elif root in TYPED:
        yield from ((f"{root}.{_kind(row)}", row.get("value")) for row in _rows(value))
    elif root == "emails":
        yield from _addresses(value)
    elif root == "aliases":
        yield from (("aliases", one.lower()) for one in _list(value) if isinstance(one, str))
    else:
        yield from _custom(value)


def _kind(row: Row) -> str:
    """The type of a typed entry, or the tenant's own word for it."""
    kind = text(row.get("type")) or "custom"
    return text(row.get("customType")) or kind if kind == "custom" else kind


def _addresses(value: object) -> Iterator[tuple[str, object]]:
    for row in _rows(value):
        address = text(row.get("address")).lower()
        yield "emails", address
        if "type" in row:
            yield f"emails.{_kind(row)}", address


def _custom(value: object) -> Iterator[tuple[str, object]]:
    """``customSchemas``: {schema: {field: value, or [{"value": …}, …]}}."""
    for schema, parts in value.items() if isinstance(value, dict) else ():
        for name, held in parts.items() if isinstance(parts, dict) else ():
            path = f"customSchemas.{schema}.{name}"
            if isinstance(held, list):
                yield from ((path, one.get("value")) for one in held if isinstance(one, dict))
            else:
                yield path, held


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def identity(row: Row, what: str, key: str) -> str:
    """The row's immutable id."""
    value = _required(row, what, key)
    if not isinstance(value, str) or not value:
        raise incomplete("key_missing", what=what, key=key)
    return value


def container_of(row: Row) -> Container:
    return Container(
        key=identity(row, "org units", "orgUnitId"),
        path=sys.intern(identity(row, "org units", "orgUnitPath")),
        name=text(row.get("name")),
    )


def domains_of(row: Row) -> Iterator[Domain]:
    """A domain, and the aliases that Google lists inside it."""
    name = identity(row, "domains", "domainName").lower()
    yield Domain(name, row.get("isPrimary") is True, row.get("verified") is True)
    for alias in _rows(row.get("domainAliases")):
        yield Domain(identity(alias, "domains", "domainAliasName").lower(), False, alias.get("verified") is True)


class RawGroup(NamedTuple):
    """A group before its members are read; ``size`` is Google's own count of direct members, 0 when not told."""

    key: str
    email: str
    name: str
    description: str
    size: int


def raw_group_of(row: Row) -> RawGroup:
    count = text(row.get("directMembersCount"))
    return RawGroup(
        key=identity(row, "groups", "id"),
        email=text(row.get("email")).lower(),
        name=text(row.get("name")),
        description=text(row.get("description")),
        size=int(count) if count.isdecimal() else 0,
    )


class RawMember(NamedTuple):
    """``here``: Google told a status, which it does for users of the own customer only."""

    key: str
    type: str
    role: str
    here: bool


def raw_member_of(row: Row) -> RawMember | None:
    """A member; None for one that Google lists without an id (an address outside that has no account)."""
    key = row.get("id")
    if not isinstance(key, str) or not key:
        return None
    kind, role = text(row.get("type")) or "USER", text(row.get("role")) or "MEMBER"
    return RawMember(key, sys.intern(kind), sys.intern(role), "status" in row)


class Known(NamedTuple):
    """Ids that tell whose a member is. ``outside``: people of the customer whom we do not keep."""

    customer: str
    people: Mapping[str, object]
    outside: Mapping[str, object]
    groups: Mapping[str, object]


def member_of(raw: RawMember, known: Known) -> Member | None:
    """The member by the ids we know, never by address; None for people outside the school, whom we do not keep."""
    if raw.type == "GROUP":
        kind = MemberKind.GROUP if raw.key in known.groups else MemberKind.EXTERNAL
    elif raw.type == "CUSTOMER":
        kind = MemberKind.EVERYONE if raw.key == known.customer else MemberKind.EXTERNAL
    elif raw.key in known.people:
        kind = MemberKind.PERSON
    elif raw.key in known.outside:
        return None
    else:
        kind = MemberKind.EXTERNAL
    return Member(raw.key, kind, raw.role)


def group_of(raw: RawGroup, members: Iterable[RawMember], known: Known) -> Group:
    """The group with its members, each once."""
    once = {one.key: one for one in members}
    sorted_out = (member_of(one, known) for one in once.values())
    return Group(raw.key, raw.email, raw.name, raw.description, tuple(one for one in sorted_out if one is not None))
