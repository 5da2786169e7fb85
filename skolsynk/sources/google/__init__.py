"""Google Workspace as a source, over the Directory API."""

from __future__ import annotations

from skolsynk.sources.google.auth import Keyless
from skolsynk.sources.google.fields import EVERY_FIELD, UnknownFieldError
from skolsynk.sources.google.rereading import Told, WholeRead
from skolsynk.sources.google.source import GoogleSource
from skolsynk.sources.google.watching import Opened, Wish

__all__ = ["EVERY_FIELD", "GoogleSource", "Keyless", "Opened", "Told", "UnknownFieldError", "WholeRead", "Wish"]
