"""Swedish order and Swedish search: å, ä and ö are letters of their own, other accents are not.

Used wherever people see lists or type what they look for.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "æ": "ä",
        "ø": "ö",
        "œ": "ö",
        "ß": "ss",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "ı": "i",
    }
)
_OWN = frozenset("åäö")
_SORTED_AS_Y = str.maketrans({"ü": "y", "Ü": "y"})  # Swedish dictionaries put Müller where Myller would be
_LAST = str.maketrans({"å": "{", "ä": "|", "ö": "}"})  # the three characters that follow z
_LOOSE = str.maketrans({"å": "a", "ä": "a", "ö": "o"})
_CHUNK = re.compile(r"[0-9]+|[^\W\d_]+|[^\W_]+")

SortKey = tuple[tuple[tuple[int, int, str], ...], str]


def fold(text: str) -> str:
    """Lower case without accents, except that å, ä and ö stay: ``"Åsa Désirée"`` -> ``"åsa desiree"``."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return "".join(sign if sign in _OWN else _bare(sign) for sign in lowered)


def fold_loosely(text: str) -> str:
    """As ``fold``, with å and ä as a, and ö as o."""
    return fold(text).translate(_LOOSE)


def folded_both_ways(text: str) -> tuple[str, str]:
    """``fold`` and ``fold_loosely``."""
    folded = fold(text)
    return folded, folded if folded.isascii() else folded.translate(_LOOSE)


def _bare(sign: str) -> str:
    if sign.isascii():
        return sign
    return "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))


def sort_key(text: str) -> SortKey:
    """A key for ``sorted``: a-z å ä ö, numbers by value (7A before 10A) and before letters; spelling breaks ties."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text).translate(_SORTED_AS_Y)
    chunks = _CHUNK.findall(fold(composed))
    return tuple(_chunk_key(chunk) for chunk in chunks), text


def _chunk_key(chunk: str) -> tuple[int, int, str]:
    if chunk.isdecimal():
        digits = chunk.lstrip("0")
        return 0, len(digits), digits
    return 1, 0, chunk.translate(_LAST)


def matches(query: str, *texts: str) -> bool:
    """Whether every word of the query is part of some text."""
    return Query(query).finds(*texts)


class Query:
    """What somebody typed, read once and asked of many.

    A word that has å, ä or ö means them; a word without them finds ``Ängsskolan`` as ``angsskolan``.
    """

    def __init__(self, typed: str) -> None:
        words = fold(typed).split()
        self._exact = [word for word in words if not _OWN.isdisjoint(word)]
        self._loose = [word for word in words if _OWN.isdisjoint(word)]

    def __bool__(self) -> bool:
        return bool(self._exact or self._loose)

    def finds(self, *texts: str) -> bool:
        """Whether every word is part of some text. A query without words finds everything."""
        return self.finds_folded(folded_both_ways("\n".join(texts)))

    def finds_folded(self, folded: tuple[str, str]) -> bool:
        """The same for what ``folded_both_ways`` gave, for texts that are asked often."""
        exact, loose = folded
        return all(word in exact for word in self._exact) and all(word in loose for word in self._loose)


def grouped(number: int) -> str:
    """1 284, with a no-break space; also for texts in English, where ISO 80000-1 (7.3.1) asks for the same."""
    return f"{number:,}".replace(",", "\u00a0")


def counted(number: int, one: str, more: str) -> str:
    """``1 pupil``, ``1 284 pupils``."""
    return f"{grouped(number)} {one if number == 1 else more}"
