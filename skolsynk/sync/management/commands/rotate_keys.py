"""Wrap every tenant's data key under the first of SKOLSYNK_KEYS; after that the older keys may be dropped.

What is sealed stays as it is: only the wrapping of the keys is new. Safe to repeat, and while the site runs.
"""

from __future__ import annotations

from typing import Any

from skolsynk.store import keys
from skolsynk.sync.command import DONE, SkolsynkCommand


class Command(SkolsynkCommand):
    help = __doc__ or ""

    def run(self, **_options: Any) -> int:
        changed = keys.rewrap_all()
        self.answer(
            {"rewrapped": changed},
            f"{changed} tenants' keys were wrapped anew; all are under the first key. The older keys may be dropped.",
        )
        return DONE
