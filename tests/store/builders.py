"""Rows and values for the tests of the store: invented, and as small as they can be."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import NamedTuple

from skolsynk.core.ledger import Answer, Receipt, Verb
from skolsynk.core.plan.values import Change, Hold, Plan
from skolsynk.core.snapshot import Container, Domain, Group, Member, MemberKind, Person, Snapshot
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import claims, load, save
from skolsynk.store.crypto import TenantKey

AT = datetime(2026, 1, 30, 7, 15, tzinfo=UTC)
TODAY = date(2026, 1, 30)
TEST = "test"


class World(NamedTuple):
    tenant: int
    connection: int
    run: uuid.UUID
    key: TenantKey


def world(customer_id: str = "C01bjorkvik") -> World:
    """One tenant with one connection and one claimed push."""
    tenant = save.tenant(customer_id, "Björkviks kommun", at=AT)
    connection = save.connection(tenant, "sandbox", selection={}, guards={}, schedule={}, at=AT)
    run = claims.create_run(tenant, "push", at=AT, today=TODAY, connection_id=connection, mode=TEST)
    assert claims.claim(run, "worker-1", AT)
    return World(tenant, connection, run, load.tenant_key(tenant))


def new_id(number: int) -> ResourceId:
    return ResourceId(str(uuid.UUID(int=number)))


def receipt(
    number: int,
    verb: Verb = Verb.CREATE,
    answer: Answer = Answer.DONE,
    *,
    payload: bytes | None = b'{"a":1}',
    message: str = "",
    removals: int = 0,
    approved: bool = False,
    unit: str = "12345678",
    kind: str = "User",
    at: datetime = AT,
    mac: bytes | None = b"f" * 16,
) -> Receipt:
    status = {Answer.DONE: 200, Answer.REJECTED: 400}.get(answer, 0)
    identifier = new_id(number)
    return Receipt(identifier, kind, verb, answer, status, message, payload, mac, unit, removals, approved, 1, at)


def change(number: int, verb: Verb = Verb.CREATE, *, mac: bytes | None = b"f" * 16, cause: str = "new") -> Change:
    return Change(verb, "User", new_id(number), "12345678", b"{}", mac, None, (), 0, cause)


def plan_holding(*holds: Hold) -> Plan:
    return Plan(AT, flowing=(), held=holds, trips=(), frozen={}, refused={}, unchanged=0, unproven=0)


def snapshot(at: datetime = AT, people: int = 3) -> Snapshot:
    members = tuple(Member(f"p{number}", MemberKind.PERSON, "MEMBER") for number in range(people))
    return Snapshot(
        source="google",
        tenant_key="C01bjorkvik",
        at=at,
        people=tuple(
            Person(f"p{number}", f"elev{number}@bjorkvik.example", "Elsa", "Ek", "/Elever/7A", False, False, {})
            for number in range(people)
        ),
        containers=(Container("", "/", ""), Container("o1", "/Elever/7A", "7A")),
        groups=(Group("g1", "7a@bjorkvik.example", "7A", "", members),),
        domains=(Domain("bjorkvik.example", primary=True, verified=True),),
        outside={"/Politiker": 49},
    )
