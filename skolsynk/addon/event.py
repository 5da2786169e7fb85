"""What Google sends with each call, as far as we use it. Whatever has another type than documented is not there.

Source: Workspace add-ons, event objects (``commonEventObject``, ``authorizationEventObject``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

LONGEST_VALUE = 200  # of what somebody typed, or a button carries


class Event(NamedTuple):
    language: str  # "sv" | "en"
    system_token: str  # "" when it is in the Authorization header
    user_token: str  # "" when the person has not let Google tell who it is
    inputs: Mapping[str, str]  # field -> the first value typed
    parameters: Mapping[str, str]  # of the pressed button


class UnreadableError(Exception):
    """The body is no JSON object."""


def read(body: bytes) -> Event:
    """Raises: UnreadableError."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise UnreadableError from wrong
    if not isinstance(document, dict):
        raise UnreadableError
    common, proof = _map(document.get("commonEventObject")), _map(document.get("authorizationEventObject"))
    return Event(
        language_of(_text(common.get("userLocale"))),
        _text(proof.get("systemIdToken")),
        _text(proof.get("userIdToken")),
        _inputs(_map(common.get("formInputs"))),
        {key: _text(value)[:LONGEST_VALUE] for key, value in _map(common.get("parameters")).items()},
    )


def language_of(locale: str) -> str:
    """Swedish for everything that begins with sv, and where Google says nothing; else English."""
    return "sv" if not locale or locale.replace("_", "-").lower().split("-")[0] == "sv" else "en"


def _inputs(given: Mapping[str, Any]) -> Mapping[str, str]:
    """``{field: {"stringInputs": {"value": [text]}}}``"""
    found = {}
    for name, one in given.items():
        values = _map(_map(one).get("stringInputs")).get("value")
        found[name] = _text(values[0])[:LONGEST_VALUE] if isinstance(values, list) and values else ""
    return found


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
