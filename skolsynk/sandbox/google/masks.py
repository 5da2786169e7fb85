"""``fields`` masks of Google's JSON APIs: ``nextPageToken,users(id,name/givenName)``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from skolsynk.sandbox.google.wire import refuse

Mask = dict[str, "Mask"]
"""Name -> mask of what is below it; {} = everything below."""

TOKEN = re.compile(r"[A-Za-z0-9_*\-]+|[(),/]")


@lru_cache(maxsize=256)
def parse_mask(text: str) -> Mask:
    """Raise a 400 refusal for a mask that Google could not read."""
    tokens = TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise _invalid(text)
    mask, rest = _selection(tokens, text)
    if rest:
        raise _invalid(text)
    return mask


def _selection(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        tokens = _one(tokens, mask, text)
        if not tokens or tokens[0] == ")":
            return mask, tokens
        if tokens[0] != ",":
            raise _invalid(text)
        tokens = tokens[1:]


def _one(tokens: list[str], mask: Mask, text: str) -> list[str]:
    """Read one ``a/b(c,d)`` into the mask; what follows it is returned."""
    if not tokens or tokens[0] in "(),/":
        raise _invalid(text)
    name, *rest = tokens
    below = mask.setdefault(name, {})
    if rest[:1] == ["/"]:
        return _one(rest[1:], below, text)
    if rest[:1] != ["("]:
        return rest
    inner, rest = _selection(rest[1:], text)
    below.update(inner)
    if rest[:1] != [")"]:
        raise _invalid(text)
    return rest[1:]


def _invalid(text: str) -> Exception:
    return refuse(400, "invalidParameter", f"Invalid field selection {text}")


def masked(value: Any, mask: Mask) -> Any:
    """The value with only what the mask names; a mask inside a plain value gives nothing of it."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [masked(one, mask) for one in value]
    if not isinstance(value, dict):
        return None
    return {name: masked(value[name], below) if below else value[name] for name, below in mask.items() if name in value}
