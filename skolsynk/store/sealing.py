"""Which row a sealed value belongs to: the associated data that ``seal`` and ``open`` must be given alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID


def snapshot(tenant_id: int, at: datetime) -> bytes:
    return f"snapshot:{tenant_id}:{at.astimezone(UTC).isoformat()}".encode()


def school(snapshot_id: int, rules_number: int, today: date) -> bytes:
    return f"school:{snapshot_id}:{rules_number}:{today.isoformat()}".encode()


def ledger(connection_id: int, mode: str) -> bytes:
    """To be continued with the resource's id: made once for thousands of rows."""
    return f"ledger:{connection_id}:{mode}:".encode()


def refusal(connection_id: int, mode: str, resource_id: str) -> bytes:
    return f"refusal:{connection_id}:{mode}:{resource_id}".encode()


def receipt(run_id: UUID, resource_id: str) -> bytes:
    return f"receipt:{run_id}:{resource_id}".encode()


def api_key(connection_id: int, mode: str) -> bytes:
    return f"endpoint:{connection_id}:{mode}".encode()


def credentials(tenant_id: int, kind: str) -> bytes:
    return f"source:{tenant_id}:{kind}".encode()


def channel(channel_id: UUID) -> bytes:
    return f"channel:{channel_id}".encode()


def webhook(webhook_id: int) -> bytes:
    return f"webhook:{webhook_id}".encode()


def read_model(read_model_id: int, name: str, number: int) -> bytes:
    return f"read_model:{read_model_id}:{name}:{number}".encode()


def plan(run_id: UUID) -> bytes:
    return f"plan:{run_id}".encode()


def plan_part(run_id: UUID, number: int) -> bytes:
    return f"plan:{run_id}:{number}".encode()
