"""Protected identity leaves what waits: its id is cut out of groups and activities whose change does not flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from skolsynk.core.ledger import Ledger, Verb
from skolsynk.core.plan.links import MEMBERS, Payloads, body_of, refers_to
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
    """One update for each ledger row ``staying`` as it is that refers, or may refer, to somebody protected.

    The body is what the vendor has, without them; nothing else of it changes.
    """
    protected = {change.id for change in changes.values() if change.cause == "protected"}
    for resource_id in sorted(staying) if protected else ():
        row = ledger[resource_id]
        if row.type not in MEMBERS:
            continue
        change = changes.get(resource_id)
        before = payloads.get(resource_id)
        # A body that timed out at its creation: the new one, as far as it can be sent, tells what it may hold.
        base = before or (change.payload if change else None)
        references = refers_to(row.type, base)
        unsure = row.fingerprint is None and base is not None
        if not references & protected and not unsure:
            continue
        gone = protected | {target for target in references if target not in ledger}
        body = without(BY_NAME[row.type], body_of(base or b"{}"), gone)
        if body is None:
            continue
        payload = canonical(body)
        attributes = changed_attributes(body_of(before or b"{}"), body)
        yield Change(
            Verb.UPDATE,
            row.type,
            resource_id,
            row.unit,
            payload,
            fingerprint(payload, key),
            before,
            attributes,
            0,
            "protected",
            approved=True,
        )
