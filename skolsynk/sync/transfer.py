"""A tenant's configuration out to a file and in again, for people: checked, shown as a diff, and only then applied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from skolsynk.store import load, members, save
from skolsynk.sync import readmodel, sources, tenants
from skolsynk.sync.configuration import Configuration, ConfigurationError, Wrong, write_yaml


class Checked(NamedTuple):
    """A sound file. ``base`` is the configuration that ``lines`` is a diff against; "" lines: nothing differs."""

    lines: tuple[str, ...]
    base: str
    wanted: Configuration


class Moved(NamedTuple):
    """The configuration changed after the diff was shown: here is the new one. Nothing was written."""

    now: Checked


class Brought(NamedTuple):
    lines: int
    runs: tuple[UUID, ...]  # queued, for the caller to hand to a worker


def written(tenant_id: int) -> str:
    """The file."""
    return write_yaml(tenants.export(tenant_id))


def export(tenant_id: int, *, who: str, at: datetime) -> str:
    """The file, for somebody who takes it away."""
    save.audit(tenant_id, who, "configuration_exported", {}, at)
    return written(tenant_id)


def check(tenant_id: int, text: str) -> Checked:
    """What the file would change. Raises ConfigurationError with everything that is wrong."""
    wanted = tenants.check(text)
    problems = [wrong for rule in RULES if (wrong := rule(tenant_id, wanted))]
    if problems:
        raise ConfigurationError(tuple(problems))
    return Checked(tenants.compare(wanted), _fingerprint(tenant_id), wanted)


@transaction.atomic
def bring_in(tenant_id: int, text: str, *, base: str, who: str, reason: str, at: datetime) -> Brought | Moved:
    """Make the tables say what the file says, if they still say what the diff was shown against.

    Raises ConfigurationError.
    """
    members.hold(tenant_id)
    now = check(tenant_id, text)
    if now.base != base:
        return Moved(now)
    applied = tenants.apply(now.wanted, author=who, reason=reason, at=at)
    runs = readmodel.queue_school(tenant_id, at, who) if applied.lines else ()
    return Brought(len(applied.lines), runs)


def _fingerprint(tenant_id: int) -> str:
    return hashlib.sha256(written(tenant_id).encode()).hexdigest()


def _own_customer(tenant_id: int, wanted: Configuration) -> Wrong | None:
    """Whoever may change one tenant may not write another's name into a file and change that."""
    if wanted.customer_id == load.tenant(tenant_id).customer_id:
        return None
    return Wrong(
        "tenant.customer_id",
        "the file is for another organisation",
        "filen hör till en annan organisation",
    )


def _own_administrator(tenant_id: int, wanted: Configuration) -> Wrong | None:
    source = load.source(tenant_id)
    if source and source.subject == wanted.subject:
        return None
    fault = sources.fault_of(tenant_id, wanted.subject)
    return Wrong("source.subject", fault.text("en"), fault.text("sv")) if fault else None


RULES: tuple[Callable[[int, Configuration], Wrong | None], ...] = (_own_customer, _own_administrator)
