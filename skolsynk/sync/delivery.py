"""Letters and signed webhooks: how a notice reaches people and their systems. Holds no name of any pupil.

Webhooks follow the Standard Webhooks convention: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``
("v1," and base64 of HMAC-SHA256 over "id.timestamp.body" with the tenant's own secret).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import logging
import secrets
import smtplib
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from skolsynk.environment import address_fault
from skolsynk.store import load, notices

log = logging.getLogger(__name__)
TIMEOUT_S = 10
SECRET_BYTES = 24
INSTALLATION = "installation:"  # how causes begin that are about the app at the customer
WHY = {
    True: (
        "Du får brevet för att du valt det under Inställningar. Det skickas en gång, och en gång när det är över.",
        "You get this letter because you chose it in Settings. It is sent once, and once when it is over.",
    ),
    False: (
        "Du får brevet för att du är ägare i Skolsynk. Det skickas en gång, och en gång när det är över.",
        "You get this letter because you are an owner in Skolsynk. It is sent once, and once when it is over.",
    ),
}


class Told(NamedTuple):
    """One thing to tell."""

    event: str  # "trouble" | "recovered"
    cause: str
    vendor: str  # slug, or ""
    since: datetime
    title_sv: str
    title_en: str
    next_sv: str
    next_en: str
    place: str


def deliver(tenant_id: int, told: Sequence[Told], at: datetime) -> None:
    """To every member who wants letters, and every webhook. What fails is logged and recorded, never raised."""
    if not told:
        return
    tenant = load.tenant(tenant_id)
    _letters(tenant, told)
    for webhook in notices.webhooks(tenant_id):
        for one in told:
            status, error = call(tenant, webhook, one, at)
            notices.webhook_answered(tenant_id, webhook.id, status, error, at)


def _letters(tenant: load.TenantFacts, told: Sequence[Told]) -> None:
    letters = [_letter(tenant, one, box) for one in told for box in notices.letterboxes(tenant.id, owners=of_all(one))]
    if not letters:
        return
    try:
        get_connection().send_messages(letters)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("letters_failed tenant=%s letters=%s error=%s", tenant.id, len(letters), type(error).__name__)


def of_all(told: Told) -> bool:
    """What ends or brings back everything goes to every owner, whoever chose to get letters."""
    return told.cause.startswith(INSTALLATION)


def _letter(tenant: load.TenantFacts, told: Told, box: notices.Letterbox) -> EmailMessage:
    swedish = box.language != "en"
    title = told.title_sv if swedish else told.title_en
    lines = [
        title,
        "",
        told.next_sv if swedish else told.next_en,
        *(["", place_of(tenant, told)] if settings.SITE_URL else []),
        "",
        f"Skolsynk, {tenant.name}",
        WHY[box.chosen][0 if swedish else 1],
    ]
    return EmailMessage(f"Skolsynk: {title}", "\n".join(lines), to=[box.address])


def place_of(tenant: load.TenantFacts, told: Told) -> str:
    """Where something can be done. The overview leads on to all pages."""
    return f"{settings.SITE_URL.rstrip('/')}/h/{tenant.customer_id}/oversikt/"


def call(tenant: load.TenantFacts, webhook: notices.WebhookFacts, told: Told, at: datetime) -> tuple[int, str]:
    """(HTTP status, what went wrong in a word); status 0 when there was no answer."""
    fault = webhook_fault(webhook.address)
    if fault:
        return 0, "address_refused"
    body = json.dumps(_document(tenant, told)).encode()
    headers = signed(notices.secret_of(tenant.id, webhook.id), body, at)
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                webhook.address, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True
            )
    except requests.RequestException as error:
        log.warning("webhook_failed tenant=%s webhook=%s error=%s", tenant.id, webhook.id, type(error).__name__)
        return 0, type(error).__name__
    return answer.status_code, "" if answer.ok else "refused"


def _document(tenant: load.TenantFacts, told: Told) -> dict[str, object]:
    return {
        "type": f"skolsynk.{told.event}",
        "timestamp": told.since.isoformat(),
        "data": {
            "customer_id": tenant.customer_id,
            "cause": told.cause,
            "vendor": told.vendor,
            "title": {"sv": told.title_sv, "en": told.title_en},
            "next": {"sv": told.next_sv, "en": told.next_en},
        },
    }


def signed(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of one delivery."""
    identifier, stamp = f"msg_{secrets.token_hex(12)}", str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{identifier}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "Skolsynk",
        "webhook-id": identifier,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def new_secret() -> str:
    """What the receiver checks signatures with; shown once."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def webhook_fault(address: str) -> str:
    """Why an address may not be called, in a word; "" when it may.

    Only TLS, and no address of the deployment's own network: the certificate must match the name, so that a name which
    later points inwards reaches nothing.
    """
    try:
        fault = address_fault(address, settings.PLAIN_HTTP_HOSTS)
        host = urlsplit(address).hostname or ""
    except ValueError:  # such as brackets that do not close
        return "address"
    if fault:
        return "address"
    if host in settings.PLAIN_HTTP_HOSTS:
        return ""
    try:
        return "" if all(one.is_global for one in _addresses(host)) else "internal"
    except (OSError, UnicodeError):
        return "unknown_host"


def _addresses(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Raises OSError, UnicodeError."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        rows = socket.getaddrinfo(host, None)
    return [ipaddress.ip_address(str(row[4][0]).split("%")[0]) for row in rows]
