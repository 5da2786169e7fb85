"""How the values of filters and guards are read from JSON: the value, or a refusal at its place."""

from __future__ import annotations

import re
from collections.abc import Collection

from skolsynk.core.rules.problems import At
from skolsynk.core.rules.shape import Take, texts, unit_code

_DOMAIN = re.compile(r"[^@\s.]+(\.[^@\s.]+)+\Z")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%\Z")


def whole_number(lowest: int, highest: int) -> Take[int]:
    """An integer within bounds, both included."""

    def take(value: object, at: At) -> int:
        if type(value) is int and lowest <= value <= highest:
            return value
        at.refuse("not_whole_number", str(lowest), str(highest))
        return lowest

    return take


def some_of(choices: Collection[str], *, empty: bool = False) -> Take[tuple[str, ...]]:
    """A list of known words, each once, in the order given."""

    def take(value: object, at: At) -> tuple[str, ...]:
        if empty and value in ([], ()):
            return ()
        found = texts(value, at)
        for index, word in enumerate(found):
            if word and word not in choices:
                at[index].refuse("not_one_of", word[:40], ", ".join(choices))
        return tuple(dict.fromkeys(found))

    return take


def unit_codes(value: object, at: At) -> tuple[str, ...]:
    """One or more school unit codes."""
    if not isinstance(value, list | tuple):
        at.refuse("not_list")
        return ()
    if not value:
        at.refuse("empty_list")
    return tuple(dict.fromkeys(unit_code(code, at[index]) for index, code in enumerate(value)))


def unit_codes_or_none(value: object, at: At) -> tuple[str, ...]:
    """School unit codes; the list may be empty, and then means nothing."""
    return () if value in ([], ()) else unit_codes(value, at)


def domains(value: object, at: At) -> tuple[str, ...]:
    """One or more domains, in lower case."""
    found = tuple(domain.lower().removeprefix("@") for domain in texts(value, at))
    for index, domain in enumerate(found):
        if domain and not _DOMAIN.match(domain):
            at[index].refuse("not_domain", domain[:40])
    return tuple(dict.fromkeys(found))


def share(value: object, at: At) -> float:
    """A number from 0 to 1, or text such as "5 %" or "2,5 %"."""
    percent = _PERCENT.match(value.strip()) if isinstance(value, str) else None
    if percent:
        found = float(percent.group(1).replace(",", ".")) / 100
    else:
        found = float(value) if type(value) in (int, float) and isinstance(value, int | float) else -1.0
    if 0 <= found <= 1:
        return found
    at.refuse("not_share")
    return 0.0
