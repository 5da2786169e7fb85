"""The customers of the fake Google: look-ups over their directories, which may change while they are served."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from skolsynk.sandbox.directory import UNDELETE_FOR, Directory, timestamp

Row = dict[str, Any]
USER_DEFAULTS: Row = {
    "kind": "admin#directory#user",
    "isAdmin": False,
    "isDelegatedAdmin": False,
    "suspended": False,
    "archived": False,
}


@dataclass
class Tenancy:
    """``directories`` may get or lose customers, and have one replaced, at any time."""

    directories: dict[str, Directory]
    _rows: dict[tuple[str, str], tuple[Directory, int, list[Row]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> list[Directory]:
        return list(self.directories.values())

    def of_address(self, email: str) -> tuple[Directory, Row] | None:
        """The customer and user with this primary address or alias."""
        if "@" not in email:
            return None
        found = ((one, one.find_user(email)) for one in self.all())
        return next(((directory, user) for directory, user in found if user is not None), None)

    def users(self, directory: Directory) -> list[Row]:
        return self._listed(directory, "users")

    def groups(self, directory: Directory) -> list[Row]:
        return self._listed(directory, "groups")

    def deleted(self, directory: Directory) -> list[Row]:
        """Users deleted less than 20 days ago."""
        oldest = timestamp(directory.clock() - UNDELETE_FOR)  # by its own clock: in a demo, days pass as told
        with directory.lock:
            return [row for row in directory.deleted_users.values() if row["deletionTime"] > oldest]

    def was_deleted(self, directory: Directory, key: str) -> bool:
        low = key.casefold()
        return any(low in (row["id"], row["primaryEmail"].casefold()) for row in self.deleted(directory))

    def _listed(self, directory: Directory, name: str) -> list[Row]:
        # A list of 50,000 is asked for in a hundred pages: made once for each version of the directory.
        with self._lock, directory.lock:
            held = self._rows.get((directory.customer_id, name))
            if held is None or held[0] is not directory or held[1] != directory.version:
                held = (directory, directory.version, list(getattr(directory, name).values()))
                self._rows[(directory.customer_id, name)] = held
            return held[2]


def whole_user(row: Row, customer: str) -> Row:
    """A user with the keys that Google always gives."""
    return {**USER_DEFAULTS, "customerId": customer, **row}


def primary_domain(directory: Directory) -> str:
    return next((str(one["domainName"]) for one in directory.domains if one.get("isPrimary")), "")


def in_subtree(path: str, top: str) -> bool:
    low, above = path.casefold(), top.casefold().rstrip("/")
    return low == above or low.startswith(above + "/")
