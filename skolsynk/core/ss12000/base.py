"""What every SS12000:2018 resource type says about itself, and what can be done with any body.

A resource on its way out is a *body*: the JSON object of the EGIL profile as a plain dict. This module
turns bodies into canonical bytes and fingerprints, lists and cuts their references, and checks them.
Everything that is particular to one type stands in that type's own module.

Source: SS12000:2018; EGIL implementation profile; RFC 7643 section 3.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, NewType

import orjson

ResourceId = NewType("ResourceId", str)
"""A UUID as RFC 4122 text in lower case; unique over all types of all tenants."""

JsonObject = dict[str, object]

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


class Violation(NamedTuple):
    """One rule that one attribute of a body breaks."""

    attribute: str
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a type refers to another: a list or a single reference, below an extension or not."""

    attribute: str
    target: str  # endpoint, e.g. "Users"
    many: bool = False
    required: bool = False  # a resource whose required reference is cut cannot be sent
    below: str | None = None  # URN of the extension object that holds it


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One SS12000 resource type: its names on the wire, its references and its own checks."""

    name: str  # "StudentGroup"
    endpoint: str  # "StudentGroups"
    schemas: tuple[str, ...]
    rank: int  # send order; deletes go in reverse
    references: tuple[Reference, ...]
    check: Callable[[Mapping[str, object]], Iterator[Violation]]


def new_id(namespace: uuid.UUID, key: str) -> ResourceId:
    """UUIDv5 of a key such as ``user:<google id>`` in a tenant's own namespace (RFC 4122 section 4.3)."""
    digest = bytearray(hashlib.sha1(namespace.bytes + key.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return ResourceId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


def derived_id(first: ResourceId, second: ResourceId) -> ResourceId:
    """Id of an Employment (unit + user) or Activity (group + unit): UUIDv5 in the OID namespace.

    The same rule as the open-source EGIL client uses, so that a tenant may change sender.
    """
    return new_id(uuid.NAMESPACE_OID, first + second)


def ref(endpoint: str, resource_id: ResourceId) -> JsonObject:
    """A reference as EGIL sends it: ``value`` counts, ``$ref`` is relative and without leading slash."""
    return {"value": resource_id, "$ref": f"{endpoint}/{resource_id}"}


def canonical(body: Mapping[str, object]) -> bytes:
    """One spelling for one content: UTF-8 JSON, keys sorted, no white space."""
    # Copied: orjson's own bytes keep the room they grew in, six times their size over tens of thousands.
    return bytes(memoryview(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)))


def fingerprint(payload: bytes, key: bytes) -> bytes:
    """16-byte MAC of canonical bytes under the tenant's key (BLAKE2b keyed mode, RFC 7693 section 2.9)."""
    return hashlib.blake2b(payload, digest_size=16, key=key).digest()


def _holder(body: Mapping[str, object], reference: Reference) -> Mapping[str, object]:
    below = body.get(reference.below) if reference.below else body
    return below if isinstance(below, Mapping) else {}


def _value(entry: object) -> ResourceId | None:
    value = entry.get("value") if isinstance(entry, Mapping) else None
    return ResourceId(value) if isinstance(value, str) else None


def references_of(kind: ResourceType, body: Mapping[str, object]) -> Iterator[tuple[Reference, ResourceId]]:
    """Every reference of a body: ``(which, target id)``, in the order of the type's list."""
    for reference in kind.references:
        entries = _holder(body, reference).get(reference.attribute)
        for entry in (entries if isinstance(entries, list) else [entries]) if entries else ():
            value = _value(entry)
            if value is not None:
                yield reference, value


def without(kind: ResourceType, body: Mapping[str, object], gone: Container[str]) -> JsonObject | None:
    """The body with references to ``gone`` cut out; None when a required one is among them.

    A cut list stays as an empty list; a cut optional single reference disappears.
    """
    result: JsonObject = dict(body)
    for reference in kind.references:
        holder = _holder(result, reference)
        entries = holder.get(reference.attribute)
        if not entries:
            continue
        if isinstance(entries, list):
            kept = [entry for entry in entries if _value(entry) not in gone]
            if len(kept) == len(entries):
                continue
            if reference.required and not kept:
                return None
            replaced: JsonObject = {**holder, reference.attribute: kept}
        elif _value(entries) in gone:
            if reference.required:
                return None
            replaced = {key: value for key, value in holder.items() if key != reference.attribute}
        else:
            continue
        if reference.below:
            result[reference.below] = replaced
        else:
            result = replaced
    return result


def changed_attributes(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[str, ...]:
    """Names of top-level attributes whose values differ, sorted; an extension's are named by its last part."""
    names: set[str] = set()
    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if key.startswith("urn:") and (isinstance(before, Mapping) or isinstance(after, Mapping)):
            names.update(changed_attributes(_as_map(before), _as_map(after)))
        else:
            names.add(key)
    return tuple(sorted(names))


def _as_map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def check_text(body: Mapping[str, object], names: Iterable[str], source: str) -> Iterator[Violation]:
    """Required, non-empty strings."""
    for name in names:
        value = body.get(name)
        if not isinstance(value, str) or not value.strip():
            yield Violation(name, "required, non-empty text", source)


def check_common(kind: ResourceType, body: Mapping[str, object]) -> Iterator[Violation]:
    """What holds for all types: schemas, externalId, and well-formed references that are present."""
    if tuple(_as_list(body.get("schemas"))) != kind.schemas:
        yield Violation("schemas", f"must be {list(kind.schemas)}", "RFC 7643 section 3")
    external = body.get("externalId")
    if not isinstance(external, str) or not UUID_TEXT.match(external):
        yield Violation("externalId", "required, a UUID in lower case", "EGIL profile, identifiers")
    for reference in kind.references:
        entries = _holder(body, reference).get(reference.attribute)
        if entries is None:
            if reference.required:
                yield Violation(reference.attribute, f"required reference to {reference.target}", "EGIL profile")
            continue
        if reference.many != isinstance(entries, list):
            shape = "a list of references" if reference.many else "one reference"
            yield Violation(reference.attribute, f"must be {shape}", "EGIL profile, references")
            continue
        listed = _as_list(entries) if reference.many else [entries]
        if reference.required and not listed:
            yield Violation(reference.attribute, f"at least one reference to {reference.target}", "EGIL profile")
        values = [_value(entry) for entry in listed]
        if any(value is None or not UUID_TEXT.match(value) for value in values):
            yield Violation(reference.attribute, "each value must be a UUID in lower case", "EGIL profile, references")
        # Two enrolments at one unit may differ in school type; two memberships say the same twice.
        if reference.below is None and len(values) != len(set(values)):
            yield Violation(reference.attribute, "each target once", "EGIL profile, references")


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
