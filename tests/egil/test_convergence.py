"""Whatever goes wrong on the way, the next good push ends at what was wanted: random faults, real sockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from skolsynk.core.ledger import Receipt, Settled, settle
from skolsynk.core.plan.values import Change
from skolsynk.core.ss12000.base import canonical
from skolsynk.sandbox.receiver import Client, Fault, ReceiverServer
from tests.egil.builders import Body, activity, create, delete, employment, group, send, target, unit, update, user

PUPILS = ("a", "b", "c", "d")
Ledger = dict[str, bytes | None]

EVERYWHERE = st.sampled_from(["", "SchoolUnits", "Users", "Employments", "StudentGroups", "Activities"])
TURN = {"endpoint": EVERYWHERE, "first": st.integers(1, 4), "times": st.integers(0, 6)}
VERBS = st.sampled_from(["", "POST", "PUT", "DELETE"])
# A receiver that lies (200 without storing, 404 for what it has) cannot be helped, so those are left out.
faults = st.one_of(
    st.builds(Fault, st.sampled_from(["drop", "accept_then_cut", "truncate"]), verb=VERBS, **TURN),
    st.builds(Fault, st.just("html"), verb=VERBS, status=st.sampled_from([200, 502, 504]), **TURN),
    st.builds(Fault, verb=VERBS, status=st.sampled_from([400, 403, 422, 429, 500, 503]), **TURN),
    st.builds(Fault, verb=st.just("POST"), status=st.sampled_from([404, 409]), **TURN),
)


def wanted(pupils: Sequence[str], *, teacher: bool) -> list[Body]:
    bodies = [unit(), *(user(name) for name in pupils), group("6A", *pupils)]
    if teacher:
        bodies += [user("t", enrolled_at=None), employment("e", "t"), activity("act", "6A", "e")]
    return bodies


def plan(bodies: Sequence[Body], ledger: Ledger, known: Mapping[str, Body]) -> list[Change]:
    """As small as a plan can be: what differs is sent, what is no longer wanted is deleted."""
    changes = []
    for body in bodies:
        resource = str(body["externalId"])
        if resource not in ledger:
            changes.append(create(body))
        elif ledger[resource] != canonical(body):
            changes.append(update(body, known[resource]))
    gone = ledger.keys() - {str(body["externalId"]) for body in bodies}
    return changes + [delete(known[resource]) for resource in sorted(gone)]


def learn(ledger: Ledger, receipts: Sequence[Receipt]) -> None:
    for receipt in receipts:
        match settle(receipt.verb, receipt.answer):
            case Settled.HOLD:
                ledger[receipt.id] = receipt.payload
            case Settled.UNSURE:
                ledger[receipt.id] = None
            case Settled.DROP:
                ledger.pop(receipt.id, None)


states = st.builds(lambda some, teacher: wanted(some, teacher=teacher), st.sets(st.sampled_from(PUPILS)), st.booleans())


@settings(max_examples=30)
@given(st.lists(st.tuples(states, st.lists(faults, max_size=3)), min_size=1, max_size=3), states)
def test_after_any_faults_a_good_push_ends_at_what_is_wanted(
    bad_rounds: list[tuple[list[Body], list[Fault]]], last: list[Body]
) -> None:
    ledger: Ledger = {}
    known: dict[str, Body] = {str(body["externalId"]): body for body in wanted(PUPILS, teacher=True)}
    with ReceiverServer([Client("strict", "right")]) as receiver:
        # Two good rounds: what failed as a reference in the first is sent again in the second.
        for bodies, script in [*bad_rounds, (last, []), (last, [])]:
            receiver.set_faults("strict", *script)
            told = send(plan(bodies, ledger, known), target(receiver.url, timeout_s=2.0))
            learn(ledger, told.receipts)
            assert not receiver.dangling("strict")
        held = receiver.raw("strict")

    orphans = held.keys() - {str(body["externalId"]) for body in last}
    assert {resource: held.get(resource) for resource in ledger} == {
        str(body["externalId"]): canonical(body) for body in last
    }
    assert not orphans
