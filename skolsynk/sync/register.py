"""The school unit register into the tables: from Skolverket's API v2 or from a file."""

from __future__ import annotations
