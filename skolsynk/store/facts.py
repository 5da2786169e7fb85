"""Rows as values, for those who must not hold a row: what ``load`` gives out beside core's own types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from skolsynk.core.connection import Mode
from skolsynk.core.ss12000.base import ResourceId

JsonMap = Mapping[str, Any]  # as its own parser will find out


class TenantFacts(NamedTuple):
    id: int
    customer_id: str
    name: str
    organisation_number: str
    namespace: UUID
    status: str


class SourceFacts(NamedTuple):
    kind: str
    subject: str
    school_containers: tuple[str, ...]
    credentials: str  # opened; "" means the deployment's


class RulesFacts(NamedTuple):
    id: int
    number: int
    json: object


class ConnectionFacts(NamedTuple):
    id: int
    tenant_id: int
    vendor: str
    mode: Mode
    selection: JsonMap
    guards: JsonMap
    schedule: JsonMap
    paused_until: datetime | None


class EndpointFacts(NamedTuple):
    """The connection's own words; "" and {} mean the deployment's settings or the vendor file's."""

    address: str
    header: str
    ca_file: str
    media_type: str
    limits: JsonMap
    api_key: str  # opened


class LedgerEntry(NamedTuple):
    """One ledger row for people: what, where, since when, and by which run."""

    id: ResourceId
    type: str
    unit: str
    proven: bool
    payload: bytes | None
    run: UUID | None
    at: datetime


class Refusal(NamedTuple):
    """One refused payload for people: the vendor's own words."""

    id: ResourceId
    type: str
    verb: str
    status: int
    message: str
    at: datetime


class RunFacts(NamedTuple):
    """One run as it was when it was asked for."""

    id: UUID
    tenant_id: int
    connection_id: int | None
    kind: str
    mode: str
    trigger: str
    state: str
    worker: str
    attempts: int
    at: datetime
    today: date
    counts: JsonMap
    timings: JsonMap
    error_code: str
    error_args: Sequence[str]

    @property
    def rehearsal(self) -> bool:
        """Of another day than its own: nothing that it finds is kept."""
        return self.trigger == "rehearsal"

    @classmethod
    def unstored(cls, connection: ConnectionFacts, mode: Mode, *, at: datetime, today: date) -> RunFacts:
        """For a look at what a plan would say: a run that no table knows."""
        nobody = UUID(int=0)
        return cls(
            nobody, connection.tenant_id, connection.id, "plan", mode, "look", "", "", 0, at, today, {}, {}, "", ()
        )
