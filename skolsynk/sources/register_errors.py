"""Why the school unit register could not be taken over, in words for the operator.

RegisterError        the API's answer, or the way to it; ``transient`` says whether to try again later
RegisterFileError    a file, with every problem and its line
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

_TRIED = (
    "Skolsynk försökte läsa skolenhetsregistret från {url}.",
    "Skolsynk tried to read the school units from {url}.",
)
_KEPT = ("Skolenheterna hos oss är oförändrade.", "The school units that we keep are unchanged.")
_LATER = ("Försök igen senare.", "Try again later.")
_ADDRESS = (
    "Kontrollera adressen, eller importera registret från en fil.",
    "Check the address, or import the register from a file.",
)
_CHANGED = (
    "API:et kan ha ändrats. Importera registret från en fil och hör av er till den som underhåller Skolsynk.",
    "The API may have changed. Import the register from a file, and tell whoever maintains Skolsynk.",
)

_WRONG: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "bad_address": (("Adressen är ingen webbadress.", "The address is not a web address."), _ADDRESS),
    "unreachable": (("Ingen förbindelse: {reason}.", "No connection: {reason}."), _LATER),
    "untrusted": (
        ("Serverns certifikat godtas inte: {reason}.", "The server's certificate is not accepted: {reason}."),
        (
            "Kontrollera adressen och datorns klocka. Stäng aldrig av kontrollen.",
            "Check the address and this computer's clock. Never switch the check off.",
        ),
    ),
    "busy": (("Servern svarade {status}, gång på gång.", "The server answered {status}, again and again."), _LATER),
    "refused": (("Servern svarade {status}.", "The server answered {status}."), _ADDRESS),
    "redirect": (
        ("Servern hänvisar till en annan adress, {target}.", "The server points to another address, {target}."),
        _ADDRESS,
    ),
    "too_large": (
        ("Svaret är större än {limit} MB och lästes inte färdigt.", "The answer is over {limit} MB and was not read."),
        _ADDRESS,
    ),
    "html": (("Svaret är en webbsida och inte JSON.", "The answer is a web page and not JSON."), _ADDRESS),
    "truncated": (("Svaret är avhugget.", "The answer is cut short."), _LATER),
    "not_json": (("Svaret är inte JSON.", "The answer is not JSON."), _ADDRESS),
    "shape": (
        ("Svaret har en annan form än väntat vid {where}.", "The answer has another shape at {where}."),
        _CHANGED,
    ),
}
_TRANSIENT = frozenset({"unreachable", "busy", "truncated"})


def _place(language: str) -> int:
    return 0 if language == "sv" else 1


class RegisterError(Exception):
    """The API gave nothing that can be used. ``code`` is stable."""

    def __init__(self, code: str, url: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.url = url
        self.details: Mapping[str, str] = MappingProxyType(dict(details or {}))

    @property
    def transient(self) -> bool:
        """Whether the same may succeed later without anybody doing anything."""
        return self.code in _TRANSIENT

    def text(self, language: str) -> str:
        """What was tried, what is wrong, that nothing has changed, what to do; ``language`` is "sv" or "en"."""
        place = _place(language)
        wrong, act = _WRONG[self.code]
        words = f"{_TRIED[place]} {wrong[place]} {_KEPT[place]} {act[place]}"
        return words.format_map({"url": self.url, **self.details})

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self) -> tuple[type[RegisterError], tuple[str, str, dict[str, str]]]:
        # Task queues carry errors as pickles, which would call the class with the code alone.
        return type(self), (self.code, self.url, dict(self.details))


class LineProblem(NamedTuple):
    """One thing wrong in a file."""

    line: int  # from 1
    code: str
    args: tuple[str, ...] = ()

    def text(self, language: str) -> str:
        words = _PROBLEMS[self.code][_place(language)].format(*self.args)
        return f"{('Rad', 'Line')[_place(language)]} {self.line}: {words}"


_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "empty": ("filen är tom", "the file is empty"),
    "no_rows": ("filen har ingen skolenhet", "the file has no school unit"),
    "separator": ("kolumnerna skiljs åt av ”{0}”, inte av komma", "columns are separated by “{0}”, not by commas"),
    "missing_columns": ("kolumner saknas: {0}", "columns are missing: {0}"),
    "column_twice": ("kolumnen {0} finns två gånger", "column {0} is there twice"),
    "cells": ("raden har {0} värden och rubrikraden {1}", "the line has {0} values and the header {1}"),
    "bad_code": ("”{0}” är ingen skolenhetskod (åtta siffror)", "“{0}” is no school unit code (eight digits)"),
    "duplicate_code": ("skolenhetskoden {0} finns redan på rad {1}", "school unit code {0} is already on line {1}"),
    "no_name": ("skolenheten har inget namn", "the school unit has no name"),
    "bad_municipality": ("”{0}” är ingen kommunkod (fyra siffror)", "“{0}” is no municipality code (four digits)"),
    "too_long": ("värdet i {0} är för långt", "the value of {0} is too long"),
    "not_utf8": ("tecknen är inte UTF-8", "the characters are not UTF-8"),
    "not_csv": ("raden är ingen giltig CSV", "the line is no valid CSV"),
    "more": ("här slutar listan: för många problem", "the list ends here: too many problems"),
}


class RegisterFileError(Exception):
    """A file that cannot be taken over; nothing of it was. ``problems`` come in the order of their lines."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        super().__init__(len(problems))
        self.problems = tuple(problems)

    def text(self, language: str) -> str:
        """One problem a line."""
        return "\n".join([_KEPT[_place(language)], *(problem.text(language) for problem in self.problems)])

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self) -> tuple[type[RegisterFileError], tuple[tuple[LineProblem, ...]]]:
        return type(self), (self.problems,)
