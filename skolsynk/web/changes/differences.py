"""Old and new of one change, attribute by attribute, in words; references by name where it may be shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from skolsynk.core.plan.stored import Bodies
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.web.changes.said import ATTRIBUTES
from skolsynk.web.words import chosen

Named = Callable[[ResourceId], str]
QUIET = ("schemas", "meta", "id")
REFERENCE = {"value", "$ref"}
MANY = 40  # names shown of a long list


class Difference(NamedTuple):
    """One attribute. Lists are told by what came and went; other values by old and new."""

    title: str
    old: str
    new: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    more: int  # that came or went and are not named


def differences(bodies: Bodies, named: Named) -> tuple[Difference, ...]:
    """What differs; for something new or removed, all that it has."""
    before, after = _flat(bodies.before), _flat(bodies.after)
    names = [name for name in {**after, **before} if name not in QUIET and before.get(name) != after.get(name)]
    return tuple(_difference(name, before.get(name), after.get(name), named) for name in names)


def pretty(body: bytes | None) -> str:
    """The JSON as it is sent, with line breaks."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else ""


def _flat(body: bytes | None) -> dict[str, Any]:
    """Top-level attributes; those of an extension beside them."""
    found: dict[str, Any] = {}
    for key, value in (json.loads(body) if body else {}).items():
        if key.startswith("urn:") and isinstance(value, dict):
            found |= value
        else:
            found[key] = value
    return found


def _difference(name: str, old: Any, new: Any, named: Named) -> Difference:
    title = str(ATTRIBUTES.get(name, name))
    if _is_references(old) or _is_references(new):
        before = dict.fromkeys(entry["value"] for entry in old or ())
        after = dict.fromkeys(entry["value"] for entry in new or ())
        came = [named(ResourceId(key)) for key in after if key not in before]
        went = [named(ResourceId(key)) for key in before if key not in after]
        more = max(0, len(came) - MANY) + max(0, len(went) - MANY)
        return Difference(title, "", "", tuple(came[:MANY]), tuple(went[:MANY]), more)
    return Difference(title, _text(old, named), _text(new, named), (), (), 0)


def _is_references(value: Any) -> bool:
    """A list of nothing but ids of others; an enrolment says more than where it points."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and set(one) == REFERENCE for one in value)
    )


def _text(value: Any, named: Named) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return chosen("ja", "yes") if value else chosen("nej", "no")
    if isinstance(value, Mapping):
        return ", ".join(_parts(value, named))
    if isinstance(value, list):
        return "; ".join(_text(entry, named) for entry in value)
    return str(value)


def _parts(value: Mapping[str, Any], named: Named) -> Iterator[str]:
    """What one entry says: whom it points at by name, then the rest with its own words; contexts are not for people."""
    if "value" in value:
        yield named(ResourceId(str(value["value"]))) if "$ref" in value else str(value["value"])
    for key, part in value.items():
        if key not in {*REFERENCE, "context", "globallyUnique"}:
            text = _text(part, named)
            yield f"{ATTRIBUTES[key]} {text}" if key in ATTRIBUTES else text
