"""Google Workspace as a source, over the Directory API."""

from __future__ import annotations

from skolsynk.sources.google.auth import Keyless, credentials_of
from skolsynk.sources.google.fields import EVERY_FIELD, UnknownFieldError
from skolsynk.sources.google.source import GoogleSource, Reread

__all__ = ["EVERY_FIELD", "GoogleSource", "Keyless", "Reread", "UnknownFieldError", "credentials_of"]
