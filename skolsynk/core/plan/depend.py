"""What must wait because something else waits, so that no reference dangles at the vendor at any moment.

Facts of the vendor, which bind approved changes too:

1. A create or update waits while something it refers to waits and is not there, or not for certain.
2. A delete waits while something that waits, or is refused, still refers to it at the vendor. Where that one's
   content is unknown, everything of the types that it can refer to is taken to be in it.

And one choice, which an approval overrules:

3. A delete or update that would drop somebody, some employment or some group whose own delete waits, waits with it:
   a class keeps its pupils while people think about whether the pupils go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from skolsynk.core.ledger import Ledger, Verb
from skolsynk.core.plan.links import TARGETS, Payloads, refers_to
from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000.base import ResourceId

KEPT_TOGETHER = frozenset({"User", "Employment", "StudentGroup"})


class Links:
    """Who needs whom among changes: built once, walked to a fixed point."""

    def __init__(self, changes: Mapping[ResourceId, Change]) -> None:
        self.deletes = {key for key, change in changes.items() if change.verb is Verb.DELETE}
        absent = {key for key, change in changes.items() if change.cause in ("new", "retry")}
        self.needs: dict[ResourceId, list[ResourceId]] = {}  # what may be absent -> who refers to it
        self.drops: dict[ResourceId, list[ResourceId]] = {}  # a delete -> who refers to it at the vendor until then
        self.holds_on: dict[ResourceId, list[ResourceId]] = {}  # the same, turned round
        self.unsure_types: set[str] = set()  # types of which a row with unknown content waits, seen so far
        for key, change in changes.items():
            if absent:
                for target in refers_to(change.type, change.payload) & absent:
                    self.needs.setdefault(target, []).append(key)
            self.add_holder(key, change.type, change.before)

    def add_holder(self, key: ResourceId, type_name: str, before: bytes | None) -> None:
        """Notes which of the deletes this one refers to at the vendor."""
        if not self.deletes:
            return
        for target in refers_to(type_name, before) & self.deletes:
            self.drops.setdefault(target, []).append(key)
            self.holds_on.setdefault(key, []).append(target)


def wait_for(
    changes: Mapping[ResourceId, Change],
    held: Iterable[ResourceId],
    staying: Iterable[ResourceId],
    ledger: Ledger,
    payloads: Payloads,
    yes: frozenset[ResourceId],
) -> set[ResourceId]:
    """Changes that wait too, given those ``held`` and the ledger rows ``staying`` as they are (refused or frozen).

    ``yes`` is what a person approved. Deletes with cause "protected" never wait.
    """
    waiting = set(held)
    queue = [*waiting, *staying]
    if not queue or len(waiting) == len(changes):
        return set()
    links = Links(changes)
    for key in staying:
        links.add_holder(key, ledger[key].type, payloads.get(key))
    while queue:
        for follower in _followers(queue.pop(), links, changes, ledger, yes):
            if follower not in waiting and changes[follower].cause != "protected":
                waiting.add(follower)
                queue.append(follower)
    return waiting.difference(held)


def _followers(
    key: ResourceId, links: Links, changes: Mapping[ResourceId, Change], ledger: Ledger, yes: frozenset[ResourceId]
) -> Iterator[ResourceId]:
    yield from links.needs.get(key, ())
    yield from links.holds_on.get(key, ())
    if key in links.deletes and changes[key].type in KEPT_TOGETHER:
        yield from (holder for holder in links.drops.get(key, ()) if holder in changes and holder not in yes)
    row = ledger.get(key)
    if row is not None and row.fingerprint is None and row.type not in links.unsure_types:
        links.unsure_types.add(row.type)
        yield from (other for other in links.deletes if changes[other].type in TARGETS[row.type])
