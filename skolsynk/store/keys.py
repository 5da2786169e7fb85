"""Where keys are found: the deployment's in settings (the demo's in a file), a tenant's in its row."""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from skolsynk.store.crypto import KEY_BYTES, KeyRing, TenantKey, new_data_key
from skolsynk.store.models import Tenant


def ring() -> KeyRing:
    """The deployment's keys; the demo makes one beside its database on first use."""
    return _ring(tuple(settings.SKOLSYNK_KEYS) or (_demo_key(settings.SKOLSYNK_VAR / "key"),))


def tenant_key(tenant_id: int) -> TenantKey:
    """One tenant's data key. Raises KeyErasedError, CannotOpenError; Tenant.DoesNotExist."""
    row = Tenant.objects.values_list("customer_id", "key_id", "wrapped_key").get(pk=tenant_id)
    return _tenant_key(ring(), row[0], row[1], bytes(row[2]))


def wrapped_new_key(customer_id: str) -> tuple[str, bytes]:
    """A new data key for a new tenant: ``(key id, wrapped)``."""
    return ring().wrap(new_data_key(), customer_id.encode())


def rewrap_all() -> int:
    """Wrap every tenant's key under the first deployment key; how many that changed. Safe to repeat."""
    keys = ring()
    changed = 0
    for tenant in Tenant.objects.exclude(key_id=keys.current).exclude(wrapped_key=b""):
        owner = tenant.customer_id.encode()
        plain = keys.unwrap(tenant.key_id, bytes(tenant.wrapped_key), owner)
        new_id, wrapped = keys.wrap(plain, owner)
        with transaction.atomic():
            same = Tenant.objects.filter(pk=tenant.pk, key_id=tenant.key_id)
            changed += same.update(key_id=new_id, wrapped_key=wrapped)
    return changed


def erase_tenant_key(tenant_id: int) -> None:
    """Make everything that the tenant's key sealed unreadable, for good."""
    Tenant.objects.filter(pk=tenant_id).update(wrapped_key=b"", key_id="")


@lru_cache(maxsize=8)
def _ring(keys: tuple[bytes, ...]) -> KeyRing:
    return KeyRing(keys)


@lru_cache(maxsize=256)
def _tenant_key(keys: KeyRing, customer_id: str, wrapped_by: str, wrapped: bytes) -> TenantKey:
    return TenantKey(keys.unwrap(wrapped_by, wrapped, customer_id.encode()))


def _demo_key(file: Path) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    if not file.exists():
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as opened:
            opened.write(base64.b64encode(os.urandom(KEY_BYTES)))
        try:
            os.link(draft, file)  # whole or not at all, and the first process wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return base64.b64decode(file.read_bytes())
