"""Something that does not agree, in words: what is wrong and what to do about it."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """``code`` is stable; ``about`` is the scope, address, setting or file that it is about."""

    code: str
    about: str
    text_sv: str
    text_en: str

    def json(self) -> dict[str, str]:
        return self._asdict()
