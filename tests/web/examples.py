"""What a page needs to be visited: each room lists its own in ``pages.py``; ``test_every_page`` walks them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.scenarios.theatre import Theatre

Words = Mapping[str, Any] | Callable[[Theatre], Mapping[str, Any]]


@dataclass(frozen=True)
class Example:
    """One address. ``read`` and ``write`` are the lowest roles for looking and for sending a form."""

    kwargs: Words = field(default_factory=dict)
    read: str | None = "viewer"  # None: the address takes forms only
    write: str | None = None  # None: it takes none
    post: Words = field(default_factory=dict)  # a sound form
    query: str = ""
    limited: bool = True  # may be read by people who are limited to some school units
    whole_page: bool = True  # False: a fragment or a file, which no browser shows by itself
    prepare: Callable[[Theatre], object] | None = None  # what must be there first

    def filled(self, words: Words, town: Theatre) -> dict[str, Any]:
        return dict(words(town) if callable(words) else words)
