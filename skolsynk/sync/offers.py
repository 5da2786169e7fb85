"""Every vendor there is, and where the tenant stands with each: what the list of vendors says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from skolsynk.core.connection import Mode, Selection
from skolsynk.core.connection_json import selection_from_json
from skolsynk.core.filters import SelectionError, near
from skolsynk.core.filters.kinds import AddressDomain
from skolsynk.core.filters.near import Known, Lost
from skolsynk.core.readmodel.values import SelectionEffect
from skolsynk.core.vendor import Vendor
from skolsynk.egil.values import expected_seconds
from skolsynk.store import connections as rows
from skolsynk.store import load, trust
from skolsynk.sync import connections, reach, readmodel, targets
from skolsynk.sync.connections import Relation
from skolsynk.sync.errors import Misconfigured

KEPT = 256
AT_ONCE = 5000  # people of a directory that are counted for a whole list while somebody waits
Only = Collection[str] | None
Ways = Mapping[tuple[int, str], rows.Way]


class Offer(NamedTuple):
    """One vendor; the rest is None, 0 or "" while the tenant has not added it."""

    vendor: Vendor
    stored: rows.Stored | None
    relation: Relation
    people: int | None  # whom the selection takes; None: cannot be counted now, or not yet
    pending: bool  # it can be counted, but that takes a while: ask for one at a time
    held: int
    refused: int
    next: str  # code of what to do next: "add" | "select" | "ask" | "key" | "test" | "review" | "refused" | "live" | ""

    @property
    def mode(self) -> Mode:
        return self.stored.facts.mode if self.stored else Mode.OFF


class Push(NamedTuple):
    """What a first push takes, about."""

    resources: int
    per_second: float | None  # None: without a limit
    seconds: float


def offers(tenant_id: int, only: Only = None) -> tuple[Offer, ...]:
    """Those that the tenant has first, then the others, each by name."""
    mine = {stored.facts.vendor: stored for stored in rows.all_stored(tenant_id)}
    ways = rows.ways(tenant_id)
    held, refused = trust.held(tenant_id, only), trust.refused(tenant_id)
    found = [
        _offer(vendor, mine.get(slug), held, refused if only is None else {}, ways, only)
        for slug, vendor in targets.all_vendors().items()
    ]
    return tuple(sorted(found, key=lambda offer: (offer.stored is None, offer.vendor.name.casefold())))


def _offer(
    vendor: Vendor,
    stored: rows.Stored | None,
    held: Mapping[int, int],
    refused: Mapping[int, int],
    ways: Ways,
    only: Only,
) -> Offer:
    if stored is None:
        return Offer(vendor, None, Relation(), None, False, 0, 0, "add")
    facts = stored.facts
    pending = not _is_quick(stored, only)
    taken = None if pending else of_saved(stored, only)
    people = taken.total if taken else None
    offer = Offer(
        vendor,
        stored,
        connections.relation_of(stored),
        people,
        pending,
        held.get(facts.id, 0),
        refused.get(facts.id, 0),
        "",
    )
    return offer._replace(next=next(_next(offer, stored.facts, ways), ""))


def _next(offer: Offer, facts: load.ConnectionFacts, ways: Ways) -> Iterator[str]:
    """What a person should do, the most urgent first."""
    if not facts.selection.get("school_units"):
        yield "select"
    if offer.held:
        yield "review"
    if offer.refused:
        yield "refused"
    if offer.relation.state == "" and offer.vendor.homepage:
        yield "ask"
    if offer.mode is Mode.OFF and not reach.reach(facts, Mode.TEST, ways).complete:
        yield "key"
    if offer.mode is Mode.OFF:
        yield "test"
    if offer.mode is Mode.TEST:
        yield "live"


# Counts of what is saved, remembered while nothing that they come from has changed

_kept: dict[tuple[object, ...], SelectionEffect] = {}


def of_saved(stored: rows.Stored, only: Only = None) -> SelectionEffect | None:
    """Whom the saved selection takes; None when that cannot be counted now."""
    try:
        return effect(stored, selection_from_json(stored.facts.selection), only)
    except (SelectionError, Misconfigured):
        return None


def _is_quick(stored: rows.Stored, only: Only) -> bool:
    """Known already, or soon worked out."""
    model = readmodel.of(stored.facts.tenant_id)
    if model is None or model.counts.get("people", 0) <= AT_ONCE:
        return True
    try:
        return _key(stored, selection_from_json(stored.facts.selection), only) in _kept
    except SelectionError:
        return True


def _key(stored: rows.Stored, selection: Selection, only: Only) -> tuple[object, ...]:
    facts, model = stored.facts, readmodel.of(stored.facts.tenant_id)
    made_of = (model.snapshot_id, model.rules_version, model.today, model.at) if model else ()
    whose = None if only is None else frozenset(only)
    return (facts.tenant_id, *made_of, facts.vendor, stored.version, selection, whose)


def effect(stored: rows.Stored, selection: Selection, only: Only = None) -> SelectionEffect:
    """Whom a selection takes, beside the saved one. Raises: Misconfigured."""
    facts, key = stored.facts, _key(stored, selection, only)
    if key in _kept:
        return _kept[key]
    found = readmodel.effect_of_selection(facts.tenant_id, facts.vendor, selection, only)
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[key] = found
    return found


def without_match(tenant_id: int, selection: Selection) -> tuple[Lost, ...]:
    """Values of the selection's filters that nothing in the directory has."""
    filters = [each for block in selection.filters for each in block] + list(selection.not_filters)
    model = readmodel.of(tenant_id) if filters else None
    if model is None:
        return ()
    domains = any(isinstance(each, AddressDomain) for each in filters)
    known = Known(
        {row.name for row in model.classes if row.type == "Klass"},
        {row.name for row in model.classes},
        {node.path for node in model.tree},
        {email.rpartition("@")[2] for email in model.people.emails if email} if domains else (),
    )
    return tuple(near.without_match(filters, known))


def first_push(stored: rows.Stored, mode: Mode, found: SelectionEffect) -> Push:
    """About how many resources a first push has, and how long it takes at the vendor's own rate, at best."""
    selection = selection_from_json(stored.facts.selection)
    model = readmodel.of(stored.facts.tenant_id)
    groups = sum(
        1
        for row in (model.classes if model else ())
        if row.unit in selection.school_units and row.type in selection.group_types and row.members
    )
    # A user each, an employment each for staff, and for each group the group and its activity.
    resources = found.total + found.teachers + found.staff + 2 * groups + len(selection.school_units)
    rate = targets.rate_of(stored.facts, mode)
    return Push(resources, rate, expected_seconds(resources, rate))
