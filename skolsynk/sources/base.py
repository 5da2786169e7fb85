"""What every directory source is to the rest: something that reads one whole snapshot, or says why it could not.

SourceError
├── Transient          nobody needs to act: a later read may well succeed
├── Misconfigured      an administrator, or the operator, must change something first
├── ReadIncomplete     some of the directory was missing from what was read; nothing of the read is kept
└── SuspiciouslyEmpty  the read was whole by its form, and emptier than can be believed
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from skolsynk.core.snapshot import Snapshot


class Wording(NamedTuple):
    """One language's account of an error; ``{names}`` are filled from the error's details."""

    tried: str
    wrong: str
    act: str


class Texts(NamedTuple):
    sv: Wording
    en: Wording


NOTHING_SENT = {"sv": "Inget har skickats.", "en": "Nothing was sent."}


class SourceError(Exception):
    """A read that gave no snapshot. ``code`` is stable; ``details`` hold nothing about a person."""

    def __init__(self, code: str, texts: Texts, details: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, str] = MappingProxyType(dict(details or {}))
        self._texts = texts

    def text(self, language: str) -> str:
        """What was tried, what is wrong, that nothing was sent, and what to do; ``language`` is "sv" or "en"."""
        wording = self._texts.sv if language == "sv" else self._texts.en
        parts = (wording.tried, wording.wrong, NOTHING_SENT["sv" if language == "sv" else "en"], wording.act)
        return " ".join(part.format_map(self.details) for part in parts if part)

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, Texts, dict[str, str]]]:
        # Task queues carry errors as pickles, which would call the class with the code alone.
        return type(self), (self.code, self._texts, dict(self.details))


class Transient(SourceError):
    """The same read may succeed later without anybody doing anything."""


class Misconfigured(SourceError):
    """No read will succeed until a person acts."""


class ReadIncomplete(SourceError):
    """The source answered, but not with all of it."""


class SuspiciouslyEmpty(SourceError):
    """Nothing where there must be, or last time was, something."""


class Progress(Protocol):
    """Told of steps under way; whatever it raises stops the read."""

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """``total`` is None while it is unknown."""


class Capability(NamedTuple):
    """One thing a source can be asked for, and whether it may be asked now."""

    name: str
    works: bool
    error: SourceError | None


class Source(Protocol):
    """One tenant's directory."""

    def read(self, at: datetime, previous: Snapshot | None, progress: Progress) -> Snapshot:
        """All of the directory as it is now; raises SourceError.

        ``at`` (aware, UTC) is stored with it. ``previous`` is the last snapshot: who is missing against it is
        looked up one by one before being believed gone.
        """

    def probe(self) -> tuple[Capability, ...]:
        """Ask for one row of each kind; never raises SourceError."""


def no_progress(phase: str, done: int, total: int | None) -> None:
    """A Progress for nobody."""
