"""Protected identity leaves what waits: its id is cut out of groups and activities whose change does not flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from skolsynk.core.ledger import Held, Ledger, Verb
from skolsynk.core.plan.links import MEMBERS, RANK, Payloads, body_of, refers_to
from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import ResourceId, canonical, changed_attributes, fingerprint, without


def redactions(
    changes: Mapping[ResourceId, Change],
    staying: Iterable[ResourceId],
    ledger: Ledger,
    payloads: Payloads,
    key: bytes,
) -> Iterator[Change]:
    """One change for each ledger row ``staying`` as it is that refers, or may refer, to somebody protected.

    An update to what the vendor has, without them and otherwise the same. A row of which no content was ever
    proven may hold anybody and has nothing to cut from: it is deleted, and made anew when its own change flows.
    """
    gone = {change.id for change in changes.values() if change.cause == "protected"}
    if not gone:
        return
    lists = [resource_id for resource_id in staying if ledger[resource_id].type in MEMBERS]
    for resource_id in sorted(lists, key=lambda one: (RANK[ledger[one].type], one)):
        row, before = ledger[resource_id], payloads.get(resource_id)
        references = refers_to(row.type, before)
        if row.fingerprint is not None and not references & gone:
            continue
        change = _redaction(resource_id, row, before, gone | references.difference(ledger), key)
        if change.verb is Verb.DELETE:
            gone.add(resource_id)
        yield change


def _redaction(resource_id: ResourceId, row: Held, before: bytes | None, gone: set[ResourceId], key: bytes) -> Change:
    old = body_of(before or b"{}")
    body = without(BY_NAME[row.type], old, gone) if old else None
    delete = Change(Verb.DELETE, row.type, resource_id, row.unit, None, None, before, (), 1, "protected", approved=True)
    if body is None:
        return delete
    payload = canonical(body)
    return delete._replace(
        verb=Verb.UPDATE,
        payload=payload,
        fingerprint=fingerprint(payload, key),
        attributes=changed_attributes(old, body),
        removals=0,
    )
