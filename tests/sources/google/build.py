"""A small customer, a fake Google that serves it, and a source that reads it without sleeping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from skolsynk.core.snapshot import Snapshot
from skolsynk.sandbox.directory import Directory
from skolsynk.sandbox.google import FakeGoogle, new_service_account
from skolsynk.sources.google import GoogleSource

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
CUSTOMER = "C01liten"
ADMIN = "admin@liten.example"


@cache
def key_file() -> dict[str, str]:
    """Making a key takes a tenth of a second: one for all tests."""
    return new_service_account()


def user(number: int, path: str = "/Elever/7A", **more: Any) -> dict[str, Any]:
    return {
        "id": f"u{number}",
        "primaryEmail": f"Elev{number}@liten.example",
        "name": {"givenName": f"Elev{number}", "familyName": "Ek"},
        "orgUnitPath": path,
        "suspended": False,
        "archived": False,
        "organizations": [{"department": "7A", "title": "Elev", "primary": True}],
        **more,
    }


def member(key: str, kind: str = "USER", role: str = "MEMBER", **more: str) -> dict[str, str]:
    status = {"status": "ACTIVE"} if kind == "USER" else {}
    return {"id": key, "type": kind, "role": role, **status, **more}


def directory(pupils: int = 3, groups: int = 1) -> Directory:
    """An administrator in /Kontor, pupils in /Elever/7A, and groups of all pupils."""
    made = Directory(
        CUSTOMER,
        {"alternateEmail": "kommun@liten.example"},
        domains=[{"domainName": "liten.example", "isPrimary": True, "verified": True}],
    )
    for path in ("/Elever", "/Elever/7A", "/Kontor"):
        made.add_org_unit(path, "id:" + path.rpartition("/")[2])
    made.add_user({**user(0, "/Kontor"), "id": "admin", "primaryEmail": ADMIN, "isAdmin": True})
    for number in range(1, pupils + 1):
        made.add_user(user(number))
    for number in range(1, groups + 1):
        group = {"id": f"g{number}", "email": f"Klass{number}@liten.example", "name": f"Klass {number}"}
        made.add_group(group, [member(f"u{one}") for one in range(1, pupils + 1)])
    return made


@dataclass
class Pauses:
    """Counts the waits instead of waiting."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass
class Scene:
    google: FakeGoogle
    directory: Directory
    pauses: Pauses = field(default_factory=Pauses)

    def source(self, **how: Any) -> GoogleSource:
        chosen: dict[str, Any] = {
            "credentials": key_file(),
            "subject": ADMIN,
            "root_url": self.google.url,
            "token_uri": self.google.token_uri,
            "pause": self.pauses,
            "tries": 4,
            "workers": 2,
            "field_paths": frozenset({"organizations.department"}),
        }
        return GoogleSource(**{**chosen, **how})

    def read(self, previous: Snapshot | None = None, **how: Any) -> Snapshot:
        return self.source(**how).read(AT, previous)

    def delegate(self, scopes: Iterable[str]) -> None:
        self.google.delegate(key_file()["client_email"], CUSTOMER, scopes)


@contextmanager
def scene(made: Directory | None = None, **how: Any) -> Iterator[Scene]:
    served = made or directory()
    with FakeGoogle({served.customer_id: served}, [key_file()], **how) as google:
        yield Scene(google, served)
