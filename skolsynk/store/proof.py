"""Answers -> rows, a few dozen at a time: what the vendor now holds, what it said, what it refused.

The hottest writes of the program (one transaction for every 32 answers), so they are plain SQL that PostgreSQL and
SQLite share; everything else in ``store`` goes through Django's models.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from skolsynk.core.ledger import Answer, Held, Receipt, Settled, settle
from skolsynk.core.ss12000.base import ResourceId
from skolsynk.store import sealing
from skolsynk.store.crypto import TenantKey
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import Connection, Run

LARGEST_GROUP = 32
Row = tuple[Any, ...]


# The columns of each statement stand in the order in which _Writer makes its rows.
HOLD = """
    INSERT INTO store_ledgerrow
        (connection_id, mode, resource_type, resource_id, fingerprint, payload, unit, run, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (connection_id, mode, resource_id) DO UPDATE SET
        resource_type = excluded.resource_type, fingerprint = excluded.fingerprint, payload = excluded.payload,
        unit = excluded.unit, run = excluded.run, at = excluded.at
"""
# Content unknown: the last proven payload stays, for explaining; a new row keeps what was sent.
DOUBT = """
    INSERT INTO store_ledgerrow
        (connection_id, mode, resource_type, resource_id, fingerprint, payload, unit, run, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (connection_id, mode, resource_id) DO UPDATE SET
        fingerprint = NULL, run = excluded.run, at = excluded.at
"""
DROP = "DELETE FROM store_ledgerrow WHERE connection_id = %s AND mode = %s AND resource_id = %s"
ADD_RECEIPT = """
    INSERT INTO store_receiptrow
        (run_id, connection_id, mode, resource_type, resource_id, verb, answer, status, message,
         words, unit, removals, approved, tries, fingerprint, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
REFUSE = """
    INSERT INTO store_refusalrow
        (connection_id, mode, resource_type, resource_id, verb, fingerprint, status, message, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (connection_id, mode, resource_id) DO UPDATE SET
        resource_type = excluded.resource_type, verb = excluded.verb, fingerprint = excluded.fingerprint,
        status = excluded.status, message = excluded.message, at = excluded.at
"""
ANY_REFUSED = "SELECT 1 FROM store_refusalrow WHERE connection_id = %s AND mode = %s LIMIT 1"
ACCEPT = "DELETE FROM store_refusalrow WHERE connection_id = %s AND mode = %s AND resource_id = %s"
USE_APPROVAL = """
    UPDATE store_approvalrow SET used_at = %s
    WHERE connection_id = %s AND mode = %s AND resource_id = %s AND verb = %s AND used_at IS NULL
"""


def receipts(
    run_id: UUID,
    connection_id: int,
    mode: str,
    settled: Sequence[Receipt],
    key: TenantKey,
    worker: str = "",
) -> bool:
    """Store one group of answers, at most 32, in one transaction. False when the run is no longer the worker's.

    A worker that was taken for dead and comes back may overlap with its successor: which of their two answers the
    vendor gave last cannot be known, so what it brings is kept as of unknown content, and the next run heals it.
    """
    if len(settled) > LARGEST_GROUP:
        raise ValueError(f"{len(settled)} receipts in one group; at most {LARGEST_GROUP}.")
    with transaction.atomic():
        writer = _Writer(run_id, connection_id, mode, key)
        ours = not worker or Run.objects.filter(pk=run_id, state="running", worker=worker).exists()
        for receipt in settled:
            writer.add(receipt, settle(receipt.verb, receipt.answer), ours=ours)
        with connection.cursor() as cursor:
            writer.write(cursor)
    return ours


def ledger_rows(
    connection_id: int,
    mode: str,
    rows: Mapping[ResourceId, tuple[Held, bytes]],
    *,
    dropped: Collection[ResourceId] = (),
    at: datetime,
) -> None:
    """Make the ledger say what was found at the vendor: these rows are there, ``dropped`` are not."""
    key = tenant_key(Connection.objects.values_list("tenant_id", flat=True).get(pk=connection_id))
    writer = _Writer(None, connection_id, mode, key)
    for resource_id, (held, payload) in rows.items():
        writer.hold(resource_id, held, payload, writer.time(at))
    writer.dropped.extend((connection_id, mode, resource_id) for resource_id in dropped)
    with transaction.atomic(), connection.cursor() as cursor:
        writer.write(cursor)


class _Writer:
    """Rows of one group, by statement."""

    def __init__(self, run_id: UUID | None, connection_id: int, mode: str, key: TenantKey) -> None:
        self._run_id = run_id
        self._run = run_id if run_id is None or connection.features.has_native_uuid_field else run_id.hex
        self._where = (connection_id, mode)
        self._key = key
        self._sealed_for = sealing.ledger(connection_id, mode)
        self._native_times = connection.features.supports_timezones
        self.receipts: list[Row] = []
        self.held: list[Row] = []
        self.doubted: list[Row] = []
        self.dropped: list[Row] = []
        self.refused: list[Row] = []
        self.accepted: list[Row] = []
        self.approved: list[Row] = []

    def add(self, receipt: Receipt, settled: Settled, *, ours: bool) -> None:
        at = self.time(receipt.at)
        self._note(receipt, at)
        if not ours and settled in (Settled.HOLD, Settled.DROP):
            settled = Settled.UNSURE
        if settled is Settled.HOLD:
            held = Held(receipt.type, receipt.fingerprint, receipt.unit)
            self.hold(receipt.id, held, receipt.payload or b"{}", at)
        elif settled is Settled.UNSURE:
            self._doubt(receipt, at)
        elif settled is Settled.DROP:
            self.dropped.append((*self._where, receipt.id))
        if receipt.answer is Answer.DONE:
            self.accepted.append((*self._where, receipt.id))
            if receipt.approved:
                self.approved.append((at, *self._where, receipt.id, receipt.verb.value))
        elif receipt.answer is Answer.REJECTED:
            self._refuse(receipt, at)

    def hold(self, resource_id: ResourceId, held: Held, payload: bytes, at: object) -> None:
        sealed = self._key.seal(payload, self._sealed_for + resource_id.encode())
        row = (*self._where, held.type, resource_id, held.fingerprint, sealed, held.unit, self._run, at)
        self.held.append(row)

    def _doubt(self, receipt: Receipt, at: object) -> None:
        sealed = self._key.seal(receipt.payload or b"{}", self._sealed_for + receipt.id.encode())
        self.doubted.append((*self._where, receipt.type, receipt.id, None, sealed, receipt.unit, self._run, at))

    def _refuse(self, receipt: Receipt, at: object) -> None:
        words = self._key.seal(receipt.message.encode(), sealing.refusal(*self._where, receipt.id))
        verb, mac = receipt.verb.value, receipt.fingerprint
        self.refused.append((*self._where, receipt.type, receipt.id, verb, mac, receipt.status, words, at))

    def _note(self, receipt: Receipt, at: object) -> None:
        words = same = b""
        if receipt.message and self._run_id:
            words = self._key.seal(receipt.message.encode(), sealing.receipt(self._run_id, receipt.id))
            same = same_words(self._key, receipt.status, receipt.message)
        about = (receipt.type, receipt.id, receipt.verb.value, receipt.answer.value, receipt.status, words, same)
        counted = (receipt.unit, receipt.removals, receipt.approved, receipt.tries, receipt.fingerprint, at)
        self.receipts.append((self._run, *self._where, *about, *counted))

    def time(self, at: datetime) -> object:
        """As Django's fields store it: SQLite keeps UTC as text."""
        return at if self._native_times else str(at.astimezone(UTC).replace(tzinfo=None))

    def write(self, cursor: CursorWrapper) -> None:
        if self.accepted:
            cursor.execute(ANY_REFUSED, self._where)
            if cursor.fetchone() is None:
                self.accepted.clear()  # the common case, and one question instead of thirty
        for statement, rows in (
            (HOLD, self.held),
            (DOUBT, self.doubted),
            (DROP, self.dropped),
            (ADD_RECEIPT, self.receipts),
            (REFUSE, self.refused),
            (ACCEPT, self.accepted),
            (USE_APPROVAL, self.approved),
        ):
            if rows:
                cursor.executemany(statement, rows)


UUIDS = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def same_words(key: TenantKey, status: int, message: str) -> bytes:
    """16 bytes, equal for answers that say the same of different resources; they tell nothing to who lacks the key."""
    return bytes.fromhex(key.search_token(f"{status} {UUIDS.sub('', message)}"))
