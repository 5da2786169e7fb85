"""Directories that a snapshot can be read from. A new one is a package here and a line in ``SOURCES``."""

from __future__ import annotations

from typing import NamedTuple


class SourceKind(NamedTuple):
    slug: str  # as stored, and as in Snapshot.source
    name: str  # a product name, the same in every language
    made_by: str  # "module:name" of what opens it; imported when used, as client libraries are large


SOURCES: tuple[SourceKind, ...] = (SourceKind("google", "Google Workspace", "skolsynk.sources.google:GoogleSource"),)
