"""Short words for a customer that removes the app and comes back, and a search for what is left of people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.apps import apps

from skolsynk.core.connection import Mode
from skolsynk.core.installation import Event
from skolsynk.sandbox.google.accounts import READ_SCOPES
from skolsynk.store import installations
from skolsynk.store.models import AuditEvent, IdentityRow, Member, Tenant
from skolsynk.sync import installation
from tests.scenarios.theatre import Theatre, theatre
from tests.web.conftest import member

DAY = timedelta(hours=24)


@contextmanager
def two_vendors() -> Iterator[Theatre]:
    """Read, and pushed to the sandbox in test; Binogi is live and has got everything."""
    with theatre(people=60, vendors=("sandbox", "binogi")) as made:
        made.sync()
        made.switch(Mode.LIVE, "binogi")
        made.push("binogi")
        made.approve(vendor="binogi")
        made.push("binogi")
        assert made.held("binogi")
        installation.look(made.tenant_id, made.at)
        yield made


def look(town: Theatre, **later: int) -> Event:
    town.pass_time(**later)
    return installation.look(town.tenant_id, town.at).event


def delegate(town: Theatre, *scopes: str) -> None:
    town.stage.google.delegate(town.stage.account["client_email"], town.stage.town.directory.customer_id, scopes)


def remove(town: Theatre) -> None:
    delegate(town)


def install(town: Theatre) -> None:
    delegate(town, *READ_SCOPES)


def quarantined(town: Theatre) -> None:
    remove(town)
    assert look(town) is Event.MISSED
    assert look(town, hours=25) is Event.QUARANTINED


def purged(town: Theatre) -> None:
    quarantined(town)
    town.pass_time(days=31)
    assert installation.purge(town.at) == 1


def now(town: Theatre) -> installations.InstallationFacts:
    found = installations.of(town.tenant_id)
    assert found is not None
    return found


def calls(town: Theatre) -> int:
    """Everything that any vendor has been sent, ever."""
    return sum(len(one.log(vendor)) for one in town.stage.receivers.values() for vendor in town.stage.vendors)


def whats(tenant_id: int) -> list[str]:
    return list(AuditEvent.objects.filter(tenant_id=tenant_id).order_by("pk").values_list("what", flat=True))


def neighbour() -> int:
    """Somebody else who is read and sent."""
    with theatre(people=60, seed=2) as other:
        other.sync()
        installation.look(other.tenant_id, other.at)
        return other.tenant_id


def save_owner(town: Theatre) -> Member:
    return member(town.tenant_id, "owner")


def identities(tenant_id: int) -> dict[tuple[str, str, int], str]:
    rows = IdentityRow.objects.filter(tenant_id=tenant_id)
    return {(kind, key, gen): made for kind, key, gen, made in rows.values_list(
        "kind", "source_key", "generation", "resource_id"
    )}  # fmt: skip


def rows_of(tenant_id: int) -> Iterator[Any]:
    """Every row of every table that belongs to the tenant, however far away."""
    ways = ("tenant_id", "connection__tenant_id", "run__tenant_id", "snapshot__tenant_id", "read_model__tenant_id",
            "plan__connection__tenant_id")  # fmt: skip
    for model in apps.get_app_config("store").get_models():
        names = {field.name for field in model._meta.get_fields()}
        way = next((one for one in ways if one.partition("_")[0] in {name.partition("_")[0] for name in names}
                    and one.split("__")[0].removesuffix("_id") in names), None)  # fmt: skip
        if way is not None:
            yield from model._default_manager.filter(**{way: tenant_id})
    yield from Tenant.objects.filter(pk=tenant_id)


def texts_of(tenant_id: int) -> str:
    rows = [{name: str(value) for name, value in vars(row).items() if name != "_state"} for row in rows_of(tenant_id)]
    return json.dumps(rows, ensure_ascii=False)


def sealed_of(tenant_id: int) -> dict[str, int]:
    """{table.column: rows} of everything that a key has sealed; members of classes are ids, and no secret."""
    found: dict[str, int] = {}
    for row in rows_of(tenant_id):
        for name, value in vars(row).items():
            if isinstance(value, bytes | memoryview) and bytes(value) and name not in ("members", "wrapped_key"):
                found[f"{type(row).__name__}.{name}"] = found.get(f"{type(row).__name__}.{name}", 0) + 1
    return found
