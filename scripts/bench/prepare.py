"""What is measured on: an invented municipality, read over HTTP from a fake Google into a database of its own.

Runs in a process that ends before anything is measured.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command

from skolsynk.core.connection import Mode
from skolsynk.core.ledger import Held
from skolsynk.core.register import RegisteredUnit
from skolsynk.sandbox import municipality
from skolsynk.sandbox.google import FakeGoogle, Quota, new_service_account
from skolsynk.store import claims, load, register, save
from skolsynk.sync import directory, modes, run, tenants
from skolsynk.sync.configuration import write_yaml
from skolsynk.sync.rehearsal import configuration_of

AT = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # a Monday in a calm part of the school year
VENDOR = "sandbox"  # takes all types, so that nothing is left out
CONVENTION = "org_units"  # classes from the tree, teaching groups from Google groups
GROUPS_PER_CLASS = 1.4
UNLIMITED = 10_000_000  # calls a minute


def read(people: int) -> dict[str, int]:
    """A stored snapshot, nothing pushed."""
    with _invented(people, Quota(None), GROUPS_PER_CLASS) as (tenant_id, google):
        settings.GOOGLE_ROOT_URL, settings.GOOGLE_TOKEN_URI = google.url + "/", google.token_uri
        source = replace(directory.source(tenant_id), calls_per_minute=UNLIMITED)
        save.snapshot(tenant_id, source.read(AT))
    connection = load.connection_to(tenant_id, VENDOR)
    assert connection is not None
    return {"tenant": tenant_id, "connection": connection.id}


def hold(tenant: int, connection: int) -> dict[str, int]:
    """The vendor has got everything: the ledger says that all creates of the first plan were answered 201."""
    facts = claims.RunFacts.unstored(load.connection(connection), Mode.TEST, at=AT, today=AT.date())
    plan = run.plan_of(load.connection(connection), Mode.TEST, facts)
    rows = {
        change.id: (Held(change.type, change.fingerprint, change.unit), change.payload or b"")
        for change in plan.flowing
    }
    save.ledger_rows(connection, Mode.TEST, rows, at=AT)
    return {"tenant": tenant, "connection": connection, "resources": len(rows)}


def google(people: int, groups_per_class: float) -> dict[str, Any]:
    """Serve a Google with its real quota until standard input ends; the address is the first line printed."""
    with _invented(people, Quota(), groups_per_class) as (tenant_id, served):
        directory_ = next(iter(served.directories.values()))
        told = {"tenant": tenant_id, "url": served.url, "token_uri": served.token_uri}
        began = _processor_s()
        print(json.dumps({**told, "groups": len(directory_.groups), "people": len(directory_.users)}), flush=True)
        sys.stdin.read()
        return {
            "calls": sum(1 for one in served.log if "/admin/" in one.path),
            "refused": served.gauge.refused,
            "most_in_window": served.gauge.most_in_window,
            "cpu_s": _processor_s() - began,
        }


def change(tenant: int, connection: int, people: int) -> dict[str, int]:
    """A newer snapshot in which so many people that the vendor holds have got another family name."""
    _, before = _newest(tenant)
    ids = load.identity(tenant).people
    held = load.ledger(connection, Mode.TEST)
    known = [person.key for person in before.people if ids.get(person.key) in held]
    chosen = {known[place * len(known) // people] for place in range(people)}
    renamed = tuple(
        person._replace(family_name=person.family_name + "-Ek") if person.key in chosen else person
        for person in before.people
    )
    save.snapshot(tenant, replace(before, people=renamed, at=before.at + timedelta(hours=1)))
    return {"changed": len(chosen)}


def _newest(tenant_id: int) -> tuple[int, Any]:
    newest = load.latest_snapshot(tenant_id)
    assert newest is not None
    return newest


@contextmanager
def _invented(people: int, quota: Quota, groups_per_class: float) -> Iterator[tuple[int, FakeGoogle]]:
    """A configured tenant whose connection is in test mode, and its Google."""
    call_command("migrate", verbosity=0)
    town = municipality.make(1, people, CONVENTION, date(AT.year, AT.month, AT.day), groups_per_class=groups_per_class)
    key_file = new_service_account()
    with FakeGoogle({town.directory.customer_id: town.directory}, [key_file], quota=quota) as served:
        register.register((_unit(row) for row in town.school_units), AT, complete=False)
        wanted = tenants.check(write_yaml(configuration_of(town, (VENDOR,))))
        tenant_id = tenants.apply(wanted, author="bench", reason="benchmark", at=AT).tenant_id
        save.source_credentials(tenant_id, json.dumps(key_file))
        connection = load.connection_to(tenant_id, VENDOR)
        assert connection is not None
        save.endpoint(connection.id, Mode.TEST, limits={"requests_per_second": 0, "concurrency": 64})
        modes.switch(connection, Mode.TEST, None, who="bench", at=AT)
        yield tenant_id, served


def _unit(row: dict[str, Any]) -> RegisteredUnit:
    """An invented unit as the register would tell of it."""
    empty = dict.fromkeys(RegisteredUnit._fields, "")
    known = {"code": row["code"], "name": row["name"], "status": "AKTIV", "email_domain": row["email_domain"]}
    return RegisteredUnit(**{**empty, **known, "school_types": tuple(row["school_types"])})


def _processor_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime
