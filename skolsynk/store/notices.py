"""Notices that are open, whom to tell, and what was told. Every question starts at the tenant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q

from skolsynk.store import sealing
from skolsynk.store.keys import tenant_key
from skolsynk.store.models import Member, Notice, Webhook

KEPT = 100  # notices shown to people


class NoticeFacts(NamedTuple):
    id: int
    connection_id: int | None
    cause: str
    about: Mapping[str, object]
    began_at: datetime
    told_at: datetime | None
    ended_at: datetime | None


class Letterbox(NamedTuple):
    """One member who gets letters. ``chosen``: by a choice of one's own, else as an owner."""

    address: str
    language: str
    units: tuple[str, ...]
    chosen: bool = True


class WebhookFacts(NamedTuple):
    id: int
    address: str
    last_status: int
    last_error: str
    last_at: datetime | None


def current(tenant_id: int) -> tuple[NoticeFacts, ...]:
    """Causes that have begun and not ended."""
    rows = Notice.objects.filter(tenant_id=tenant_id, ended_at=None).order_by("began_at")
    return tuple(NoticeFacts(*row) for row in rows.values_list(*NoticeFacts._fields))


def latest(tenant_id: int) -> tuple[NoticeFacts, ...]:
    """The newest notices, ended ones too."""
    rows = Notice.objects.filter(tenant_id=tenant_id).order_by("-began_at")[:KEPT]
    return tuple(NoticeFacts(*row) for row in rows.values_list(*NoticeFacts._fields))


def begin(
    tenant_id: int, connection_id: int | None, cause: str, about: Mapping[str, object], at: datetime
) -> int | None:
    """A new open notice; None when somebody else has just opened it."""
    words = {"tenant_id": tenant_id, "connection_id": connection_id, "cause": cause, "about": dict(about)}
    try:
        with transaction.atomic():
            return Notice.objects.create(**words, began_at=at, told_at=at).pk
    except IntegrityError:
        return None


def end(tenant_id: int, notice_id: int, at: datetime) -> bool:
    """Close an open notice; False when somebody else has."""
    rows = Notice.objects.filter(tenant_id=tenant_id, pk=notice_id, ended_at=None)
    return bool(rows.update(ended_at=at, recovery_told_at=at))


def letterboxes(tenant_id: int, *, owners: bool = False) -> tuple[Letterbox, ...]:
    """Who wants letters; with ``owners`` also every owner who has signed in."""
    wanted = Q(notices=True) | (Q(role="owner") & ~Q(subject="") if owners else Q(pk__in=()))
    rows = Member.objects.filter(wanted, tenant_id=tenant_id, ended_at=None).order_by("email")
    found = rows.values_list("email", "language", "units", "notices")
    return tuple(Letterbox(email, language or "sv", tuple(units), chosen) for email, language, units, chosen in found)


def webhooks(tenant_id: int) -> tuple[WebhookFacts, ...]:
    rows = Webhook.objects.filter(tenant_id=tenant_id).order_by("created_at")
    return tuple(WebhookFacts(*row) for row in rows.values_list(*WebhookFacts._fields))


def add_webhook(tenant_id: int, address: str, secret: str, at: datetime) -> int | None:
    """Its id; None when the tenant has that address already."""
    try:
        with transaction.atomic():
            row = Webhook.objects.create(tenant_id=tenant_id, address=address, created_at=at)
    except IntegrityError:
        return None
    row.secret = tenant_key(tenant_id).seal(secret.encode(), sealing.webhook(row.pk))
    row.save(update_fields=["secret"])
    return row.pk


def drop_webhook(tenant_id: int, webhook_id: int) -> bool:
    return bool(Webhook.objects.filter(tenant_id=tenant_id, pk=webhook_id).delete()[0])


def secret_of(tenant_id: int, webhook_id: int) -> str:
    """Raises Webhook.DoesNotExist."""
    sealed = bytes(Webhook.objects.values_list("secret", flat=True).get(tenant_id=tenant_id, pk=webhook_id))
    return tenant_key(tenant_id).open(sealed, sealing.webhook(webhook_id)).decode()


def webhook_answered(tenant_id: int, webhook_id: int, status: int, error: str, at: datetime) -> None:
    rows = Webhook.objects.filter(tenant_id=tenant_id, pk=webhook_id)
    rows.update(last_status=status, last_error=error[:200], last_at=at)
