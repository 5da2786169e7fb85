"""How texts from a directory are cleaned and compared."""

from __future__ import annotations

import unicodedata


def clean(text: str) -> str:
    """One spelling for one text: NFC, single spaces, no invisible characters (U+200B, U+00AD, controls)."""
    text = " ".join(text.split())
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    text = "".join(sign for sign in text if sign.isprintable())
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """For comparing names across systems: no case, accents, spaces or punctuation ("Björk-skolan" = "bjorkskolan")."""
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def fold_case(text: str) -> str:
    """For comparing names within one school unit, and values of a field: no case, but accents count."""
    return clean(text).casefold()


def fold_path(path: str) -> str:
    """A container path for comparing: NFC, no case, no slash at the end; "" for the root."""
    if not path.isascii():
        path = unicodedata.normalize("NFC", path)
    return path.casefold().rstrip("/")


def depth(folded: str) -> int:
    """How deep a folded path lies: 0 for the root, 2 for "/elever/ekskolan"."""
    return folded.count("/")
