"""What one suggestion is, to others and while suggestions are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

Json: TypeAlias = dict[str, object]


class Suggestion(NamedTuple):
    """One rule that the directory seems to follow."""

    section: str  # of the rules JSON: "placement", "role" …
    rule: Json
    reason_sv: str
    reason_en: str
    people: int  # whom it would catch; suspended and archived accounts are not counted, except by rules on them
    confidence: float  # 0..1; ``combine`` takes those from 0.5

    def reason(self, language: str) -> str:
        """``language`` is "sv" or "en"."""
        return self.reason_sv if language == "sv" else self.reason_en


class Draft(NamedTuple):
    """A suggestion with what others must know of it while they are weighed against each other."""

    suggestion: Suggestion
    caught: frozenset[str]  # keys of people
    class_names: Mapping[str, int] = {}  # name -> people, for rules that give classes


def draft(
    section: str,
    rule: Json,
    reasons: tuple[str, str],
    caught: frozenset[str],
    confidence: float,
    class_names: Mapping[str, int] | None = None,
) -> Draft:
    made = Suggestion(section, rule, *reasons, len(caught), round(confidence, 2))
    return Draft(made, caught, class_names or {})


def worded(sv: str, en: str, *lists: Sequence[str], most: int = 3) -> tuple[str, str]:
    """One reason in both languages; ``{0}`` … are the first few of each list, quoted as the language does."""
    return sv.format(*(_shown(texts, "””", most) for texts in lists)), en.format(
        *(_shown(texts, "“”", most) for texts in lists)
    )


def both(*reasons: tuple[str, str]) -> tuple[str, str]:
    """Sentences one after the other, in both languages."""
    return " ".join(sv for sv, _ in reasons), " ".join(en for _, en in reasons)


def _shown(texts: Sequence[str], quotes: str, most: int) -> str:
    shown = ", ".join(f"{quotes[0]}{text}{quotes[1]}" for text in texts[:most])
    return f"{shown} …" if len(texts) > most else shown


def counted(number: int, one: str, many: str) -> str:
    """``1 grupp``, ``3 grupper``."""
    return f"{number} {one if number == 1 else many}"


def org_units(number: int) -> tuple[str, str]:
    return counted(number, "organisationsenhet", "organisationsenheter"), counted(number, "org unit", "org units")


def groups_in_words(number: int) -> tuple[str, str]:
    return counted(number, "grupp", "grupper"), counted(number, "group", "groups")


NEARLY = ("Kontrollera {0}: de är bara nästan lika.", "Check {0}: they are only nearly alike.")
