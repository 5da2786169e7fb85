"""People whose data broke stay at the vendor as they are, with all that holds them there, until the days run out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from skolsynk.core.ledger import Held, Ledger
from skolsynk.core.plan.links import MEMBERS, Payloads, body_of, listed, refers_to
from skolsynk.core.plan.values import Facts
from skolsynk.core.roster import Item, Roster
from skolsynk.core.ss12000 import BY_NAME
from skolsynk.core.ss12000.base import ResourceId, canonical, derived_id, references_of, without

Codes = dict[ResourceId, str]  # id -> finding code


@dataclass(frozen=True, slots=True)
class Frozen:
    """``kept`` {id: finding code} is not in the roster and stays; ``bodies`` replace or add to the roster's items."""

    kept: Mapping[ResourceId, str] = field(default_factory=dict)
    bodies: Mapping[ResourceId, Item] = field(default_factory=dict)
    too_long: frozenset[ResourceId] = frozenset()  # broken for so long that they go


def freeze(roster: Roster, ledger: Ledger, facts: Facts, payloads: Payloads) -> Frozen:
    """What broken people at the vendor need in order to stay there as they are.

    Reads payloads only when somebody is frozen: those of the ledger's Employments, StudentGroups and Activities.
    """
    codes, too_long = _sort_out(roster, ledger, facts)
    if not codes:
        return Frozen(too_long=too_long)
    linked = [key for key, row in ledger.items() if row.type in ("Employment", *MEMBERS)]
    payloads.read([*codes, *linked])
    kept = {**codes, **employments_of(codes, ledger, roster.items, payloads)}
    bodies: dict[ResourceId, Item] = {}
    for type_name in ("StudentGroup", "Activity"):
        rows = ((key, ledger[key]) for key in sorted(linked) if ledger[key].type == type_name)
        for key, row in rows:
            _hold_together(key, row, roster, payloads, kept, bodies)
    _keep_what_they_need(kept, bodies, roster, ledger, payloads)
    return Frozen(kept, bodies, too_long)


def _sort_out(roster: Roster, ledger: Ledger, facts: Facts) -> tuple[Codes, frozenset[ResourceId]]:
    codes: Codes = {}
    too_long = set()
    for user, code in sorted(roster.broken.items()):
        if user not in ledger or user in roster.items or user in roster.protected:
            continue
        days = (facts.today - facts.broken_since.get(user, facts.today)).days
        if days < facts.guards.freeze_days:
            codes[user] = code
        else:
            too_long.add(user)
    return codes, frozenset(too_long)


def employments_of(
    users: Mapping[ResourceId, str], ledger: Ledger, items: Container[ResourceId], payloads: Payloads
) -> Codes:
    """Employments at the vendor, not in the roster, of these users: by payload, or by id where none is kept."""
    units = [key for key, row in ledger.items() if row.type == "SchoolUnit"]
    derived = {derived_id(unit, user): users[user] for user in sorted(users) for unit in units}
    found: Codes = {}
    for key, row in ledger.items():
        if row.type != "Employment" or key in items:
            continue
        payload = payloads.get(key)
        if payload is None:
            codes = [derived[key]] if key in derived else []
        else:
            codes = [users[target] for target in refers_to(row.type, payload) if target in users]
        found.update((key, code) for code in codes)
    return found


def _hold_together(
    key: ResourceId, row: Held, roster: Roster, payloads: Payloads, kept: Codes, bodies: dict[ResourceId, Item]
) -> None:
    payload = payloads.get(key)
    if payload is None:
        return
    frozen = sorted(person for person in listed(row.type, payload) if person in kept)
    if key in roster.items:
        if frozen:
            bodies[key] = _put_back(roster.items[key], payload, frozen)
        return
    groups = refers_to(row.type, payload) - listed(row.type, payload) if row.type == "Activity" else frozenset()
    of_kept_group = [group for group in sorted(groups) if group in kept]
    if not of_kept_group and not _only_frozen_left(row, payload, frozen, roster):
        return
    body = _without_the_gone(row, payload, roster, kept)
    if body is not None:
        kept[key] = kept[(frozen or of_kept_group)[0]]
        bodies[key] = Item(row.type, body, row.unit)


def _only_frozen_left(row: Held, payload: bytes, frozen: Iterable[ResourceId], roster: Roster) -> bool:
    """Somebody frozen is in it, and nobody who is in it is still in the roster."""
    return bool(frozen) and not any(person in roster.items for person in listed(row.type, payload))


def _put_back(item: Item, old: bytes, frozen: Iterable[ResourceId]) -> Item:
    """The roster's body with the frozen references of the old one, all in order of id as the roster makes them."""
    attribute = MEMBERS[item.type]
    body = body_of(item.payload)
    entries = {entry["value"]: entry for entry in _entries(body, attribute)}
    before = {entry["value"]: entry for entry in _entries(body_of(old), attribute)}
    entries.update((person, before[person]) for person in frozen)
    body[attribute] = [entries[person] for person in sorted(entries)]
    return item._replace(payload=canonical(body))


def _entries(body: Mapping[str, object], attribute: str) -> list[dict[str, str]]:
    entries = body.get(attribute)
    return entries if isinstance(entries, list) else []


def _without_the_gone(row: Held, payload: bytes, roster: Roster, kept: Codes) -> bytes | None:
    """The old body without the people and groups that neither the roster has nor freezing keeps."""
    kind = BY_NAME[row.type]
    body = body_of(payload)
    pairs = references_of(kind, body)
    gone = {
        target for reference, target in pairs if reference.many and target not in roster.items and target not in kept
    }
    cut = without(kind, body, gone)
    return None if cut is None else canonical(cut)


def _keep_what_they_need(
    kept: Codes, bodies: Mapping[ResourceId, Item], roster: Roster, ledger: Ledger, payloads: Payloads
) -> None:
    """Adds the school units, and what these refer to, that frozen resources refer to and the roster lacks."""
    frontier = dict(kept)
    while frontier:
        payloads.read(frontier)
        needed: Codes = {}
        for key in sorted(frontier):
            payload = bodies[key].payload if key in bodies else payloads.get(key)
            for target in sorted(refers_to(ledger[key].type, payload)):
                if target in ledger and target not in roster.items and target not in kept:
                    needed.setdefault(target, frontier[key])
        kept.update(needed)
        frontier = needed
