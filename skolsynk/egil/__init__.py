"""The way out: EGIL over HTTP. See ``push``, ``listing`` and ``check``; values in ``target`` and ``values``."""

from __future__ import annotations
