"""A small reader of JSON Schema: the words that ``card_schema.json`` uses, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "card_schema.json").read_text(encoding="utf-8"))
TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
WORDS = {
    "$ref", "type", "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "items", "properties",
    "additionalProperties", "required", "minProperties", "maxProperties",
}  # fmt: skip
MOST_WIDGETS = 100


def faults(name: str, document: object) -> list[str]:
    """What is wrong with a document that should be the schema's ``name``; [] when it is right."""
    found = list(_faults({"$ref": f"#/$defs/{name}"}, document, name))
    return found + [f"{name}: {count} widgets" for count in _widgets(document) if count > MOST_WIDGETS]


def _widgets(document: object) -> Iterator[int]:
    """How many widgets each card in the document has."""
    if isinstance(document, dict):
        if isinstance(document.get("sections"), list):
            yield sum(len(section.get("widgets", ())) for section in document["sections"])
        for each in document.values():
            yield from _widgets(each)
    elif isinstance(document, list):
        for each in document:
            yield from _widgets(each)


def _faults(schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    assert not set(schema) - WORDS, f"the reader does not know {set(schema) - WORDS}"
    if "$ref" in schema:
        yield from _faults(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value, at)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    kind = schema.get("type")
    if kind and type(value) is not TYPES[kind]:
        yield f"{at}: {value!r} is no {kind}"
    elif kind == "object":
        yield from _of_object(schema, value, at)
    elif kind == "array":
        yield from _bounds(schema, "Items", len(value), at)
        for place, each in enumerate(value):
            yield from _faults(schema["items"], each, f"{at}[{place}]")
    elif kind == "string":
        yield from _bounds(schema, "Length", len(value), at)
        if not re.search(schema.get("pattern", ""), value):
            yield f"{at}: {value!r} does not look like {schema['pattern']}"


def _of_object(schema: dict[str, Any], value: dict[str, Any], at: str) -> Iterator[str]:
    known = schema["properties"]
    assert schema["additionalProperties"] is False
    yield from _bounds(schema, "Properties", len(value), at)
    yield from (f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value)
    for name, each in value.items():
        if name in known:
            yield from _faults(known[name], each, f"{at}.{name}")
        else:
            yield f"{at}: nobody knows {name}"


def _bounds(schema: dict[str, Any], what: str, size: int, at: str) -> Iterator[str]:
    if not schema.get(f"min{what}", 0) <= size <= schema.get(f"max{what}", size):
        yield f"{at}: {size} is too few or too many"
